"""Reading files of collected posts, whatever tool wrote them: the way in for archives and replays.

A file is plain, gzip or Zstandard and holds JSON lines (an API v2 page, stream line, status or post a line, a post as
`twarc2 flatten` writes it, or lines of our own archive), one JSON document, which may be indented, or a part of the
archive that X gives to the owner of an account (`tweets.js`). What is what is told by content, never by name.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from photolake.post_files.documents import Document, documents
from photolake.rejected import RejectedRecord
from photolake.rows.json_text import compact_json
from photolake.sources.x.account_archive import read_archived_status
from photolake.sources.x.payload import OnRejected, read_posts
from photolake.sources.x.twarc import retrieved_at, unflatten

if TYPE_CHECKING:
    import io


class Place(NamedTuple):
    """How far a file has been read: so many entries of the document that begins on this line."""

    line: int
    entry: int


START = Place(1, 0)


class Entry(NamedTuple):
    """What a file holds at a place: a post, a malformed line, or None for a document without posts, such as a notice.

    `size` are the bytes of the JSON document that it is, or is a part of.
    """

    place: Place
    found: dict[str, Any] | RejectedRecord | None
    size: int


def entries(
    file: io.BufferedReader[Any],
    *,
    source: str,
    collected_at: str,
    after: Place = START,
    author: Mapping[str, Any] | None = None,
) -> Iterator[Entry]:
    """Yield everything in a file opened for reading bytes, after a place; `source` is its name in malformed lines.

    Lines of our own archive (they have `source_platform` and `source_json`) pass as they are. Posts that twarc
    collected keep the time it wrote down, others get `collected_at`. `author` wrote the posts of an account archive.
    """
    place = Place(0, 0)
    for document in documents(file, source, after.line):
        place = place if document.line == place.line else Place(document.line, 0)
        size = len(document.raw)
        for found in _found(document, source, collected_at, author):
            place = Place(place.line, place.entry + 1)
            if place > after:
                yield Entry(place, found, size)


def _found(
    document: Document | RejectedRecord, source: str, collected_at: str, author: Mapping[str, Any] | None
) -> Iterator[dict[str, Any] | RejectedRecord | None]:
    if isinstance(document, RejectedRecord):
        yield document
        return
    refused: deque[RejectedRecord] = deque()

    def refuse(post: Any, message: str) -> None:
        refused.append(RejectedRecord(_raw(post, document), message, source, document.line))

    is_empty = True
    for value in document.value if isinstance(document.value, list) else [document.value]:
        for found in _in_order(_posts(value, collected_at, author, refuse), refused):
            is_empty = False
            yield found
    if is_empty:
        yield None


def _in_order(
    posts: Iterable[dict[str, Any]], refused: deque[RejectedRecord]
) -> Iterator[dict[str, Any] | RejectedRecord]:
    """The posts, and between them those that were refused on the way to the next."""
    for post in posts:
        while refused:
            yield refused.popleft()
        yield post
    while refused:
        yield refused.popleft()


def _posts(
    value: Any, collected_at: str, author: Mapping[str, Any] | None, refuse: OnRejected
) -> Iterator[dict[str, Any]]:
    if _is_archived(value):
        yield value
        return
    payload = unflatten(read_archived_status(value, author))
    posts = read_posts(payload, collected_at=retrieved_at(value) or collected_at, on_rejected=refuse)
    yield from cast("Iterator[dict[str, Any]]", posts)


def _is_archived(value: Any) -> bool:
    return isinstance(value, Mapping) and bool(value.get("source_platform")) and "source_json" in value


def _raw(post: Any, document: Document) -> bytes:
    try:
        return compact_json(post).encode()
    except RecursionError:
        return document.raw
