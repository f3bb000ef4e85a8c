"""Tries the records of error objects again, and delivers what passes: survey first, then the same with delivery."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from photolake.sources.bluesky.jetstream_source import TOO_MANY_POSTS
from photolake_cli.redrive.marks import mark_row
from photolake_cli.redrive.objects import read_records
from photolake_cli.redrive.rules import AcceptedRow, RejectedRow

if TYPE_CHECKING:
    from photolake_cli.redrive.lake import ErrorLake, Target
    from photolake_cli.redrive.marks import Marks
    from photolake_cli.redrive.objects import ErrorObject, ErrorRecord
    from photolake_cli.redrive.rules import TriedRow

BATCH_ROWS = 1_000
_UNKNOWN_KIND = "objects of this kind are not known"


@dataclass
class Tally:
    """What became of the records of one kind.

    Each record read is repeated (equal to one before it in the object), redriven before, accepted, or rejected: of a
    record with several posts, one is enough for that. `rows` are those of accepted records, and of rejected ones those
    that pass. `reasons` count rejected records; `examples` has one place of each reason.
    """

    kind: str
    objects: int = 0
    records: int = 0
    repeated: int = 0
    before: int = 0
    accepted: int = 0
    rejected: int = 0
    rows: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    examples: dict[str, str] = field(default_factory=dict)

    def reject(self, reason: str, place: str) -> None:
        """Count a rejected record."""
        self.rejected += 1
        self.reasons[reason] += 1
        self.examples.setdefault(reason, place)


Tallies = dict[str, Tally]
OnRow = Callable[["AcceptedRow", "Target"], object]


@dataclass
class _ObjectRun:
    """One object that is read: its marks, and its rows that wait for delivery with theirs."""

    found: ErrorObject
    target: Target
    marks: Marks
    pending: list[tuple[str, AcceptedRow]] = field(default_factory=list)


class Redriver:
    """Reads error objects and tries their records again.

    Without `deliver` it only counts. With it, rows are delivered in batches, and marked after Firehose has them.
    """

    def __init__(
        self,
        lake: ErrorLake,
        deliver: bool,
        on_row: OnRow = lambda row, target: None,
        on_pause: Callable[[float], object] = lambda seconds: None,
    ) -> None:
        """`on_row` gets each row that is, or would be, delivered; `on_pause` the seconds of a pause."""
        self._lake = lake
        self._deliver = deliver
        self._on_row = on_row
        self._on_pause = on_pause
        self.tallies: Tallies = {}

    def run(self, objects: Iterable[ErrorObject]) -> Iterator[ErrorObject]:
        """Redrive the objects one by one, and yield each when it is done."""
        for found in objects:
            tally = self.tallies.setdefault(found.kind, Tally(found.kind))
            tally.objects += 1
            target = self._lake.targets.get(found.kind)
            if target is None:
                tally.records += 1
                tally.reject(_UNKNOWN_KIND, found.key)
            else:
                self._redrive(found, target, tally)
            yield found

    def _redrive(self, found: ErrorObject, target: Target, tally: Tally) -> None:
        run = _ObjectRun(found, target, self._lake.marks.load(found))
        if run.marks.etag == found.etag:
            tally.records += run.marks.records
            tally.before += run.marks.records
            return
        before, rejected = tally.records, tally.rejected
        for _ in self._try_records(run, tally):
            if len(run.pending) >= BATCH_ROWS:
                self._flush(run, tally)
        self._flush(run, tally)
        if self._deliver and tally.rejected == rejected:
            run.marks.etag, run.marks.records = found.etag, tally.records - before
            self._lake.marks.save(found, run.marks)

    def _try_records(self, run: _ObjectRun, tally: Tally) -> Iterator[None]:
        seen: set[str] = set()
        for record in read_records(self._lake.s3, self._lake.bucket, run.found):
            tally.records += 1
            if record.raw is None:
                tally.reject(record.reason, record.place)
                continue
            if record.digest in seen:
                tally.repeated += 1
                continue
            seen.add(record.digest)
            self._count(record, list(run.target.rule(run.found, record)), run, tally)
            yield

    def _count(self, record: ErrorRecord, tried: Sequence[TriedRow], run: _ObjectRun, tally: Tally) -> None:
        named = [(mark_row(record.digest, number), row) for number, row in enumerate(tried)]
        unsent = [(name, row) for name, row in named if isinstance(row, AcceptedRow) and name not in run.marks.sent]
        reasons = [row.reason for row in tried if isinstance(row, RejectedRow)]
        if reasons:
            tally.reject(reasons[0], record.place)
        elif tried and not unsent:
            tally.before += 1
        else:
            tally.accepted += 1
        for name, row in unsent:
            self._on_row(row, run.target)
            if self._deliver:
                self._wait_for_day(row, run, tally)
                run.pending.append((name, row))
            else:
                tally.rows += 1

    def _wait_for_day(self, row: AcceptedRow, run: _ObjectRun, tally: Tally) -> None:
        """Deliver what is pending, and wait, until Firehose can take one more day."""
        pace = run.target.pace
        while not pace.admits(row.day):
            self._flush(run, tally)
            if pause := pace.seconds_to_wait():
                self._on_pause(pause)
                self._lake.sleep(pause)

    def _flush(self, run: _ObjectRun, tally: Tally) -> None:
        """Deliver the pending rows, then mark them."""
        pending, run.pending = run.pending, []
        if not pending:
            return
        # As the collector does it: before the post is delivered, so that its deletion is found whatever happens.
        full = self._lake.collected.add(row.post for _, row in pending if row.post)
        for _, row in pending:
            if row.post in full:
                tally.accepted -= 1
                tally.reject(TOO_MANY_POSTS, run.found.key)
        kept = [(name, row) for name, row in pending if row.post is None or row.post not in full]
        run.target.stream.put(row.row for _, row in kept)
        run.target.pace.mark_delivered()
        run.marks.sent.update(name for name, _ in kept)
        self._lake.marks.save(run.found, run.marks)
        tally.rows += len(kept)
