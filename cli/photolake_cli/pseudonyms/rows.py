"""Rows of a view with pseudonyms, in the form in which Athena writes them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from photolake_cli.pseudonyms.fields import Rule, find_treatment
from photolake_cli.pseudonyms.pseudonyms import Kind, Pseudonyms

if TYPE_CHECKING:
    from photolake_cli.export.view import View
    from photolake_cli.query.result import QueryResult, Row

_SHORTEST = 3
"""Characters of an id or name that is looked for in texts: shorter ones are parts of other words."""
_SECOND_MS = 1000
Words = set[tuple[Kind, str]]


class RowPseudonymizer:
    """Replaces what names people, posts and photos in the rows of one view."""

    def __init__(self, view: View, pseudonyms: Pseudonyms, keeps_text: bool) -> None:
        """`keeps_text` says whether texts are cleaned, or left out."""
        self._view = view
        self._pseudonyms = pseudonyms
        self._keeps_text = keeps_text

    @property
    def left_out(self) -> list[str]:
        """The columns that are null in every row."""
        dropped = {Rule.DROP, None} if self._keeps_text else {Rule.DROP, Rule.TEXT, None}
        return [
            column.name for column in self._view.columns if not column.is_nested and self._find(column.name) in dropped
        ]

    def read_result(self, result: QueryResult) -> QueryResult:
        """Return the result with pseudonyms, while its rows arrive."""
        return replace(result, pages=self._read_pages(result.pages))

    def read(self, row: Row) -> Row:
        """Return a row with pseudonyms."""
        values = [
            json.loads(text) if text is not None and column.is_nested else text
            for text, column in zip(row, self._view.columns, strict=True)
        ]
        own: Words = set()
        for column, value in zip(self._view.columns, values, strict=True):
            self._gather_words(column.name, value, own)
        return tuple(
            self._write(column.name, value, column.is_nested, column.type == "bigint", own)
            for column, value in zip(self._view.columns, values, strict=True)
        )

    def find_owner(self, value: Any) -> Any:
        """Return the pseudonym of a post or image by which rows are removed."""
        kind = Kind.IMAGE if self._view.owner == "image_id" else Kind.POST
        return self._replace(kind, value if isinstance(value, int) else str(value))

    def _read_pages(self, pages: Iterator[Sequence[Row]]) -> Iterator[Sequence[Row]]:
        for page in pages:
            yield [self.read(row) for row in page]

    def _find(self, path: str) -> Rule | Kind | None:
        treatment = find_treatment(self._view.name, path)
        if treatment in (None, Rule.DROP) and path in self._view.key:
            return Kind.OTHER  # a key cannot be left out
        return treatment

    def _gather_words(self, path: str, value: Any, words: Words) -> None:
        if isinstance(value, list):
            for item in value:
                self._gather_words(path, item, words)
        elif isinstance(value, dict):
            for name, item in value.items():
                self._gather_words(f"{path}.{name}", item, words)
        elif value is not None and len(str(value)) >= _SHORTEST:
            treatment = self._find(path)
            if isinstance(treatment, Kind):
                words.add((treatment, str(value)))

    def _write(self, name: str, value: Any, is_nested: bool, is_number: bool, own: Words) -> str | None:
        if value is None:
            return None
        if is_nested:
            return json.dumps(self._treat(name, value, own), ensure_ascii=False, separators=(",", ":"))
        treated = self._treat(name, int(value) if is_number else value, own)
        return None if treated is None else str(treated)

    def _treat(self, path: str, value: Any, own: Words) -> Any:
        if isinstance(value, list):
            return [self._treat(path, item, own) for item in value]
        if isinstance(value, dict):
            return {name: self._treat(f"{path}.{name}", item, own) for name, item in value.items()}
        treatment = self._find(path)
        if value is None or treatment in (None, Rule.DROP):
            return None
        if isinstance(treatment, Kind):
            return self._replace(treatment, value)
        if treatment is Rule.SECOND:
            return value // _SECOND_MS * _SECOND_MS
        if treatment is Rule.KEEP:
            return value
        if treatment is Rule.TEXT and not self._keeps_text:
            return None
        return self._pseudonyms.clean_text(value, own)

    def _replace(self, kind: Kind, value: Any) -> Any:
        if isinstance(value, int):
            return self._pseudonyms.find_number(kind, str(value))
        return self._pseudonyms.find_word(kind, value) if value else value
