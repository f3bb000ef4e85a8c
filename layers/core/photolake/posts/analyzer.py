"""From an object of the archive to posts rows and photo jobs."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, cast

from photolake.aws.s3 import S3RangeReader
from photolake.clock import format_utc, utc_now
from photolake.errors import PermanentError, RetryableError, RowError
from photolake.partition import compute_post_dt
from photolake.photos.job import list_photo_jobs
from photolake.posts.archive_reader import ArchiveLine, read_chunks
from photolake.posts.comprehend import clip_text, price_unit
from photolake.pricing import count_comprehend_units
from photolake.rejected import RejectedRecord, RejectedStore, deliver_or_reject

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

    from photolake.aws.firehose import DeliveryStream
    from photolake.aws.s3 import S3Object
    from photolake.aws.sqs import MessageQueue
    from photolake.posts.archive_reader import Chunk
    from photolake.posts.text_analysis import TextAnalysis, TextAnalyzer
    from photolake.posts.waiting_objects import WaitingObjects
    from photolake.rejected import Reject
    from photolake.rows.schema import TableSchema
    from photolake.rows.types import PostRow

_REQUIRED = ("source_platform", "collected_at")  # besides id: both the partition and a photo job are made of them
# Athena's timestamps end beyond 2^51 ms, and one row later than that fails every query that shows it.
AFTER_9999_MS = 253_402_300_800_000
CHUNK_MS = 120_000  # enough for a chunk while Comprehend throttles; a run that is killed all the same loses its metrics


@dataclass(frozen=True)
class PostAnalyzer:
    """Analyzes archive objects chunk by chunk.

    Before the next chunk is read, the results for the texts are cached, the rows delivered and the photo jobs sent.
    `schema` is the posts table, `earliest` the first partition, `sample_rate` 0 to 1. `on_count` receives ObjectsGone,
    PostsAnalyzed, PostsRejected, PostsClamped, PostsSampledOut, PostsWaiting, PostsOverBudget and PhotosQueued.
    `on_analyzed` receives an object that is done, how many of its posts were delivered, and how many of its records
    were rejected. `waiting` remembers objects with posts that the month had no money for.
    """

    s3: S3Client
    schema: TableSchema
    texts: TextAnalyzer
    posts: DeliveryStream
    jobs: MessageQueue
    waiting: WaitingObjects
    earliest: dt.date
    sample_rate: float
    on_count: Callable[[str, int], None]
    on_analyzed: Callable[[S3Object, int, int], None]
    clock: Callable[[], dt.datetime] = utc_now

    def analyze_object(self, created: S3Object, remaining_ms: Callable[[], int]) -> None:
        """Deliver the posts of one object; its rejected records are stored in the same bucket.

        Posts that the month has no money for are delivered with that status, and the object waits to be analysed again.
        An object that has been deleted has no posts, one that was rewritten without some of them none that are new.
        RetryableError: `remaining_ms` is not enough for another chunk, or
        Comprehend failed on some texts for a transient reason, and then every other post has been delivered. RowError:
        no row fits the posts table. After an error the object must be analysed again: its rows are then delivered
        again, but only the texts without a result are bought.
        """
        totals: Counter[str] = Counter()
        body = S3RangeReader(self.s3, created.bucket, created.key)
        chunks = read_chunks(created.uri, body)
        unpaid = 0
        with RejectedStore(self.s3, created.bucket).open_writer(created.uri) as rejected:
            try:
                if body.is_rewritten(created.etag):
                    return  # nothing in it is new
                for chunk in chunks:
                    if remaining_ms() < CHUNK_MS:
                        raise RetryableError(f"time is running out after {totals['PostsAnalyzed']} posts")
                    unpaid += self._analyze_chunk(chunk, rejected.add, totals)
                    chunk.clear()  # its memory is needed for the next one
            except PermanentError:
                self.on_count("ObjectsGone", 1)
            finally:
                totals["PostsRejected"] = rejected.count
                for name, value in totals.items():
                    self.on_count(name, value)
        if over_budget := totals["PostsOverBudget"]:
            self.waiting.add(created, over_budget, unpaid * price_unit())
        elif created.turn and not totals["PostsWaiting"]:
            self.waiting.remove(created)
        if waiting := totals["PostsWaiting"]:
            raise RetryableError(f"Comprehend has no result yet for the texts of {waiting} posts")
        self.on_analyzed(created, totals["PostsAnalyzed"], rejected.count)

    def _analyze_chunk(self, chunk: Chunk, reject: Reject, totals: Counter[str]) -> int:
        """Deliver the posts of a chunk; return the units of text that the month had no money for."""
        drafts = list(self._draft_rows(chunk, reject, totals))
        analyses = self.texts.analyze((draft.row.get("text"), draft.row.get("lang")) for draft in drafts)
        delivery = _Delivery(_add_analyses(drafts, analyses, format_utc(self.clock())))
        totals["PostsWaiting"] += len(drafts) - len(delivery.rows)
        totals["PostsAnalyzed"] += deliver_or_reject(self.posts, delivery.rows, reject, delivery.reject_row)
        totals["PhotosQueued"] += self.jobs.send(delivery.iterate_photo_messages())
        unpaid = [_count_unpaid(draft, analysis) for draft, analysis in zip(drafts, analyses, strict=True)]
        totals["PostsOverBudget"] += sum(map(bool, unpaid))
        return sum(unpaid)

    def _draft_rows(self, chunk: Chunk, reject: Reject, totals: Counter[str]) -> Iterator[_Draft]:
        """Yield the sampled posts as rows without an analysis; wrong values are found before a text is bought."""
        for line in chunk:
            if isinstance(line, RejectedRecord):
                reject(line)
            elif not is_sampled(line.post["id"], self.sample_rate):
                totals["PostsSampledOut"] += 1
            else:
                try:
                    row = draft_row(self.schema, line.post, self.earliest)
                except (RowError, ValueError, OverflowError) as error:
                    reject(RejectedRecord(line.raw, str(error), line.source, line.number))
                else:
                    totals["PostsClamped"] += row["dt"] != compute_post_dt(row, dt.date.min)
                    yield _Draft(line, row)


def draft_row(schema: TableSchema, post: PostRow, earliest: dt.date) -> PostRow:
    """Make the posts row of an archived post, without an analysis; `schema` is the posts table.

    RowError, ValueError or OverflowError: the post does not fit it.
    """
    row = cast("PostRow", {name: value for name, value in post.items() if name != "source_json"})
    schema.check(row)
    for name in _REQUIRED:
        if not row.get(name):
            raise RowError(f"{schema.name}.{name}: a post must have it")
    if (ms := row.get("timestamp_ms")) is not None and not 0 <= ms < AFTER_9999_MS:
        raise RowError(f"{schema.name}.timestamp_ms: {ms} is not a time between 1970 and 9999")
    return {**row, "dt": compute_post_dt(row, earliest)}


@dataclass(frozen=True)
class _Draft:
    """A posts row and the line that it is made of."""

    line: ArchiveLine
    row: PostRow


def _add_analyses(drafts: Sequence[_Draft], analyses: Sequence[TextAnalysis], processed_at: str) -> list[_Draft]:
    """Complete the rows, without those whose text may still get a result."""
    return [
        _Draft(draft.line, {**draft.row, **analysis.columns(), "processed_at": processed_at})
        for draft, analysis in zip(drafts, analyses, strict=True)
        if not analysis.is_retryable
    ]


def _count_unpaid(draft: _Draft, analysis: TextAnalysis) -> int:
    return count_comprehend_units(clip_text(draft.row.get("text") or "")) * analysis.unpaid


class _Delivery:
    """The rows of a chunk on their way to the stream; the stream names a row that it rejects by the object itself."""

    def __init__(self, drafts: Sequence[_Draft]) -> None:
        self.rows = [draft.row for draft in drafts]
        self._lines = {id(draft.row): draft.line for draft in drafts}

    def reject_row(self, row: Mapping[str, Any], error: Exception) -> RejectedRecord:
        """Take a row out of the delivery, and return the line that it is made of as a rejected record."""
        line = self._lines.pop(id(row))
        return RejectedRecord(line.raw, str(error), line.source, line.number)

    def iterate_photo_messages(self) -> Iterator[dict[str, Any]]:
        """Yield the photo jobs of the rows that were not rejected."""
        for row in self.rows:
            if id(row) in self._lines:
                yield from (job.to_message() for job in list_photo_jobs(row, row["dt"]))


def is_sampled(post_id: int, rate: float) -> bool:
    """Whether a post belongs to the sample of `rate` (0 to 1): a pure function of its id, uniform over ids.

    So every retry and every duplicate agrees, and a larger rate keeps every post that a smaller one keeps.
    """
    digest = blake2b(str(post_id).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") < rate * 2**64
