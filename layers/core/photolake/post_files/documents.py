"""The JSON documents of a file of posts, value by value, whatever stands between them.

Brackets of arrays, commas, blanks, byte-order marks, record separators (RFC 7464) and assignments of JavaScript
(`window.YTD.tweets.part0 =`) are framing, in any order: so lines, arrays, pages, parts one after another and arrays
without an end are read alike, and each element of an array is a document of its own. Why it is our own reader is in
docs/decisions/0037-framing.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from photolake.post_files.compression import Decompressed
from photolake.post_files.damage import DamagedPlace
from photolake.post_files.encodings import decode_document, transcode
from photolake.post_files.framing import (
    ENDLESS,
    MAX_NESTING,
    UNCLOSED,
    FramingRun,
    find_end_of_blanks,
    find_end_of_framing,
)
from photolake.post_files.json_values import Broken, Value, decode_token, decode_value, has_neighbour
from photolake.post_files.literals import read_literals
from photolake.post_files.resync import Resynchronizer, find_first_names, has_begin_after, read_first_name
from photolake.post_files.window import Window
from photolake.post_files.wrappers import find_list
from photolake.rejected import RejectedRecord
from photolake.rows.json_text import parse_json, parse_json_at, parse_json_fast

if TYPE_CHECKING:
    import io

BLOCK_BYTES = 1 << 16
MAX_VALUE_BYTES = 16_000_000
"""A value of more bytes is not read as a whole: its objects would take some ten times as much memory."""
_ASSIGNMENT = re.compile(r"(?:(?:var|let|const)\s+)?[A-Za-z_$][\w$.]{0,150}\s{0,9}=\s*(?=[\[{])")
_NULS = re.compile("\0+")
_NOT_OBJECTS = "texts, numbers or words beside one another, not objects of posts"
_ASSIGNED_NOTHING = f"more than {MAX_NESTING} assignments without a document between them"
_TOO_LARGE = f"a value of more than {MAX_VALUE_BYTES // 1_000_000} MB, which is not read as a whole; split it, as by jq"


class JsonDocument(NamedTuple):
    """A JSON value, its bytes, and where it begins: lines count from 1, bytes from 0, of the text in UTF-8.

    `notice` names such documents in the plural, if there is something to say about how this one was read.
    """

    line: int
    raw: bytes
    value: Any
    offset: int = 0
    notice: str = ""


def read_documents(
    file: io.BufferedReader[Any], source: str, first_line: int = 1, offset: int = 0
) -> Iterator[JsonDocument | RejectedRecord]:
    """Yield the documents of a file in their order; `source` is its name in rejected records.

    Reading begins at a byte at which a document or rejected record was found to begin, on `first_line`. Each damaged
    place is one rejected record, and so is the place where compressed data is cut off.
    """
    blocks = Decompressed(file)
    yield from read_documents_of_text(transcode(iter(blocks)), blocks, source, first_line, offset)


def read_documents_of_text(
    text: Iterator[bytes], blocks: Decompressed, source: str, first_line: int = 1, offset: int = 0
) -> Iterator[JsonDocument | RejectedRecord]:
    """Yield the documents of a text that `transcode` made of these blocks, as `read_documents` does."""
    yield from _DocumentReader(Window(text, first_line), blocks, source).read(offset)


class _DocumentReader:
    def __init__(self, window: Window, blocks: Decompressed, source: str) -> None:
        self._window = window
        self._blocks = blocks
        self._source = source
        self._names: frozenset[str] = frozenset()
        # By the size of the last document: how much to read before it is worth looking for the end of the next one.
        self._expected = BLOCK_BYTES
        self._wasted = 0
        # How many follow one another without a document.
        self._assignments = 0

    def read(self, offset: int) -> Iterator[JsonDocument | RejectedRecord]:
        """Yield what begins at `offset` or later."""
        window = self._window
        window.extend(BLOCK_BYTES)
        self._names = find_first_names(window.text)
        window.skip_to(offset)
        message = ""
        while True:
            for record in self._skip_framing():
                message = record.message
                yield record
            if window.at == len(window.text):
                break
            yield from self._read_whole_objects()
            if window.at == len(window.text) or find_end_of_framing(window.text, window.at) > window.at:
                continue
            for found in self._read_value():
                message = found.message if isinstance(found, RejectedRecord) else ""
                yield found
        if self._blocks.damage and self._blocks.damage != message:
            yield self._make_record(DamagedPlace(window.line, window.offset), self._blocks.damage)

    def _skip_framing(self) -> Iterator[RejectedRecord]:
        """Move to the next character that is not framing, or to the end; yield what is too much for framing."""
        window = self._window
        end = find_end_of_framing(window.text, window.at)
        if end < len(window.text) and end - window.at <= MAX_NESTING:
            window.take(end)
            return
        run, place = FramingRun(), None
        while True:
            if place is None:
                window.take(find_end_of_blanks(window.text, window.at))
                place = DamagedPlace(window.line, window.offset) if window.at < len(window.text) else None
            end = find_end_of_framing(window.text, window.at)
            run.add(window.text, window.at, end)
            raw = window.take(end)
            if place:
                place.add(raw)
            if end < len(window.text) or window.is_final:
                break
            window.extend(BLOCK_BYTES, by_line=True)
        is_cut = run.is_open and end == len(window.text)
        if place and (run.is_endless or is_cut):
            yield self._make_record(
                place,
                self._blocks.damage if is_cut and self._blocks.damage else ENDLESS if run.is_endless else UNCLOSED,
            )

    def _read_whole_objects(self) -> Iterator[JsonDocument]:
        """Yield objects as long as they are in memory, in UTF-8, and nothing is wrong with them: nearly always."""
        window = self._window
        while window.is_clean and window.at < len(window.text) and window.text[window.at] == "{":
            if not self._may_be_whole():
                window.extend(self._expected, by_line=True)
                if not window.is_clean:
                    return
            line, offset = window.line, window.offset
            taken = self._take_whole_object()
            if taken is None:
                return
            value, raw = taken
            self._assignments = 0
            self._expected = BLOCK_BYTES if len(raw) < BLOCK_BYTES // 2 else min(2 * len(raw), MAX_VALUE_BYTES)
            yield JsonDocument(line, raw, value, offset)
            text, size = window.text, len(window.text)
            if window.at < size and text[window.at] == "\n":
                window.take(window.at + 1)
            if window.at == size or text[window.at] == "{":
                continue
            end = find_end_of_framing(text, window.at)
            if end < size and end - window.at <= MAX_NESTING:
                window.take(end)

    def _take_whole_object(self) -> tuple[Any, bytes] | None:
        """Take the object at the position; None if it does not end in memory, or something is wrong with it."""
        window = self._window
        raw = window.peek_object()
        if raw:
            try:
                # What is JSON from the first to the last byte is what decoding would find at the position.
                value = parse_json_fast(raw)
            except ValueError:
                pass
            else:
                window.skip_bytes(raw)
                return value, raw
        try:
            value, end = parse_json_at(window.text, window.at)
        except (ValueError, RecursionError):
            return None
        return value, window.take(end)

    def _may_be_whole(self) -> bool:
        """Whether it is worth looking for the end of the value at the position."""
        window = self._window
        return window.unread >= self._expected or window.is_final or window.text.find("\n", window.at) >= 0

    def _read_value(self) -> Iterator[JsonDocument | RejectedRecord]:
        window = self._window
        if window.text[window.at] == "\0":
            yield self._take_nuls()
            return
        decoded = self._decode_value()
        if isinstance(decoded, Value) and has_neighbour(window.text, window.at, decoded.end):
            yield from self._take_damage(Broken(_NOT_OBJECTS, window.at))
        elif isinstance(decoded, Value):
            self._assignments = 0
            yield self._take_document(decoded)
        elif assignment := _ASSIGNMENT.match(window.text, window.at):
            self._assignments += 1
            if self._assignments > MAX_NESTING:
                yield from self._take_damage(Broken(_ASSIGNED_NOTHING, window.at))
            else:
                window.take(assignment.end())
        elif decoded.message == _TOO_LARGE and (wrapped := find_list(window.text, window.at)):
            place = DamagedPlace(window.line, window.offset)
            place.add(window.take(wrapped.start))
            if not wrapped.is_first:
                yield self._make_record(place, "members that stand before a list of posts too large to be read whole")
        else:
            yield from self._take_damage(decoded)

    def _decode_value(self) -> Value | Broken:
        """Decode the value at the position, and read on as long as it is incomplete."""
        window = self._window
        if not self._may_be_whole():
            window.extend(self._expected, by_line=True)
        while True:
            decoded = decode_token(window.text, window.at, window.is_final)
            if isinstance(decoded, Value) or not decoded.is_cut or window.is_final or self._is_begun_again():
                return decoded
            if window.unread > self._limit:
                return Broken(_TOO_LARGE, window.at)
            self._wasted += window.unread
            window.extend(max(2 * window.unread, BLOCK_BYTES))

    @property
    def _limit(self) -> int:
        """The largest value that is read, less where many are begun without an end: so the time stays linear."""
        is_wasteful = self._wasted > 8 * MAX_VALUE_BYTES + 2 * self._window.offset
        return 4 * BLOCK_BYTES if is_wasteful else MAX_VALUE_BYTES

    def _is_begun_again(self) -> bool:
        window = self._window
        name = read_first_name(window.text, window.at)
        return has_begin_after(window.text, window.at, window.indent, self._names | {name} if name else self._names)

    def _take_document(self, decoded: Value) -> JsonDocument | RejectedRecord:
        window = self._window
        line, offset = window.line, window.offset
        raw = window.take(decoded.end)
        if decoded.problem:
            return RejectedRecord(raw, f"byte {offset:,}: {decoded.problem}", self._source, line, offset)
        value, notice = decoded.value, ""
        if not window.is_clean and not _is_utf8(raw):
            text = decode_document(raw)
            repaired = decode_value(text.text, 0) if text else None
            if text is None or not isinstance(repaired, Value):
                message = f"byte {offset:,}: neither UTF-8 nor Windows-1252: convert the file to UTF-8, as by iconv"
                return RejectedRecord(raw, message, self._source, line, offset)
            value, notice = repaired.value, text.notice
        return JsonDocument(line, raw, _decode_twice(value) if isinstance(value, str) else value, offset, notice)

    def _take_nuls(self) -> RejectedRecord:
        window = self._window
        place = DamagedPlace(window.line, window.offset)
        while nuls := _NULS.match(window.text, window.at):
            place.add(window.take(nuls.end()))
            if window.at == len(window.text) and not window.is_final:
                window.extend(BLOCK_BYTES)
        return self._make_record(place, f"{place.size:,} NUL bytes, as a crash leaves them")

    def _take_damage(self, broken: Broken) -> Iterator[JsonDocument | RejectedRecord]:
        window = self._window
        place = DamagedPlace(window.line, window.offset)
        line = window.line + window.text.count("\n", window.at, broken.at)
        offset = window.offset + window.measure(broken.at)
        search = Resynchronizer(window.indent, self._names, read_first_name(window.text, window.at))
        start = window.at + 1
        while True:
            resume = search.find(window.text, start, window.is_final)
            place.add(window.take(resume.at))
            if resume.is_found or window.is_final:
                break
            window.extend(max(2 * window.unread, BLOCK_BYTES))
            start = window.at
        literals = read_literals(place.raw) if place.is_whole else None
        if literals is not None:
            yield from (JsonDocument(place.line, place.raw, value, place.offset) for value in literals)
            return
        is_last = window.is_final and window.at == len(window.text)
        if place.is_whole and offset > place.offset + len(place.raw):
            # The error is what comes next, which is a document of its own.
            line, offset = place.line + place.raw.count(b"\n"), place.offset + len(place.raw)
        is_cut = broken.message.startswith("Unterminated") or offset - place.offset >= len(place.raw)
        message = f"cut off: {broken.message}" if is_last and is_cut else broken.message
        damage = self._blocks.damage if is_last else ""
        yield self._make_record(place, damage or message, (line, offset))

    def _make_record(self, place: DamagedPlace, message: str, error: tuple[int, int] | None = None) -> RejectedRecord:
        """Make the rejected record of a place; `error` is the line and byte of the error, if not of the place."""
        described = (
            message
            if message == self._blocks.damage
            else place.describe(message, *(error or (place.line, place.offset)))
        )
        return RejectedRecord(place.raw, described, self._source, place.line, place.offset)


def _decode_twice(text: str) -> Any:
    """Decode a string that holds JSON; return any other string as it is."""
    try:
        return parse_json(text)
    except (ValueError, RecursionError):
        return text


def _is_utf8(raw: bytes) -> bool:
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True
