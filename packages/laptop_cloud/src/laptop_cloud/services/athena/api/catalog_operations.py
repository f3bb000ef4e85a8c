"""The catalog operations of the API, as PyAthena and BI tools call them."""

from __future__ import annotations

import re
import uuid
from typing import TYPE_CHECKING, Any

from laptop_cloud.server.aws_json import Operation, ServiceError
from laptop_cloud.services.athena.api.requests import list_page

if TYPE_CHECKING:
    from collections.abc import Mapping

    from laptop_cloud.services.athena.catalog.glue_catalog import GlueCatalog

_CATALOG = {"Name": "AwsDataCatalog", "Type": "GLUE", "Parameters": {}}


def build_catalog_operations(catalog: GlueCatalog) -> dict[str, Operation]:
    """The operations over this catalog; its name in a request is not looked at, there is only one."""
    return {
        "GetDataCatalog": lambda request: {"DataCatalog": _CATALOG},
        "ListDataCatalogs": lambda request: {
            "DataCatalogsSummary": [{"CatalogName": _CATALOG["Name"], "Type": "GLUE"}]
        },
        "GetDatabase": lambda request: _get_database(catalog, request),
        "ListDatabases": lambda request: list_page(
            [{"Name": name} for name in catalog.databases()], request, "DatabaseList"
        ),
        "GetTableMetadata": lambda request: _get_table(catalog, request),
        "ListTableMetadata": lambda request: _list_tables(catalog, request),
    }


def _missing_entity_error() -> ServiceError:
    """Athena hands on Glue's error in these words, by which PyAthena knows that a table is missing.

    https://github.com/DyfanJones/noctua/issues/205
    """
    glue = "Service: AmazonDataCatalog; Status Code: 400; Error Code: EntityNotFoundException"
    return ServiceError("MetadataException", f"Entity Not Found ({glue}; Request ID: {uuid.uuid4()}; Proxy: null)")


def _get_database(catalog: GlueCatalog, request: dict[str, Any]) -> dict[str, Any]:
    name = request["DatabaseName"].lower()
    if not catalog.has_database(name):
        raise _missing_entity_error()
    return {"Database": {"Name": name}}


def _list_entries(catalog: GlueCatalog, request: dict[str, Any]) -> list[Mapping[str, Any]]:
    database = _get_database(catalog, request)["Database"]["Name"]
    return list(catalog.entries(database))


def _get_table(catalog: GlueCatalog, request: dict[str, Any]) -> dict[str, Any]:
    wanted = request["TableName"].lower()
    for entry in _list_entries(catalog, request):
        if entry["Name"] == wanted:
            return {"TableMetadata": _describe_table(entry)}
    raise _missing_entity_error()


def _list_tables(catalog: GlueCatalog, request: dict[str, Any]) -> dict[str, Any]:
    pattern = re.compile(request.get("Expression") or ".*")
    found = [_describe_table(entry) for entry in _list_entries(catalog, request) if pattern.fullmatch(entry["Name"])]
    return list_page(found, request, "TableMetadataList")


def _describe_table(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "Name": entry["Name"],
        "TableType": entry.get("TableType", "EXTERNAL_TABLE"),
        "CreateTime": entry.get("CreateTime"),
        "Columns": [_describe_column(column) for column in entry.get("StorageDescriptor", {}).get("Columns", [])],
        "PartitionKeys": [_describe_column(column) for column in entry.get("PartitionKeys", [])],
        "Parameters": _describe_parameters(entry),
    }


def _describe_parameters(entry: Mapping[str, Any]) -> dict[str, str]:
    """The table's parameters and, under Athena's names, where and in which format a table's objects lie."""
    storage = entry.get("StorageDescriptor", {})
    serde = storage.get("SerdeInfo", {})
    stored = {
        "location": storage.get("Location"),
        "inputformat": storage.get("InputFormat"),
        "outputformat": storage.get("OutputFormat"),
        "serde.serialization.lib": serde.get("SerializationLibrary"),
        **{f"serde.param.{name}": value for name, value in serde.get("Parameters", {}).items()},
    }
    return {**entry.get("Parameters", {}), **{name: value for name, value in stored.items() if value}}


def _describe_column(column: Mapping[str, str]) -> dict[str, str]:
    return {key: column[key] for key in ("Name", "Type", "Comment") if key in column}
