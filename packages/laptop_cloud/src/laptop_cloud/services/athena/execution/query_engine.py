"""Runs each query in a DuckDB database of its own."""

from __future__ import annotations

import contextlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import duckdb
from sqlglot import exp

from laptop_cloud.services.athena.catalog import data_types
from laptop_cloud.services.athena.catalog.glue_catalog import PATH
from laptop_cloud.services.athena.catalog.presto_view import CATALOG
from laptop_cloud.services.athena.errors import NOT_AVAILABLE, QueryError, ScanLimitError
from laptop_cloud.services.athena.execution.databases import Databases
from laptop_cloud.services.athena.execution.kept_compilations import NONE_KEPT, KeptCompilations
from laptop_cloud.services.athena.execution.partition_pruning import find_needed_partitions
from laptop_cloud.services.athena.execution.planner import CompiledView, Plan, Planner, names_path
from laptop_cloud.services.athena.execution.result_text import Row, format_value
from laptop_cloud.services.athena.sql import macros

if TYPE_CHECKING:
    import datetime
    from collections.abc import Callable, Iterable, Iterator

    import pyarrow as pa

    from laptop_cloud.services.athena.catalog.glue_catalog import ExternalTable, GlueCatalog
    from laptop_cloud.services.athena.catalog.presto_view import StoredView
    from laptop_cloud.services.athena.storage.object_cache import ObjectCache, StoredObject

Column = tuple[str, exp.DataType]


@dataclass(frozen=True)
class QueryResult:
    """A result: its columns, its rows as Athena writes them, and the bytes of the objects it needed."""

    columns: list[Column]
    rows: list[Row]
    scanned_bytes: int


@dataclass(frozen=True)
class OpenResult:
    """A query that is ready to run: its columns, and the bytes of the objects it needs."""

    columns: list[Column]
    scanned_bytes: int
    connection: duckdb.DuckDBPyConnection
    sql: str

    def fetch_rows(self) -> list[tuple[Any, ...]]:
        """Run it; all its rows."""
        return self.connection.execute(self.sql).fetchall()

    def read_batches(self, rows: int) -> Iterable[pa.RecordBatch]:
        """Run it; its rows, about so many at a time."""
        batches: Iterable[pa.RecordBatch] = self.connection.sql(self.sql).to_arrow_reader(rows)
        return batches


class QueryEngine:
    """Queries over the tables of a catalog, through a cache of their objects."""

    def __init__(
        self,
        catalog: GlueCatalog,
        objects: ObjectCache,
        now: Callable[[], datetime.datetime],
        kept: KeptCompilations = NONE_KEPT,
    ) -> None:
        self._catalog = catalog
        self._kept = kept
        self._objects = objects
        self._now = now
        self._databases = Databases(objects.folder)

    def close(self) -> None:
        """Free the memory; no query may run."""
        self._databases.close()

    def describe_view(self, sql: str, database: str, view: tuple[str, str]) -> list[Column]:
        """The columns a view with this query would have; reads no object. QueryError when it cannot be created."""
        plan = Planner(self._catalog, self._kept).plan(sql, database, for_view=view)
        with self._open_connection(plan) as connection, _translate_errors():
            for table in plan.tables:
                _create_empty(connection, table)
            _create_views(connection, plan)
            return _describe_columns(connection, plan)

    def answer(
        self,
        sql: str,
        database: str,
        cutoff_bytes: int | None = None,
        on_start: Callable[[duckdb.DuckDBPyConnection], None] = lambda connection: None,
    ) -> QueryResult:
        """The answer of a SELECT; `on_start` gets the connection, to interrupt it from another thread."""
        with self.open_result(sql, database, cutoff_bytes, on_start) as result:
            found = result.fetch_rows()
            types = [datatype for _, datatype in result.columns]
            rows = [tuple(format_value(value, kind) for value, kind in zip(row, types, strict=True)) for row in found]
            return QueryResult(result.columns, rows, result.scanned_bytes)

    @contextlib.contextmanager
    def open_result(
        self,
        sql: str,
        database: str,
        cutoff_bytes: int | None = None,
        on_start: Callable[[duckdb.DuckDBPyConnection], None] = lambda connection: None,
    ) -> Iterator[OpenResult]:
        """A SELECT over its loaded objects, not yet executed; `on_start` as for `answer`."""
        plan = Planner(self._catalog, self._kept).plan(sql, database)
        with self._open_connection(plan) as connection, _translate_errors():
            on_start(connection)
            needed = self._find_needed_objects(connection, plan)
            scanned = sum(stored.size for _, objects in needed for stored in objects)
            if cutoff_bytes is not None and scanned > cutoff_bytes:
                raise ScanLimitError("SCAN_LIMIT", "Query cancelled! : Bytes scanned limit was exceeded")
            for table, objects in needed:
                self._load_objects(connection, table, objects, with_paths=any(map(names_path, plan.texts)))
            yield OpenResult(_describe_columns(connection, plan), scanned, connection, plan.query.sql)

    def _find_needed_objects(
        self, connection: duckdb.DuckDBPyConnection, plan: Plan
    ) -> list[tuple[ExternalTable, list[StoredObject]]]:
        now = self._now()
        stored = [(table, self._objects.objects(table, now)) for table in plan.tables]
        for table, objects in stored:
            _create_empty(connection, table)
            _insert_partitions(connection, table, objects)
        _create_views(connection, plan)
        needed = find_needed_partitions(connection, plan.query.sql, plan.tables)
        return [
            (table, [item for item in objects if item.partition in needed[table.database, table.name]])
            for table, objects in stored
        ]

    def _load_objects(
        self,
        connection: duckdb.DuckDBPyConnection,
        table: ExternalTable,
        objects: list[StoredObject],
        with_paths: bool,
    ) -> None:
        files = [str(self._objects.fetch_object(table, stored)) for stored in objects]
        name = _quote_name(table.database, table.name)
        connection.execute(f"drop table {name}")
        if files:
            listed = _list_texts(files)
            source = f"read_parquet({listed}, hive_partitioning = false)"
            columns = "*"
            if with_paths:
                uris = _list_texts(f"s3://{stored.bucket}/{stored.key}" for stored in objects)
                source = f"read_parquet({listed}, hive_partitioning = false, filename = true)"
                columns = f"* exclude (filename), {uris}[list_position({listed}, filename)] as {_PATH_COLUMN}"
            connection.execute(f"create view {name} as select {columns} from {source}")  # noqa: S608
        else:
            _create_empty(connection, table)

    @contextlib.contextmanager
    def _open_connection(self, plan: Plan) -> Iterator[duckdb.DuckDBPyConnection]:
        with self._databases.open() as connection:
            connection.execute(macros.select_macros(plan.texts))
            yield connection


