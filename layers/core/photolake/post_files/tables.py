"""Tables of posts, CSV and TSV: the records of a file as objects by column, in constant memory.

What a table is told by: its first line has at least two names, and its second as many fields. The delimiter is a comma,
semicolon, tab or bar; a file may name it in a first line `sep=;`, as Excel does.
"""

from __future__ import annotations

import csv
import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from photolake.post_files.documents import JsonDocument
from photolake.post_files.table_lines import Record, RecordReader, split_lines
from photolake.rejected import RejectedRecord

if TYPE_CHECKING:
    from photolake.post_files.compression import Decompressed

DELIMITERS = ",;\t|"
HEAD_BYTES = 1 << 16
MAX_COLUMNS = 2_000
_BOM = b"\xef\xbb\xbf"
_SEPARATOR_LINE = re.compile(rb"sep=(?P<delimiter>[,;\t|])\r?\n")
# Names are not JSON, sentences or addresses.
_NAME = re.compile(r"[^{}\[\]<>\"\\]{0,120}")
_JSON_OR_SCRIPT = re.compile(rb"\s*(?:[{\[]|window\.|Grailbird\.|var )")
# The number of records by which it is told whether a spreadsheet has rounded the ids, and what it leaves of one.
_SAMPLE = 20
_ROUNDED = re.compile(r"[0-9]{13,}0000")
ROUNDED = "its id ends in 0000, like all those before it: a spreadsheet rounded them, so they are ids of other posts"


@dataclass(frozen=True)
class Table:
    """A table: the names of its columns, its delimiter, and the length of what stands before the header."""

    columns: tuple[str, ...]
    delimiter: str
    start: int = 0


def take_head(text: Iterator[bytes]) -> bytes:
    """Take as much from the beginning of a text as `find_table` needs."""
    head = b""
    for block in text:
        head += block
        if len(head) >= HEAD_BYTES:
            break
    return head


def find_table(head: bytes) -> Table | None:
    """Recognise a table by its first bytes, in UTF-8 or another encoding with the ASCII characters; None for others."""
    text = head.removeprefix(_BOM)
    start = len(head) - len(text)
    named = _SEPARATOR_LINE.match(text)
    if named:
        start += named.end()
        text = text[named.end() :]
    if _JSON_OR_SCRIPT.match(text) or b"\0" in text:
        return None
    delimiters = named["delimiter"].decode() if named else DELIMITERS
    found = [table for each in delimiters if (table := _read_header(text, each, start))]
    return max(found, key=lambda table: len(table.columns), default=None)


def _read_header(text: bytes, delimiter: str, start: int) -> Table | None:
    """Read the names of the columns; None if they are not names, or the next record has another number of fields."""
    csv.field_size_limit(HEAD_BYTES)
    lines = [line.decode("utf-8", "replace") for line in text[:HEAD_BYTES].splitlines(keepends=True)]
    try:
        first, *others = itertools.islice((row for row in csv.reader(lines, delimiter=delimiter) if row), 2)
    except (csv.Error, ValueError):
        return None
    names = [name.strip() for name in first]
    if not 1 < len(names) <= MAX_COLUMNS or not all(_NAME.fullmatch(name) for name in names):
        return None
    # The head may end within the second record.
    is_regular = not others or len(others[0]) == len(names) or len(text) >= HEAD_BYTES
    has_names = any(re.search(r"[^\W\d]", name) for name in names)
    return Table(tuple(_make_unique(names)), delimiter, start) if is_regular and has_names else None


def _make_unique(names: Sequence[str]) -> Iterator[str]:
    """Yield the names, with a number for those that are empty or occur again."""
    seen: set[str] = set()
    for number, name in enumerate(names, start=1):
        unique = name if name and name not in seen else f"{name or 'column'} {number}"
        seen.add(unique)
        yield unique


def read_table(
    text: Iterator[bytes], blocks: Decompressed, table: Table, source: str, id_column: str = "id", first_line: int = 1
) -> Iterator[JsonDocument | RejectedRecord]:
    """Yield the records from a line on as documents, whose value is an object of the columns.

    `text` is what `transcode` made of the blocks; their damage is the last rejected record. A record with another
    number of columns is a rejected record. So is every record if the ids were rounded.
    """
    lines_before = 1 if table.start > len(_BOM) else 0  # Excel's line `sep=;`
    lines = split_lines(_drop_start(text, table.start))
    records = iter(RecordReader(lines, table.delimiter, len(table.columns)))
    header = next(records, None)
    sample = list(itertools.islice(records, _SAMPLE))
    is_rounded = _is_rounded(sample, table, id_column)
    line = lines_before + 1
    for record in itertools.chain(sample, records):
        line = record.line + lines_before
        if line < first_line:
            continue
        if header and record.fields == header.fields:
            yield JsonDocument(line, record.raw, [], notice="repeated headers")
        elif record.problem or is_rounded:
            yield RejectedRecord(record.raw, record.problem or ROUNDED, source, line)
        else:
            value = dict(zip(table.columns, record.fields, strict=True))
            yield JsonDocument(line, record.raw, value, notice=record.notice)
    if blocks.damage:
        yield RejectedRecord(b"", blocks.damage, source, line + 1)


def _drop_start(blocks: Iterator[bytes], size: int) -> Iterator[bytes]:
    """Leave out the first bytes."""
    for block in blocks:
        yield block[size:]
        size = max(size - len(block), 0)


def _is_rounded(sample: Sequence[Record], table: Table, id_column: str) -> bool:
    """Whether the ids of the first records are numbers as a spreadsheet rounds them, which keeps 15 digits."""
    if id_column not in table.columns:
        return False
    place = table.columns.index(id_column)
    ids = [record.fields[place] for record in sample if not record.problem]
    return len(set(ids)) > 1 and all(_ROUNDED.fullmatch(each) for each in ids)
