"""Every view of athena/views: Trino takes its text, resolves it as Athena stored it, and answers the same."""

import functools
import re
from collections import Counter, defaultdict
from itertools import chain

import pytest

from laptop_cloud.services.glue_defaults import add_glue_defaults
from photolake.athena_schema.sql_files import group_by_dependency, read_statements
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
    for view in chain.from_iterable(group_by_dependency(lake.statements("views"))):
        trino.query(view.body, SECOND)
        # moto leaves out what Glue fills in, and Trino then cannot read its own view.
        created = glue.get_table(DatabaseName=SECOND, Name=view.name)["Table"]
        glue.update_table(DatabaseName=SECOND, TableInput=add_glue_defaults(table_input(glue, created)))
    return SECOND


@pytest.fixture(scope="module")
def columns(lake, trino, created_by_trino):
    """The columns of each view with their types, as Athena stored them and as Trino created them."""

    def read(database):
        sql = (
            "select table_name, column_name, data_type from information_schema.columns "
            f"where table_schema = '{database}' order by table_name, ordinal_position"
        )
        found = defaultdict(list)
        for table, column, kind in trino.query(sql, database).rows:
            # Of a literal Trino knows the length.
            found[table].append((column, re.sub(r"varchar\(\d+\)", "varchar", kind)))
        return found

    return read(lake.database), read(created_by_trino)


@pytest.fixture(scope="module")
def read_view(lake, trino):
    """Gives a view's columns and rows on Trino, which is asked once."""
    return functools.cache(lambda name: trino.query(f"select * from {name}", lake.database))


@pytest.fixture
def read_keys(read_view):
    """Gives the key of each row of a view."""

    def read(name):
        found = read_view(name)
        places = [[column for column, _ in found.columns].index(key) for key in KEYS[name]]
        return [tuple(row[place] for place in places) for row in found.rows]

    return read


@pytest.mark.parametrize("name", NAMES)
def test_trino_creates_the_view_with_the_columns_that_athena_stored(name, columns):
    of_athena, of_trino = columns
    assert of_athena[name]
    assert of_trino[name] == of_athena[name]


@pytest.mark.parametrize("name", NAMES)
def test_the_view_has_the_same_rows_on_both_engines(name, lake, read_view):
    athena = lake.query(f"select * from {name}")
    assert athena.rows, "the test lake has no row for it"
    assert differences(read_view(name), athena, ordered=False) == []


@pytest.mark.parametrize("name", sorted(KEYS))
def test_the_view_gives_each_key_once(name, read_keys):
    assert [key for key, rows in Counter(read_keys(name)).items() if rows > 1] == []


@pytest.mark.parametrize("name", [name for name, key in KEYS.items() if key[0] in {"id", "tweetid"}])
def test_no_deleted_post_is_in_the_view(name, rows, read_keys):
    deleted = {row["id"] for row in rows.deletions}
    assert deleted
    assert deleted.isdisjoint(key[0] for key in read_keys(name))
