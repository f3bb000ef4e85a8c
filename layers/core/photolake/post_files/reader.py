"""Reading files of posts that other tools collected, and replaying our own archive.

A file is plain, gzip or Zstandard. It contains JSON lines, one JSON document, which may be indented, or a part of the
archive that X gives to the owner of an account (`tweets.js`). The format of each value is recognised by what it holds,
never by the name of the file: `photolake.post_formats` has a module for each.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from photolake.post_files.documents import JsonDocument, read_documents
from photolake.post_formats.foreign import describe_unknown
from photolake.post_formats.format import Deletion, FileContext, Notice, Refusal, Remark
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
    """What a file holds at a position; `size` is the size in bytes of the JSON document that contains it.

    `remarks` name in the plural what a post lacks, once for each: two photos without a URL are two remarks.
    """

    position: Position
    content: PostRow | RejectedRecord | Notice | Deletion
    size: int
    remarks: tuple[str, ...] = ()


def read_entries(file: io.BufferedReader[Any], context: FileContext, after: Position = START) -> Iterator[Entry]:
    """Yield the entries of a file after a position."""
    position = Position(0, 0)
    for document in read_documents(file, context.source, after.line):
        if document.line != position.line:
            position = Position(document.line, 0)
        size = len(document.raw)
        for content, remarks in _gather_remarks(_read_document(document, context)):
            position = Position(position.line, position.entry + 1)
            if position > after:
                yield Entry(position, content, size, remarks)


def _gather_remarks(
    items: Iterator[PostRow | RejectedRecord | Notice | Deletion | Remark],
) -> Iterator[tuple[PostRow | RejectedRecord | Notice | Deletion, tuple[str, ...]]]:
    """Yield each item with the remarks that follow it."""
    held: PostRow | RejectedRecord | Notice | Deletion | None = None
    remarks: list[str] = []
    for item in items:
        if isinstance(item, Remark):
            remarks.append(item.kind)
            continue
        if held is not None:
            yield held, tuple(remarks)
        held, remarks = item, []
    if held is not None:
        yield held, tuple(remarks)


def _read_document(
    document: JsonDocument | RejectedRecord, context: FileContext
) -> Iterator[PostRow | RejectedRecord | Notice | Deletion | Remark]:
    if isinstance(document, RejectedRecord):
        yield document
        return
    for item in read_value(document.value, context):
        if isinstance(item, Refusal):
            yield RejectedRecord(_encode(item.value, document), item.message, context.source, document.line)
        else:
            yield item


def read_value(value: Any, context: FileContext) -> Iterator[PostRow | Refusal | Notice | Deletion | Remark]:
    """Yield what a JSON value holds, by its format, or the values of an array by theirs."""
    try:
        if isinstance(value, list):
            for item in value:
                yield from read_value(item, context)
            if not value:
                yield Notice("empty arrays")
        elif (known := find_format(value)) is None:
            yield Refusal(value, describe_unknown(value))
        else:
            yield from known.read(value, context)
    except RecursionError:
        yield Refusal(value, "nested too deeply")


def _encode(value: Any, document: JsonDocument) -> bytes:
    try:
        return compact_json(value).encode()
    except RecursionError:
        return document.raw
