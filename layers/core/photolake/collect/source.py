"""What a source of posts is: a name, and a way to read on from where the last run stopped."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from photolake.errors import PhotolakeError, RetryableError

if TYPE_CHECKING:
    from photolake.rejected import RejectedRecord

State = Mapping[str, Any]
"""How far a source has been read, as strings: whatever the source needs to go on."""


@dataclass(frozen=True)
class Batch:
    """What a source gives at once, such as a page of search results.

    `state` holds once `posts` are delivered: the loop saves it then, never before. `posts` are rows of raw_tweets,
    `deletions` rows of the deletions table. `bought` counts the posts that the source charges for, malformed ones
    included. `has_gap` says that posts before this batch are lost, for the source does not keep them any more.
    `notices` are for people: a price before it is paid, a limit that is near.
    """

    state: State
    posts: Sequence[Mapping[str, Any]] = ()
    malformed: Sequence[RejectedRecord] = ()
    deletions: Sequence[Mapping[str, Any]] = ()
    bought: int = 0
    has_gap: bool = False
    notices: Sequence[str] = ()


class Source(Protocol):
    """A source of posts. One module in `photolake.sources` makes the sources of its name."""

    @property
    def name(self) -> str:
        """The key of its checkpoint; the same for the same question, whatever the code."""

    def fetch(self, state: State) -> Iterator[Batch]:
        """Read on from `state` (empty at first) until nothing is left; the iterator is closed when the run must end.

        A source that charges counts what it buys, and asks its allowances before it buys. UsedUpError: they let it buy
        nothing more. RateLimitedError: ask again later. RetryableError: the source is out of order. PermanentError: it
        refuses, and the message says what to do.
        """


class RateLimitedError(RetryableError):
    """The source wants to be left alone until `reset_time` (seconds since 1970), or for a while if that is None."""

    def __init__(self, reset_time: int | None = None) -> None:
        super().__init__("the rate limit is used up")
        self.reset_time = reset_time


class UsedUpError(PhotolakeError):
    """An allowance lets the source buy nothing more: `allowance` is its name, the message what to do, if anything."""

    def __init__(self, allowance: str, message: str = "") -> None:
        super().__init__(message)
        self.allowance = allowance


class NotSetUpError(PhotolakeError):
    """A source lacks something, such as a token, before it can be asked; the message says what to do."""
