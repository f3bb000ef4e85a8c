"""The lines of a table, and which of them make one record: a quoted field may hold line breaks."""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

from photolake.post_files.encodings import decode_document
from photolake.rejected import MAX_CUT_BYTES

MAX_RECORD_BYTES = 1_000_000
"""The longest record that is read. A quote that is never closed reaches so far at most, and then costs its own line."""


class Line(NamedTuple):
    """A line with its break, numbered from 1; `is_cut` if it is too long for a record, and only its start is here."""

    number: int
    raw: bytes
    is_cut: bool = False


class Record(NamedTuple):
    """The fields of a record that begins on a line; `problem` says why they are not to be trusted.

    `notice` names in the plural what had to be done to decode such records.
    """

    line: int
    raw: bytes
    fields: list[str]
    problem: str = ""
    notice: str = ""


def split_lines(blocks: Iterator[bytes]) -> Iterator[Line]:
    r"""Split a text in UTF-8, or another encoding with the ASCII characters, at \n, \r\n and \r."""
    pending, number, is_cut = b"", 0, False
    for block in blocks:
        # A break of \r\n may be divided between two blocks.
        *lines, pending = (pending + block).splitlines(keepends=True) or [b""]
        if pending.endswith(b"\n"):
            lines, pending = [*lines, pending], b""
        for raw in lines:
            number += 1
            yield Line(number, raw, is_cut)
            is_cut = False
        if len(pending) > MAX_RECORD_BYTES:
            pending, is_cut = pending[:MAX_CUT_BYTES], True
    if pending:
        yield Line(number + 1, pending, is_cut)


class RecordReader:
    """Reads records of a number of columns.

    A record over several lines that does not have that number, or does not end, is a quote too much: its first line is
    then the damaged record, and reading goes on with the second.
    """

    def __init__(self, lines: Iterator[Line], delimiter: str, columns: int) -> None:
        self._lines = lines
        self._again: deque[Line] = deque()
        self._taken: list[Line] = []
        self._notice = ""
        self._columns = columns
        self._delimiter = delimiter
        self._is_incomplete = False

    def __iter__(self) -> Iterator[Record]:
        csv.field_size_limit(MAX_RECORD_BYTES)
        while (record := self._read_record()) is not None:
            if record.fields or record.problem:
                yield record

    def _read_record(self) -> Record | None:
        self._taken, self._notice, self._is_incomplete = [], "", False
        problem, fields = "", []
        try:
            fields = next(csv.reader(self._feed(), delimiter=self._delimiter, strict=True))
        except StopIteration:
            return None
        except csv.Error as error:
            problem = "a quote is not closed" if self._is_incomplete or len(self._taken) > 1 else str(error)
        if problem and len(self._taken) == 1 and not self._taken[0].is_cut and not self._is_incomplete:
            # Quotes within a field that are not doubled, as careless programs write them.
            problem, fields = self._read_leniently(problem)
        if not problem and fields and len(fields) != self._columns:
            problem = f"{len(fields)} columns, but the header has {self._columns}"
        if problem and len(self._taken) > 1:
            self._again.extendleft(reversed(self._taken[1:]))
            del self._taken[1:]
        raw = b"".join(line.raw for line in self._taken)
        return Record(self._taken[0].number, raw, [] if problem else fields, problem, self._notice)

    def _read_leniently(self, problem: str) -> tuple[str, list[str]]:
        """Read a single line without the rules of quoting; `problem` if that is of no help."""
        try:
            fields = next(csv.reader([self._decode(self._taken[0].raw)], delimiter=self._delimiter), [])
        except csv.Error:
            return problem, []
        return ("", fields) if len(fields) == self._columns else (problem, [])

    def _feed(self) -> Iterator[str]:
        """Yield lines as the parser asks for them: for another one of the same record only inside a quoted field."""
        size = 0
        while True:
            line = self._again.popleft() if self._again else next(self._lines, None)
            if line is None:
                self._is_incomplete = bool(self._taken)
                return
            self._taken.append(line)
            size += len(line.raw)
            if line.is_cut or size > MAX_RECORD_BYTES:
                raise csv.Error(f"longer than {MAX_RECORD_BYTES:,} bytes; its beginning is kept")
            yield self._decode(line.raw)

    def _decode(self, raw: bytes) -> str:
        try:
            return raw.decode()
        except UnicodeDecodeError:
            found = decode_document(raw)
        if found is None:
            raise csv.Error("neither UTF-8 nor Windows-1252: convert the file to UTF-8 first, as by iconv")
        self._notice = found.notice.replace("documents", "records")
        return found.text
