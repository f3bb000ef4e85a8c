"""Families of types that Trino does not mix."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

if TYPE_CHECKING:
    from collections.abc import Mapping

_T = exp.DType
_KINDS: Mapping[exp.DType, str] = {
    **dict.fromkeys(exp.DataType.TEXT_TYPES, "text"),
    **dict.fromkeys(exp.DataType.INTEGER_TYPES, "integer"),
    _T.DOUBLE: "double",
    _T.FLOAT: "double",
    _T.DECIMAL: "decimal",
    _T.BOOLEAN: "boolean",
    _T.DATE: "date",
    _T.TIMESTAMP: "timestamp",
    _T.TIMESTAMPNTZ: "timestamp",
    _T.TIMESTAMPTZ: "timestamp with time zone",
    _T.INTERVAL: "interval",
    _T.ARRAY: "array",
    _T.LIST: "array",
    _T.MAP: "map",
    _T.STRUCT: "row",
    _T.JSON: "json",
    _T.VARBINARY: "varbinary",
}
_COMPARABLE = {
    **dict.fromkeys(("integer", "double", "decimal"), "number"),
    **dict.fromkeys(("date", "timestamp", "timestamp with time zone"), "time"),
}


def find_type_family(node: exp.Expr) -> str:
    """The family of an annotated expression's type: `integer`, `text`, `date` ...; empty when it is not known."""
    if isinstance(node, exp.Paren):
        return find_type_family(node.this)
    if isinstance(node, exp.Literal) and not node.is_string and not node.is_int:
        return "double" if "e" in node.name.lower() else "decimal"
    if isinstance(node, (exp.Add, exp.Sub, exp.Mul)) and {
        find_type_family(node.this),
        find_type_family(node.expression),
    } == {
        "decimal",
        "integer",
    }:
        return "decimal"
    return _KINDS.get(node.type.this, "") if node.type else ""


def are_comparable(left: str, right: str) -> bool:
    """Whether Trino compares the two kinds; what is not known may be."""
    return not left or not right or _COMPARABLE.get(left, left) == _COMPARABLE.get(right, right)
