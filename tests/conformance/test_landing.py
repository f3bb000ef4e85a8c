"""The landing tables, as Firehose wrote them, read the same on both engines; the views tell their copies apart."""

import pytest

from tests.conformance.comparison import differences

TABLES = ["analyses", "collection_runs", "deletions", "photos", "posts", "raw_tweets"]
KEYS = {"posts": "id", "photos": "source_key", "analyses": "image_id"}
VIEWS = {"posts": "tweets", "photos": "tweet_photos", "analyses": "image_analyses"}


@pytest.mark.parametrize("table", TABLES)
def test_the_table_reads_the_same_on_both_engines(table, lake, trino):
    sql = f"select * from {lake.landing}.{table}"
    athena = lake.query(sql)
    assert athena.rows
    assert differences(trino.query(sql, lake.database), athena, ordered=False) == []


def test_a_broken_or_empty_line_is_a_row_of_nulls(rows, lake, trino):
    lines = list(rows.raw_lines)
    # OpenX fills the columns from an array in their order.
    arrays = [line for line in lines if line.startswith("[")]
    broken = [line for line in lines if not (line.startswith("{") and line.endswith("}")) and line not in arrays]
    assert arrays
    assert "" in broken
    columns = [column for column, *_ in trino.query(f"show columns from {lake.landing}.raw_tweets", lake.database).rows]
    nothing = " and ".join(f'"{column}" is null' for column in columns if column != "dt")
    sql = f"select count(*), count_if({nothing}), count_if(id_str = 'an') from {lake.landing}.raw_tweets"
    assert trino.query(sql, lake.database).rows == [(len(lines), len(broken), len(arrays))]


@pytest.mark.parametrize(("table", "key"), KEYS.items())
def test_copies_of_a_row_lie_in_several_objects(table, key, lake, trino):
    copies = f'select 1 from {lake.landing}.{table} group by dt, {key} having count(distinct "$path") > 1'
    assert trino.query(f"select count(*) > 0 from ({copies})", lake.database).rows == [(True,)]


@pytest.mark.parametrize(
    ("table", "seen"), [("posts", "collected_at"), ("photos", "collected_at"), ("analyses", "analyzed_at")]
)
def test_a_view_shows_the_newest_copy(table, seen, rows, lake, trino):
    key = KEYS[table]
    newest: dict[str, tuple[str, str]] = {}
    for row in getattr(rows, table):
        version = (row[seen], row["processed_at"])
        newest[row[key]] = max(version, newest.get(row[key], version))
    found = trino.query(f"select {key}, {seen}, processed_at from {VIEWS[table]}", lake.database).rows
    assert found
    assert {(one, newest[one]) for one, *_ in found} == {(one, (first, second)) for one, first, second in found}
