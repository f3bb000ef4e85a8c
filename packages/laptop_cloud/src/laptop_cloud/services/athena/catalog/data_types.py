"""Data types by their four spellings: Hive (Glue), DuckDB, Trino (stored views), and Athena's result sets."""

from __future__ import annotations

from functools import lru_cache

import pyarrow as pa
from sqlglot import exp

from laptop_cloud.services.athena.errors import QueryError

_T = exp.DataType.Type
# Reading the type of a whole analysis takes milliseconds, and every query reads it again for each view below it.
MOST_KNOWN = 1_000

_INTEGERS = {_T.TINYINT: "tinyint", _T.SMALLINT: "smallint", _T.INT: "integer", _T.BIGINT: "bigint"}
# DuckDB widens sums and counts; Trino has no wider integer than bigint.
_AS_BIGINT = {_T.INT128, _T.UBIGINT, _T.UINT, _T.USMALLINT, _T.UTINYINT, _T.UINT128}
_TEXTS = {_T.TEXT, _T.VARCHAR, _T.CHAR, _T.NVARCHAR, _T.NULL, _T.UNKNOWN}
_TRINO = {
    **_INTEGERS,
    **dict.fromkeys(_AS_BIGINT, "bigint"),
    **dict.fromkeys(_TEXTS, "varchar"),
    _T.FLOAT: "real",
    _T.DOUBLE: "double",
    _T.BOOLEAN: "boolean",
    _T.DATE: "date",
    _T.TIME: "time",
    _T.TIMESTAMP: "timestamp(3)",
    _T.TIMESTAMPNTZ: "timestamp(3)",
    _T.DATETIME: "timestamp(3)",
    _T.TIMESTAMPTZ: "timestamp(3) with time zone",
    _T.BINARY: "varbinary",
    _T.VARBINARY: "varbinary",
    _T.JSON: "json",
    _T.INTERVAL: "interval day to second",
    _T.UUID: "uuid",
}
_HIVE = {"integer": "int", "varchar": "string", "real": "float", "timestamp(3)": "timestamp", "varbinary": "binary"}
_NOT_IN_HIVE = {"timestamp(3) with time zone", "time", "json", "interval day to second", "uuid"}
_ARROW = {
    _T.TINYINT: pa.int8(),
    _T.SMALLINT: pa.int16(),
    _T.INT: pa.int32(),
    _T.BIGINT: pa.int64(),
    _T.FLOAT: pa.float32(),
    _T.DOUBLE: pa.float64(),
    _T.BOOLEAN: pa.bool_(),
    _T.DATE: pa.date32(),
    _T.TIMESTAMP: pa.timestamp("ms"),
    **dict.fromkeys(_TEXTS, pa.string()),
}


@lru_cache(MOST_KNOWN)
def from_hive(text: str) -> exp.DataType:
    """A Glue column type; raises sqlglot's ParseError when it is none."""
    return exp.DataType.build(text, dialect="hive")


@lru_cache(MOST_KNOWN)
def from_duckdb(text: str) -> exp.DataType:
    """A type as DuckDB prints it in a result's description."""
    return exp.DataType.build(text.replace('"NULL"', "TEXT"), dialect="duckdb")


def struct_fields(datatype: exp.DataType) -> list[tuple[str, exp.DataType]]:
    """Names (lower case) and types of a struct's fields."""
    return [(field.name.lower(), field.args["kind"]) for field in datatype.expressions]


def element_type(datatype: exp.DataType) -> exp.DataType:
    """The type of an array's elements."""
    found: exp.DataType = datatype.expressions[0]
    return found


def to_duckdb(datatype: exp.DataType) -> str:
    """The type in DuckDB's DDL."""
    return datatype.sql("duckdb", identify=True)


def to_trino(datatype: exp.DataType) -> str:
    """The full Trino type, as stored in a view: `array(row("a" bigint))`."""
    kind = datatype.this
    if kind in (_T.ARRAY, _T.LIST):
        return f"array({to_trino(element_type(datatype))})"
    if kind == _T.STRUCT:
        return "row({})".format(",".join(f'"{name}" {to_trino(inner)}' for name, inner in struct_fields(datatype)))
    if kind == _T.MAP:
        return "map({})".format(",".join(to_trino(inner) for inner in datatype.expressions))
    if kind == _T.DECIMAL:
        return str(datatype.sql("trino")).lower().replace(" ", "")
    return _TRINO.get(kind) or str(kind.value).lower()


def to_hive(datatype: exp.DataType) -> str:
    """The type as a Glue column has it; QueryError for one that Hive lacks, which no view's column may have."""
    kind = datatype.this
    if kind in (_T.ARRAY, _T.LIST):
        return f"array<{to_hive(element_type(datatype))}>"
    if kind == _T.STRUCT:
        return "struct<{}>".format(",".join(f"{name}:{to_hive(inner)}" for name, inner in struct_fields(datatype)))
    if kind == _T.MAP:
        return "map<{}>".format(",".join(to_hive(inner) for inner in datatype.expressions))
    name = to_trino(datatype)
    if name in _NOT_IN_HIVE:
        raise QueryError("NOT_SUPPORTED", f"Unsupported Hive type: {name}")
    return _HIVE.get(name, name)


def to_athena(datatype: exp.DataType) -> str:
    """The name in a result set's metadata, without parameters: `varchar`, `array`, `row`, `timestamp`."""
    name, _, rest = to_trino(datatype).partition("(")
    return f"{name} with time zone" if rest.endswith("time zone") else name


def to_arrow(datatype: exp.DataType) -> pa.DataType:
    """The Arrow type a Glue column is cached in."""
    kind = datatype.this
    if kind in (_T.ARRAY, _T.LIST):
        return pa.list_(to_arrow(element_type(datatype)))
    if kind == _T.STRUCT:
        return pa.struct([pa.field(name, to_arrow(inner)) for name, inner in struct_fields(datatype)])
    if kind == _T.MAP:
        key, value = datatype.expressions
        return pa.map_(to_arrow(key), to_arrow(value))
    if kind == _T.DECIMAL:
        precision, scale = (int(parameter.name) for parameter in datatype.expressions)
        return pa.decimal128(precision, scale)
    return _ARROW[kind]
