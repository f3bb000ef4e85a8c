"""Sends a file of posts to the `tweets` delivery stream, and counts what became of every entry."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from photolake.aws.firehose import DeliveryStream
from photolake.collect.deletions import DeletionStore
from photolake.errors import RowError
from photolake.photos.job import count_photos_without_url
from photolake.post_files.reader import START, Entry, Position, read_entries
from photolake.post_formats.format import Deletion, Notice
from photolake.rejected import RejectedRecord, RejectedStore, RejectedWriter, deliver_or_reject, reject_row
from photolake.rows.schema import TableSchema
from photolake_cli.aws_errors import explain_error
from photolake_cli.collect.deletions import DeletionWriter, find_removals, find_removed_posts
from photolake_cli.collect.journal import Checkpoint
from photolake_cli.collect.pacing import Pace
from photolake_cli.collect.post_check import PostCheck
from photolake_cli.collect.tally import Tally

if TYPE_CHECKING:
    from photolake.rows.types import PostRow
    from photolake_cli.cloud import Cloud
    from photolake_cli.collect.files import PostFile

BATCH_POSTS = 1_000


@dataclass(frozen=True)
class Callbacks:
    """Called while a file is sent: with bytes and posts read, with a pause in seconds, with what Firehose accepted."""

    on_read: Callable[[int, int], None] = lambda position, posts: None
    on_pause: Callable[[float], None] = lambda seconds: None
    on_accepted: Callable[[Checkpoint], None] = lambda checkpoint: None


class FileSender:
    """Sends the posts of files to the stream, and stores deletions, and rejected records under `errors/malformed/`.

    A run that was interrupted may send the posts of its last batch, at most 1,000, again. A file in which only rejected
    records are found gets no checkpoint.
    """

    def __init__(
        self,
        stream: DeliveryStream,
        check: PostCheck,
        rejected: RejectedStore,
        deletions: DeletionStore,
        pace: Pace,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """`stream` is created without a table: posts are checked here, so that a bad one does not stop the others."""
        self.check = check
        self._stream = stream
        self._rejected = rejected
        self._deletions = deletions
        self._pace = pace
        self._sleep = sleep

    def send(self, file: PostFile, checkpoint: Checkpoint | None = None, callbacks: Callbacks | None = None) -> Tally:
        """Send a file from its checkpoint on."""
        checkpoint, callbacks = checkpoint or Checkpoint(), callbacks or Callbacks()
        # A resumed run must not overwrite the rejected records of the first.
        resumed = "" if checkpoint.place == START else f".from-{checkpoint.place.line}-{checkpoint.place.entry}"
        tally = Tally(file.name, sent_before=checkpoint.sent)
        with file.open() as opened, self._rejected.open_writer(f"{file.rejected_name}{resumed}") as writer:
            tally.rejected_uris = writer.uris
            found = read_entries(opened.file, file.make_context(), checkpoint.place)
            deletions = DeletionWriter(self._deletions)
            batcher = _Batcher(found, checkpoint.place, tally, writer, deletions, self.check)
            has_removals = checkpoint.has_removals
            while batcher.has_more:
                self._send_batch(batcher, tally, callbacks)
                has_removals = has_removals or bool(deletions.removals)
                done = not batcher.has_more
                if done and has_removals:
                    self._delete_removed_posts(file, checkpoint, deletions)
                deletions.flush()
                writer.flush()
                if not tally.holds_no_post:
                    sent = tally.sent_before + tally.sent
                    callbacks.on_accepted(Checkpoint(batcher.place, sent, done, has_removals))
                callbacks.on_read(opened.position, tally.read)
        return tally

    def _delete_removed_posts(self, file: PostFile, checkpoint: Checkpoint, deletions: DeletionWriter) -> None:
        """Delete the posts of authors whom the file removes, also by a part of it that an earlier run has sent."""
        earlier = find_removals(file, checkpoint.place) if checkpoint.has_removals else {}
        for row in find_removed_posts(file, earlier | deletions.removals):
            deletions.add_row(row)

    def _send_batch(self, batcher: _Batcher, tally: Tally, callbacks: Callbacks) -> None:
        if pause := self._pace.seconds_to_wait() if batcher.has_held_post else 0:
            callbacks.on_pause(pause)
            self._sleep(pause)
        # Rows are encoded one by one as they are read, so that the one rejected is the last one read.
        tally.sent += deliver_or_reject(
            self._stream,
            batcher.next_posts(self._pace),
            batcher.reject_last_post,
            lambda row, error: reject_row(row, error, tally.file, batcher.place.line),
        )
        batcher.count_sent()
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
        deletions: DeletionWriter,
        check: PostCheck,
    ) -> None:
        self.place = place
        self.has_more = True
        self._found = found
        self._tally = tally
        self._writer = writer
        self._deletions = deletions
        self._check = check
        self._held: tuple[Entry, PostRow, str] | None = None
        # The id and the number of photos without a URL of each post: to hold the posts would take memory and time.
        self._batch: list[tuple[int, int]] = []

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
            self._batch.append((post["id"], count_photos_without_url(post)))
            yield post

    def _next_post(self) -> tuple[Entry, PostRow, str] | None:
        for entry in self._found:
            self._tally.read += 1
            if entry.remarks:
                self._tally.remarks.update(entry.remarks)
            if isinstance(entry.content, dict):
                try:
                    return entry, entry.content, self._check.find_partition(entry.content, entry.size)
                except RowError as error:
                    self.reject(reject_row(entry.content, error, self._tally.file, entry.position.line))
            elif isinstance(entry.content, Notice):
                self._tally.notices[entry.content.kind] += 1
            elif isinstance(entry.content, Deletion):
                self._tally.deletions += 1
                self._deletions.add(entry.content, entry.position)
            else:
                self.reject(entry.content)
            self.place = entry.position
        return None

    def reject(self, record: RejectedRecord) -> None:
        """Store and count a rejected record."""
        self._writer.add(record)
        self._tally.add_rejected(record)

    def reject_last_post(self, record: RejectedRecord) -> None:
        """Reject the post that was taken last, which the stream found too large."""
        self._batch.pop()
        self.reject(record)

    def count_sent(self) -> None:
        """Count the ids of the batch, which the stream has accepted, and its photos without a URL."""
        for number, photos_without_url in self._batch:
            self._tally.ids.add(number)
            self._tally.photos_without_url += photos_without_url
        self._batch.clear()


def open_sender(cloud: Cloud) -> FileSender:
    """The sender into a cloud's lake; CommandError says what to do if AWS refuses."""
    try:
        firehose = cloud.client("firehose")
        interval = read_interval(firehose, cloud.find_physical_id("PostsStream")) * cloud.time_scale
        return FileSender(
            DeliveryStream(firehose, cloud.values["TweetsStreamName"]),
            PostCheck(
                TableSchema.from_glue(cloud.client("glue"), cloud.values["LandingDatabaseName"], "raw_tweets"),
                dt.date.fromisoformat(cloud.values["EarliestDate"]),
            ),
            RejectedStore(cloud.client("s3"), cloud.values["LakeBucketName"]),
            DeletionStore(cloud.client("s3"), cloud.values["LakeBucketName"]),
            Pace(interval, time.monotonic),
        )
    except (BotoCoreError, ClientError) as error:
        raise explain_error(error, cloud.name) from error


def read_interval(firehose: Any, stream: str) -> float:
    """The seconds that a delivery stream buffers."""
    description = firehose.describe_delivery_stream(DeliveryStreamName=stream)["DeliveryStreamDescription"]
    (destination,) = description["Destinations"]
    return float(destination["ExtendedS3DestinationDescription"]["BufferingHints"]["IntervalInSeconds"])
