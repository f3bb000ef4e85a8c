"""A view as Athena stores it in the Glue catalog: a VIRTUAL_VIEW table whose text is base64 JSON.

The format is that of HiveViewCodec in https://github.com/trinodb/trino.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from laptop_cloud.services.athena.catalog import data_types
from laptop_cloud.services.athena.errors import QueryError
from laptop_cloud.services.glue_defaults import add_glue_defaults

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlglot import exp

CATALOG = "awsdatacatalog"
# Of every table and view that Athena creates; Trino runs a view as its owner, and refuses a view without one.
OWNER = "hadoop"
_PREFIX, _SUFFIX = "/* Presto View: ", " */"


@dataclass(frozen=True)
class StoredView:
    """A stored view: its query, the database in which the query's bare names live, and its columns (Trino types)."""

    database: str
    name: str
    sql: str
    query_database: str
    columns: tuple[tuple[str, str], ...]


def decode_view(database: str, table: Mapping[str, Any]) -> StoredView:
    """The view in a Glue table; QueryError INVALID_VIEW when its text is not a Presto view's."""
    text = str(table.get("ViewOriginalText", ""))
    try:
        body = json.loads(base64.b64decode(text.removeprefix(_PREFIX).removesuffix(_SUFFIX), validate=True))
        columns = tuple((column["name"], column["type"]) for column in body["columns"])
        return StoredView(database, table["Name"], body["originalSql"], body.get("schema") or database, columns)
    except (ValueError, KeyError, TypeError) as error:
        raise QueryError("INVALID_VIEW", f"View '{database}.{table['Name']}' holds no Presto view: {error}") from error


def build_table_input(
    name: str, sql: str, database: str, columns: Sequence[tuple[str, exp.DataType]]
) -> dict[str, Any]:
    """The Glue TableInput of a view whose bare names live in `database`."""
    body = {
        "originalSql": sql,
        "catalog": CATALOG,
        "schema": database,
        "columns": [{"name": column, "type": data_types.to_trino(datatype)} for column, datatype in columns],
    }
    view = {
        "Name": name,
        "Owner": OWNER,
        "TableType": "VIRTUAL_VIEW",
        "Parameters": {"presto_view": "true", "comment": "Presto View"},
        "PartitionKeys": [],
        "StorageDescriptor": {
            "Columns": [{"Name": column, "Type": data_types.to_hive(datatype)} for column, datatype in columns],
            "Location": "",
            "SerdeInfo": {},
        },
        "ViewOriginalText": _PREFIX + base64.b64encode(json.dumps(body).encode()).decode() + _SUFFIX,
        "ViewExpandedText": "/* Presto View */",
    }
    return add_glue_defaults(view)
