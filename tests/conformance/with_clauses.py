"""A lake as the WITH clause of a query, for an engine that has no tables."""

import json
import re
from collections.abc import Iterable, Mapping
from itertools import chain
from typing import Any

from laptop_cloud.services.athena.catalog import data_types
from photolake.athena_schema.sql_files import group_by_dependency, read_statements
from tests.resolved_template import ROOT, table_input

_LANDING = "landing"
_TABLES = {
    "posts": "PostsTable",
    "photos": "PhotosTable",
    "analyses": "AnalysesTable",
    "deletions": "DeletionsTable",
    "collection_runs": "CollectionRunsTable",
}


def with_lake(sql: str, rows: Mapping[str, Iterable[Mapping[str, Any]]]) -> str:
    """A query of our views, over these rows of the landing tables; the others are empty. The query is not changed."""
    tables = {f"{_LANDING}_{name}": table(_columns(key), rows.get(name, ())) for name, key in _TABLES.items()}
    for view in chain.from_iterable(group_by_dependency(read_statements(ROOT / "athena/views", _LANDING))):
        query = re.sub(r"^create or replace view \w+ as\b", "", view.body)
        tables[view.name] = query.replace(f"{_LANDING}.", f"{_LANDING}_")
    return with_tables(sql, tables)


def with_tables(sql: str, tables: Mapping[str, str]) -> str:
    """A query over other queries, by the names it knows them by."""
    listed = ",\n".join(f"{name} as (\n{query}\n)" for name, query in tables.items())
    return f"with {listed}\n{sql}"


def table(columns: Mapping[str, str], rows: Iterable[Mapping[str, Any]]) -> str:
    """A query that gives rows, read from JSON, in columns of these Hive types; UNNEST must have its legacy meaning."""
    types = {name: data_types.to_trino(data_types.from_hive(kind)) for name, kind in columns.items()}
    fields = ", ".join(f'"{name}" {kind}' for name, kind in types.items())
    names = ", ".join(f'r."{name}"' for name in types)
    literal = json.dumps(list(rows)).replace("'", "''")
    whole = f"select cast(json_parse('{literal}') as array(row({fields}))) as rows"
    return f"select {names} from ({whole}) cross join unnest(rows) as t (r)"


def _columns(logical_id: str) -> dict[str, str]:
    given = table_input(logical_id)
    found = [*given["StorageDescriptor"]["Columns"], *given.get("PartitionKeys", [])]
    return {column["Name"]: column["Type"] for column in found}
