"""Reading a source to its end, or until the run must stop, so that no post is lost wherever that happens."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

from photolake.clock import utc_now
from photolake.collect.checkpoints import OvertakenError
from photolake.collect.source import Batch, RateLimitedError, Source, UsedUpError
from photolake.rejected import RejectedRecord, reject_row

if TYPE_CHECKING:
    from collections.abc import Generator

    from photolake.aws.firehose import OnRejected
    from photolake.collect.checkpoints import Checkpoint, CheckpointStore

Deliver = Callable[[Iterable[Mapping[str, Any]], "OnRejected"], int]
"""Takes posts, returns how many are accepted or raises; those that cannot be delivered at all are set aside."""
KeepMalformed = Callable[[str, Sequence[RejectedRecord]], object]
"""Takes the name of the source and its malformed posts."""
KeepDeletions = Callable[[Sequence[Mapping[str, Any]]], object]
"""Takes rows of the deletions table."""

# Where the loop itself keeps when the source may be asked again; no source has a key like it.
_NOT_BEFORE = "not_before"
# A source that names a later time (or whose clock is wrong) is asked again all the same.
LONGEST_REST_S = 86_400


@dataclass(frozen=True)
class Summary:
    """What a run did with a source.

    `malformed` names each malformed post and its reason. `stopped` is None, `rate_limit`, `time` or the name of an
    allowance. `has_gap`: posts left the source unread; collect more often. `notices` are for people.
    """

    source: str
    posts: int = 0
    batches: int = 0
    bought: int = 0
    deletions: int = 0
    malformed: tuple[str, ...] = ()
    stopped: str | None = None
    has_gap: bool = False
    notices: tuple[str, ...] = ()

    def counts(self) -> dict[str, int]:
        """The run as metrics."""
        return {
            "PostsCollected": self.posts,
            "PostsBought": self.bought,
            "PostsMalformed": len(self.malformed),
            "PagesRead": self.batches,
            "DeletionsCollected": self.deletions,
            "RateLimited": int(self.stopped == "rate_limit"),
            "BudgetUsedUp": int(self.stopped == "monthly_budget"),
        }


@dataclass(frozen=True)
class Collection:
    """Reads sources, delivers what they give, and moves a source's checkpoint over a batch once it is delivered."""

    checkpoints: CheckpointStore
    deliver: Deliver
    keep_malformed: KeepMalformed
    keep_deletions: KeepDeletions
    clock: Callable[[], dt.datetime] = utc_now

    def run(self, source: Source, has_time: Callable[[], bool]) -> Summary:
        """Read a source on from its checkpoint.

        Errors of the source, of delivery and of the checkpoint are raised; the next run goes on after the last batch
        that was delivered.
        """
        checkpoint = self.checkpoints.load(source.name)
        state = {name: value for name, value in checkpoint.state.items() if name != _NOT_BEFORE}
        if self._rests(checkpoint):
            return Summary(source.name, stopped="rate_limit")
        # Closed at any end, so that a source can close its connection.
        with closing(cast("Generator[Batch]", source.fetch(state))) as batches:
            return self._read(batches, checkpoint, has_time)

    def _read(self, batches: Iterator[Batch], checkpoint: Checkpoint, has_time: Callable[[], bool]) -> Summary:
        summary = Summary(checkpoint.id)
        while has_time():
            try:
                batch = next(batches, None)
            except RateLimitedError as error:
                self._remember(error, checkpoint)
                return replace(summary, stopped="rate_limit")
            except UsedUpError as error:
                notices = (*summary.notices, str(error)) if str(error) else summary.notices
                return replace(summary, stopped=error.allowance, notices=notices)
            if batch is None:
                return summary
            summary = self._take(batch, summary)
            if dict(batch.state) != dict(checkpoint.state):
                checkpoint = self.checkpoints.save(checkpoint, batch.state)
        return replace(summary, stopped="time")

    def _rests(self, checkpoint: Checkpoint) -> bool:
        left = float(checkpoint.state.get(_NOT_BEFORE, 0)) - self.clock().timestamp()
        return 0 < left <= LONGEST_REST_S

    def _remember(self, error: RateLimitedError, checkpoint: Checkpoint) -> None:
        if error.reset_time is not None:
            # A run that has moved the checkpoint on in the meantime learns by itself that the source rests.
            with suppress(OvertakenError):
                self.checkpoints.save(checkpoint, {**checkpoint.state, _NOT_BEFORE: str(error.reset_time)})

    def _take(self, batch: Batch, summary: Summary) -> Summary:
        refused = list(batch.malformed)
        delivered = 0
        if batch.posts:
            delivered = self.deliver(batch.posts, lambda row, error: refused.append(reject_row(row, error)))
        if refused:
            self.keep_malformed(summary.source.replace("#", "/"), refused)
        if batch.deletions:
            self.keep_deletions(batch.deletions)
        return replace(
            summary,
            posts=summary.posts + delivered,
            batches=summary.batches + 1,
            bought=summary.bought + batch.bought,
            deletions=summary.deletions + len(batch.deletions),
            malformed=(*summary.malformed, *(each.message for each in refused)),
            has_gap=summary.has_gap or batch.has_gap,
            notices=(*summary.notices, *batch.notices),
        )
