"""The JSON documents of a file of posts, whatever its layout: one a line, or a single one, which may be indented.

Lines are read in constant memory; a single document that is spread over lines, and JavaScript, are held whole.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from photolake.post_files.compression import GZIP_AND_ZSTANDARD, Unpacked
from photolake.rejected import RejectedRecord
from photolake.rows.json_text import parse_json
from photolake.sources.x.account_archive import ASSIGNMENT

if TYPE_CHECKING:
    import io

KEPT_OF_A_DOCUMENT = 4_096
BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class Document:
    """A JSON value and the line it began on."""

    line: int
    raw: bytes
    value: Any


class _Line(NamedTuple):
    """A line, numbered from 1; `damage` says why the packed data ended in it."""

    number: int
    raw: bytes
    damage: str = ""


def documents(file: io.BufferedReader[Any], source: str, first_line: int = 1) -> Iterator[Document | RejectedRecord]:
    """Yield what a file holds, in order of lines; `source` is its name in malformed lines.

    Documents of lines before `first_line` are passed over unread. Of packed data that is cut off, what could be
    unpacked is read, and the cut is one malformed line.
    """
    lines = _lines(Unpacked(file, GZIP_AND_ZSTANDARD))
    head = list(itertools.islice(lines, 2))
    every = itertools.chain(head, lines)
    if head and ASSIGNMENT.match(head[0].raw):
        yield from _whole(_assigned(list(every)), source)
    elif _begins_a_document(head):
        yield from _whole(list(every), source)
    else:
        yield from _each((line for line in every if line.number >= first_line), source)


def _lines(blocks: Unpacked) -> Iterator[_Line]:
    """The lines that are not blank, without their newline; a damaged end is a line, even an empty one."""
    pending: list[bytes] = []
    number = 1
    for block in blocks:
        head, *tails = block.split(b"\n")
        pending.append(head)
        for tail in tails:
            yield from _unless_blank(number, pending, "")
            pending, number = [tail], number + 1
    yield from _unless_blank(number, pending, blocks.damage)


def _unless_blank(number: int, parts: list[bytes], damage: str) -> Iterator[_Line]:
    raw = b"".join(parts)
    if number == 1:
        raw = raw.removeprefix(BOM)
    if damage or (raw and not raw.isspace()):
        yield _Line(number, raw, damage)


def _assigned(lines: list[_Line]) -> list[_Line]:
    """The lines of a JavaScript assignment, without what makes it no JSON: its left side and a semicolon."""
    first, last = lines[0], lines[-1]
    opened = [_Line(first.number, ASSIGNMENT.sub(b"", first.raw, count=1), first.damage), *lines[1:]]
    ended = opened[-1].raw.rstrip().removesuffix(b";")
    return [*opened[:-1], _Line(last.number, ended, last.damage)]


def _begins_a_document(head: list[_Line]) -> bool:
    """Whether the first lines are those of an indented document, rather than JSON lines with a broken first one."""
    if len(head) < 2 or _is_json(head[0].raw):
        return False
    first = head[0].raw.strip()
    return first in (b"[", b"{") or first.endswith(b",") or not _is_json(head[1].raw)


def _each(lines: Iterable[_Line], source: str) -> Iterator[Document | RejectedRecord]:
    for line in lines:
        found = _read(line, source)
        if isinstance(found, Document) or not line.damage:
            yield found
        if line.damage:
            rest = b"" if isinstance(found, Document) else line.raw
            yield RejectedRecord(rest, line.damage, source, line.number)


def _whole(lines: list[_Line], source: str) -> Iterator[Document | RejectedRecord]:
    """The document; or if it is none, the lines after all, provided that one of them is an object."""
    raw = b"\n".join(line.raw for line in lines)
    try:
        document = Document(lines[0].number, raw, _value(raw))
    except (ValueError, RecursionError) as error:
        if any(_is_json(line.raw, dict) for line in lines):
            yield from _each(lines, source)
            return
        at = lines[error.lineno - 1] if isinstance(error, json.JSONDecodeError) else lines[0]
        message = f"{lines[-1].damage or error}; the first {KEPT_OF_A_DOCUMENT} bytes are kept"
        yield RejectedRecord(raw[:KEPT_OF_A_DOCUMENT], message, source, at.number)
        return
    yield document
    if lines[-1].damage:
        yield RejectedRecord(b"", lines[-1].damage, source, lines[-1].number)


def _read(line: _Line, source: str) -> Document | RejectedRecord:
    try:
        return Document(line.number, line.raw, _value(line.raw))
    except (ValueError, RecursionError) as error:
        return RejectedRecord(line.raw, str(error), source, line.number)


def _is_json(raw: bytes, *kinds: type) -> bool:
    try:
        value = _value(raw)
        return isinstance(value, kinds or (list, dict)) and bool(value)
    except (ValueError, RecursionError):
        return False


def _value(raw: bytes) -> Any:
    return parse_json(raw.decode())
