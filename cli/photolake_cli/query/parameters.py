"""Turns --param values into Athena's execution parameters, which are SQL literals.

https://docs.aws.amazon.com/athena/latest/ug/querying-with-prepared-statements-querying-using-execution-parameters.html
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence

from photolake.athena_schema.sql_files import Parameter
from photolake.errors import PermanentError
from photolake_cli.errors import CommandError

# Numbers as JSON writes them: 007 and +1 are text.
_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_QUOTED = re.compile(r"'((?:[^']|'')*)'")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DAYS = ("since", "until")


def day_defaults(earliest: str) -> Mapping[str, str]:
    """`since` is the first partition of the lake, `until` the last: tomorrow, UTC."""
    tomorrow = dt.datetime.now(dt.UTC).date() + dt.timedelta(days=1)
    return {"since": earliest, "until": tomorrow.isoformat()}


def positional_literals(words: Sequence[str]) -> list[str]:
    """Literals for the question marks of a statement.

    What JSON writes as a number (-3, 0.5, 1e6) is a number, anything else text, dates too. Text that looks like a
    number is quoted as in SQL: '2026'.
    """
    return [_format_value(value) for value in words]


def named_literals(
    query: str, parameters: Sequence[Parameter], words: Sequence[str], defaults: Mapping[str, str]
) -> list[str]:
    """Literals for the parameters of a saved query, from words NAME=VALUE; those with defaults may be missing.

    CommandError lists the parameters with their meaning.
    """
    values: dict[str, str] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals:
            raise _parameter_error(query, parameters, f"{word!r} is not of the form NAME=VALUE")
        if name in values:
            raise _parameter_error(query, parameters, f"{name} is given twice")
        values[name] = value
    names = [parameter.name for parameter in parameters]
    if unknown := [name for name in values if name not in names]:
        raise _parameter_error(query, parameters, f"it has no parameter {', '.join(unknown)}")
    if missing := [name for name in dict.fromkeys(names) if name not in values and name not in defaults]:
        raise _parameter_error(query, parameters, f"it needs {', '.join(missing)}")
    return [_format_parameter(query, parameters, parameter, values, defaults) for parameter in parameters]


def _format_parameter(
    query: str,
    parameters: Sequence[Parameter],
    parameter: Parameter,
    values: Mapping[str, str],
    defaults: Mapping[str, str],
) -> str:
    name = parameter.name
    value = values[name] if name in values else defaults[name]
    if name in _DAYS and parameter.type == "varchar" and not _is_day(value):
        raise _parameter_error(query, parameters, f"{name} must be a day such as 2026-11-01, not {value!r}")
    try:
        return parameter.literal(value)
    except PermanentError as error:
        raise _parameter_error(query, parameters, error.message) from error


def _is_day(text: str) -> bool:
    if not _DAY.fullmatch(text):
        return False
    try:
        dt.date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _format_value(value: str) -> str:
    if _NUMBER.fullmatch(value):
        return value
    quoted = _QUOTED.fullmatch(value)
    text = quoted[1].replace("''", "'") if quoted else value
    return Parameter("", "varchar", "").literal(text)


def _parameter_error(query: str, parameters: Sequence[Parameter], reason: str) -> CommandError:
    listed = [f"  --param {each.name}=…  {each.type}: {each.meaning}{_describe_default(each)}" for each in parameters]
    known = "\n".join(["Its parameters:", *listed]) if listed else "It has no parameters."
    return CommandError(f"{query}: {reason}. {known}")


def _describe_default(parameter: Parameter) -> str:
    return {"since": " (default: the first day of the lake)", "until": " (default: tomorrow)"}.get(parameter.name, "")
