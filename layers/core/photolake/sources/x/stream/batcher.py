"""The posts of stream lines, held for moments so that they are delivered many at a time."""

from __future__ import annotations

import datetime as dt
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from photolake.clock import format_utc, utc_now
from photolake.errors import PermanentError, RetryableError
from photolake.rejected import RejectedRecord, reject_row
from photolake.sources.x.payload import posts_in
from photolake.sources.x.stream.connection import USAGE_CAPPED, usage_capped

if TYPE_CHECKING:
    from photolake.collect.budgets import MonthlyAllowance
    from photolake.collect.runner import Deliver, KeepMalformed

# One record of a delivery stream; a post waits no longer than the seconds.
MOST_LINES = 500
MOST_BYTES = 1_000_000
LONGEST_S = 5.0


@dataclass
class Progress:
    """What a run has done so far, for people; `bought` counts the posts of the stream alone."""

    posts: int = 0
    bought: int = 0
    malformed: int = 0
    connects: int = 0
    found: int = 0
    """Posts that the search gave for the time without a connection."""
    state: str = "starting"


@dataclass
class _Held:
    """What waits for delivery; `since` is when the first of it came."""

    since: float = 0.0
    lines: int = 0
    size: int = 0
    bought: int = 0
    rows: list[dict[str, Any]] = field(default_factory=list)
    malformed: list[RejectedRecord] = field(default_factory=list)


class StreamPosts:
    """Takes lines of the stream and delivers the posts in them; none is acknowledged to X, which keeps none."""

    def __init__(
        self,
        deliver: Deliver,
        keep_malformed: KeepMalformed,
        budget: MonthlyAllowance,
        progress: Progress,
        clock: Callable[[], dt.datetime] = utc_now,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """`budget` is the one that the search counts in, too."""
        self._deliver = deliver
        self._keep_malformed = keep_malformed
        self._budget = budget
        self._progress = progress
        self._clock = clock
        self._monotonic = monotonic
        self._queries: Mapping[str, str] = {}
        self._held = _Held()

    def name_queries(self, by_rule: Mapping[str, str]) -> None:
        """The queries' texts by rule id, for `matched_query`; a post that only others' rules match gets their tag."""
        self._queries = by_rule

    def take(self, line: bytes) -> None:
        """Hold the post of a line, or the line if it is malformed.

        RetryableError: X ends the connection by it. PermanentError: X sells no more posts.
        """
        held = self._held
        held.since = held.since if held.lines else self._monotonic()
        held.lines += 1
        held.size += len(line)
        try:
            payload = json.loads(line)
        except (ValueError, RecursionError) as error:
            self._refuse(line, f"no JSON: {error}")
            return
        _expect_no_end(payload)
        held.bought += isinstance(payload, Mapping) and payload.get("data") is not None
        posts = posts_in(
            payload,
            collected_at=format_utc(self._clock()),
            matched_query=self._query_of(payload),
            on_malformed=lambda _, reason: self._refuse(line, reason),
        )
        held.rows.extend(posts)

    def deliver_if_due(self) -> None:
        """Deliver what is held if it is enough or old enough; UsedUpError once the month's posts are bought."""
        if self._is_due():
            self.deliver()
            self._budget.check()

    def deliver(self) -> None:
        """Deliver what is held; what cannot be delivered is still held."""
        held = self._held
        bought, held.bought = held.bought, 0
        self._budget.spend(bought)
        self._progress.bought += bought
        self._keep(held.malformed)
        held.malformed = []
        if held.rows:
            misfits: list[RejectedRecord] = []
            self._progress.posts += self._deliver(held.rows, lambda row, error: misfits.append(reject_row(row, error)))
            self._keep(misfits)
        self._held = _Held()

    def check(self) -> None:
        """Raise UsedUpError if the month's posts are bought."""
        self._budget.check()

    def _is_due(self) -> bool:
        held = self._held
        is_full = held.lines >= MOST_LINES or held.size >= MOST_BYTES
        return is_full or (held.lines > 0 and self._monotonic() - held.since >= LONGEST_S)

    def _refuse(self, line: bytes, reason: str) -> None:
        self._held.malformed.append(RejectedRecord(line, reason))

    def _keep(self, refused: Sequence[RejectedRecord]) -> None:
        if refused:
            self._keep_malformed("x/stream", refused)
            self._progress.malformed += len(refused)

    def _query_of(self, payload: Any) -> str | None:
        rules = payload.get("matching_rules") if isinstance(payload, Mapping) else None
        ids = [rule.get("id") for rule in rules if isinstance(rule, Mapping)] if isinstance(rules, list) else []
        return next((self._queries[str(rule)] for rule in ids if str(rule) in self._queries), None)


def _expect_no_end(payload: Any) -> None:
    """Raise if the line is a message by which X ends the connection: errors without a post."""
    if not isinstance(payload, Mapping) or payload.get("data") is not None:
        return
    errors = payload.get("errors") or ([payload] if "connection_issue" in payload else [])
    if not isinstance(errors, list) or not errors:
        return
    said = "; ".join(_told(error) for error in errors)
    if USAGE_CAPPED in json.dumps(errors):
        raise PermanentError("refused", usage_capped(said))
    raise RetryableError(f"X ends the connection: {said}")


def _told(error: Any) -> str:
    named = error if isinstance(error, Mapping) else {}
    parts = (named.get("title"), named.get("disconnect_type") or named.get("connection_issue"), named.get("detail"))
    return ", ".join(str(part) for part in parts if part) or "untitled"
