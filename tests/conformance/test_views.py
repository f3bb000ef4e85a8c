"""Every view of athena/views: Trino takes its text, resolves it as Athena stored it, and answers the same."""

import re

import pytest

from laptop_cloud.services.glue_defaults import add_glue_defaults
from photolake.athena_schema.sql_files import read_statements, sort_by_dependency
from tests.conformance.comparison import differences
from tests.conformance.lakes import table_input
from tests.resolved_template import ROOT

NAMES = sorted(path.stem for path in (ROOT / "athena/views").glob("*.sql"))
SECOND = "second"
# What tells the rows of a view apart.
KEYS = {view.name: view.key for view in read_statements(ROOT / "athena/views", "landing")}


@pytest.fixture(scope="module")
def created_by_trino(lake, trino):
    """A second database, in which Trino itself has created every view, from the text in the file."""
    glue = lake.services.client("glue")
    glue.create_database(DatabaseInput={"Name": SECOND})
    for view in sort_by_dependency(lake.statements("views")):
        trino.query(view.body, SECOND)
        # moto leaves out what Glue fills in, and Trino then cannot read its own view.
        created = glue.get_table(DatabaseName=SECOND, Name=view.name)["Table"]
        glue.update_table(DatabaseName=SECOND, TableInput=add_glue_defaults(table_input(glue, created)))
    return SECOND


@pytest.mark.parametrize("name", NAMES)
def test_trino_creates_the_view_with_the_columns_that_athena_stored(name, lake, trino, created_by_trino):
    def columns(database):
        # Of a literal Trino knows the length.
        found = trino.query(f"show columns from {name}", database).rows
        return [(column, re.sub(r"varchar\(\d+\)", "varchar", kind)) for column, kind, *_ in found]

    assert columns(created_by_trino) == columns(lake.database)


@pytest.mark.parametrize("name", NAMES)
def test_the_view_has_the_same_rows_on_both_engines(name, lake, trino):
    sql = f"select * from {name}"
    athena = lake.query(sql)
    assert athena.rows, "the test lake has no row for it"
    assert differences(trino.query(sql, lake.database), athena, ordered=False) == []


@pytest.mark.parametrize("name", sorted(KEYS))
def test_the_view_gives_each_key_once(name, lake, trino):
    keys = ", ".join(f'"{key}"' for key in KEYS[name])
    sql = f"select {keys}, count(*) from {name} group by {keys} having count(*) > 1"
    assert trino.query(sql, lake.database).rows == []


@pytest.mark.parametrize("name", [name for name, key in KEYS.items() if key[0] in {"id", "tweetid"}])
def test_no_deleted_post_is_in_the_view(name, lake, trino):
    sql = f"select count(*) from {name} where {KEYS[name][0]} in (select id from {lake.landing}.deletions)"
    assert trino.query(sql, lake.database).rows == [(0,)]
