"""Reading files of posts that other tools collected, and replaying our own archive.

A file is plain or compressed, and holds JSON values, however they are strung together (`documents`), or the records of
a table (`tables`). The format of each value is recognised by what it holds, never by the name of the file:
`photolake.post_formats` has a module for each.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from photolake.post_files.compression import Decompressed
from photolake.post_files.documents import JsonDocument, read_documents_of_text
from photolake.post_files.encodings import transcode
from photolake.post_files.tables import find_table, read_table, take_head
from photolake.post_formats.foreign import describe_unknown
from photolake.post_formats.format import Deletion, FileContext, Notice, Refusal, Remark
from photolake.post_formats.mapped_table import read_record
from photolake.post_formats.registry import FormatFinder, find_format
from photolake.rejected import RejectedRecord
from photolake.rows.json_text import compact_json

if TYPE_CHECKING:
    import io

    from photolake.post_formats.format import PostFormat
    from photolake.rows.types import PostRow


FindFormat = Callable[[Any], "PostFormat | None"]
"""Finds the format of a value; None if none reads it."""


class Position(NamedTuple):
    """How far a file has been read: a number of entries of the documents that begin on a line.

    `offset` is the byte at which the first of these documents begins, from where reading can go on; 0 if it is unknown.
    """

    line: int
    entry: int
    offset: int = 0


START = Position(1, 0)


class Entry(NamedTuple):
    """What a file holds at a position; `size` is the size in bytes of the JSON document that contains it.

    `remarks` name in the plural what a post lacks or how it was read, once for each: two rounded ids are two remarks.
    """

    position: Position
    content: PostRow | RejectedRecord | Notice | Deletion
    size: int
    remarks: tuple[str, ...] = ()


def read_entries(file: io.BufferedReader[Any], context: FileContext, after: Position = START) -> Iterator[Entry]:
    """Yield the entries of a file after a position."""
    line, entry, offset = 0, 0, 0
    find = FormatFinder().find
    documents, context = _open_documents(file, context, after)
    for document in documents:
        if document.line != line:
            line, entry, offset = document.line, 0, document.offset
        size = len(document.raw)
        for content, remarks in _gather_remarks(_read_document(document, context, find)):
            entry += 1
            if (line, entry) > (after.line, after.entry):
                yield Entry(Position(line, entry, offset), content, size, remarks)


def _open_documents(
    file: io.BufferedReader[Any], context: FileContext, after: Position
) -> tuple[Iterator[JsonDocument | RejectedRecord], FileContext]:
    """Return the records of a table, or the JSON documents of any other file, for which no columns are named."""
    blocks = Decompressed(file)
    text = transcode(iter(blocks))
    head = take_head(text)
    text = itertools.chain([head], text)
    if table := find_table(head):
        id_column = context.table_map.columns["id"] if context.table_map else "id"
        return read_table(text, blocks, table, context.source, id_column, after.line), context
    first_line = after.line if after.offset else 1
    documents = read_documents_of_text(text, blocks, context.source, first_line, after.offset)
    return documents, replace(context, table_map=None)


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
    document: JsonDocument | RejectedRecord, context: FileContext, find: FindFormat
) -> Iterator[PostRow | RejectedRecord | Notice | Deletion | Remark]:
    if isinstance(document, RejectedRecord):
        yield document
        return
    table_map, is_empty = context.table_map, True
    value = document.value
    for item in read_record(value, table_map, context) if table_map else read_value(value, context, find):
        is_empty = False
        if isinstance(item, Refusal):
            yield RejectedRecord(_encode(item.value, document), item.message, context.source, document.line)
        else:
            yield item
    if document.notice:
        yield Notice(document.notice) if is_empty else Remark(document.notice)


def read_value(
    value: Any, context: FileContext, find: FindFormat = find_format
) -> Iterator[PostRow | Refusal | Notice | Deletion | Remark]:
    """Yield what a JSON value holds, by its format, or the values of an array by theirs."""
    try:
        if isinstance(value, list):
            for item in value:
                yield from read_value(item, context, find)
            if not value:
                yield Notice("empty arrays")
        elif (known := find(value)) is None:
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
