"""The Glue catalog as a query sees it: external tables and views by database and name."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

from sqlglot import exp
from sqlglot.errors import SqlglotError

from laptop_cloud.services.athena.catalog import data_types, presto_view
from laptop_cloud.services.athena.errors import NOT_AVAILABLE, QueryError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from mypy_boto3_glue import GlueClient

_FORMATS = {
    "org.openx.data.jsonserde.JsonSerDe": "json",
    "org.apache.hive.hcatalog.data.JsonSerDe": "json",
    "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe": "parquet",
}


PATH = "$path"
"""The hidden column with the S3 URI of the object that a row is from."""


@dataclass(frozen=True)
class ExternalTable:
    """An external table: where its objects lie and what Glue says is in them (all names in lower case)."""

    database: str
    name: str
    location: str
    format: str
    columns: Mapping[str, exp.DataType]
    partition_keys: Mapping[str, exp.DataType] = field(default_factory=dict)
    parameters: Mapping[str, str] = field(default_factory=dict)
    serde_parameters: Mapping[str, str] = field(default_factory=dict)

    @property
    def all_columns(self) -> dict[str, exp.DataType]:
        """Columns, then partition keys, as `select *` shows them."""
        return {**self.columns, **self.partition_keys}

    @cached_property
    def signature(self) -> tuple[tuple[str, str], ...]:
        """Names and Hive types of `all_columns`."""
        return tuple((name, data_types.to_hive(kind)) for name, kind in self.all_columns.items())

    @cached_property
    def duckdb_columns(self) -> str:
        """The columns in DuckDB's DDL."""
        named = ((exp.to_identifier(name, quoted=True), kind) for name, kind in self.all_columns.items())
        return ", ".join(f"{name} {data_types.to_duckdb(kind)}" for name, kind in named)


class GlueCatalog:
    """Reads and writes the one data catalog, `awsdatacatalog`.

    `read_changes` gives what has changed in it after the first so many changes: tables as `database.name`, None for
    anything. Without it every table is read whenever it is needed.
    """

    def __init__(self, glue: GlueClient, read_changes: Callable[[int], Sequence[str | None]] | None = None) -> None:
        self._glue = glue
        self._read_changes = read_changes
        self._seen = 0
        self._known: dict[tuple[str, str], ExternalTable | presto_view.StoredView] = {}
        self._refreshing = threading.Lock()

    def refresh(self) -> None:
        """Forget what has changed since; for the statement that begins."""
        if self._read_changes is None:
            return
        with self._refreshing:
            changed = self._read_changes(self._seen)
            self._seen += len(changed)
            if changed:
                # Another dict: a statement that is being read fills the old one, perhaps with what has changed.
                kept = {} if None in changed else dict(self._known)
                self._known = {name: found for name, found in kept.items() if ".".join(name) not in changed}

    def find_known(self, database: str, name: str) -> ExternalTable | presto_view.StoredView | None:
        """As `find`, with what was read since the last change before `refresh`."""
        known = self._known
        if (database, name) in known:
            return known[database, name]
        found = self.find(database, name)
        if found is not None and self._read_changes is not None:
            known[database, name] = found
        return found

    def find(self, database: str, name: str) -> ExternalTable | presto_view.StoredView | None:
        """The table or view, or None; QueryError when it exists but cannot be read here."""
        try:
            found: Any = self._glue.get_table(DatabaseName=database, Name=name)["Table"]
        except self._glue.exceptions.EntityNotFoundException:
            return None
        if found.get("TableType") == "VIRTUAL_VIEW":
            return presto_view.decode_view(database, found)
        return _read_table(database, json.dumps(found, default=str))

    def has_database(self, database: str) -> bool:
        """Whether Glue knows the database."""
        return database in self.databases()

    def databases(self) -> list[str]:
        """Names of all databases, sorted."""
        pages = self._glue.get_paginator("get_databases").paginate()
        return sorted(database["Name"] for page in pages for database in page["DatabaseList"])

    def entries(self, database: str) -> Iterator[Mapping[str, Any]]:
        """Glue's own description of each table and view of a database, by name."""
        pages = self._glue.get_paginator("get_tables").paginate(DatabaseName=database)
        found: list[Any] = [table for page in pages for table in page["TableList"]]
        yield from sorted(found, key=lambda entry: str(entry["Name"]))

    def put_view(self, database: str, table_input: Any, replace: bool) -> None:
        """Create the view, or replace one of the same name."""
        name = table_input["Name"]
        found = self.find_known(database, name)
        if isinstance(found, ExternalTable):
            raise QueryError("TABLE_ALREADY_EXISTS", f"'{database}.{name}' is a table, not a view")
        if found is None:
            self._glue.create_table(DatabaseName=database, TableInput=table_input)
        elif replace:
            self._glue.update_table(DatabaseName=database, TableInput=table_input)
        else:
            raise QueryError("ALREADY_EXISTS", f"View already exists: '{presto_view.CATALOG}.{database}.{name}'")

    def drop_view(self, database: str, name: str, if_exists: bool) -> None:
        """Delete the view; a missing one is an error unless `if_exists`, a table is one always."""
        found = self.find(database, name)
        if isinstance(found, ExternalTable):
            raise QueryError("TABLE_NOT_FOUND", f"'{database}.{name}' is a table, not a view")
        if found is not None:
            self._glue.delete_table(DatabaseName=database, Name=name)
        elif not if_exists:
            raise QueryError("TABLE_NOT_FOUND", f"View '{presto_view.CATALOG}.{database}.{name}' does not exist")


@lru_cache(100)
def _read_table(database: str, entry: str) -> ExternalTable:
    found = json.loads(entry)
    storage = found.get("StorageDescriptor", {})
    serde = storage.get("SerdeInfo", {})
    library = serde.get("SerializationLibrary", "")
    if library not in _FORMATS:
        raise QueryError("NOT_SUPPORTED", f"{database}.{found['Name']}: the SerDe '{library}' {NOT_AVAILABLE}")
    return ExternalTable(
        database=database,
        name=found["Name"],
        location=storage.get("Location", ""),
        format=_FORMATS[library],
        columns=_read_columns(database, found["Name"], storage.get("Columns", [])),
        partition_keys=_read_columns(database, found["Name"], found.get("PartitionKeys", [])),
        parameters=found.get("Parameters", {}),
        serde_parameters=serde.get("Parameters", {}),
    )


def _read_columns(database: str, table: str, columns: list[Mapping[str, str]]) -> dict[str, exp.DataType]:
    try:
        return {column["Name"].lower(): data_types.from_hive(column["Type"]) for column in columns}
    except SqlglotError as error:
        raise QueryError("HIVE_INVALID_METADATA", f"{database}.{table}: {error}") from error
