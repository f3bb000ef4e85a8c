"""Defines a source of posts: a name, and a way to read on from where the last run stopped."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

    from photolake.rejected import RejectedRecord
    from photolake.rows.types import PostRow

State = Mapping[str, Any]
"""How far a source has been read, as strings: what the source needs to read on."""


@dataclass(frozen=True)
class SourceContext:
    """What a source may use besides its settings, which are environment variables (`Settings.from_env`).

    `read_secret` reads a secret by name (empty if it has no value yet), `get_table` gives a DynamoDB table by name.
    """

    read_secret: Callable[[str], str]
    get_table: Callable[[str], Table]


@dataclass(frozen=True)
class Span:
    """A stretch of time: every post of it that the source has was read."""

    start: dt.datetime
    end: dt.datetime

    @classmethod
    def make(cls, start: dt.datetime, end: dt.datetime) -> Span | None:
        """Make a span; None if it would be empty."""
        return cls(start, end) if start < end else None

    def join(self, other: Span | None) -> Span:
        """Return the span from the first of both to the last."""
        return Span(min(self.start, other.start), max(self.end, other.end)) if other else self


@dataclass(frozen=True)
class Batch:
    """What a source returns at once, such as a page of search results.

    `state` becomes the checkpoint once `posts` are delivered. `posts` are rows of raw_tweets, `deletions` rows of the
    deletions table. `bought` counts the posts that the source charges for, rejected ones included. `has_gap` says that
    posts before this batch are lost, because the source no longer has them. `notices` are for people, such as a price
    before it is paid. `covered` is the time of which no post is left to read once the batch is delivered; the spans of
    a run adjoin.
    """

    state: State
    posts: Sequence[PostRow] = ()
    rejected: Sequence[RejectedRecord] = ()
    deletions: Sequence[Mapping[str, Any]] = ()
    bought: int = 0
    has_gap: bool = False
    notices: Sequence[str] = ()
    covered: Span | None = None


class Source(Protocol):
    """A source of posts; a package of `photolake.sources` makes those of its platform."""

    @property
    def name(self) -> str:
        """The key of its checkpoint: the platform, then `#` and the rest if the platform has several sources."""

    @property
    def query(self) -> str:
        """What it looks for: `matched_query` of its posts."""

    def fetch(self, state: State) -> Generator[Batch]:
        """Read on from `state` (empty at first) until nothing is left; the generator is closed when the run must end.

        A source that charges checks its budgets before it buys and counts what it buys. BudgetExhaustedError: it may
        buy no more. RateLimitedError: try again later. RetryableError: the source is out of order. PermanentError: it
        refuses, and the message says what to do.
        """
