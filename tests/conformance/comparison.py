"""Compares a result of Trino with Athena's."""

import datetime
import math
import re
from decimal import Decimal
from typing import Any

from laptop_cloud.services.athena.execution.result_text import format_double
from tests.conformance.trino_server import Answer

# Sums of doubles differ in their last digits with the order of the rows.
_TOLERANCE = 1e-9
_SHOWN = 5


def as_athena(answer: Answer) -> Answer:
    """Format the types and values of Trino's result as Athena does."""
    columns = [(name, re.sub(r"\(.*\)", "", kind)) for name, kind in answer.columns]
    rows = [tuple(None if value is None else _format_value(value) for value in row) for row in answer.rows]
    return Answer(columns, rows, answer.statistics)


def differences(trino: Answer, athena: Answer, *, ordered: bool) -> list[str]:
    """List a few differences, none if the results are equal. Unordered rows are a multiset."""
    found = as_athena(trino)
    if found.columns != athena.columns:
        return [f"columns: Trino {found.columns}, Athena {athena.columns}"]
    if len(found.rows) != len(athena.rows):
        return [f"rows: Trino {len(found.rows)}, Athena {len(athena.rows)}"]
    doubles = [kind == "double" for _, kind in athena.columns]
    pairs = zip(_arrange_rows(found, doubles, ordered), _arrange_rows(athena, doubles, ordered), strict=True)
    wrong = [
        f"{name}: Trino {left!r}, Athena {right!r}"
        for one, other in pairs
        for (name, _), left, right, is_double in zip(athena.columns, one, other, doubles, strict=True)
        if not _are_equal(left, right, is_double)
    ]
    return wrong[:_SHOWN]


def _arrange_rows(answer: Answer, doubles: list[bool], ordered: bool) -> list[tuple[str | None, ...]]:
    """Return the rows, sorted if they have no order: first by exact values, then by doubles as numbers."""
    if ordered:
        return answer.rows

    def key(row: tuple[str | None, ...]) -> tuple[Any, ...]:
        exact = [(value is None, value or "") for value, is_double in zip(row, doubles, strict=True) if not is_double]
        about = [
            (value is None, 0.0 if value is None else float(value))
            for value, is_double in zip(row, doubles, strict=True)
            if is_double
        ]
        return (*exact, *about)

    return sorted(answer.rows, key=key)


def _are_equal(left: str | None, right: str | None, is_double: bool) -> bool:
    if left is None or right is None or not is_double:
        return left == right
    return math.isclose(float(left), float(right), rel_tol=_TOLERANCE)


def _format_value(value: Any) -> str:
    """Format a value as Athena writes it: `{a=1, b=[x, null]}`, `1.0E7`, `2026-01-01 00:00:00.000`."""
    if value is None:
        return "null"
    if isinstance(value, list):
        return "[{}]".format(", ".join(map(_format_value, value)))
    if isinstance(value, tuple):
        names = value.__annotations__["names"]
        return "{{{}}}".format(
            ", ".join(f"{name}={_format_value(item)}" for name, item in zip(names, value, strict=True))
        )
    if isinstance(value, dict):
        return "{{{}}}".format(", ".join(f"{_format_value(key)}={_format_value(item)}" for key, item in value.items()))
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return format_double(value)
    if isinstance(value, datetime.datetime):
        return value.isoformat(" ", "milliseconds")
    return f"{value:f}" if isinstance(value, Decimal) else str(value)
