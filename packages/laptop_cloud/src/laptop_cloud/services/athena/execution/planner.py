"""A query and every table and view below it, compiled, in the order in which DuckDB needs them."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from sqlglot import exp
from sqlglot.errors import SqlglotError

from laptop_cloud.services.athena.catalog import data_types
from laptop_cloud.services.athena.catalog.glue_catalog import PATH, ExternalTable, GlueCatalog
from laptop_cloud.services.athena.catalog.presto_view import CATALOG, StoredView
from laptop_cloud.services.athena.errors import QueryError
from laptop_cloud.services.athena.execution.kept_compilations import NONE_KEPT, KeptCompilations
from laptop_cloud.services.athena.sql.compiler import (
    CompiledQuery,
    TableName,
    compile_query,
    parse_query,
    resolve_tables,
)

if TYPE_CHECKING:
    from collections.abc import Callable

Signature = tuple[tuple[str, str], ...]
"""The columns of a relation and their types: of a table in Hive's spelling, of a view in Trino's."""
Relations = tuple[tuple[TableName, bool, Signature], ...]
"""What a query reads: name, whether it is a view, and its columns."""
# Views read views: without the cache each query compiles all of them again, most of a second for a deep one.
MOST_KNOWN = 500


@dataclass(frozen=True)
class CompiledView:
    """A view that a query reads, ready for DuckDB."""

    view: StoredView
    sql: str


@dataclass
class Plan:
    """What DuckDB must hold before it runs `query`: relations in dependency order."""

    query: CompiledQuery
    relations: dict[TableName, ExternalTable | CompiledView] = field(default_factory=dict)

    @property
    def tables(self) -> list[ExternalTable]:
        """The external tables at the bottom."""
        return [relation for relation in self.relations.values() if isinstance(relation, ExternalTable)]

    @property
    def texts(self) -> list[str]:
        """All that DuckDB will run: the views' queries and the query itself."""
        views = [relation.sql for relation in self.relations.values() if isinstance(relation, CompiledView)]
        return [*views, self.query.sql]


class Planner:
    """Resolves names through the catalog, for one statement."""

    def __init__(self, catalog: GlueCatalog, kept: KeptCompilations = NONE_KEPT) -> None:
        catalog.refresh()
        self._catalog = catalog
        self._kept = kept
        self._relations: dict[TableName, ExternalTable | CompiledView] = {}
        self._open: list[TableName] = []

    def plan(self, sql: str, database: str, for_view: TableName | None = None) -> Plan:
        """The plan of a query whose bare names live in `database`; `for_view` is the view it is to become."""
        if for_view is None:
            return Plan(self._compile(sql, database), self._relations)
        self._open.append(for_view)
        try:
            return Plan(self._compile_view(sql.strip(), database), self._relations)
        except QueryError:
            # What is wrong has its place in the whole statement.
            return Plan(self._compile_view(sql, database), self._relations)

    def _compile(self, sql: str, database: str) -> CompiledQuery:
        return _compile_cached(self._kept, sql, database, self._read_relations(sql, database), for_view=False)

    def _compile_view(self, sql: str, database: str) -> CompiledQuery:
        return _compile_cached(self._kept, sql, database, self._read_relations(sql, database), for_view=True)

    def _read_relations(self, sql: str, database: str) -> Relations:
        found = _find_relations(self._kept, sql, database)
        hidden = ((PATH, "string"),) if names_path(sql) else ()
        signatures = ((name, *self._read_signature(name, place)) for name, place in found)
        return tuple((name, is_view, columns if is_view else columns + hidden) for name, is_view, columns in signatures)

    def _read_signature(self, name: TableName, place: str) -> tuple[bool, Signature]:
        """Whether the relation is a view, and its columns."""
        shown = f"'{CATALOG}.{name[0]}.{name[1]}'"
        if name in self._open:
            raise QueryError("VIEW_IS_RECURSIVE", f"{place}View {shown} is recursive")
        if name not in self._relations:
            self._relations[name] = self._load_relation(name, place, shown)
        relation = self._relations[name]
        if isinstance(relation, ExternalTable):
            return False, relation.signature
        return True, relation.view.columns

    def _load_relation(self, name: TableName, place: str, shown: str) -> ExternalTable | CompiledView:
        found = self._catalog.find_known(*name)
        if found is None:
            known = self._catalog.has_database(name[0])
            code = "TABLE_NOT_FOUND" if known else "SCHEMA_NOT_FOUND"
            missing = f"Table {shown}" if known else f"Schema '{name[0]}'"
            raise QueryError(code, f"{place}{missing} does not exist")
        if isinstance(found, ExternalTable):
            return found
        self._open.append(name)
        try:
            compiled = self._compile_view(found.sql, found.query_database)
        except QueryError as error:
            raise QueryError("INVALID_VIEW", f"{place}Failed analysing stored view {shown}: {error.message}") from error
        finally:
            self._open.pop()
        names = tuple(column for column, _ in found.columns)
        if names != compiled.columns:
            reason = f"it is stored with columns {', '.join(names)}, its query gives {', '.join(compiled.columns)}"
            raise QueryError("VIEW_IS_STALE", f"{place}View {shown} is stale or in invalid state: {reason}")
        return CompiledView(found, compiled.sql)


def names_path(sql: str) -> bool:
    """Whether a query reads the hidden column `"$path"` of a table."""
    return f'"{PATH}"' in sql.lower()


@lru_cache(MOST_KNOWN)
def _find_relations(kept: KeptCompilations, sql: str, database: str) -> tuple[tuple[TableName, str], ...]:
    known = kept.get("relations", sql, database)
    if known is not None:
        return tuple(((database_name, name), place) for (database_name, name), place in known)
    found = tuple(resolve_tables(parse_query(sql), database).items())
    kept.put(found, "relations", sql, database)
    return found


@lru_cache(MOST_KNOWN)
def _compile_cached(
    kept: KeptCompilations, sql: str, database: str, relations: Relations, for_view: bool
) -> CompiledQuery:
    known = kept.get("query", sql, database, relations, for_view)
    if known is not None:
        return CompiledQuery(known["sql"], tuple(known["columns"]))
    query = parse_query(sql)
    resolve_tables(query, database)
    columns = {name: _parse_types(is_view, signature) for name, is_view, signature in relations}
    compiled = compile_query(query, columns, for_view)
    kept.put({"sql": compiled.sql, "columns": compiled.columns}, "query", sql, database, relations, for_view)
    return compiled


def _parse_types(is_view: bool, signature: Signature) -> dict[str, exp.DataType]:
    read: Callable[[str], exp.DataType] = _parse_stored_type if is_view else data_types.from_hive
    return {name: read(text) for name, text in signature}


@lru_cache(MOST_KNOWN)
def _parse_stored_type(text: str) -> exp.DataType:
    try:
        return exp.DataType.build(text, dialect="trino")
    except SqlglotError:
        return exp.DataType.build("unknown")
