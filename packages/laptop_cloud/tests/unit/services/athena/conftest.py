"""A lake in memory with one table, `lake.posts`."""

from collections.abc import Callable, Iterator

import duckdb
import pytest

from laptop_cloud_testing.memory_lake import COLUMNS, POSTS, MemoryTable, Rows, answering, connected

_TABLES = {"posts": MemoryTable(COLUMNS, POSTS)}


@pytest.fixture(scope="session")
def lake() -> Iterator[duckdb.DuckDBPyConnection]:
    connection = connected(_TABLES)
    yield connection
    connection.close()


@pytest.fixture(scope="session")
def answer(lake: duckdb.DuckDBPyConnection) -> Callable[[str], Rows]:
    """The rows of a query over the one table `lake.posts`; without FROM, one row."""
    return answering(lake, _TABLES)
