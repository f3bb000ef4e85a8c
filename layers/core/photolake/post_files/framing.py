"""What stands between the documents of a file: brackets of arrays, commas, blanks, marks; and when it is too much."""

from __future__ import annotations

import re

MAX_NESTING = 64
"""Arrays of pages are two or three deep; more brackets are not framing, nor are more commas in a row."""
ENDLESS = f"more than {MAX_NESTING} brackets inside one another, or commas in a row: not a list of posts"
UNCLOSED = "cut off: an array begins, and holds nothing"
_SEPARATORS = re.compile(r"[\s\ufeff\x1e,;\[\]]*")
# Python counts the record separator among the blanks.
_BLANKS = re.compile(r"[^\S\x1e]*")
_TOKEN = re.compile(r"[\[\],;\ufeff\x1e]")


def find_end_of_framing(text: str, start: int) -> int:
    """Find the next character that is not framing."""
    found = _SEPARATORS.match(text, start)
    return found.end() if found else start


def find_end_of_blanks(text: str, start: int) -> int:
    """Find the next character that is not a blank."""
    found = _BLANKS.match(text, start)
    return found.end() if found else start


class FramingRun:
    """Counts what stands between two documents, which may come in several parts."""

    def __init__(self) -> None:
        self.is_endless = False
        self._opened = 0
        self._closed = 0
        self._marks = 0

    @property
    def is_open(self) -> bool:
        """Whether an array has begun and not ended."""
        return self._opened > 0

    def add(self, text: str, start: int, end: int) -> None:
        """Count the next part."""
        if self.is_endless:
            return
        for found in _TOKEN.finditer(text, start, end):
            mark = found[0]
            if mark == "[":
                self._opened += 1
            elif mark != "]":
                self._marks += 1
            elif self._opened:
                self._opened -= 1
            else:
                self._closed += 1
            if mark in ("[", "]"):
                self._marks = 0
            if max(self._opened, self._closed, self._marks) > MAX_NESTING:
                self.is_endless = True
                return
