"""The column types that the local format conversion can write, read from a Glue table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from sqlglot import exp
from sqlglot.errors import SqlglotError

_SCALARS = {
    exp.DataType.Type.TEXT: "string",
    exp.DataType.Type.BIGINT: "bigint",
    exp.DataType.Type.DOUBLE: "double",
    exp.DataType.Type.BOOLEAN: "boolean",
}


class SchemaError(ValueError):
    """A column's type is not a Hive type, or not available locally."""


@dataclass(frozen=True)
class ColumnType:
    """string, bigint, double, boolean, an array with an `element`, or a struct with `fields`."""

    name: str
    element: ColumnType | None = None
    fields: Mapping[str, ColumnType] = field(default_factory=dict)

    @classmethod
    def parse(cls, text: str) -> ColumnType:
        """Read a type such as `array<struct<name:string,confidence:double>>`; SchemaError for any other."""
        return _parse_type(text)


Columns = Mapping[str, ColumnType]


def read_columns(table: Mapping[str, Any]) -> dict[str, ColumnType]:
    """The columns inside a Glue table's objects, without its partition keys; SchemaError names an unknown type."""
    columns = table["StorageDescriptor"]["Columns"]
    return {column["Name"]: ColumnType.parse(column["Type"]) for column in columns}


@cache  # Firehose reads the table's columns for every object that it delivers, and parsing them takes 60 ms
def _parse_type(text: str) -> ColumnType:
    try:
        return _convert_type(exp.DataType.build(text, dialect="hive"))
    except SqlglotError as error:
        raise SchemaError(f"{text!r} is not a Hive type") from error


def _convert_type(datatype: exp.DataType) -> ColumnType:
    if datatype.is_type("array") and datatype.expressions:
        return ColumnType("array", element=_convert_type(datatype.expressions[0]))
    if datatype.is_type("struct") and datatype.expressions:
        return ColumnType(
            "struct", fields={item.name: _convert_type(item.args["kind"]) for item in datatype.expressions}
        )
    if datatype.this not in _SCALARS:
        raise SchemaError(f"the type {datatype.sql('hive').lower()} is not available locally")
    return ColumnType(_SCALARS[datatype.this])
