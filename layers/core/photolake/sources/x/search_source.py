"""A query to X's recent search as a source; a run over it may end at any point without losing a post."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from photolake.clock import format_utc, utc_now
from photolake.collect.source import Batch
from photolake.errors import PermanentError, RetryableError
from photolake.pricing import X_POST_USD, format_usd
from photolake.rejected import RejectedRecord
from photolake.rows.ids import make_snowflake
from photolake.rows.json_text import compact_json
from photolake.sources.x.payload import posts_in
from photolake.sources.x.window import Window

if TYPE_CHECKING:
    from photolake.collect.budgets import MonthlyAllowance, RunAllowance
    from photolake.collect.source import State
    from photolake.sources.x.search_api import RecentSearch

# Recent search covers seven days; an id nearer to that than this may have left it when the request arrives.
COVERED = dt.timedelta(days=7) - dt.timedelta(minutes=5)
# A post can appear in the search after a newer one has; what is younger than this is left to the next run. X itself
# leaves out the last 30 s (end_time in https://docs.x.com/x-api/posts/search-recent-posts).
SETTLED = dt.timedelta(seconds=60)
# More than clocks go wrong by; an id from beyond it was given out by no X.
AHEAD = dt.timedelta(minutes=10)


class SearchSource:
    """Reads one query's new posts, page by page, as long as its allowances let it buy them."""

    def __init__(
        self,
        search: RecentSearch,
        budget: MonthlyAllowance,
        run_allowance: RunAllowance,
        clock: Callable[[], dt.datetime] = utc_now,
    ) -> None:
        """`budget` and `run_allowance` are those of all queries together; X charges by the post."""
        self._search = search
        self._budget = budget
        self._run_allowance = run_allowance
        self._clock = clock
        self._query = search.query

    @property
    def name(self) -> str:
        """The same for the same query and languages."""
        return f"x#{self._query.hash}"

    def fetch(self, state: State) -> Iterator[Batch]:
        """Close the gap that the last run left, then read what is new."""
        try:
            yield from self._fetch(Window.from_state(state), self._notices(is_first=not state))
        finally:
            self._search.close()

    def _fetch(self, saved: Window, notices: Sequence[str]) -> Iterator[Batch]:
        if max(saved.since_id or 0, saved.newest_id or 0) > make_snowflake(_ms(self._clock() + AHEAD)):
            raise PermanentError(
                "future", f"the checkpoint {self.name} is ahead of the clock: delete it, to read seven days again"
            )
        window = saved.within(_ms(self._clock() - COVERED))
        has_gap = window != saved
        while True:
            catching_up = window.is_open
            bounds = window.bounds() if catching_up else self._new(window)
            for page, is_last in self._pages(bounds):
                window = window.read(_ids(page, bounds))
                window = window.closed() if is_last else window
                yield self._batch(page, window, has_gap, notices)
                notices = ()
            if not catching_up:
                return
            window = window.closed()

    def _new(self, window: Window) -> Mapping[str, int]:
        """The bounds of what has been posted since the window was closed."""
        return {**window.bounds(), "until_id": make_snowflake(_ms(self._clock() - SETTLED))}

    def _pages(self, bounds: Mapping[str, int]) -> Iterator[tuple[dict[str, Any], bool]]:
        """Buy all pages within the bounds, each with whether it is the last."""
        if bounds["until_id"] - bounds.get("since_id", 0) <= 1:
            return
        token, lowest = None, bounds["until_id"]
        while True:
            self._run_allowance.check()
            self._budget.check()
            page = self._search.page(bounds, token)
            bought = len(page.get("data") or [])
            self._run_allowance.spend(bought)
            self._budget.spend(bought)
            token = (page.get("meta") or {}).get("next_token") or None
            yield page, token is None
            if token is None:
                return
            ids = _ids(page, bounds)
            if ids and min(ids) >= lowest:
                raise RetryableError("X gives the same posts again for the next page; they would be bought for ever")
            lowest = min([*ids, lowest])

    def _notices(self, is_first: bool) -> Sequence[str]:
        near = self._budget.notice()
        return [*([self._forecast()] if is_first else []), *([near] if near else [])]

    def _forecast(self) -> str:
        """Say what the first run of the query will cost; UsedUpError if that is more than the month has left."""
        self._run_allowance.check()
        self._budget.check()
        posts, left = self._search.count(), self._budget.left()
        monthly = posts * 30 // 7
        forecast = (
            f"{self._query.setting}: X has {posts:,} posts of the last seven days, {format_usd(posts * X_POST_USD)}; "
            f"at that rate they are {monthly:,} a month, {format_usd(monthly * X_POST_USD)}"
        )
        if left is not None and posts > left:
            self._budget.refuse(f"{forecast}. MonthlyPostBudget has {left:,} left, so the query is not begun")
        return forecast

    def _batch(self, page: Mapping[str, Any], window: Window, has_gap: bool, notices: Sequence[str]) -> Batch:
        refused: list[RejectedRecord] = []

        def refuse(post: Any, message: str) -> None:
            refused.append(RejectedRecord(compact_json(post).encode(), f"post {_id_of(post)}: {message}"))

        collected_at = format_utc(self._clock())
        posts = posts_in(page, collected_at=collected_at, matched_query=self._query.text, on_malformed=refuse)
        return Batch(
            state={**window.state(), "query": self._query.text},
            posts=list(posts),
            malformed=refused,
            bought=len(page.get("data") or []),
            has_gap=has_gap,
            notices=notices,
        )


def _ids(page: Mapping[str, Any], bounds: Mapping[str, int]) -> list[int]:
    """The ids that a page covers: of its posts and, should one of them be malformed, as X sums them up.

    None outside the bounds: a malformed one would lift the checkpoint above posts to come.
    """
    meta = page.get("meta") or {}
    tweets = page.get("data") or []
    found = [tweet.get("id") for tweet in tweets if isinstance(tweet, Mapping)]
    if tweets:
        found += [meta.get("newest_id"), meta.get("oldest_id")]
    numbers = [int(text) for text in found if isinstance(text, str) and text.isascii() and text.isdecimal()]
    return [number for number in numbers if bounds.get("since_id", 0) < number < bounds.get("until_id", 2**63)]


def _id_of(post: Any) -> str:
    data = post.get("data") if isinstance(post, Mapping) else None
    return str(data.get("id")) if isinstance(data, Mapping) else "without an id"


def _ms(moment: dt.datetime) -> int:
    return int(moment.timestamp() * 1000)
