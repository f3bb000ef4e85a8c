"""The rules that rejected records, by which they are tried again."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, cast

from photolake.aws.firehose import encode_row
from photolake.errors import PermanentError, RowError
from photolake.post_files.reader import read_entries
from photolake.post_formats.format import FileContext
from photolake.posts.analyzer import draft_row
from photolake.rejected import MAX_CUT_BYTES, RejectedRecord
from photolake.rows.json_text import MAX_SOURCE_BYTES, parse_json
from photolake.sources.bluesky.event import Event
from photolake.sources.bluesky.jetstream_source import TOO_MANY_POSTS, UNMAPPED
from photolake.sources.bluesky.mapping import map_post

if TYPE_CHECKING:
    from photolake.post_formats.format import Deletion, Notice
    from photolake.rows.schema import TableSchema
    from photolake.rows.types import PostRow
    from photolake.sources.bluesky.identifiers import PostKey
    from photolake_cli.redrive.objects import ErrorObject, ErrorRecord

    Content = PostRow | RejectedRecord | Notice | Deletion

BLUESKY = "errors/malformed/bluesky/"
# Other events were rejected before anybody asked whether they match.
_MATCHED = (UNMAPPED, TOO_MANY_POSTS)
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_EXPECTED = (RowError, ValueError, OverflowError, RecursionError)


@dataclass(frozen=True)
class AcceptedRow:
    """A row that passes now, with its day; `post` is the key of a post of Bluesky, whose deletion must be found."""

    row: Mapping[str, Any]
    day: str
    post: PostKey | None = None


@dataclass(frozen=True)
class RejectedRow:
    """Why a record, or a post of it, is still rejected."""

    reason: str


TriedRow = AcceptedRow | RejectedRow


class Rule(Protocol):
    """Tries a record of one kind again."""

    def __call__(self, found: ErrorObject, record: ErrorRecord) -> Iterator[TriedRow]:
        """Yield what became of each row of the record; nothing if there is none in it, as in a notice."""


@dataclass(frozen=True)
class PostRule:
    """Tries a line, a post or an event again: by the reader of files, then by both tables that a post must fit.

    `check` is that of `photolake collect`, with the post and the bytes of its document; it gives the day. `posts` is
    the table that tweet_analyzer checks.
    """

    check: Callable[[PostRow, int], str]
    posts: TableSchema
    earliest: dt.date

    def __call__(self, found: ErrorObject, record: ErrorRecord) -> Iterator[TriedRow]:
        """Read the record again; of one that was cut nothing is taken, as its parts could pass for posts."""
        raw = record.raw or b""
        if not raw.strip():
            yield RejectedRow("nothing of it was kept")
        elif len(raw) in (MAX_CUT_BYTES, MAX_SOURCE_BYTES):
            yield RejectedRow("only its beginning was kept")
        elif found.key.startswith(BLUESKY):
            yield self._read_event(record)
        else:
            for content, size in read_again(raw, record):
                yield from self._judge(content, size)

    def _read_event(self, record: ErrorRecord) -> TriedRow:
        if not record.reason.startswith(_MATCHED):
            return RejectedRow("an event of the whole network: whether it matches what is collected was never asked")
        try:
            event = Event.parse(record.raw or b"")
            row = map_post(event, collected_at=record.recorded_at, matched_query=None)
        except PermanentError as error:
            return RejectedRow(error.message)
        (tried,) = self._judge(row, len(record.raw or b""))
        return AcceptedRow(tried.row, tried.day, event.post) if isinstance(tried, AcceptedRow) else tried

    def _judge(self, content: Content, size: int) -> Iterator[TriedRow]:
        if isinstance(content, RejectedRecord):
            yield RejectedRow(content.message)
        elif isinstance(content, dict):
            try:
                day = self.check(content, size)
                draft_row(self.posts, content, self.earliest)
            except _EXPECTED as error:
                yield RejectedRow(str(error))
            else:
                yield AcceptedRow(content, day)


def read_again(raw: bytes, record: ErrorRecord) -> Iterator[tuple[Content, int]]:
    """Read the bytes of a record as a file of posts; yields each entry with the bytes of its document."""
    file = io.BufferedReader(io.BytesIO(raw))
    for entry in read_entries(file, FileContext(record.source, record.recorded_at)):
        yield entry.content, entry.size


@dataclass(frozen=True)
class RowRule:
    """Tries the rows of a Firehose record again: each must fit the stream's table, and be small enough.

    `find_day` gives the day by which the row is stored, or raises ValueError.
    """

    table: TableSchema
    find_day: Callable[[Mapping[str, Any], int], str]

    def __call__(self, found: ErrorObject, record: ErrorRecord) -> Iterator[TriedRow]:
        """Read the rows of the record, one a line."""
        for line in (record.raw or b"").splitlines():
            if line.strip():
                yield self._judge(line)

    def _judge(self, line: bytes) -> TriedRow:
        try:
            row = parse_json(line.decode())
            if not isinstance(row, dict):
                return RejectedRow(f"a row is a JSON object, not {type(row).__name__}")
            self.table.check(row)
            encode_row(row)
            return AcceptedRow(row, self.find_day(row, len(line)))
        except _EXPECTED as error:
            return RejectedRow(str(error))


def read_day(row: Mapping[str, Any], _size: int) -> str:
    """The partition of a row, which its function wrote; RowError if it has none."""
    day = row.get("dt")
    if not isinstance(day, str) or not _DAY.fullmatch(day):
        raise RowError("dt: a row must have its day, as YYYY-MM-DD")
    return day


def find_post_day(check: Callable[[PostRow, int], str]) -> Callable[[Mapping[str, Any], int], str]:
    """The day of an archived post, by the check of `photolake collect`."""
    return lambda row, size: check(cast("PostRow", row), size)
