"""Which partitions a query needs, as DuckDB's own optimizer says.

The plan of the query is made over tables that hold one row per partition and nothing else. A filter on partition keys
that DuckDB has pushed down to a scan, through views and windows, is then applied to the list of partitions. A filter
that cannot be read in the plan prunes nothing; results never depend on pruning, because DuckDB filters the rows again.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

if TYPE_CHECKING:
    from collections.abc import Iterator

    import duckdb

    from laptop_cloud.services.athena.catalog.glue_catalog import ExternalTable
    from laptop_cloud.services.athena.storage.partition_projection import Partition


def find_needed_partitions(
    connection: duckdb.DuckDBPyConnection, sql: str, tables: list[ExternalTable]
) -> dict[tuple[str, str], set[Partition]]:
    """The partitions of each table that its scans need; a table without a scan needs none."""
    plan = json.loads(connection.execute(f"explain (format json) {sql}").fetchall()[0][1])
    needed: dict[tuple[str, str], set[Partition]] = {(table.database, table.name): set() for table in tables}
    for node in _find_scans(plan):
        *_, database, name = node["Table"].split(".")
        table = next(table for table in tables if (table.database, table.name) == (database, name))
        needed[database, name] |= _filter_partitions(connection, table, node.get("Filters", []))
    return needed


def _find_scans(nodes: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for node in nodes:
        if "Table" in node["extra_info"]:
            yield node["extra_info"]
        yield from _find_scans(node["children"])


def _filter_partitions(
    connection: duckdb.DuckDBPyConnection, table: ExternalTable, filters: str | list[str]
) -> set[Partition]:
    texts = [filters] if isinstance(filters, str) else filters
    conditions = [condition for text in texts for condition in _parse_conditions(text, table)]
    keys: list[exp.Expr] = [exp.column(key, quoted=True) for key in table.partition_keys] or [exp.true()]
    source = exp.table_(table.name, db=table.database, quoted=True)
    query = exp.select(*keys).from_(source).where(*conditions)
    rows = connection.execute(query.sql("duckdb")).fetchall()
    return {tuple(map(str, row)) for row in rows} if table.partition_keys else {()}


def _parse_conditions(text: str, table: ExternalTable) -> list[exp.Expr]:
    if not text:
        return []
    try:
        parsed = sqlglot.parse_one(text.removeprefix("optional: "), read="duckdb").unnest()
    except SqlglotError:
        return []
    parts = parsed.flatten() if isinstance(parsed, exp.And) else [parsed]
    return [part for part in parts if _is_about_partitions(part, table)]


def _is_about_partitions(condition: exp.Expr, table: ExternalTable) -> bool:
    known = (exp.Condition, exp.Identifier, exp.Tuple)
    columns = {column.name for column in condition.find_all(exp.Column)}
    functions = any(isinstance(node, exp.Func) and not isinstance(node, exp.And | exp.Or) for node in condition.walk())
    return (
        bool(columns)
        and columns <= set(table.partition_keys)
        and not functions
        and all(isinstance(node, known) for node in condition.walk())
    )
