"""Sends a file of posts to the `tweets` delivery stream, and counts what became of every entry."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from photolake.aws.firehose import DeliveryStream
from photolake.clock import format_utc, utc_now
from photolake.errors import RowError
from photolake.partition import compute_post_dt
from photolake.post_files.reader import START, Entry, Position, read_entries
from photolake.rejected import RejectedRecord, RejectedStore, RejectedWriter, deliver_or_reject, part_key, reject_row
from photolake.rows.schema import TableSchema
from photolake_cli.aws_errors import explain_error
from photolake_cli.collect.distinct import DistinctCounter
from photolake_cli.collect.journal import Checkpoint
from photolake_cli.collect.pacing import Pace

if TYPE_CHECKING:
    from photolake.rows.types import PostRow
    from photolake_cli.cloud import Cloud
    from photolake_cli.collect.files import PostFile

BATCH_POSTS = 1_000
REJECTED_SHOWN = 10
# A row is at most about three times its JSON, so only a longer document can exceed a Firehose record.
ALWAYS_FITS_BYTES = 300_000


@dataclass
class Tally:
    """What became of a file's entries: posts sent, rejected records, and notices, which hold no post.

    `sent_before` posts were sent by earlier runs. `ids` are those of the posts sent. `shown` are the first rejected
    records; all of them are in the lake under `rejected_key`.
    """

    file: str
    read: int = 0
    sent: int = 0
    rejected: int = 0
    notices: int = 0
    sent_before: int = 0
    ids: DistinctCounter = field(default_factory=DistinctCounter)
    shown: list[RejectedRecord] = field(default_factory=list)
    rejected_key: str = ""

    @property
    def repeated(self) -> int:
        """Posts sent that the file holds more than once; the views count each once."""
        return self.sent - self.ids.count

    @property
    def is_balanced(self) -> bool:
        """Whether every entry read is accounted for."""
        return self.read == self.sent + self.rejected + self.notices


@dataclass(frozen=True)
class Callbacks:
    """Called while a file is sent: with bytes and posts read, with a pause in seconds, with what Firehose accepted."""

    on_read: Callable[[int, int], None] = lambda position, posts: None
    on_pause: Callable[[float], None] = lambda seconds: None
    on_accepted: Callable[[Checkpoint], None] = lambda checkpoint: None


class FileSender:
    """Sends the posts of files to the stream, and stores their rejected records under `errors/malformed/`.

    A run that was interrupted may send the posts of its last batch, at most 1,000, again.
    """

    def __init__(
        self,
        stream: DeliveryStream,
        table: TableSchema,
        rejected: RejectedStore,
        pace: Pace,
        earliest: dt.date,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """`stream` is created without a table: posts are checked here, so that a bad one does not stop the others.

        `earliest` is the first partition, which holds older posts too.
        """
        self._stream = stream
        self._table = table
        self._rejected = rejected
        self._pace = pace
        self._earliest = earliest
        self._sleep = sleep

    def send(self, file: PostFile, checkpoint: Checkpoint | None = None, callbacks: Callbacks | None = None) -> Tally:
        """Send a file from its checkpoint on."""
        checkpoint, callbacks = checkpoint or Checkpoint(), callbacks or Callbacks()
        # A resumed run must not overwrite the rejected records of the first.
        resumed = "" if checkpoint.place == START else f".from-{checkpoint.place.line}-{checkpoint.place.entry}"
        name = f"{file.rejected_name}{resumed}"
        tally = Tally(file.name, sent_before=checkpoint.sent, rejected_key=part_key(name, 1))
        with file.open() as opened, self._rejected.open_writer(name) as writer:
            found = read_entries(
                opened.file,
                source=file.name,
                collected_at=format_utc(utc_now()),
                after=checkpoint.place,
                author=file.author,
            )
            batcher = _Batcher(found, checkpoint.place, tally, writer, self.check)
            while batcher.has_more:
                self._send_batch(batcher, tally, callbacks)
                writer.flush()
                done = not batcher.has_more
                callbacks.on_accepted(Checkpoint(batcher.place, tally.sent_before + tally.sent, done))
                callbacks.on_read(opened.position, tally.read)
        return tally

    def check(self, post: PostRow, size: int) -> str:
        """The partition of a post from a JSON document of `size` bytes; RowError if the post cannot be sent."""
        self._table.check(post)
        if type(post.get("id")) is not int:
            raise RowError("a post has an integer id")
        if size > ALWAYS_FITS_BYTES:
            self._stream.check(post)
        try:
            return compute_post_dt(post, self._earliest)
        except ValueError as error:
            raise RowError(f"its collected_at is not a time: {error}") from error

    def _send_batch(self, batcher: _Batcher, tally: Tally, callbacks: Callbacks) -> None:
        if pause := self._pace.seconds_to_wait() if batcher.has_held_post else 0:
            callbacks.on_pause(pause)
            self._sleep(pause)
        # Rows are encoded one by one as they are read, so that the one rejected is the last one read.
        tally.sent += deliver_or_reject(
            self._stream,
            batcher.next_posts(self._pace),
            batcher.reject,
            lambda row, error: reject_row(row, error, tally.file, batcher.place.line),
        )
        self._pace.mark_delivered()


class _Batcher:
    """Takes the posts of a file in batches, and stores and counts its other entries.

    `place` is how far the file has been read. A post whose date the pace does not admit is held for the next batch.
    """

    def __init__(
        self,
        found: Iterator[Entry],
        place: Position,
        tally: Tally,
        writer: RejectedWriter,
        check: Callable[[PostRow, int], str],
    ) -> None:
        self.place = place
        self.has_more = True
        self._found = found
        self._tally = tally
        self._writer = writer
        self._check = check
        self._held: tuple[Entry, PostRow, str] | None = None

    @property
    def has_held_post(self) -> bool:
        """Whether a post waits for its date to be admitted."""
        return self._held is not None

    def next_posts(self, pace: Pace) -> Iterator[PostRow]:
        """At most 1,000 posts, as many as the pace admits now."""
        for _ in range(BATCH_POSTS):
            self._held = self._held or self._next_post()
            if self._held is None:
                self.has_more = False
                return
            entry, post, date = self._held
            if not pace.admits(date):
                return
            self._held, self.place = None, entry.position
            self._tally.ids.add(post["id"])
            yield post

    def _next_post(self) -> tuple[Entry, PostRow, str] | None:
        for entry in self._found:
            self._tally.read += 1
            if isinstance(entry.content, dict):
                try:
                    return entry, entry.content, self._check(entry.content, entry.size)
                except RowError as error:
                    self.reject(reject_row(entry.content, error, self._tally.file, entry.position.line))
            elif entry.content is None:
                self._tally.notices += 1
            else:
                self.reject(entry.content)
            self.place = entry.position
        return None

    def reject(self, record: RejectedRecord) -> None:
        """Store and count a rejected record."""
        self._writer.add(record)
        self._tally.rejected += 1
        if len(self._tally.shown) < REJECTED_SHOWN:
            self._tally.shown.append(replace(record, raw=b""))


def open_sender(cloud: Cloud) -> FileSender:
    """The sender into a cloud's lake; CommandError says what to do if AWS refuses."""
    try:
        firehose = cloud.client("firehose")
        interval = read_interval(firehose, cloud.find_physical_id("PostsStream")) * cloud.time_scale
        return FileSender(
            DeliveryStream(firehose, cloud.values["TweetsStreamName"]),
            TableSchema.from_glue(cloud.client("glue"), cloud.values["LandingDatabaseName"], "raw_tweets"),
            RejectedStore(cloud.client("s3"), cloud.values["LakeBucketName"]),
            Pace(interval, time.monotonic),
            dt.date.fromisoformat(cloud.values["EarliestDate"]),
        )
    except (BotoCoreError, ClientError) as error:
        raise explain_error(error, cloud.name) from error


def read_interval(firehose: Any, stream: str) -> float:
    """The seconds that a delivery stream buffers."""
    description = firehose.describe_delivery_stream(DeliveryStreamName=stream)["DeliveryStreamDescription"]
    (destination,) = description["Destinations"]
    return float(destination["ExtendedS3DestinationDescription"]["BufferingHints"]["IntervalInSeconds"])
