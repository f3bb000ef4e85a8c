"""Reading files of posts that other tools collected, and replaying our own archive.

A file is plain, gzip or Zstandard. It contains JSON lines, one JSON document, which may be indented, or a part of the
archive that X gives to the owner of an account (`tweets.js`). The format of each value is recognised by what it holds,
never by the name of the file: `photolake.post_formats` has a module for each.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from photolake.post_files.documents import JsonDocument, read_documents
from photolake.post_formats.format import Deletion, FileContext, Notice, Refusal
from photolake.post_formats.registry import find_format
from photolake.rejected import RejectedRecord
from photolake.rows.json_text import compact_json

if TYPE_CHECKING:
    import io

    from photolake.rows.types import PostRow


class Position(NamedTuple):
    """How far a file has been read: a number of entries of the document that begins on a line."""

    line: int
    entry: int


START = Position(1, 0)


class Entry(NamedTuple):
    """What a file holds at a position; `size` is the size in bytes of the JSON document that contains it."""

    position: Position
    content: PostRow | RejectedRecord | Notice | Deletion
    size: int


def read_entries(file: io.BufferedReader[Any], context: FileContext, after: Position = START) -> Iterator[Entry]:
    """Yield the entries of a file after a position."""
    position = Position(0, 0)
    for document in read_documents(file, context.source, after.line):
        if document.line != position.line:
            position = Position(document.line, 0)
        size = len(document.raw)
        for content in _read_document(document, context):
            position = Position(position.line, position.entry + 1)
            if position > after:
                yield Entry(position, content, size)


def _read_document(
    document: JsonDocument | RejectedRecord, context: FileContext
) -> Iterator[PostRow | RejectedRecord | Notice | Deletion]:
    if isinstance(document, RejectedRecord):
        yield document
        return
    values = document.value if isinstance(document.value, list) else [document.value]
    for value in values:
        for item in _read_value(value, context):
            if isinstance(item, Refusal):
                yield RejectedRecord(_encode(item.value, document), item.message, context.source, document.line)
            else:
                yield item
    if not values:
        yield Notice("empty arrays")


def _read_value(value: Any, context: FileContext) -> Iterator[PostRow | Refusal | Notice | Deletion]:
    known = find_format(value)
    if known is None:
        yield Refusal(value, "not a post, nor a page of posts, in any known format")
    else:
        yield from known.read(value, context)


def _encode(value: Any, document: JsonDocument) -> bytes:
    try:
        return compact_json(value).encode()
    except RecursionError:
        return document.raw
