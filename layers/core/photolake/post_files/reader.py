"""Reading files of posts that other tools collected, and replaying our own archive.

A file is plain, gzip or Zstandard. It contains JSON lines (each a page of API v2, a line of the stream, a status, a
post, a post as `twarc2 flatten` writes it, or a line of our own archive), one JSON document, which may be indented, or
a part of the archive that X gives to the owner of an account (`tweets.js`). The format is recognized by content, never
by name.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from photolake.post_files.documents import JsonDocument, read_documents
from photolake.rejected import RejectedRecord
from photolake.rows.json_text import compact_json
from photolake.sources.x.account_archive import read_archived_status
from photolake.sources.x.payload import OnRejected, read_posts
from photolake.sources.x.twarc import read_retrieval_time, unflatten_post

if TYPE_CHECKING:
    import io

    from photolake.rows.types import PostRow


class Position(NamedTuple):
    """How far a file has been read: a number of entries of the document that begins on a line."""

    line: int
    entry: int


START = Position(1, 0)


class Entry(NamedTuple):
    """A post of a file, a rejected record, or None for a document without posts, such as a notice.

    `size` is the size in bytes of the JSON document that contains it.
    """

    position: Position
    content: PostRow | RejectedRecord | None
    size: int


def read_entries(
    file: io.BufferedReader[Any],
    *,
    source: str,
    collected_at: str,
    after: Position = START,
    author: Mapping[str, Any] | None = None,
) -> Iterator[Entry]:
    """Yield the entries of a file after a position; `source` is its name in rejected records.

    Lines of our own archive (they have `source_platform` and `source_json`) are yielded as they are. Posts that twarc
    collected keep its time, others get `collected_at`. `author` is the author of the posts of an account archive.
    """
    position = Position(0, 0)
    for document in read_documents(file, source, after.line):
        if document.line != position.line:
            position = Position(document.line, 0)
        size = len(document.raw)
        for content in _read_document(document, source, collected_at, author):
            position = Position(position.line, position.entry + 1)
            if position > after:
                yield Entry(position, content, size)


def _read_document(
    document: JsonDocument | RejectedRecord, source: str, collected_at: str, author: Mapping[str, Any] | None
) -> Iterator[PostRow | RejectedRecord | None]:
    if isinstance(document, RejectedRecord):
        yield document
        return
    rejected: deque[RejectedRecord] = deque()

    def reject(post: Any, message: str) -> None:
        rejected.append(RejectedRecord(_encode_post(post, document), message, source, document.line))

    is_empty = True
    for value in document.value if isinstance(document.value, list) else [document.value]:
        for content in _interleave(_map_posts(value, collected_at, author, reject), rejected):
            is_empty = False
            yield content
    if is_empty:
        yield None


def _interleave(posts: Iterable[PostRow], rejected: deque[RejectedRecord]) -> Iterator[PostRow | RejectedRecord]:
    """Yield the posts, and before each of them those that were rejected since the last."""
    for post in posts:
        while rejected:
            yield rejected.popleft()
        yield post
    while rejected:
        yield rejected.popleft()


def _map_posts(
    value: Any, collected_at: str, author: Mapping[str, Any] | None, reject: OnRejected
) -> Iterator[PostRow]:
    if _is_archived(value):
        yield value
        return
    payload = unflatten_post(read_archived_status(value, author))
    yield from read_posts(payload, collected_at=read_retrieval_time(value) or collected_at, on_rejected=reject)


def _is_archived(value: Any) -> bool:
    return isinstance(value, Mapping) and bool(value.get("source_platform")) and "source_json" in value


def _encode_post(post: Any, document: JsonDocument) -> bytes:
    try:
        return compact_json(post).encode()
    except RecursionError:
        return document.raw
