"""Values as Athena writes them in a result: text or null."""

from __future__ import annotations

import datetime
import math
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from laptop_cloud.services.athena.catalog import data_types

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlglot import exp

Row = tuple[str | None, ...]


def format_value(value: Any, datatype: exp.DataType) -> str | None:
    """A value as Athena's CSV has it: `{a=1, b=[x, y]}`, `1.0E7`, `2026-01-01 00:00:00.000`; None for null."""
    if value is None:
        return None
    kind = data_types.to_athena(datatype)
    if kind == "array":
        inner = data_types.element_type(datatype)
        return "[{}]".format(", ".join(_format_nested(item, inner) for item in value))
    if kind == "row":
        fields = zip(
            data_types.struct_fields(datatype), value.values() if isinstance(value, dict) else value, strict=True
        )
        return "{{{}}}".format(", ".join(f"{name}={_format_nested(item, inner)}" for (name, inner), item in fields))
    if kind == "map":
        key, inner = datatype.expressions
        return "{{{}}}".format(
            ", ".join(f"{_format_nested(k, key)}={_format_nested(v, inner)}" for k, v in value.items())
        )
    return _format_scalar(value)


def _format_nested(value: Any, datatype: exp.DataType) -> str:
    return format_value(value, datatype) or ("null" if value is None else "")


def _format_scalar(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return format_double(value)
    if isinstance(value, datetime.datetime):
        moment = value.replace(tzinfo=None).isoformat(" ", "milliseconds")
        return f"{moment} UTC" if value.tzinfo else moment
    if isinstance(value, datetime.timedelta):
        seconds = int(value.total_seconds())
        sign, seconds = ("-", -seconds) if seconds < 0 else ("", seconds)
        clock = f"{seconds % 86_400 // 3_600:02}:{seconds % 3_600 // 60:02}:{seconds % 60:02}"
        return f"{sign}{seconds // 86_400} {clock}.{value.microseconds // 1000:03}"
    if isinstance(value, bytes):
        return value.hex(" ")
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def format_double(value: float) -> str:
    """A double as Java's Double.toString: plain from 0.001 to 10,000,000, else with an exponent."""
    if math.isnan(value):
        return "NaN"
    if value in (float("inf"), float("-inf")):
        return "Infinity" if value > 0 else "-Infinity"
    if value == 0 or 1e-3 <= abs(value) < 1e7:
        return repr(value) if "e" not in repr(value) else format(Decimal(repr(value)), "f")
    sign, digits, exponent = Decimal(repr(value)).as_tuple()
    shown = "".join(map(str, digits)).rstrip("0") or "0"
    power = int(exponent) + len(digits) - 1
    return f"{'-' if sign else ''}{shown[0]}.{shown[1:] or '0'}E{power}"


def write_csv(columns: Sequence[str], rows: Iterable[Row]) -> str:
    """Athena's CSV: a header, every value in quotes, null as an empty field without quotes."""
    lines = [columns, *rows]
    return "".join(",".join(_quote_value(value) for value in line) + "\n" for line in lines)


def _quote_value(value: str | None) -> str:
    return "" if value is None else '"{}"'.format(value.replace('"', '""'))