_PATH_COLUMN = exp.to_identifier(PATH, quoted=True).sql("duckdb")


def _list_texts(texts: Iterable[str]) -> str:
    return exp.Array(expressions=[exp.Literal.string(text) for text in texts]).sql("duckdb")


def _quote_name(database: str, name: str) -> str:
    return f"{exp.to_identifier(database, quoted=True)}.{exp.to_identifier(name, quoted=True)}"


def _create_empty(connection: duckdb.DuckDBPyConnection, table: ExternalTable) -> None:
    connection.execute(f"create schema if not exists {exp.to_identifier(table.database, quoted=True)}")
    connection.execute(
        f"create table {_quote_name(table.database, table.name)} ({table.duckdb_columns}, {_PATH_COLUMN} varchar)"
    )


def _insert_partitions(
    connection: duckdb.DuckDBPyConnection, table: ExternalTable, objects: list[StoredObject]
) -> None:
    partitions = sorted({stored.partition for stored in objects})
    if table.partition_keys and partitions:
        keys = ", ".join(str(exp.to_identifier(key, quoted=True)) for key in table.partition_keys)
        row = f"({', '.join('?' for _ in table.partition_keys)})"
        rows = ", ".join(row for _ in partitions)
        insert = f"insert into {_quote_name(table.database, table.name)} ({keys}) values {rows}"  # noqa: S608
        connection.execute(insert, [value for partition in partitions for value in partition])


def _create_views(connection: duckdb.DuckDBPyConnection, plan: Plan) -> None:
    for (database, name), relation in plan.relations.items():
        if isinstance(relation, CompiledView):
            connection.execute(f"create schema if not exists {exp.to_identifier(database, quoted=True)}")
            connection.execute(f"create view {_quote_name(database, name)} as {relation.sql}")
            _refuse_stale(connection, relation.view)


def _refuse_stale(connection: duckdb.DuckDBPyConnection, view: StoredView) -> None:
    """Raise VIEW_IS_STALE when a struct in the view is not what it was when the view was stored: it must be made again.

    Trino coerces no row to another one; numbers and text it does.
    """
    described = connection.execute(f"describe {_quote_name(view.database, view.name)}").fetchall()
    for position, ((column, stored), row) in enumerate(zip(view.columns, described, strict=True)):
        found = data_types.to_trino(data_types.from_duckdb(row[1]))
        if "row(" in stored and found != stored:
            shown = f"View '{CATALOG}.{view.database}.{view.name}' is stale or in invalid state"
            reason = f"column [{column}] of type {found} projected from query view at position {position}"
            cause = f"cannot be coerced to column [{column}] of type {stored} stored in view definition"
            raise QueryError("VIEW_IS_STALE", f"{shown}: {reason} {cause}")


def _describe_columns(connection: duckdb.DuckDBPyConnection, plan: Plan) -> list[Column]:
    types = [row[1] for row in connection.execute(f"describe {plan.query.sql}").fetchall()]
    return [(name, data_types.from_duckdb(kind)) for name, kind in zip(plan.query.columns, types, strict=True)]


_ERRORS: list[tuple[str, str]] = [
    (r"^(?:\w+ )+Error: ([A-Z]+(?:_[A-Z]+)+: .*)", ""),
    (r"(?i)division by zero", "DIVISION_BY_ZERO"),
    (r"must appear in the GROUP BY clause", "EXPRESSION_NOT_AGGREGATE"),
    (r"(?i)could not (?:convert|parse)|conversion error", "INVALID_CAST_ARGUMENT"),
    (r"(?i)out of range|overflow", "NUMERIC_VALUE_OUT_OF_RANGE"),
    (r"No function matches", "TYPE_MISMATCH"),
    (r"TRY can not be used", "NOT_SUPPORTED"),
    (r"(?i)cannot (?:mix|combine|compare)", "TYPE_MISMATCH"),
]


@contextlib.contextmanager
def _translate_errors() -> Iterator[None]:
    try:
        yield
    except duckdb.InterruptException:
        raise
    except duckdb.Error as error:
        raise _translate_error(str(error)) from error


def _translate_error(message: str) -> QueryError:
    first = message.split("\n")[0]
    for pattern, code in _ERRORS:
        match = re.search(pattern, first)
        if match and not code:
            code, _, rest = match[1].partition(": ")
            return QueryError(code, rest)
        if match:
            return QueryError(code, first.partition("Error: ")[2] or first)
    if "Parser Error" in first or "Binder Error" in first or "Catalog Error" in first:
        return QueryError("NOT_SUPPORTED", f"This {NOT_AVAILABLE}: {first}")
    return QueryError("GENERIC_INTERNAL_ERROR", first)
