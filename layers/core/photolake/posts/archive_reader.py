"""Reading an object of the archive: JSON lines, gzip or plain, of any size, in constant memory."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

from photolake.post_files.compression import BLOCK_BYTES, GZIP_MAGIC, DamageError, open_gzip
from photolake.rejected import MAX_CUT_BYTES, RejectedRecord
from photolake.rows.json_text import parse_json, replace_lone_surrogates

if TYPE_CHECKING:
    from photolake.rows.types import PostRow

MAX_LINE_BYTES = 1_024_000  # a Firehose record: no archived line is longer
CHUNK_POSTS = 500  # more posts fill Comprehend's batches better, as a batch has one language, and take more memory
CHUNK_BYTES = 4_000_000
_SURROGATE_ESCAPE = re.compile(r"\\u[dD][89a-fA-F]")


@dataclass(frozen=True)
class ArchiveLine:
    """A line that holds a post: `number` counts from 1, `raw` are its bytes, `post` has an integer `id`."""

    source: str
    number: int
    raw: bytes
    post: PostRow


Chunk = list[ArchiveLine | RejectedRecord]


def read_chunks(source: str, body: io.RawIOBase) -> Iterator[Chunk]:
    """Yield the lines of an object in chunks of at most 500 lines or about 4 MB; blank lines are left out.

    Gzip is recognized by its first two bytes; `body` must not return single bytes. Gzip data that is cut off or damaged
    gives the lines before the damage and then a RejectedRecord. A line that is too long, not UTF-8, not a JSON object,
    or without an integer `id` is a RejectedRecord too. Half a surrogate pair becomes U+FFFD, as UTF-8 cannot encode it.
    """
    file = io.BufferedReader(body, BLOCK_BYTES)
    is_gzip = file.peek(len(GZIP_MAGIC)).startswith(GZIP_MAGIC)
    read = open_gzip(file) if is_gzip else file.read1
    parser = _LineParser(source)
    chunk: Chunk = []
    size = 0
    block = b"\n"
    while block:
        try:
            block = read(BLOCK_BYTES)
            lines = parser.feed(block) if block else parser.finish()
        except DamageError as error:
            block = b""
            lines = parser.finish(str(error))
        for line in lines:
            chunk.append(line)
            size += len(line.raw)
            if len(chunk) == CHUNK_POSTS or size >= CHUNK_BYTES:
                yield chunk
                chunk, size = [], 0
    if chunk:
        yield chunk


class _LineParser:
    """Parses the lines of an object as its blocks arrive; of a line over the limit only the beginning is held."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._number = 0
        self._pending = bytearray()

    def feed(self, block: bytes) -> Iterator[ArchiveLine | RejectedRecord]:
        """Yield the lines that a block completes."""
        head, *tails = block.split(b"\n")
        if len(self._pending) <= MAX_LINE_BYTES:
            self._pending += head
        for tail in tails:
            if line := self._parse_pending():
                yield line
            self._pending[:] = tail

    def finish(self, damage: str = "") -> Chunk:
        """Return the last line; `damage` says why there is no more, and rejects the line if it is incomplete."""
        last = self._parse_pending() if self._pending else None
        if not damage:
            return [last] if last else []
        if isinstance(last, RejectedRecord):
            return [replace(last, message=damage)]
        cut = RejectedRecord(b"", damage, self._source, self._number + 1)
        return [last, cut] if last else [cut]

    def _parse_pending(self) -> ArchiveLine | RejectedRecord | None:
        raw = bytes(self._pending)
        self._number += 1
        if len(raw) > MAX_LINE_BYTES:
            message = f"longer than {MAX_LINE_BYTES} bytes; its first {MAX_CUT_BYTES} are kept"
            return RejectedRecord(raw[:MAX_CUT_BYTES], message, self._source, self._number)
        if not raw.strip():
            return None
        try:
            return ArchiveLine(self._source, self._number, raw, _parse_post(raw))
        except (ValueError, RecursionError) as error:
            return RejectedRecord(raw, str(error), self._source, self._number)


def _parse_post(raw: bytes) -> PostRow:
    text = raw.decode("utf-8-sig")
    post = parse_json(text)
    if not isinstance(post, dict):
        raise ValueError(f"expected a JSON object, got {type(post).__name__}")
    if type(post.get("id")) is not int:
        raise ValueError("the post has no integer id")
    return cast("PostRow", _replace_surrogates(post) if _SURROGATE_ESCAPE.search(text) else post)


def _replace_surrogates(value: Any) -> Any:
    if isinstance(value, str):
        return replace_lone_surrogates(value)
    if isinstance(value, list):
        return [_replace_surrogates(item) for item in value]
    if isinstance(value, dict):
        return {_replace_surrogates(key): _replace_surrogates(item) for key, item in value.items()}
    return value
