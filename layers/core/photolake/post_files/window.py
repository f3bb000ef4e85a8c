"""The part of a text file that is in memory while its values are read: characters, bytes and lines in step."""

from __future__ import annotations

import codecs
from collections.abc import Iterator

_HEAD_CHARACTERS = 256
_ESCAPE = "surrogateescape"


class Window:
    """A text in UTF-8 from the current position on, as far as it has been read.

    `text[at]` is the character at the position; `offset` counts bytes from 0, `line` lines from 1. Bytes that are not
    UTF-8 are lone surrogates in `text`, one each, and then `is_clean` is false.
    """

    def __init__(self, blocks: Iterator[bytes], line: int = 1) -> None:
        """`line` is that of the position that `skip_to` will move to."""
        self.text = ""
        self.at = 0
        self.offset = 0
        self.line = line
        self.is_final = False
        self.is_clean = True
        self.is_ascii = True
        self._blocks = blocks
        self._data = b""
        self._data_at = 0
        self._line_head = ""

    @property
    def unread(self) -> int:
        """How many bytes after the position are in memory."""
        return len(self._data) - self._data_at

    @property
    def indent(self) -> int:
        """How many blanks the line of the position begins with."""
        head = self._read_line_head()
        return len(head) - len(head.lstrip(" \t"))

    def skip_to(self, offset: int) -> None:
        """Move from the beginning to a byte, without looking at what lies between."""
        if not offset:
            return
        head, block = b"", self._data
        while self.offset + len(block) < offset:
            head = _read_tail(head, block)
            self.offset += len(block)
            block = next(self._blocks, b"")
            if not block:
                break
        taken = max(offset - self.offset, 0)
        self._line_head = _read_tail(head, block[:taken]).decode("latin-1")
        self.offset += len(block[:taken])
        self._data, self._data_at, self.text, self.at = block[taken:], 0, "", 0
        self.extend(0)

    def extend(self, size: int, by_line: bool = False) -> None:
        """Read until there are `size` unread bytes, to the end of the file, or `by_line` until a block ends a line."""
        self._line_head = self._read_line_head()
        parts, unread = [self._data[self._data_at :]], self.unread
        while unread < size and not self.is_final:
            block = next(self._blocks, None)
            self.is_final = block is None
            parts.append(block or b"")
            unread += len(parts[-1])
            if by_line and b"\n" in parts[-1]:
                break
        self._data, self._data_at, self.at = b"".join(parts), 0, 0
        try:
            self.text, _ = codecs.utf_8_decode(self._data, "strict", self.is_final)
            self.is_clean = True
        except UnicodeDecodeError:
            self.text, _ = codecs.utf_8_decode(self._data, _ESCAPE, self.is_final)
            self.is_clean = False
        self.is_ascii = self.text.isascii()

    def take(self, end: int) -> bytes:
        """Move to the character at the index `end`, and return the bytes before it."""
        size = end - self.at if self.is_ascii else self.measure(end)
        raw = self._data[self._data_at : self._data_at + size]
        self._data_at += size
        self.at = end
        self.offset += size
        self.line += raw.count(b"\n")
        return raw

    def peek_object(self) -> bytes | None:
        """The bytes that may be the object at the position, by where lines end; None if no end is in memory.

        That is the rest of the line; or, if the line ends with its brace, all up to the next closing brace that stands
        under the line's beginning. Blanks, and a comma, that follow on the line are left out.
        """
        data, begin = self._data, self._data_at
        end = data.find(b"\n", begin)
        if end < 0 and not self.is_final:
            return None
        raw = data[begin : end if end >= 0 else len(data)].rstrip(b" \t\r,")
        if raw != b"{":
            return raw
        closing = b"\n" + b" " * self.indent + b"}"
        end = data.find(closing, begin)
        return data[begin : end + len(closing)] if end >= 0 else None

    def skip_bytes(self, raw: bytes) -> None:
        """Move over these bytes, which are the next ones, and in UTF-8."""
        self.at += len(raw) if self.is_ascii else len(raw.decode())
        self._data_at += len(raw)
        self.offset += len(raw)
        self.line += raw.count(b"\n")

    def measure(self, end: int) -> int:
        """How many bytes lie before the character at the index `end`."""
        return len(self.text[self.at : end].encode("utf-8", _ESCAPE))

    def _read_line_head(self) -> str:
        """The line of the position up to it, at most 256 characters."""
        begin = self.text.rfind("\n", 0, self.at) + 1
        head = self.text[begin : min(self.at, begin + _HEAD_CHARACTERS)]
        return head if begin else (self._line_head + head)[:_HEAD_CHARACTERS]


def _read_tail(head: bytes, block: bytes) -> bytes:
    """The beginning of the last line of a block, which follows `head` if it is the same line."""
    return (block.rpartition(b"\n")[2] if b"\n" in block else head + block)[:_HEAD_CHARACTERS]
