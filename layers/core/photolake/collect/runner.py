"""Reads sources and delivers their posts, so that no post is lost wherever a run ends."""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from photolake.clock import utc_now
from photolake.collect.budgets import MONEY
from photolake.errors import (
    BudgetExhaustedError,
    CheckpointConflictError,
    NotConfiguredError,
    PermanentError,
    PhotolakeError,
    RateLimitedError,
)
from photolake.rejected import deliver_or_reject

if TYPE_CHECKING:
    from photolake.aws.firehose import DeliveryStream
    from photolake.collect.checkpoints import Checkpoint, CheckpointStore
    from photolake.collect.deletions import DeletionStore
    from photolake.collect.source import Batch, Source, Span
    from photolake.rejected import RejectedStore

# The key of the state for when the source may be read again; no source has a key of this name.
_NOT_BEFORE = "not_before"
# A source that gives a later time, or whose clock is wrong, is read again after this.
MAX_PAUSE_S = 86_400
# A page of X takes up to three attempts of 20 s, and its delivery.
RESERVE_MS = 75_000
# Errors that end one source and no other; any other error is a bug, and ends the run.
_SOURCE_ERRORS = (PhotolakeError, BotoCoreError, ClientError)


@dataclass(frozen=True)
class SourceSummary:
    """What a run did with one source.

    `rejected` has the message of each rejected post. `stopped` is None, `rate_limit`, `time` or the name of a budget.
    `has_gap`: posts left the source before they were read; collect more often. `notices` are for people.
    """

    source: str
    posts: int = 0
    batches: int = 0
    bought: int = 0
    deletions: int = 0
    rejected: tuple[str, ...] = ()
    stopped: str | None = None
    has_gap: bool = False
    notices: tuple[str, ...] = ()

    def counts(self) -> dict[str, int]:
        """Return the summary as metrics."""
        return {
            "PostsCollected": self.posts,
            "PostsBought": self.bought,
            "PostsRejected": len(self.rejected),
            "PagesRead": self.batches,
            "DeletionsCollected": self.deletions,
            "RateLimited": int(self.stopped == "rate_limit"),
            "BudgetUsedUp": int(self.stopped == "monthly_budget"),
            "RunsOverBudget": int(self.stopped == MONEY),
        }


@dataclass
class RunSummary:
    """What a run did: `skipped` says what a source lacks, `failed` holds the error of a source, both by name.

    A platform whose sources could not be made is among them by its own name. `queries` has what each source looked
    for, `covered` the time that it has read, also if it failed after that.
    """

    started_at: dt.datetime
    sources: list[SourceSummary] = field(default_factory=list)
    skipped: dict[str, str] = field(default_factory=dict)
    failed: dict[str, Exception] = field(default_factory=dict)
    queries: dict[str, str] = field(default_factory=dict)
    covered: dict[str, Span] = field(default_factory=dict)
    ended_at: dt.datetime | None = None

    def counts(self) -> dict[str, int]:
        """Return the run as metrics."""
        total = Counter({"SourceFailed": len(self.failed)})
        total["SourceRefused"] = sum(isinstance(error, PermanentError) for error in self.failed.values())
        for summary in self.sources:
            total.update(summary.counts())
        return dict(total)

    def note_covered(self, source: Source, span: Span) -> None:
        """Add a span to the time that a source has read."""
        self.covered[source.name] = span.join(self.covered.get(source.name))


