"""Calls about dates and times: formats, units, and what is added to what."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from laptop_cloud.services.athena.errors import error_at
from laptop_cloud.services.athena.sql import datetime_formats
from laptop_cloud.services.athena.sql.call_arguments import (
    argument_type_error,
    build_call,
    read_arguments,
    read_literal,
)
from laptop_cloud.services.athena.sql.type_families import find_type_family

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


def _make_format_builder(translate: Callable[[str], str]) -> Callable[[exp.Anonymous], exp.Expr]:
    def build(node: exp.Anonymous) -> exp.Expr:
        value, pattern = read_arguments(node, 2)
        if find_type_family(value) == "text":
            raise error_at(node, "TYPE_MISMATCH", f"Unexpected parameters (varchar, varchar) for {node.name.lower()}")
        return build_call("strftime", value, exp.Literal.string(translate(read_literal(node, pattern))))

    return build


def _build_date_parse(node: exp.Anonymous) -> exp.Expr:
    text, pattern = read_arguments(node, 2)
    return build_call("strptime", text, exp.Literal.string(datetime_formats.from_mysql(read_literal(node, pattern))))


def _build_parse_datetime(node: exp.Anonymous) -> exp.Expr:
    text, pattern = read_arguments(node, 2)
    form = exp.Literal.string(datetime_formats.from_joda(read_literal(node, pattern), parsing=True))
    return exp.Cast(this=build_call("strptime", text, form), to=exp.DataType.build("timestamptz", dialect="duckdb"))


def _build_to_iso8601(node: exp.Anonymous) -> exp.Expr:
    (value,) = read_arguments(node, 1)
    forms = {
        "date": "%Y-%m-%d",
        "timestamp": "%Y-%m-%dT%H:%M:%S.%g",
        "timestamp with time zone": "%Y-%m-%dT%H:%M:%S.%gZ",
    }
    if find_type_family(value) not in forms:
        raise argument_type_error(node, value)
    return build_call("strftime", value, exp.Literal.string(forms[find_type_family(value)]))


def _read_unit(node: exp.Anonymous, value: exp.Expr, moment: exp.Expr) -> str:
    unit = read_literal(node, value).lower()
    if unit not in _UNITS or (find_type_family(moment) == "date" and unit not in _DATE_UNITS):
        raise error_at(
            node,
            "INVALID_FUNCTION_ARGUMENT",
            f"'{unit}' is not a valid {find_type_family(moment) or 'Timestamp'} field",
        )
    return unit


def build_shift(moment: exp.Expr, result: exp.Expr) -> exp.Expr:
    """`result`, a time made from `moment`; a date stays a date, which DuckDB would make a timestamp."""
    return build_call("t_shifted_date" if find_type_family(moment) == "date" else "t_shifted", moment.copy(), result)


def _build_date_add(node: exp.Anonymous) -> exp.Expr:
    unit, amount, moment = read_arguments(node, 3)
    whole = exp.Cast(this=amount, to=exp.DataType.build("int"))
    return build_shift(
        moment, exp.Add(this=moment, expression=build_call(_UNITS[_read_unit(node, unit, moment)], whole))
    )


def _build_date_diff(node: exp.Anonymous) -> exp.Expr:
    unit, start, end = read_arguments(node, 3)
    return build_call("date_sub", exp.Literal.string(_read_unit(node, unit, start)), start, end)


def _build_date_trunc(node: exp.Anonymous) -> exp.Expr:
    unit, moment = read_arguments(node, 2)
    return build_shift(moment, build_call("date_trunc", exp.Literal.string(_read_unit(node, unit, moment)), moment))


TIME_BUILDERS: Mapping[str, Callable[[exp.Anonymous], exp.Expr]] = {
    "date_format": _make_format_builder(datetime_formats.from_mysql),
    "format_datetime": _make_format_builder(datetime_formats.from_joda),
    "date_parse": _build_date_parse,
    "parse_datetime": _build_parse_datetime,
    "to_iso8601": _build_to_iso8601,
    "date_add": _build_date_add,
    "date_diff": _build_date_diff,
    "date_trunc": _build_date_trunc,
}
