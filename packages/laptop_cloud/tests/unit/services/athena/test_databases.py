"""A database of DuckDB for each query."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import duckdb
import pytest

from laptop_cloud.services.athena.execution.databases import Databases


@pytest.fixture
def databases(tmp_path: Path) -> Iterator[Databases]:
    folder = tmp_path / "objects"
    folder.mkdir()
    found = Databases(folder)
    yield found
    found.close()


def _list_open(databases: Databases) -> list[Any]:
    with databases.open() as connection:
        return connection.execute(
            "select database_name from duckdb_databases() where not internal and database_name != current_database()"
        ).fetchall()


def test_queries_that_run_at_once_do_not_see_each_other(databases: Databases):
    def count(rows: int) -> int:
        with databases.open() as connection:
            connection.execute("create schema s; create macro two() as 2")
            connection.execute(f"create table s.t as select unnest(range({rows})) as a")
            found = connection.execute("select count(*) * two() from s.t").fetchone()
            assert found
            return int(found[0])

    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(count, range(100))) == [2 * rows for rows in range(100)]
    assert _list_open(databases) == [("memory",)]


def test_a_query_that_fails_or_is_given_up_leaves_nothing(databases: Databases):
    with pytest.raises(duckdb.CatalogException), databases.open() as connection:
        connection.execute("select a from nothing")
    with databases.open() as connection:
        connection.sql("select unnest(range(1000000)) as a").to_arrow_reader(10).read_next_batch()
    with databases.open() as connection:
        connection.execute("begin; create table t (a int)")
        connection.interrupt()

    assert _list_open(databases) == [("memory",)]


def test_a_query_reads_the_files_of_its_folder_only(databases: Databases, tmp_path: Path):
    for path in (tmp_path / "objects" / "a.csv", tmp_path / "b.csv"):
        path.write_text("a\n1\n")

    with databases.open() as connection:
        assert connection.execute(f"select a from '{tmp_path}/objects/a.csv'").fetchall() == [(1,)]
        with pytest.raises(duckdb.PermissionException, match="disabled by configuration"):
            connection.execute(f"select a from '{tmp_path}/b.csv'")
        with pytest.raises(duckdb.Error, match="configuration has been locked"):
            connection.execute("set global enable_external_access = true")


def test_every_query_counts_time_in_utc(databases: Databases):
    with databases.open() as connection:
        assert connection.execute("select current_setting('TimeZone')").fetchall() == [("UTC",)]
