"""`photolake collect`: a file of posts into the `tweets` delivery stream, with an account of every entry."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from photolake.clock import format_utc, utc_now
from photolake.errors import RowError
from photolake.partition import post_date
from photolake.post_files.reader import START, Entry, Place, entries
from photolake.rejected import RejectedRecord, RejectedStore, RejectedWriter, part_key, reject_row
from photolake_cli.distinct import Distinct
from photolake_cli.journal import Progress
from photolake_cli.post_formats import author_of

if TYPE_CHECKING:
    from photolake.aws.firehose import DeliveryStream
    from photolake.rows.schema import TableSchema
    from photolake_cli.pacing import Pace
    from photolake_cli.post_files import PostFile

POSTS_AT_ONCE = 1_000
SHOWN_MALFORMED = 10
# A row is at most some three times the JSON it is made of; only longer documents can outgrow a Firehose record.
SURELY_FITS_BYTES = 300_000


@dataclass
class Account:
    """What became of a file's entries: posts sent, malformed ones, and notices, which hold no post.

    `before` posts were sent by an earlier run. `ids` are those of the posts sent, `shown` the first malformed entries;
    all of them lie in the lake under `malformed_key`.
    """

    file: str
    read: int = 0
    sent: int = 0
    malformed: int = 0
    notices: int = 0
    before: int = 0
    ids: Distinct = field(default_factory=Distinct)
    shown: list[RejectedRecord] = field(default_factory=list)
    malformed_key: str = ""

    @property
    def repeated(self) -> int:
        """Posts sent that the file holds more than once; the views count each once."""
        return self.sent - self.ids.count

    @property
    def balances(self) -> bool:
        """Whether everything read is accounted for."""
        return self.read == self.sent + self.malformed + self.notices


@dataclass(frozen=True)
class Watch:
    """Who wants to know: of bytes and posts read, of a pause of so many seconds, and of what has been accepted."""

    on_read: Callable[[int, int], None] = lambda position, posts: None
    on_pause: Callable[[float], None] = lambda seconds: None
    on_accepted: Callable[[Progress], None] = lambda progress: None


class FileCollector:
    """Sends files of posts to the stream, and their malformed entries to `errors/malformed/`.

    At most 1,000 posts are under way when a run is interrupted: those it may send again.
    """

    def __init__(
        self,
        stream: DeliveryStream,
        table: TableSchema,
        malformed: RejectedStore,
        pace: Pace,
        earliest: dt.date,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """`stream` has no table of its own: posts are checked here, one by one, so that a bad one stops no other.

        `earliest` is the first date of a partition, which older posts are filed under.
        """
        self._stream = stream
        self._table = table
        self._malformed = malformed
        self._pace = pace
        self._earliest = earliest
        self._sleep = sleep

    def collect(self, file: PostFile, progress: Progress | None = None, watch: Watch | None = None) -> Account:
        """Send a file from where `progress` says, and account for what was read."""
        progress, watch = progress or Progress(), watch or Watch()
        # A second run must not overwrite what the first one set aside.
        resumed = "" if progress.place == START else f".from-{progress.place.line}-{progress.place.entry}"
        name = f"{file.malformed_name}{resumed}"
        account = Account(file.name, before=progress.sent, malformed_key=part_key(name, 1))
        with file.opened() as opened, self._malformed.open_writer(name) as writer:
            found = entries(
                opened.file,
                source=file.name,
                collected_at=format_utc(utc_now()),
                after=progress.place,
                author=author_of(file),
            )
            sorting = _Sorting(found, progress.place, account, writer, self.check)
            while sorting.has_more:
                self._send(sorting, account, watch)
                writer.flush()
                done = not sorting.has_more
                watch.on_accepted(Progress(sorting.place, account.before + account.sent, done))
                watch.on_read(opened.position, account.read)
        return account

    def check(self, post: dict[str, Any], size: int) -> str:
        """The partition of a post that is a part of `size` bytes of JSON; RowError if it cannot be sent."""
        self._table.check(post)
        if type(post.get("id")) is not int:
            raise RowError("a post has an integer id")
        if size > SURELY_FITS_BYTES:
            self._stream.check(post)
        try:
            return post_date(post, self._earliest)
        except ValueError as error:
            raise RowError(f"its collected_at is no moment: {error}") from error

    def _send(self, sorting: _Sorting, account: Account, watch: Watch) -> None:
        if pause := self._pace.seconds_to_wait() if sorting.is_held else 0:
            watch.on_pause(pause)
            self._sleep(pause)
        account.sent += self._stream.put(sorting.posts(self._pace))
        self._pace.delivered()


class _Sorting:
    """The entries of a file, sorted into posts to send and all others, a delivery at a time.

    `place` is how far the file has been sorted. The post for which there is no room in the pace is held back, and
    comes first in the next delivery.
    """

    def __init__(
        self,
        found: Iterator[Entry],
        place: Place,
        account: Account,
        writer: RejectedWriter,
        check: Callable[[dict[str, Any], int], str],
    ) -> None:
        self.place = place
        self.has_more = True
        self._found = found
        self._account = account
        self._writer = writer
        self._check = check
        self._held: tuple[Entry, dict[str, Any], str] | None = None

    @property
    def is_held(self) -> bool:
        """Whether a post waits for its turn."""
        return self._held is not None

    def posts(self, pace: Pace) -> Iterator[dict[str, Any]]:
        """At most 1,000 posts, as many as the pace admits now."""
        for _ in range(POSTS_AT_ONCE):
            self._held = self._held or self._next()
            if self._held is None:
                self.has_more = False
                return
            entry, post, date = self._held
            if not pace.admits(date):
                return
            self._held, self.place = None, entry.place
            self._account.ids.add(post["id"])
            yield post

    def _next(self) -> tuple[Entry, dict[str, Any], str] | None:
        for entry in self._found:
            self._account.read += 1
            if isinstance(entry.found, dict):
                try:
                    return entry, entry.found, self._check(entry.found, entry.size)
                except RowError as error:
                    self._set_aside(_misfit(entry, self._account.file, error))
            elif entry.found is None:
                self._account.notices += 1
            else:
                self._set_aside(entry.found)
            self.place = entry.place
        return None

    def _set_aside(self, line: RejectedRecord) -> None:
        self._writer.add(line)
        self._account.malformed += 1
        if len(self._account.shown) < SHOWN_MALFORMED:
            self._account.shown.append(replace(line, raw=b""))


def _misfit(entry: Entry, source: str, error: RowError) -> RejectedRecord:
    refused = reject_row(entry.found if isinstance(entry.found, dict) else {}, error)
    return RejectedRecord(refused.raw, refused.message, source, entry.place.line)
