"""Calls about dates and times: formats, units, and what is added to what."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from laptop_cloud.services.athena.errors import error_at
from laptop_cloud.services.athena.sql import datetime_formats
from laptop_cloud.services.athena.sql.call_arguments import arguments, call, literal_text, refusal
from laptop_cloud.services.athena.sql.type_families import kind

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_UNITS = {
    "millisecond": "to_milliseconds",
    "second": "to_seconds",
    "minute": "to_minutes",
    "hour": "to_hours",
    "day": "to_days",
    "week": "to_weeks",
    "month": "to_months",
    "quarter": "to_quarters",
    "year": "to_years",
}
_DATE_UNITS = {"day", "week", "month", "quarter", "year"}


def _formatted(translate: Callable[[str], str]) -> Callable[[exp.Anonymous], exp.Expr]:
    def build(node: exp.Anonymous) -> exp.Expr:
        value, pattern = arguments(node, 2)
        if kind(value) == "text":
            raise error_at(node, "TYPE_MISMATCH", f"Unexpected parameters (varchar, varchar) for {node.name.lower()}")
        return call("strftime", value, exp.Literal.string(translate(literal_text(node, pattern))))

    return build


def _date_parse(node: exp.Anonymous) -> exp.Expr:
    text, pattern = arguments(node, 2)
    return call("strptime", text, exp.Literal.string(datetime_formats.from_mysql(literal_text(node, pattern))))


def _parse_datetime(node: exp.Anonymous) -> exp.Expr:
    text, pattern = arguments(node, 2)
    form = exp.Literal.string(datetime_formats.from_joda(literal_text(node, pattern), parsing=True))
    return exp.Cast(this=call("strptime", text, form), to=exp.DataType.build("timestamptz", dialect="duckdb"))


def _to_iso8601(node: exp.Anonymous) -> exp.Expr:
    (value,) = arguments(node, 1)
    forms = {
        "date": "%Y-%m-%d",
        "timestamp": "%Y-%m-%dT%H:%M:%S.%g",
        "timestamp with time zone": "%Y-%m-%dT%H:%M:%S.%gZ",
    }
    if kind(value) not in forms:
        raise refusal(node, value)
    return call("strftime", value, exp.Literal.string(forms[kind(value)]))


def _unit(node: exp.Anonymous, value: exp.Expr, moment: exp.Expr) -> str:
    unit = literal_text(node, value).lower()
    if unit not in _UNITS or (kind(moment) == "date" and unit not in _DATE_UNITS):
        raise error_at(
            node, "INVALID_FUNCTION_ARGUMENT", f"'{unit}' is not a valid {kind(moment) or 'Timestamp'} field"
        )
    return unit


def shifted(moment: exp.Expr, result: exp.Expr) -> exp.Expr:
    """`result`, a time made from `moment`; a date stays a date, which DuckDB would make a timestamp."""
    return call("t_shifted_date" if kind(moment) == "date" else "t_shifted", moment.copy(), result)


def _date_add(node: exp.Anonymous) -> exp.Expr:
    unit, amount, moment = arguments(node, 3)
    whole = exp.Cast(this=amount, to=exp.DataType.build("int"))
    return shifted(moment, exp.Add(this=moment, expression=call(_UNITS[_unit(node, unit, moment)], whole)))


def _date_diff(node: exp.Anonymous) -> exp.Expr:
    unit, start, end = arguments(node, 3)
    return call("date_sub", exp.Literal.string(_unit(node, unit, start)), start, end)


def _date_trunc(node: exp.Anonymous) -> exp.Expr:
    unit, moment = arguments(node, 2)
    return shifted(moment, call("date_trunc", exp.Literal.string(_unit(node, unit, moment)), moment))


TIME_BUILDERS: Mapping[str, Callable[[exp.Anonymous], exp.Expr]] = {
    "date_format": _formatted(datetime_formats.from_mysql),
    "format_datetime": _formatted(datetime_formats.from_joda),
    "date_parse": _date_parse,
    "parse_datetime": _parse_datetime,
    "to_iso8601": _to_iso8601,
    "date_add": _date_add,
    "date_diff": _date_diff,
    "date_trunc": _date_trunc,
}