@dataclass(frozen=True)
class SourceCollector:
    """Reads one source, delivers its posts, and moves its checkpoint past a batch once that is delivered.

    `on_delivered` is called with the number of posts of each batch, `on_deleted` with the id of each deleted post once
    its deletion is stored, `on_covered` with the span of a batch once the checkpoint is past it.
    """

    checkpoints: CheckpointStore
    stream: DeliveryStream
    rejected: RejectedStore
    deletions: DeletionStore
    clock: Callable[[], dt.datetime] = utc_now
    on_delivered: Callable[[int], object] = lambda posts: None
    on_deleted: Callable[[int], object] = lambda post_id: None
    on_covered: Callable[[Source, Span], object] = lambda source, span: None

    def collect(self, source: Source, has_time: Callable[[], bool]) -> SourceSummary:
        """Read a source on from its checkpoint.

        Errors of the source, of delivery and of the checkpoint are raised; the next run reads on after the last batch
        that was delivered.
        """
        checkpoint = self.checkpoints.load(source.name)
        summary = SourceSummary(source.name)
        if 0 < float(checkpoint.state.get(_NOT_BEFORE, 0)) - self.clock().timestamp() <= MAX_PAUSE_S:
            return replace(summary, stopped="rate_limit")
        state = {name: value for name, value in checkpoint.state.items() if name != _NOT_BEFORE}
        # Closed however the run ends, so that the source can close its connection.
        with closing(source.fetch(state)) as batches:
            try:
                while has_time():
                    batch = next(batches, None)
                    if batch is None:
                        return summary
                    summary = self._deliver_batch(batch, summary)
                    if dict(batch.state) != dict(checkpoint.state):
                        checkpoint = self.checkpoints.save(checkpoint, batch.state)
                    if batch.covered:
                        self.on_covered(source, batch.covered)
            except RateLimitedError as error:
                self._save_pause(error, checkpoint)
                return replace(summary, stopped="rate_limit")
            except BudgetExhaustedError as error:
                notices = (*summary.notices, str(error)) if str(error) else summary.notices
                return replace(summary, stopped=error.budget, notices=notices)
        return replace(summary, stopped="time")

    def _deliver_batch(self, batch: Batch, summary: SourceSummary) -> SourceSummary:
        rejected = list(batch.rejected)
        delivered = deliver_or_reject(self.stream, batch.posts, rejected.append) if batch.posts else 0
        self.on_delivered(delivered)
        if rejected:
            self.rejected.put_unnamed(summary.source.replace("#", "/"), rejected)
        if batch.deletions:
            self.deletions.put(batch.deletions)
            for deletion in batch.deletions:
                self.on_deleted(deletion["id"])
        return replace(
            summary,
            posts=summary.posts + delivered,
            batches=summary.batches + 1,
            bought=summary.bought + batch.bought,
            deletions=summary.deletions + len(batch.deletions),
            rejected=(*summary.rejected, *(record.message for record in rejected)),
            has_gap=summary.has_gap or batch.has_gap,
            notices=(*summary.notices, *batch.notices),
        )

    def _save_pause(self, error: RateLimitedError, checkpoint: Checkpoint) -> None:
        if error.reset_time is not None:
            # A run that has moved the checkpoint in the meantime finds the rate limit by itself.
            with suppress(CheckpointConflictError):
                self.checkpoints.save(checkpoint, {**checkpoint.state, _NOT_BEFORE: str(error.reset_time)})


@dataclass(frozen=True)
class Collector:
    """Reads sources one after the other, each on its own: one that fails does not keep the others from being read.

    `make_sources` makes the sources of a platform. Their order is shuffled, because a limit of the run must not always
    end at the same source.
    """

    collector: SourceCollector
    make_sources: Callable[[str], Iterable[Source]]
    shuffle: Callable[[list[Source]], None] = random.shuffle

    def run(self, platforms: Sequence[str], ms_left: Callable[[], int]) -> RunSummary:
        """Read the sources of these platforms; `ms_left` is the time until the run is ended from outside.

        The time is shared out evenly, and what a source leaves of its share goes to those after it.
        """
        result = RunSummary(self.collector.clock())
        collector = replace(self.collector, on_covered=result.note_covered)
        sources = self._make_all_sources(platforms, result)
        self.shuffle(sources)
        for number, source in enumerate(sources):
            has_time = _share_time(ms_left, len(sources) - number)
            result.queries[source.name] = source.query
            try:
                result.sources.append(collector.collect(source, has_time))
            except _SOURCE_ERRORS as error:
                result.failed[source.name] = error
        result.ended_at = self.collector.clock()
        return result

    def _make_all_sources(self, platforms: Iterable[str], result: RunSummary) -> list[Source]:
        sources: list[Source] = []
        for name in platforms:
            try:
                sources += self.make_sources(name)
            except NotConfiguredError as error:
                result.skipped[name] = str(error)
            except _SOURCE_ERRORS as error:
                result.failed[name] = error
        return sources


def _share_time(ms_left: Callable[[], int], parts: int) -> Callable[[], bool]:
    """Return a function that says whether the first of equal parts of the remaining time still lasts."""
    end = RESERVE_MS + max(ms_left() - RESERVE_MS, 0) * (parts - 1) // parts
    return lambda: ms_left() > end
