"""What Athena answers: columns, rows in pages, and how much it scanned."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from photolake_cli.query.values import value

Row = Sequence[str | None]


@dataclass(frozen=True)
class Column:
    """A column of an answer; precision and scale are those of a decimal."""

    name: str
    type: str
    """In Athena's words, without parameters: varchar, bigint, decimal, row."""
    precision: int = 0
    scale: int = 0


@dataclass(frozen=True)
class Answer:
    """The answer to one query; its rows are fetched while they are read, and can be read once."""

    columns: Sequence[Column]
    pages: Iterator[Sequence[Row]]
    """The rows as Athena writes them: text, or None for null."""
    scanned_bytes: int = 0
    is_charged: bool = True
    """Whether Athena charges for it: SHOW, DESCRIBE and statements that create views are free."""

    @property
    def names(self) -> list[str]:
        """The columns' names."""
        return [column.name for column in self.columns]

    @property
    def rows(self) -> Iterator[Row]:
        """The rows one by one."""
        return chain.from_iterable(self.pages)

    def values(self) -> Iterator[list[Any]]:
        """The rows with numbers and truth values as such."""
        kinds = [column.type for column in self.columns]
        return ([value(text, kind) for text, kind in zip(row, kinds, strict=True)] for row in self.rows)

    def records(self) -> list[dict[str, Any]]:
        """All rows as objects, with numbers and truth values as such."""
        return [dict(zip(self.names, row, strict=True)) for row in self.values()]
