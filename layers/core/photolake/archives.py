"""Reading files of collected posts, whatever tool wrote them: the way in for archives and replays.

A file is plain or gzip and holds JSON lines (a v2 page, stream line, status or post a line, or lines of our own
archive), or one JSON document, which may be indented. Lines are read in constant memory; a document is held whole.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

from photolake.malformed import MalformedLine
from photolake.unpacking import Unpacked
from photolake.x.posts import compact_json, posts_in

if TYPE_CHECKING:
    import io

KEPT_OF_A_DOCUMENT = 4_096
_BOM = b"\xef\xbb\xbf"


def read_posts(
    file: io.BufferedReader[Any],
    *,
    source: str,
    collected_at: str,
    on_malformed: Callable[[MalformedLine], None],
    matched_query: str | None = None,
) -> Iterator[dict[str, Any]]:
    """Yield the posts of a file opened for reading bytes; `source` is its name in malformed lines.

    Lines of our own archive (they have `source_platform` and `source_json`) pass as they are. What is no post is
    handed to `on_malformed`, with the line it began on, and the rest goes on. Of a gzip file that is cut off, what
    could be unpacked is read, and the cut is one malformed line.
    """
    for found in _documents(file, source):
        if isinstance(found, MalformedLine):
            on_malformed(found)
            continue

        def refuse(post: Any, message: str, document: _Document = found) -> None:
            on_malformed(MalformedLine(source, document.line, message, _raw(post, document)))

        for value in found.value if isinstance(found.value, list) else [found.value]:
            if _is_archived(value):
                yield value
            else:
                yield from posts_in(value, collected_at=collected_at, matched_query=matched_query, on_malformed=refuse)


@dataclass(frozen=True)
class _Line:
    """A line, numbered from 1; `damage` says why the gzip data ended in it."""

    number: int
    raw: bytes
    damage: str = ""


@dataclass(frozen=True)
class _Document:
    """A JSON value and the line it began on."""

    line: int
    raw: bytes
    value: Any


def _documents(file: io.BufferedReader[Any], source: str) -> Iterator[_Document | MalformedLine]:
    lines = _lines(Unpacked(file))
    head = list(itertools.islice(lines, 2))
    every = itertools.chain(head, lines)
    if _begins_a_document(head):
        yield from _whole(list(every), source)
    else:
        yield from _each(every, source)


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
        raw = raw.removeprefix(_BOM)
    if raw.strip() or damage:
        yield _Line(number, raw, damage)


def _begins_a_document(head: list[_Line]) -> bool:
    """Whether the first lines are those of an indented document, rather than JSON lines with a broken first one."""
    if len(head) < 2 or _is_json(head[0].raw):
        return False
    first = head[0].raw.strip()
    return first in (b"[", b"{") or first.endswith(b",") or not _is_json(head[1].raw)


def _each(lines: Iterable[_Line], source: str) -> Iterator[_Document | MalformedLine]:
    for line in lines:
        found = _read(line, source)
        if isinstance(found, _Document) or not line.damage:
            yield found
        if line.damage:
            rest = b"" if isinstance(found, _Document) else line.raw
            yield MalformedLine(source, line.number, line.damage, rest)


def _whole(lines: list[_Line], source: str) -> Iterator[_Document | MalformedLine]:
    """The document; or if it is none, the lines after all, provided that one of them is an object."""
    raw = b"\n".join(line.raw for line in lines)
    try:
        document = _Document(lines[0].number, raw, _value(raw))
    except (ValueError, RecursionError) as error:
        if any(_is_json(line.raw, dict) for line in lines):
            yield from _each(lines, source)
            return
        at = lines[error.lineno - 1] if isinstance(error, json.JSONDecodeError) else lines[0]
        message = f"{lines[-1].damage or error}; the first {KEPT_OF_A_DOCUMENT} bytes are kept"
        yield MalformedLine(source, at.number, message, raw[:KEPT_OF_A_DOCUMENT])
        return
    yield document
    if lines[-1].damage:
        yield MalformedLine(source, lines[-1].number, lines[-1].damage, b"")


def _read(line: _Line, source: str) -> _Document | MalformedLine:
    try:
        return _Document(line.number, line.raw, _value(line.raw))
    except (ValueError, RecursionError) as error:
        return MalformedLine(source, line.number, str(error), line.raw)


def _is_json(raw: bytes, *kinds: type) -> bool:
    try:
        value = _value(raw)
        return isinstance(value, kinds or (list, dict)) and bool(value)
    except (ValueError, RecursionError):
        return False


def _value(raw: bytes) -> Any:
    return json.loads(raw.decode(), parse_constant=_refuse_constant)


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _is_archived(value: Any) -> bool:
    return isinstance(value, Mapping) and bool(value.get("source_platform")) and "source_json" in value


def _raw(post: Any, document: _Document) -> bytes:
    try:
        return compact_json(post).encode()
    except RecursionError:
        return document.raw
