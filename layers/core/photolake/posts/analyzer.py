"""From the lines of the archive to posts rows and photo jobs."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from photolake.clock import format_utc, utc_now
from photolake.errors import RetryableError, RowError
from photolake.partition import post_date
from photolake.posts.photo_jobs import photo_jobs
from photolake.posts.sampling import is_sampled
from photolake.rejected import RejectedRecord

if TYPE_CHECKING:
    from photolake.aws.firehose import DeliveryStream
    from photolake.aws.sqs import MessageQueue
    from photolake.posts.archive_reader import ArchiveLine
    from photolake.posts.text_analysis import TextAnalyzer
    from photolake.rows.schema import TableSchema

_REQUIRED = ("source_platform", "collected_at")  # beside id: without them neither partition nor photo job is known
# Athena's timestamps end beyond 2^51 ms, and one row later than that fails every query that shows it.
AFTER_9999_MS = 253_402_300_800_000
CHUNK_POSTS = 250
CHUNK_BYTES = 4_000_000
CHUNK_MS = 120_000  # enough for a chunk while Comprehend throttles; a run killed all the same loses only its metrics

Reject = Callable[[RejectedRecord], None]
Row = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class PostAnalyzer:
    """Analyses posts chunk by chunk: a chunk's answers are cached, then its rows accepted by the stream, then its photo
    jobs sent, before the next chunk is read.

    `table` is the posts table, `earliest` the first partition, `sample_rate` 0 to 1; `count` is told PostsAnalyzed,
    PostsMalformed, PostsClamped, PostsSampledOut, PostsWaiting and PhotosQueued.
    """

    table: TableSchema
    texts: TextAnalyzer
    posts: DeliveryStream
    jobs: MessageQueue
    earliest: dt.date
    sample_rate: float
    count: Callable[[str, int], None]
    clock: Callable[[], dt.datetime] = utc_now

    def analyze(
        self, lines: Iterable[ArchiveLine | RejectedRecord], reject: Reject, remaining_ms: Callable[[], int]
    ) -> int:
        """Deliver the posts of one archive object and return how many; `reject` takes what is no post.

        RetryableError: `remaining_ms` is not enough for another chunk, or Comprehend failed on some texts for a passing
        reason, and then every other post of the object has been delivered. When the object comes back, its rows are
        delivered again, but only the texts without an answer are bought.
        """
        total: Counter[str] = Counter()
        for chunk in _chunks(lines):
            if remaining_ms() < CHUNK_MS:
                raise RetryableError(f"time is running out after {total['PostsAnalyzed']} posts")
            tally = self._analyze_chunk(chunk, reject)
            for name, value in tally.items():
                self.count(name, value)
            total += tally
        if waiting := total["PostsWaiting"]:
            raise RetryableError(f"Comprehend has no answer yet for the texts of {waiting} posts")
        return total["PostsAnalyzed"]

    def _analyze_chunk(self, chunk: Iterable[ArchiveLine | RejectedRecord], reject: Reject) -> Counter[str]:
        tally: Counter[str] = Counter()

        def rejected(line: RejectedRecord) -> None:
            tally["PostsMalformed"] += 1
            reject(line)

        drafts = list(self._drafts(chunk, rejected, tally))
        analyses = self.texts.analyze([(draft.row.get("text"), draft.row.get("lang")) for draft in drafts])
        processed_at = format_utc(self.clock())
        ready = [
            draft.with_columns({**analysis.columns(), "processed_at": processed_at})
            for draft, analysis in zip(drafts, analyses, strict=True)
            if not analysis.must_wait
        ]
        delivered = self._deliver(ready, rejected)
        jobs = (job for draft in delivered for job in photo_jobs(draft.row, draft.row["dt"]))
        tally["PhotosQueued"] = self.jobs.send(jobs)
        tally["PostsAnalyzed"] = len(delivered)
        tally["PostsWaiting"] = len(drafts) - len(ready)
        return tally

    def _drafts(
        self, chunk: Iterable[ArchiveLine | RejectedRecord], rejected: Reject, tally: Counter[str]
    ) -> Iterator[_Draft]:
        """The chunk's posts as rows but for the analysis; bad values are found before a text is bought."""
        for line in chunk:
            if isinstance(line, RejectedRecord):
                rejected(line)
            elif not is_sampled(line.post["id"], self.sample_rate):
                tally["PostsSampledOut"] += 1
            else:
                try:
                    draft = self._draft(line)
                except (RowError, ValueError, OverflowError) as error:
                    rejected(_malformed(line, error))
                else:
                    tally["PostsClamped"] += draft.is_clamped
                    yield draft

    def _draft(self, line: ArchiveLine) -> _Draft:
        row = {name: value for name, value in line.post.items() if name != "source_json"}
        self.table.check(row)
        for name in _REQUIRED:
            if not row.get(name):
                raise RowError(f"{self.table.name}.{name}: a post must have it")
        if (ms := row.get("timestamp_ms")) is not None and not 0 <= ms < AFTER_9999_MS:
            raise RowError(f"{self.table.name}.timestamp_ms: {ms} is no time between 1970 and 9999")
        date = post_date(row, self.earliest)
        return _Draft(line, {**row, "dt": date}, is_clamped=date != post_date(row, dt.date.min))

    def _deliver(self, drafts: Sequence[_Draft], rejected: Reject) -> Sequence[_Draft]:
        try:
            self.posts.put(draft.row for draft in drafts)
        except RowError:
            return [draft for draft in drafts if self._deliver_alone(draft, rejected)]
        return drafts

    def _deliver_alone(self, draft: _Draft, rejected: Reject) -> bool:
        try:
            self.posts.put([draft.row])
        except RowError as error:
            rejected(_malformed(draft.line, error))
            return False
        return True


@dataclass(frozen=True)
class _Draft:
    line: ArchiveLine
    row: Row
    is_clamped: bool

    def with_columns(self, columns: Mapping[str, Any]) -> _Draft:
        return _Draft(self.line, {**self.row, **columns}, self.is_clamped)


def _malformed(line: ArchiveLine, error: Exception) -> RejectedRecord:
    return RejectedRecord(line.raw, str(error), line.source, line.number)


def _chunks(lines: Iterable[ArchiveLine | RejectedRecord]) -> Iterator[list[ArchiveLine | RejectedRecord]]:
    """Groups of at most 250 lines, ended sooner by the line that brings them to 4 MB."""
    chunk: list[ArchiveLine | RejectedRecord] = []
    size = 0
    for line in lines:
        chunk.append(line)
        size += len(line.raw)
        if len(chunk) == CHUNK_POSTS or size >= CHUNK_BYTES:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk
