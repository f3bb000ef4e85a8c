"""Reads what `str(post)` and `repr(line)` of Python leave in files: dicts, and bytes or strings that hold JSON."""

from __future__ import annotations

import ast
import json
import re
from typing import Any

_MAX_BYTES = 1 << 20
_LITERAL = re.compile(rb"""\s*(?:\{\s*'|b['"]|')""")


def read_literals(raw: bytes) -> list[Any] | None:
    """Read the values, which commas may separate, as JSON would hold them; None if they are anything else."""
    if len(raw) > _MAX_BYTES or not _LITERAL.match(raw):
        return None
    try:
        text = raw.decode().strip().rstrip(",]")
        values = ast.literal_eval(f"[{text}]")
        return [_read_json(value) for value in values]
    except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
        return None


def _read_json(value: Any) -> Any:
    """Return a dict of JSON's types, or what a string holds; ValueError or TypeError for anything else."""
    if isinstance(value, (bytes, str)):
        value = json.loads(value)
    if not isinstance(value, dict):
        raise TypeError(f"expected an object, got {type(value).__name__}")
    _check_types(value)
    return value


def _check_types(value: Any) -> None:
    if isinstance(value, dict):
        if not all(isinstance(name, str) for name in value):
            raise TypeError("names are strings in JSON")
        for item in value.values():
            _check_types(item)
    elif isinstance(value, list):
        for item in value:
            _check_types(item)
    elif not (value is None or isinstance(value, (str, int, float))):
        raise TypeError(f"JSON has no {type(value).__name__}")
