"""Gathers posts of the stream, to deliver many at a time."""

from __future__ import annotations

import datetime as dt
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from photolake.clock import format_utc, utc_now
from photolake.collect.budgets import PostMoney
from photolake.errors import RetryableError
from photolake.rejected import RejectedRecord, deliver_or_reject
from photolake.sources.x.api_errors import is_usage_capped, make_usage_capped_error
from photolake.sources.x.payload import read_posts

if TYPE_CHECKING:
    from photolake.aws.firehose import DeliveryStream
    from photolake.collect.budgets import MonthlyBudget
    from photolake.rejected import RejectedStore
    from photolake.rows.types import PostRow

# One record of a delivery stream; no post waits longer than the seconds.
MAX_LINES = 500
MAX_BYTES = 1_000_000
MAX_WAIT_S = 5.0
# Posts that are paid ahead while the stream is connected: more than arrive between two looks at it.
POSTS_READY = 100
REJECTED_FOLDER = "x/stream"


@dataclass
class Progress:
    """What a run has done so far, for people; `bought` counts only posts of the stream."""

    posts: int = 0
    bought: int = 0
    rejected: int = 0
    connects: int = 0
    found: int = 0
    """Posts that the search found for the time without a connection."""
    state: str = "starting"


@dataclass
class _Pending:
    """Posts that wait for delivery; `since` is when the first line arrived."""

    since: float = 0.0
    lines: int = 0
    size: int = 0
    bought: int = 0
    unpaid: int = 0
    rows: list[PostRow] = field(default_factory=list)
    rejected: list[RejectedRecord] = field(default_factory=list)


class Batcher:
    """Takes lines of the stream and delivers their posts. X needs no acknowledgement, and keeps nothing."""

    def __init__(
        self,
        stream: DeliveryStream,
        rejected: RejectedStore,
        budget: MonthlyBudget,
        progress: Progress,
        clock: Callable[[], dt.datetime] = utc_now,
        monotonic: Callable[[], float] = time.monotonic,
        money: PostMoney | None = None,
    ) -> None:
        """`budget` is shared with the search; `money` pays for the posts of the stream."""
        self._stream = stream
        self._rejected = rejected
        self._budget = budget
        self._progress = progress
        self._clock = clock
        self._monotonic = monotonic
        self._money = money or PostMoney()
        self._pending = _Pending()
        self.queries: Mapping[str, str] = {}
        """Texts of queries by rule id, for `matched_query`. A post that only other rules match gets the tag of one."""

    def add(self, line: bytes) -> None:
        """Add the post of a line.

        RetryableError: the line says that X ends the connection. PermanentError: X sells no more posts.
        """
        pending = self._pending
        pending.since = pending.since if pending.lines else self._monotonic()
        pending.lines += 1
        pending.size += len(line)
        try:
            payload = json.loads(line)
        except (ValueError, RecursionError) as error:
            pending.rejected.append(RejectedRecord(line, f"not JSON: {error}"))
            return
        _raise_if_end(payload)
        is_post = isinstance(payload, Mapping) and payload.get("data") is not None
        pending.bought += is_post
        pending.unpaid += is_post
        posts = read_posts(
            payload,
            collected_at=format_utc(self._clock()),
            matched_query=self._find_query(payload),
            on_rejected=lambda _, reason: pending.rejected.append(RejectedRecord(line, reason)),
        )
        pending.rows.extend(posts)

    def deliver_if_due(self) -> None:
        """Deliver the pending posts if they are many or old, or if there is no money for more.

        BudgetExhaustedError: the month's posts are bought, or its money is spent.
        """
        pending = self._pending
        self._pay()
        is_full = pending.lines >= MAX_LINES or pending.size >= MAX_BYTES
        is_due = is_full or (pending.lines > 0 and self._monotonic() - pending.since >= MAX_WAIT_S)
        has_money = self._money.has_ready(POSTS_READY)
        if is_due or not has_money:
            self.deliver()
            self.check_budget()

    def deliver(self) -> None:
        """Deliver the pending posts; if that fails, they are still pending."""
        self._pay()
        pending = self._pending
        bought, pending.bought = pending.bought, 0
        self._budget.spend(bought)
        self._progress.bought += bought
        self._store_rejected(pending.rejected)
        pending.rejected = []
        if pending.rows:
            rejected: list[RejectedRecord] = []
            self._progress.posts += deliver_or_reject(self._stream, pending.rows, rejected.append)
            self._store_rejected(rejected)
        self._pending = _Pending()

    def check_budget(self) -> None:
        """Raise BudgetExhaustedError if the month's posts are bought, or its money is spent."""
        self._budget.check()
        if not self._money.has_ready(POSTS_READY):
            self._money.raise_exhausted("the month's money for X is spent")

    def _pay(self) -> None:
        unpaid, self._pending.unpaid = self._pending.unpaid, 0
        self._money.pay(unpaid)

    def _store_rejected(self, records: Sequence[RejectedRecord]) -> None:
        if records:
            self._rejected.put_unnamed(REJECTED_FOLDER, records)
            self._progress.rejected += len(records)

    def _find_query(self, payload: Any) -> str | None:
        rules = payload.get("matching_rules") if isinstance(payload, Mapping) else None
        ids = [rule.get("id") for rule in rules if isinstance(rule, Mapping)] if isinstance(rules, list) else []
        return next((self.queries[str(rule)] for rule in ids if str(rule) in self.queries), None)


def _raise_if_end(payload: Any) -> None:
    """Raise if the line is a message by which X ends the connection: errors without a post."""
    if not isinstance(payload, Mapping) or payload.get("data") is not None:
        return
    errors = payload.get("errors") or ([payload] if "connection_issue" in payload else [])
    if not isinstance(errors, list) or not errors:
        return
    details = "; ".join(_describe_error(error) for error in errors)
    if is_usage_capped(json.dumps(errors)):
        raise make_usage_capped_error(details)
    raise RetryableError(f"X ends the connection: {details}")


def _describe_error(error: Any) -> str:
    named = error if isinstance(error, Mapping) else {}
    parts = (named.get("title"), named.get("disconnect_type") or named.get("connection_issue"), named.get("detail"))
    return ", ".join(str(part) for part in parts if part) or "untitled"
