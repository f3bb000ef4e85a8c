"""SQL of 2019 on an engine of 2019, and on Athena: the same answers, word for word the same query.

The engine is PrestoSQL 304, the last but one version for which UNNEST of an array of rows can be one column.
"""

import os

import pytest

from laptop_cloud_testing.forms_of_2019 import FORMS, TABLES, in_order
from tests.conformance.blog import rows
from tests.conformance.comparison import differences
from tests.conformance.lakes import create_lake
from tests.conformance.presto_installation import DOWNLOAD
from tests.conformance.presto_server import LEGACY_UNNEST, PrestoError, presto
from tests.conformance.trino_installation import java
from tests.conformance.trino_server import Answer
from tests.conformance.with_clauses import table, with_lake, with_tables
from tests.resolved_template import ROOT

BLOG = ROOT / "tests/conformance/blog"
NAMES = sorted(path.stem for path in BLOG.glob("*.sql"))
LANDED = {"posts": rows.POSTS, "photos": rows.PHOTOS, "analyses": rows.ANALYSES, "deletions": rows.DELETIONS}
# What the database of the sample was called.
DATABASE = "socialanalyticsblog"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with presto(DOWNLOAD.installed(os.environ), java(os.environ), tmp_path_factory.mktemp("presto")) as running:
        yield running


@pytest.fixture(scope="module")
def lake(services):
    """The rows of the blog's lake, in a lake of its own."""
    created = create_lake(services, DATABASE, rows.DAY)
    for name in ("posts", "photos", "analyses"):
        created.deliver(name, LANDED[name])
    created.delete_posts(rows.DELETIONS)
    created.create_views()
    return created


@pytest.mark.parametrize("name", NAMES)
def test_the_query_of_2019_has_the_same_result_on_both_engines(name, server, lake):
    sql = (BLOG / f"{name}.sql").read_text(encoding="utf-8")

    athena = without_time_zone(lake.query(sql))

    assert athena.rows
    assert differences(server.query(with_lake(sql, LANDED)), athena, ordered=False) == []


def without_time_zone(answer):
    """An answer whose times are as in 2019, when `from_unixtime` gave a timestamp without time zone."""
    zoned = [kind == "timestamp with time zone" for _, kind in answer.columns]
    columns = [(name, kind.removesuffix(" with time zone")) for name, kind in answer.columns]
    times = [
        tuple(value.removesuffix(" UTC") if value and zone else value for value, zone in zip(row, zoned, strict=True))
        for row in answer.rows
    ]
    return Answer(columns, times)


@pytest.mark.parametrize("name", FORMS)
def test_a_form_of_2019_has_the_rows_that_the_local_athena_returns(name, server):
    sql, expected = FORMS[name]
    tables = {known: table(given.columns, given.rows) for known, given in TABLES.items()}

    found = server.query(with_tables(sql.replace("lake.", ""), tables))

    assert in_order(sql, found.rows) == in_order(sql, expected)


def test_only_with_its_legacy_meaning_unnest_makes_one_column_of_a_row(server):
    rows_of_two = "select cast(array[row(1, 'a'), null] as array(row(n bigint, name varchar))) as pairs"
    sql = f"select pair from ({rows_of_two}) cross join unnest(pairs) t (pair)"

    assert server.query(sql).rows == [("{n=1, name=a}",), (None,)]
    with pytest.raises(PrestoError, match="Column alias list has 1 entries but 't' has 2 columns"):
        server.query(sql, {LEGACY_UNNEST: "false"})


def test_the_database_may_be_named_as_in_2019(lake):
    sql = (BLOG / "most_linked_domains.sql").read_text(encoding="utf-8")

    named = lake.query(sql.replace("FROM tweets", f"FROM {DATABASE}.tweets"))

    assert sorted(named.rows, key=str) == sorted(lake.query(sql).rows, key=str)
