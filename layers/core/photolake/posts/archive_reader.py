"""Reading the archive: an object of JSON lines, gzip or plain, of any size, in constant memory."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from photolake.post_files.compression import BLOCK_BYTES, Unpacked
from photolake.rejected import RejectedRecord
from photolake.rows.json_text import parse_json, replace_lone_surrogates

MAX_LINE_BYTES = 1_024_000  # a Firehose record: no archived line is longer
KEPT_OF_LONG_LINE = 4_096
RANGE_BYTES = 1 << 20
_SURROGATE_ESCAPE = re.compile(r"\\u[dD][89a-fA-F]")


@dataclass(frozen=True)
class ArchiveLine:
    """A line that holds a post: `number` counts from 1, `raw` is the line as it stood, `post` has an integer `id`."""

    source: str
    number: int
    raw: bytes
    post: Mapping[str, Any]


def read_lines(source: str, body: io.RawIOBase) -> Iterator[ArchiveLine | RejectedRecord]:
    """Yield each line of the object, in order; blank lines are passed over.

    Gzip is told by its first two bytes; `body` must not come in single bytes. A gzip stream that is cut off or damaged
    yields what could be read and then a RejectedRecord; so does, in its place, a line that is too long, not UTF-8, not
    a JSON object, or without an integer `id`. Half a surrogate pair becomes U+FFFD, as nothing later could encode it.
    """
    blocks = Unpacked(io.BufferedReader(body, BLOCK_BYTES))
    number, cut = 0, b""
    for number, raw in enumerate(_split(blocks), start=1):
        line = _line(source, number, raw)
        if blocks.damage and isinstance(line, RejectedRecord):
            number, cut = number - 1, raw
        elif line is not None:
            yield line
    if blocks.damage:
        yield RejectedRecord(cut, blocks.damage, source, number + 1)


def _split(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """Lines without their newline; of a line over the limit only the beginning is kept, still longer than the limit."""
    pending = bytearray()
    for block in blocks:
        head, *tails = block.split(b"\n")
        if len(pending) <= MAX_LINE_BYTES:
            pending += head
        for tail in tails:
            yield bytes(pending)
            pending[:] = tail
    if pending:
        yield bytes(pending)


def _line(source: str, number: int, raw: bytes) -> ArchiveLine | RejectedRecord | None:
    if len(raw) > MAX_LINE_BYTES:
        message = f"longer than {MAX_LINE_BYTES} bytes; its first {KEPT_OF_LONG_LINE} are kept"
        return RejectedRecord(raw[:KEPT_OF_LONG_LINE], message, source, number)
    if not raw.strip():
        return None
    try:
        return ArchiveLine(source, number, raw, _post(raw))
    except (ValueError, RecursionError) as error:
        return RejectedRecord(raw, str(error), source, number)


def _post(raw: bytes) -> dict[str, Any]:
    text = raw.decode("utf-8-sig")
    post = parse_json(text)
    if not isinstance(post, dict):
        raise ValueError(f"expected a JSON object, got {type(post).__name__}")
    if type(post.get("id")) is not int:
        raise ValueError("the post has no integer id")
    return _without_lone_surrogates(post) if _SURROGATE_ESCAPE.search(text) else post


def _without_lone_surrogates(value: Any) -> Any:
    if isinstance(value, str):
        return replace_lone_surrogates(value)
    if isinstance(value, list):
        return [_without_lone_surrogates(item) for item in value]
    if isinstance(value, dict):
        return {_without_lone_surrogates(key): _without_lone_surrogates(item) for key, item in value.items()}
    return value
