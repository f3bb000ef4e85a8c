"""A lake of one table, `lake.posts`, in memory: queries are compiled and run as the engine does, without Glue or S3."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import duckdb
import pyarrow as pa
import pytest

from photolake_local.athena import datatypes, macros
from photolake_local.athena.compiler import compile_query, parse, tables_in
from photolake_local.athena.results import text

COLUMNS = {
    "id": "bigint",
    "text": "string",
    "score": "double",
    "kept": "boolean",
    "user": "struct<id:bigint,screen_name:string>",
    "entities": "struct<urls:array<struct<url:string,indices:array<bigint>>>>",
    "collected_at": "string",
    "dt": "string",
}
POSTS = [
    {
        "id": 1,
        "text": "Hello",
        "score": 0.25,
        "kept": True,
        "user": {"id": 10, "screen_name": "ann"},
        "entities": {"urls": [{"url": "https://a.example/x?p=1", "indices": [1, 2]}, {"url": "https://b.example"}]},
        "collected_at": "2026-01-01T10:00:00.000Z",
        "dt": "2026-01-01",
    },
    {"id": 2, "text": "world", "score": 0.75, "kept": False, "entities": {"urls": []}, "dt": "2026-01-02"},
    {"id": 3, "user": {"id": 11, "screen_name": "bob"}, "dt": "2026-01-02"},
]

Rows = list[tuple[str | None, ...]]


@pytest.fixture(scope="session")
def lake() -> Iterator[duckdb.DuckDBPyConnection]:
    connection = duckdb.connect(":memory:")
    connection.execute("set TimeZone = 'UTC'")
    connection.execute(macros.ALL)
    schema = pa.schema([(name, datatypes.arrow(datatypes.from_hive(kind))) for name, kind in COLUMNS.items()])
    connection.register("rows", pa.Table.from_pylist(POSTS, schema=schema))
    connection.execute("create schema lake; create table lake.posts as from rows")
    yield connection
    connection.close()


@pytest.fixture(scope="session")
def answer(lake: duckdb.DuckDBPyConnection) -> Callable[[str], Rows]:
    """The rows of a query as Athena writes them; without FROM, one row."""
    types = {name: datatypes.from_hive(kind) for name, kind in COLUMNS.items()}

    def run(sql: str) -> Rows:
        query = parse(sql)
        columns = dict.fromkeys(tables_in(query, "lake"), types)
        compiled = compile_query(query, columns)
        kinds = [datatypes.from_duckdb(row[1]) for row in lake.execute(f"describe {compiled.sql}").fetchall()]
        found = lake.execute(compiled.sql).fetchall()
        return [tuple(text(value, kind) for value, kind in zip(row, kinds, strict=True)) for row in found]

    return run
