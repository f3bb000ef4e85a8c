"""Carries deletions out: a pass asks what the lake still has of deleted posts, and erases it place by place.

Rows are erased after what is found by them, and the archive after the rows made of it, so that a pass may end anywhere,
and the next invocation begins it again: what it finds then is what is left.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from photolake.clock import format_utc, parse_time, utc_now
from photolake.collect.deletions import PREFIX as DELETIONS
from photolake.errors import CheckpointConflictError, OutOfTimeError
from photolake.forget.log import ForgetEntry

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

    from photolake.forget.log import ForgetLog
    from photolake.forget.state import ForgetState, ForgetStateStore
    from photolake.forget.steps import ForgetSteps

BETWEEN_PASSES = dt.timedelta(hours=20)
"""A pass a day: it also erases what was still on its way to the lake before."""
OVERDUE = dt.timedelta(hours=4)
_OVERLAP = dt.timedelta(hours=1)  # an object may be listed later than it says
_ARRIVALS = dt.timedelta(days=2)  # Firehose tries for a day to deliver


@dataclass(frozen=True)
class Forgetter:
    """Runs passes over the lake `bucket`, one at a time."""

    s3: S3Client
    bucket: str
    store: ForgetStateStore
    steps: ForgetSteps
    log: ForgetLog
    clock: Callable[[], dt.datetime] = utc_now

    def run(self, seconds: float, wanted: int = 0) -> ForgetState:
        """Go on with a pass that is not finished, or begin one if it is time, and return how far it is.

        One is also begun until as many as `wanted` have come to their end. Nothing happens while another invocation is
        at work. `seconds` are left of this one.
        """
        state = self.store.load()
        now = self.clock()
        if state.busy_until > now.timestamp() or not (state.finished < wanted or self._is_due(state, now)):
            return state
        changes: dict[str, Any] = {}
        if state.is_finished:
            changes = {"started": state.started + 1, "began_at": format_utc(now), "counts": {}}
        try:
            state = self.store.save(state, busy_until=int(now.timestamp() + seconds), **changes)
        except CheckpointConflictError:
            return self.store.load()
        counts = Counter(state.counts)
        try:
            deletions = self._erase(state, counts)
            self._log(state, deletions, counts)
            ended = {"finished": state.started, "until": state.began_at, "step": ""}
        except OutOfTimeError:
            ended = {}
        except BaseException:
            self._release({}, counts)
            raise
        return self._release(ended, counts)

    def _erase(self, state: ForgetState, counts: Counter[str]) -> int:
        """Run the steps; return how many deletions there are."""
        deleted = self.steps.list_deleted()
        for name, run in self.steps.list_steps(self._find_start(state), deleted):
            state = self.store.save(state, step=name, counts=dict(counts))
            run(counts)
        return len(deleted)

    def _find_start(self, state: ForgetState) -> dt.datetime | None:
        """Return since when objects may have arrived that no pass has seen; None if deletions have come."""
        if not state.until:
            return None
        until = parse_time(state.until)
        return None if self._has_deletions_since(until - _OVERLAP) else until - _ARRIVALS

    def _release(self, ended: Mapping[str, Any], counts: Counter[str]) -> ForgetState:
        return self.store.save(self.store.load(), busy_until=0, counts=dict(counts), **ended)

    def _log(self, state: ForgetState, deletions: int, counts: Counter[str]) -> None:
        found = {name: count for name, count in sorted(counts.items()) if count}
        if found:
            ended_at = format_utc(self.clock())
            self.log.add(ForgetEntry(state.started, state.began_at, ended_at, deletions, found))

    def is_overdue(self, state: ForgetState) -> bool:
        """Whether a pass takes so long that deletions are carried out later than a day after they came."""
        return not state.is_finished and self.clock() - parse_time(state.began_at) >= OVERDUE

    def _is_due(self, state: ForgetState, now: dt.datetime) -> bool:
        return not state.is_finished or not state.began_at or now - parse_time(state.began_at) >= BETWEEN_PASSES

    def _has_deletions_since(self, since: dt.datetime) -> bool:
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=DELETIONS)
        return any(item["LastModified"] >= since for page in pages for item in page.get("Contents", []))
