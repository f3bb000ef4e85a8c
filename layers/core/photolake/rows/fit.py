"""Compiles the columns of a table into a function that tells fast that a row fits them.

It is a function of functions, one for each column that is more than a text or a flag. What it lets pass fits for
sure. It knows the types that our own rows have, and no places: whatever else it meets is for `photolake.rows.schema`
to look at, which may accept it all the same, or says what is wrong and where.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from photolake.rows.schema import HiveType

Fits = Callable[[Any], bool]
"""Whether a value, which is not None, is sure to fit."""

_EXACT: Mapping[str, type] = {"string": str, "boolean": bool, "bigint": int}
_BIGINT = range(-(2**63), 2**63)
_LARGEST_FLOAT = 1.7976931348623157e308


def compile_struct(fields: Mapping[str, HiveType]) -> Fits:
    """Compile the fields of a struct, or the columns of a table."""
    exact = {name: _EXACT[kind.name] for name, kind in fields.items() if kind.name in _EXACT}
    others = {name: _compile_type(kind) for name, kind in fields.items() if kind.name not in _EXACT}

    def fits(struct: Any) -> bool:
        if type(struct) is not dict:
            return False
        for name, value in struct.items():
            if value is None:
                if name not in fields:
                    return False
            elif (expected := exact.get(name)) is not None:
                if type(value) is not expected or (expected is int and value not in _BIGINT):
                    return False
            elif (other := others.get(name)) is None or not other(value):
                return False
        return True

    return fits


def _compile_type(kind: HiveType) -> Fits:
    if kind.element is not None:
        return _compile_array(kind.element)
    if kind.name == "struct":
        return compile_struct(kind.fields)
    return {"bigint": _is_bigint, "double": _is_double, "string": _is_string, "boolean": _is_boolean}[kind.name]


def _compile_array(element: HiveType) -> Fits:
    item_fits = _compile_type(element)

    def fits(array: Any) -> bool:
        if type(array) is not list:
            return False
        for item in array:  # noqa: SIM110 (a generator takes twice as long)
            if item is not None and not item_fits(item):
                return False
        return True

    return fits


def _is_bigint(value: Any) -> bool:
    return type(value) is int and value in _BIGINT


def _is_double(value: Any) -> bool:
    return type(value) is int or (type(value) is float and -_LARGEST_FLOAT <= value <= _LARGEST_FLOAT)


def _is_string(value: Any) -> bool:
    return type(value) is str


def _is_boolean(value: Any) -> bool:
    return type(value) is bool
