"""Small lakes in memory: queries are compiled and run as the engine does, without Glue or S3."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
import pyarrow as pa

from laptop_cloud.services.athena.catalog import data_types
from laptop_cloud.services.athena.execution.result_text import format_value
from laptop_cloud.services.athena.sql import macros
from laptop_cloud.services.athena.sql.compiler import compile_query, parse_query, resolve_tables

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


@dataclass(frozen=True)
class MemoryTable:
    """A table of database `lake`: Hive types by column, and its rows."""

    columns: Mapping[str, str]
    rows: Sequence[Mapping[str, Any]]


def connected(tables: Mapping[str, MemoryTable]) -> duckdb.DuckDBPyConnection:
    """A DuckDB that holds the tables; the caller closes it."""
    connection = duckdb.connect(":memory:")
    connection.execute("set TimeZone = 'UTC'")
    connection.execute(macros.ALL)
    connection.execute("create schema lake")
    for name, table in tables.items():
        types = table.columns.items()
        schema = pa.schema([(column, data_types.to_arrow(data_types.from_hive(kind))) for column, kind in types])
        connection.register("rows", pa.Table.from_pylist(list(table.rows), schema=schema))
        connection.execute(f"create table lake.{name} as from rows")
    return connection


def answering(
    connection: duckdb.DuckDBPyConnection, tables: Mapping[str, MemoryTable], for_view: bool = False
) -> Callable[[str], Rows]:
    """A function that gives the rows of a query as Athena writes them; `for_view` if it is to become a view."""
    types = {
        ("lake", name): {column: data_types.from_hive(kind) for column, kind in table.columns.items()}
        for name, table in tables.items()
    }

    def run(sql: str) -> Rows:
        query = parse_query(sql)
        compiled = compile_query(query, {name: types[name] for name in resolve_tables(query, "lake")}, for_view)
        kinds = [data_types.from_duckdb(row[1]) for row in connection.execute(f"describe {compiled.sql}").fetchall()]
        found = connection.execute(compiled.sql).fetchall()
        return [tuple(format_value(value, kind) for value, kind in zip(row, kinds, strict=True)) for row in found]

    return run
