"""A damaged place of a file: its bytes, of which a huge one keeps the beginning, and what is said about it."""

from __future__ import annotations

import re

from photolake.rejected import MAX_CUT_BYTES

MAX_KEPT_BYTES = 1_024_000
"""A damaged place up to this size is kept whole; no post is larger."""

_BLANKS = b" \t\r\n"
_KINDS = (
    (re.compile(rb"\{\s*'|b['\"]"), "Python's or JavaScript's notation, with single quotes"),
    (re.compile(rb"\{\s*[A-Za-z_$][\w$]*\s*:"), "JavaScript, with names that are not quoted"),
    (re.compile(rb"<[!?A-Za-z]"), "XML or HTML"),
    (re.compile(rb"(?:[\t -~]\0){8}|(?:\0[\t -~]){8}"), "UTF-16 within a file that is not"),
    (re.compile(rb"//|/\*|#"), "a comment"),
)


class DamagedPlace:
    """Gathers the bytes of a place that begins on `line` at the byte `offset`."""

    def __init__(self, line: int, offset: int) -> None:
        self.line = line
        self.offset = offset
        self.size = 0
        self._parts: list[bytes] = []

    def add(self, raw: bytes) -> None:
        """Add the next bytes."""
        self.size += len(raw)
        if self.size > MAX_KEPT_BYTES:
            raw = b"".join([*self._parts, raw])[:MAX_CUT_BYTES]
            self._parts.clear()
        self._parts.append(raw[:MAX_KEPT_BYTES])

    @property
    def is_whole(self) -> bool:
        """Whether all bytes are kept."""
        return self.size <= MAX_KEPT_BYTES

    @property
    def raw(self) -> bytes:
        """The bytes without blanks around them, or the first 4,096."""
        raw = b"".join(self._parts)
        return raw.strip(_BLANKS) if self.is_whole else raw[:MAX_CUT_BYTES]

    def describe(self, message: str, line: int, offset: int) -> str:
        """What is wrong: a word for it, or the parser's `message`; and where, with the line if it is another one."""
        raw = self.raw
        kind = next((name for pattern, name in _KINDS if pattern.match(raw)), "")
        what = f"{kind}, not JSON ({message})" if kind else message
        size = "" if self.is_whole else f"; the first {MAX_CUT_BYTES:,} of {self.size:,} bytes are kept"
        where = f"byte {offset:,}" if line == self.line else f"line {line:,}, byte {offset:,}"
        return f"{where}: {what}{size}"
