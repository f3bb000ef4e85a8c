"""Numbers for values that many rows share, so that a row holds a small number in place of a name."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Generic, TypeVar

UNKNOWN = "unknown"

Named = TypeVar("Named")


class NameList(Generic[Named]):
    """Names in the order in which they were first seen."""

    def __init__(self) -> None:
        self.items: list[Named] = []
        self._numbers: dict[Hashable, int] = {}

    def number(self, key: Hashable, name: Named) -> int:
        """The number of the name with this key; `name` is kept when the key is new."""
        known = self._numbers.get(key)
        if known is None:
            known = self._numbers[key] = len(self.items)
            self.items.append(name)
        return known


class TextNames(NameList[str]):
    """Names that are texts."""

    def find(self, text: str | None) -> int | None:
        """The number of a text; None for none and for an empty one."""
        return self.number(text, text) if text else None

    def require(self, text: str | None) -> int:
        """The number of a text; `unknown` stands for none."""
        return self.number(text or UNKNOWN, text or UNKNOWN)
