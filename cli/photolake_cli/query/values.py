"""Athena's values, which come as text, as Python's where these are exactly the same."""

from __future__ import annotations

import math
from typing import Any

MAX_EXACT = 2**53
_INTEGERS = frozenset({"tinyint", "smallint", "integer", "int", "bigint"})
_FLOATS = frozenset({"real", "float", "double"})


def value(text: str | None, kind: str) -> Any:
    """Integers, doubles and truth values as such; every other type, decimals among them, as Athena wrote it."""
    if text is None:
        return None
    if kind == "boolean":
        return text == "true"
    if kind in _INTEGERS:
        return int(text)
    return float(text) if kind in _FLOATS else text


def json_value(text: str | None, kind: str) -> Any:
    """The value for JSON: an integer that a browser could not hold exactly as a string, NaN and infinity as null."""
    found = value(text, kind)
    if isinstance(found, float) and not math.isfinite(found):
        return None
    return str(found) if isinstance(found, int) and abs(found) > MAX_EXACT else found
