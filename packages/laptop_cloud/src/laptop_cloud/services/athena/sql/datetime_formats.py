"""Date formats of MySQL (`date_format`, `date_parse`) and Joda (`format_datetime`, `parse_datetime`) in DuckDB's."""

from __future__ import annotations

import re

from laptop_cloud.services.athena.errors import NOT_AVAILABLE, QueryError

# https://trino.io/docs/current/functions/datetime.html#mysql-date-functions
_MYSQL = {
    **{letter: f"%{letter}" for letter in "abdHIjmpSYyf%"},
    "c": "%-m",
    "e": "%-d",
    "h": "%I",
    "i": "%M",
    "k": "%-H",
    "l": "%-I",
    "M": "%B",
    "r": "%I:%M:%S %p",
    "s": "%S",
    "T": "%H:%M:%S",
    "v": "%V",
    "W": "%A",
    "x": "%G",
}
# https://www.joda.org/joda-time/apidocs/org/joda/time/format/DateTimeFormat.html
_JODA = {
    "yyyy": "%Y",
    "YYYY": "%Y",
    "yy": "%y",
    "MMMM": "%B",
    "MMM": "%b",
    "MM": "%m",
    "M": "%-m",
    "dd": "%d",
    "d": "%-d",
    "HH": "%H",
    "H": "%-H",
    "hh": "%I",
    "h": "%-I",
    "mm": "%M",
    "ss": "%S",
    "SSS": "%g",
    "SSSSSS": "%f",
    "a": "%p",
    "EEEE": "%A",
    "EEE": "%a",
    "EE": "%a",
    "E": "%a",
    "DDD": "%j",
    "xxxx": "%G",
    "ww": "%V",
}


def from_mysql(pattern: str) -> str:
    """The DuckDB pattern; QueryError for a specifier that has no equal there."""

    def translate(match: re.Match[str]) -> str:
        if match[1] not in _MYSQL:
            raise QueryError("NOT_SUPPORTED", f"the date format specifier %{match[1]} {NOT_AVAILABLE}")
        return _MYSQL[match[1]]

    return re.sub(r"%(.)", translate, pattern)


def from_joda(pattern: str, parsing: bool = False) -> str:
    """The DuckDB pattern; QueryError for letters that have no equal there. `Z` is for parsing only."""
    known = {**_JODA, "Z": "%z"} if parsing else _JODA

    def translate(match: re.Match[str]) -> str:
        if match["quoted"] is not None:
            return (match["quoted"] or "'").replace("%", "%%")
        if match["run"] is None:
            return match[0].replace("%", "%%")
        if match["run"] not in known:
            raise QueryError("NOT_SUPPORTED", f"'{match['run']}' in the date format '{pattern}' {NOT_AVAILABLE}")
        return known[match["run"]]

    return re.sub(r"'(?P<quoted>[^']*)'|(?P<run>([A-Za-z])\3*)|.", translate, pattern, flags=re.DOTALL)
