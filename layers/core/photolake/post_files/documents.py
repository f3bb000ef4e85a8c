"""The JSON documents of a file of posts: one per line, or a single one, which may be indented.

Lines are read in constant memory. A single document that spans lines, and JavaScript, are read into memory whole.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from photolake.post_files.compression import Decompressed
from photolake.post_formats.x_account_archive import ASSIGNMENT
from photolake.rejected import MAX_CUT_BYTES, RejectedRecord
from photolake.rows.json_text import parse_json

if TYPE_CHECKING:
    import io

BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class JsonDocument:
    """A JSON value, its bytes, and the line on which it begins."""

    line: int
    raw: bytes
    value: Any


class _Line(NamedTuple):
    """A line, numbered from 1; `damage` says why the compressed data ended in it."""

    number: int
    raw: bytes
    damage: str = ""


def read_documents(
    file: io.BufferedReader[Any], source: str, first_line: int = 1
) -> Iterator[JsonDocument | RejectedRecord]:
    """Yield the documents of a file in the order of its lines; `source` is its name in rejected records.

    Documents of lines before `first_line` are skipped unparsed. Compressed data that is damaged is read up to the
    damage, which is one rejected record.
    """
    lines = _split_lines(Decompressed(file))
    head = list(itertools.islice(lines, 2))
    all_lines = itertools.chain(head, lines)
    if head and ASSIGNMENT.match(head[0].raw):
        yield from _parse_whole(_strip_assignment(list(all_lines)), source)
    elif _is_start_of_document(head):
        yield from _parse_whole(list(all_lines), source)
    else:
        yield from _parse_lines((line for line in all_lines if line.number >= first_line), source)


def _split_lines(blocks: Decompressed) -> Iterator[_Line]:
    """Yield the lines that are not blank, without newlines; damaged data ends in a line, even if it is empty."""
    pending: list[bytes] = []
    number = 1
    for block in blocks:
        head, *tails = block.split(b"\n")
        pending.append(head)
        for tail in tails:
            yield from _iterate_unless_blank(number, pending, "")
            pending, number = [tail], number + 1
    yield from _iterate_unless_blank(number, pending, blocks.damage)


def _iterate_unless_blank(number: int, parts: list[bytes], damage: str) -> Iterator[_Line]:
    raw = b"".join(parts)
    if number == 1:
        raw = raw.removeprefix(BOM)
    if damage or (raw and not raw.isspace()):
        yield _Line(number, raw, damage)


def _strip_assignment(lines: list[_Line]) -> list[_Line]:
    """Return the lines of a JavaScript assignment without its left side and semicolon, so that they are JSON."""
    first, last = lines[0], lines[-1]
    opened = [_Line(first.number, ASSIGNMENT.sub(b"", first.raw, count=1), first.damage), *lines[1:]]
    ended = opened[-1].raw.rstrip().removesuffix(b";")
    return [*opened[:-1], _Line(last.number, ended, last.damage)]


def _is_start_of_document(head: list[_Line]) -> bool:
    """Whether the first lines begin an indented document, rather than JSON lines of which the first is invalid."""
    if len(head) < 2 or _is_json(head[0].raw):
        return False
    first = head[0].raw.strip()
    return first in (b"[", b"{") or first.endswith(b",") or not _is_json(head[1].raw)


def _parse_lines(lines: Iterable[_Line], source: str) -> Iterator[JsonDocument | RejectedRecord]:
    for line in lines:
        found = _parse_line(line, source)
        if isinstance(found, JsonDocument) or not line.damage:
            yield found
        if line.damage:
            rest = b"" if isinstance(found, JsonDocument) else line.raw
            yield RejectedRecord(rest, line.damage, source, line.number)


def _parse_whole(lines: list[_Line], source: str) -> Iterator[JsonDocument | RejectedRecord]:
    """Yield the document; or if it is invalid and one of its lines is an object, a document for each line."""
    raw = b"\n".join(line.raw for line in lines)
    try:
        document = JsonDocument(lines[0].number, raw, _decode(raw))
    except (ValueError, RecursionError) as error:
        if any(_is_json(line.raw, dict) for line in lines):
            yield from _parse_lines(lines, source)
            return
        at = lines[error.lineno - 1] if isinstance(error, json.JSONDecodeError) else lines[0]
        message = f"{lines[-1].damage or error}; the first {MAX_CUT_BYTES} bytes are kept"
        yield RejectedRecord(raw[:MAX_CUT_BYTES], message, source, at.number)
        return
    yield document
    if lines[-1].damage:
        yield RejectedRecord(b"", lines[-1].damage, source, lines[-1].number)


def _parse_line(line: _Line, source: str) -> JsonDocument | RejectedRecord:
    try:
        return JsonDocument(line.number, line.raw, _decode(line.raw))
    except (ValueError, RecursionError) as error:
        return RejectedRecord(line.raw, str(error), source, line.number)


def _is_json(raw: bytes, *kinds: type) -> bool:
    try:
        value = _decode(raw)
        return isinstance(value, kinds or (list, dict)) and bool(value)
    except (ValueError, RecursionError):
        return False


def _decode(raw: bytes) -> Any:
    return parse_json(raw.decode())
