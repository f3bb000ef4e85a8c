"""Values for a query's question marks, as Athena's execution parameters, which are SQL literals.

https://docs.aws.amazon.com/athena/latest/ug/querying-with-prepared-statements-querying-using-execution-parameters.html
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence

from photolake.athena_schema.sql_files import Parameter
from photolake.errors import PermanentError
from photolake_cli.errors import CommandError

# Numbers as JSON writes them: 007 and +1 are text.
_NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?")
_QUOTED = re.compile(r"'((?:[^']|'')*)'")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_DAYS = ("since", "until")

Defaults = Mapping[str, Callable[[], str]]


def default_days(earliest: Callable[[], str]) -> Defaults:
    """`since` is the lake's first partition, `until` its last: tomorrow, UTC."""
    return {"since": earliest, "until": lambda: (dt.datetime.now(dt.UTC).date() + dt.timedelta(days=1)).isoformat()}


def in_order(given: Sequence[str]) -> list[str]:
    """Literals for the question marks of a statement.

    A number (-3, 0.5, 1e6) stays one, everything else is text, dates too; text that looks like a number is given in
    single quotes, as SQL writes it: '2026'.
    """
    return [_literal(value) for value in given]


def by_name(query: str, parameters: Sequence[Parameter], given: Sequence[str], defaults: Defaults) -> list[str]:
    """Literals for the parameters of a saved query, from NAME=VALUE; those that `defaults` knows may be left out.

    CommandError lists the parameters with their meaning.
    """
    values: dict[str, str] = {}
    for word in given:
        name, equals, value = word.partition("=")
        if not equals:
            raise _refusal(query, parameters, f"{word!r} is no NAME=VALUE")
        if name in values:
            raise _refusal(query, parameters, f"{name} is given twice")
        values[name] = value
    names = [parameter.name for parameter in parameters]
    if unknown := [name for name in values if name not in names]:
        raise _refusal(query, parameters, f"it has no parameter {', '.join(unknown)}")
    if missing := [name for name in dict.fromkeys(names) if name not in values and name not in defaults]:
        raise _refusal(query, parameters, f"it needs {', '.join(missing)}")
    return [_typed(query, parameters, parameter, values, defaults) for parameter in parameters]


def _typed(
    query: str, parameters: Sequence[Parameter], parameter: Parameter, values: Mapping[str, str], defaults: Defaults
) -> str:
    name = parameter.name
    value = values[name] if name in values else defaults[name]()
    if name in _DAYS and parameter.type == "varchar" and not _is_day(value):
        raise _refusal(query, parameters, f"{name} is a day as in 2026-11-01, {value!r} is none")
    try:
        return parameter.literal(value)
    except PermanentError as error:
        raise _refusal(query, parameters, error.message) from error


def _is_day(text: str) -> bool:
    if not _DAY.fullmatch(text):
        return False
    try:
        dt.date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _literal(value: str) -> str:
    if _NUMBER.fullmatch(value):
        return value
    quoted = _QUOTED.fullmatch(value)
    text = quoted[1].replace("''", "'") if quoted else value
    return Parameter("", "varchar", "").literal(text)


def _refusal(query: str, parameters: Sequence[Parameter], reason: str) -> CommandError:
    listed = [f"  --param {each.name}=…  {each.type}: {each.meaning}{_default_note(each)}" for each in parameters]
    known = "\n".join(["Its parameters:", *listed]) if listed else "It has no parameters."
    return CommandError(f"{query}: {reason}. {known}")


def _default_note(parameter: Parameter) -> str:
    return {"since": " (if left out, the lake's first)", "until": " (if left out, tomorrow)"}.get(parameter.name, "")
