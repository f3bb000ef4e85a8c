"""The result of a query: columns, rows in pages, and the bytes scanned."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from photolake_cli.console import MAX_EXACT

_INTEGERS = frozenset({"tinyint", "smallint", "integer", "int", "bigint"})
_FLOATS = frozenset({"real", "float", "double"})
NUMERIC_TYPES = _INTEGERS | _FLOATS | {"decimal"}

Row = Sequence[str | None]


@dataclass(frozen=True)
class Column:
    """A column of a result; precision and scale are those of a decimal."""

    name: str
    type: str
    """Athena's name of the type, without parameters: varchar, bigint, decimal, row."""
    precision: int = 0
    scale: int = 0


@dataclass(frozen=True)
class QueryResult:
    """The result of one query; its rows are fetched while they are read, and can be read once."""

    columns: Sequence[Column]
    pages: Iterator[Sequence[Row]]
    """The rows as Athena writes them: text, or None for null."""
    scanned_bytes: int = 0
    is_charged: bool = True
    """Whether Athena charges for the query: SHOW, DESCRIBE and CREATE VIEW are free."""

    @property
    def column_names(self) -> list[str]:
        """The columns' names."""
        return [column.name for column in self.columns]

    @property
    def rows(self) -> Iterator[Row]:
        """The rows one by one."""
        return chain.from_iterable(self.pages)

    def typed_rows(self) -> Iterator[list[Any]]:
        """The rows with the values that parse_value gives."""
        types = [column.type for column in self.columns]
        return ([parse_value(text, kind) for text, kind in zip(row, types, strict=True)] for row in self.rows)

    def records(self) -> list[dict[str, Any]]:
        """All rows as dictionaries, with the values that parse_value gives."""
        return [dict(zip(self.column_names, row, strict=True)) for row in self.typed_rows()]


def parse_value(text: str | None, kind: str) -> Any:
    """Integers, floats and booleans as Python's, which are exactly the same; any other type as Athena wrote it."""
    if text is None:
        return None
    if kind == "boolean":
        return text == "true"
    if kind in _INTEGERS:
        return int(text)
    return float(text) if kind in _FLOATS else text


def to_json_value(text: str | None, kind: str) -> Any:
    """The value for JSON: integers over 2^53 as strings, as browsers would round them; NaN and infinity as null."""
    value = parse_value(text, kind)
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return str(value) if isinstance(value, int) and abs(value) > MAX_EXACT else value
