"""SHOW and DESCRIBE: what the catalog holds, as rows of text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from laptop_cloud.services.athena.catalog import data_types
from laptop_cloud.services.athena.catalog.glue_catalog import ExternalTable, GlueCatalog
from laptop_cloud.services.athena.catalog.presto_view import CATALOG
from laptop_cloud.services.athena.errors import QueryError

if TYPE_CHECKING:
    from laptop_cloud.services.athena.execution.query_engine import Column
    from laptop_cloud.services.athena.execution.result_text import Row
    from laptop_cloud.services.athena.sql.statements import Show

_COLUMN_NAMES = {
    "databases": ("database_name",),
    "tables": ("tab_name",),
    "views": ("views",),
    "columns": ("field",),
    "view": ("Create View",),
    "describe": ("col_name", "data_type", "comment"),
}


def run_show(catalog: GlueCatalog, statement: Show) -> tuple[list[Column], list[Row]]:
    """The columns and rows of the answer."""
    text = data_types.from_hive("string")
    columns = [(name, text) for name in _COLUMN_NAMES[statement.subject]]
    return columns, _list_rows(catalog, statement)


def _list_rows(catalog: GlueCatalog, statement: Show) -> list[Row]:
    if statement.subject == "databases":
        return [(name,) for name in catalog.databases() if _matches_pattern(name, statement.pattern)]
    if statement.subject in ("tables", "views"):
        if not catalog.has_database(statement.database):
            raise QueryError("SCHEMA_NOT_FOUND", f"Schema '{statement.database}' does not exist")
        views_only = statement.subject == "views"
        return [
            (entry["Name"],)
            for entry in catalog.entries(statement.database)
            if _matches_pattern(entry["Name"], statement.pattern)
            and (not views_only or entry.get("TableType") == "VIRTUAL_VIEW")
        ]
    return _describe_relation(catalog, statement)


def _describe_relation(catalog: GlueCatalog, statement: Show) -> list[Row]:
    shown = f"'{CATALOG}.{statement.database}.{statement.name}'"
    found = catalog.find(statement.database, statement.name)
    if found is None or (statement.subject == "view" and isinstance(found, ExternalTable)):
        raise QueryError("TABLE_NOT_FOUND", f"{statement.subject.capitalize()}: {shown} does not exist")
    if isinstance(found, ExternalTable):
        described = [(name, data_types.to_hive(kind), "") for name, kind in found.columns.items()]
        described += [(name, data_types.to_hive(kind), "partition key") for name, kind in found.partition_keys.items()]
    elif statement.subject == "view":
        name = f'"{found.database}"."{found.name}"'
        return [(line,) for line in f"CREATE VIEW {name} AS\n{found.sql.strip()}".split("\n")]
    else:
        described = [(name, kind, "") for name, kind in found.columns]
    return [row[:1] if statement.subject == "columns" else row for row in described]


def _matches_pattern(name: str, pattern: str | None) -> bool:
    """Hive's patterns: `*` for anything, `|` between alternatives."""
    if pattern is None:
        return True
    return any(re.fullmatch(re.escape(part).replace(r"\*", ".*"), name) for part in pattern.split("|"))
