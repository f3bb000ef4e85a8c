"""A query and every table and view below it, compiled, in the order in which DuckDB needs them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlglot import exp
from sqlglot.errors import SqlglotError

from photolake_local.athena.catalog import Catalog, Table
from photolake_local.athena.compiler import Compiled, TableName, compile_query, parse, tables_in
from photolake_local.athena.errors import QueryError
from photolake_local.athena.presto_view import CATALOG, View

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class CompiledView:
    """A view that a query reads, ready for DuckDB."""

    view: View
    sql: str


@dataclass
class Plan:
    """What DuckDB must hold before it runs `query`: relations in dependency order."""

    query: Compiled
    relations: dict[TableName, Table | CompiledView] = field(default_factory=dict)

    @property
    def tables(self) -> list[Table]:
        """The external tables at the bottom."""
        return [relation for relation in self.relations.values() if isinstance(relation, Table)]


class Planner:
    """Resolves names through the catalog, for one statement."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._relations: dict[TableName, Table | CompiledView] = {}
        self._open: list[TableName] = []

    def plan(self, sql: str, database: str, for_view: TableName | None = None) -> Plan:
        """The plan of a query whose bare names live in `database`; `for_view` is the view it is to become."""
        if for_view:
            self._open.append(for_view)
        query = self._compile(sql, database, for_view=bool(for_view))
        return Plan(query, self._relations)

    def _compile(self, sql: str, database: str, for_view: bool) -> Compiled:
        query = parse(sql)
        columns = {name: self._columns(name, place) for name, place in tables_in(query, database).items()}
        return compile_query(query, columns, for_view)

    def _columns(self, name: TableName, place: str) -> Mapping[str, exp.DataType]:
        shown = f"'{CATALOG}.{name[0]}.{name[1]}'"
        if name in self._open:
            raise QueryError("VIEW_IS_RECURSIVE", f"{place}View {shown} is recursive")
        if name not in self._relations:
            self._relations[name] = self._load(name, place, shown)
        relation = self._relations[name]
        if isinstance(relation, Table):
            return relation.all_columns
        return {column: _stored_type(datatype) for column, datatype in relation.view.columns}

    def _load(self, name: TableName, place: str, shown: str) -> Table | CompiledView:
        found = self._catalog.find(*name)
        if found is None:
            known = self._catalog.has_database(name[0])
            code = "TABLE_NOT_FOUND" if known else "SCHEMA_NOT_FOUND"
            missing = f"Table {shown}" if known else f"Schema '{name[0]}'"
            raise QueryError(code, f"{place}{missing} does not exist")
        if isinstance(found, Table):
            return found
        self._open.append(name)
        try:
            compiled = self._compile(found.sql, found.query_database, for_view=False)
        except QueryError as error:
            raise QueryError("INVALID_VIEW", f"{place}Failed analyzing stored view {shown}: {error.message}") from error
        self._open.pop()
        names = tuple(column for column, _ in found.columns)
        if names != compiled.columns:
            reason = f"it is stored with columns {', '.join(names)}, its query gives {', '.join(compiled.columns)}"
            raise QueryError("VIEW_IS_STALE", f"{place}View {shown} is stale or in invalid state: {reason}")
        return CompiledView(found, compiled.sql)


def _stored_type(text: str) -> exp.DataType:
    try:
        return exp.DataType.build(text, dialect="trino")
    except SqlglotError:
        return exp.DataType.build("unknown")
