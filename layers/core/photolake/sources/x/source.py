"""X's recent search: one source for each query of the settings. A run may end at any point without losing a post."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from photolake.clock import format_utc, utc_now
from photolake.collect.budgets import MonthlyBudget, PostMoney, RunBudget
from photolake.collect.source import Batch, Span
from photolake.errors import NotConfiguredError, PermanentError, PhotolakeError, RetryableError, SettingsError
from photolake.pricing import X_POST_USD, format_usd
from photolake.rejected import RejectedRecord
from photolake.rows.ids import make_snowflake, read_snowflake_ms
from photolake.rows.json_text import compact_json
from photolake.sources.x.payload import read_posts
from photolake.sources.x.queries import Query, parse_queries
from photolake.sources.x.search_api import MAX_RESULTS, RecentSearch, make_x_client
from photolake.sources.x.window import Window
from photolake.spending.batch import SpendingSettings, connect_ledger
from photolake.spending.limits import convert_to_dollars
from photolake.spending.purse import Purse

if TYPE_CHECKING:
    from photolake.collect.source import SourceContext, State

PLATFORM = "x"
PHOTO_HOSTS = ("pbs.twimg.com",)

# Recent search covers seven days; an id close to that limit may have left the search when the request arrives.
COVERED = dt.timedelta(days=7) - dt.timedelta(minutes=5)
# A post can appear in the search after a newer one has, so younger posts are left to the next run. X itself leaves out
# the last 30 s (end_time in https://docs.x.com/x-api/posts/search-recent-posts).
SETTLED = dt.timedelta(seconds=60)
# More than clocks are wrong by: X cannot have issued an id from further ahead.
MAX_CLOCK_SKEW = dt.timedelta(minutes=10)
# The token goes with every request, so plain HTTP is for test servers on this machine only.
_URL = re.compile(r"https://[A-Za-z0-9.-]+(:[0-9]+)?/?|http://(127\.0\.0\.1|localhost):[0-9]+/?")


@dataclass(frozen=True)
class XSettings(SpendingSettings):
    """What to read from X, and how much to buy a month; `x_api_url` is X's API, or a test server."""

    x_token_secret: str
    x_api_url: str
    search_query: str
    search_queries: str
    search_languages: tuple[str, ...]
    monthly_post_budget: int

    def queries(self) -> list[Query]:
        """Parse the queries; SettingsError, naming the setting, for one that X would refuse."""
        return parse_queries(self.search_query, self.search_queries, self.search_languages)

    def checked_url(self) -> str:
        """Return X_API_URL; SettingsError if the token must not be sent there."""
        return check_api_url(self.x_api_url)


@dataclass(frozen=True)
class SearchSettings(XSettings):
    """What only the collector needs."""

    max_posts_per_run: int


def check_api_url(url: str) -> str:
    """Return the address of X's API; SettingsError if the token must not be sent there."""
    if not _URL.fullmatch(url):
        raise SettingsError(f"X_API_URL: {url!r} is not of the form https://host")
    return url


def sources(context: SourceContext) -> list[SearchSource]:
    """Make a source for each query, all with the same budgets; NotConfiguredError without a token."""
    settings = SearchSettings.from_env()
    url = settings.checked_url()
    queries = settings.queries()
    token = context.read_secret(settings.x_token_secret)
    if not token:
        raise NotConfiguredError(f"X is skipped: put the bearer token into the secret {settings.x_token_secret}")
    client = make_x_client(token, url)
    monthly_budget = MonthlyBudget(context.get_table(settings.checkpoint_table), PLATFORM, settings.monthly_post_budget)
    run_budget = RunBudget(settings.max_posts_per_run)
    money = PostMoney(Purse(connect_ledger(settings, context.get_table), "x", raise_lost))
    return [SearchSource(RecentSearch(client, query), monthly_budget, run_budget, money=money) for query in queries]


def raise_lost(amount: int, error: Exception) -> None:
    """Let a run fail that cannot give its money back, so that its log says so; its posts are delivered."""
    raise RetryableError(f"{format_usd(convert_to_dollars(amount))} that were not spent count as spent") from error


class SearchSource:
    """Reads one query's new posts, page by page, as long as the budgets last."""

    def __init__(
        self,
        search: RecentSearch,
        monthly_budget: MonthlyBudget,
        run_budget: RunBudget,
        clock: Callable[[], dt.datetime] = utc_now,
        money: PostMoney | None = None,
    ) -> None:
        """The budgets and the money are shared by all queries; X charges by the post."""
        self._search = search
        self._monthly_budget = monthly_budget
        self._run_budget = run_budget
        self._money = money or PostMoney()
        self._clock = clock
        self._query = search.query

    @property
    def name(self) -> str:
        """The same for the same query and languages."""
        return f"x#{self._query.hash}"

    @property
    def query(self) -> str:
        """The query's text."""
        return self._query.text

    def fetch(self, state: State) -> Generator[Batch]:
        """Close the gap that the last run left, then read what is new."""
        try:
            saved = Window.from_state(state)
            forecast = None if state else self._forecast_cost()
            warnings = (self._monthly_budget.make_warning(), self._money.make_warning())
            notices = [text for text in (forecast, *warnings) if text]
            window = self._limit_to_covered(saved)
            has_gap = window != saved
            while True:
                is_catching_up = window.is_open
                bounds = window.make_bounds() if is_catching_up else self._make_new_bounds(window)
                for page, is_last in self._read_pages(bounds):
                    window = window.cover(_read_ids(page, bounds))
                    covered = self._make_span(window, bounds, is_catching_up) if is_last else None
                    window = window.close() if is_last else window
                    yield replace(self._make_batch(page, window, has_gap, notices), covered=covered)
                    notices = []
                if not is_catching_up:
                    return
                window = window.close()
        finally:
            self._search.close()
            self._money.close()

    def _limit_to_covered(self, saved: Window) -> Window:
        if max(saved.since_id or 0, saved.newest_id or 0) > make_snowflake(
            _convert_to_ms(self._clock() + MAX_CLOCK_SKEW)
        ):
            raise PermanentError(
                "future", f"the checkpoint {self.name} is ahead of the clock: delete it, to read seven days again"
            )
        return saved.limit_to(_convert_to_ms(self._clock() - COVERED))

    def _make_new_bounds(self, window: Window) -> Mapping[str, int]:
        """Return the bounds of what has been posted since the window was closed."""
        return {**window.make_bounds(), "until_id": make_snowflake(_convert_to_ms(self._clock() - SETTLED))}

    def _make_span(self, window: Window, bounds: Mapping[str, int], is_catching_up: bool) -> Span | None:
        """Return the time that the last page completes; X returns the newest posts first, so no page does before it."""
        start, end = bounds.get("since_id"), window.newest_id if is_catching_up else bounds["until_id"]
        return Span.make(_read_time(start) or self._clock() - COVERED, _read_time(end) or self._clock() - COVERED)

    def _read_pages(self, bounds: Mapping[str, int]) -> Iterator[tuple[dict[str, Any], bool]]:
        """Buy all pages within the bounds, each with whether it is the last."""
        if bounds["until_id"] - bounds.get("since_id", 0) <= 1:
            return
        token, lowest = None, bounds["until_id"]
        while True:
            self._run_budget.check()
            self._monthly_budget.check()
            page = self._buy_page(bounds, token)
            bought = len(page.get("data") or [])
            self._run_budget.spend(bought)
            self._monthly_budget.spend(bought)
            token = (page.get("meta") or {}).get("next_token") or None
            yield page, token is None
            if token is None:
                return
            ids = _read_ids(page, bounds)
            if ids and min(ids) >= lowest:
                raise RetryableError("X returns the same posts again for the next page; they would be bought for ever")
            lowest = min([*ids, lowest])

    def _buy_page(self, bounds: Mapping[str, int], token: str | None) -> dict[str, Any]:
        """Pay for as many posts as a page can have, and get back the price of the others.

        X bills a post once a day, so that of a page that did not come nothing is lost
        (https://docs.x.com/x-api/getting-started/pricing).
        """
        self._money.pay_ahead(MAX_RESULTS)
        try:
            page = self._search.read_page(bounds, token)
        except PhotolakeError:
            self._money.refund(MAX_RESULTS)
            raise
        self._money.refund(MAX_RESULTS - len(page.get("data") or []))
        return page

    def _forecast_cost(self) -> str:
        """Say what the first run of the query costs; BudgetExhaustedError if that is more than the month has left."""
        self._run_budget.check()
        self._monthly_budget.check()
        self._money.pay_ahead(1)
        posts, left = self._search.count_posts(), self._monthly_budget.count_left()
        monthly = posts * 30 // 7
        forecast = (
            f"{self._query.setting}: X has {posts:,} posts of the last seven days, {format_usd(posts * X_POST_USD)}; "
            f"at that rate they are {monthly:,} a month, {format_usd(monthly * X_POST_USD)}"
        )
        if left is not None and posts > left:
            self._monthly_budget.raise_exhausted(
                f"{forecast}. MonthlyPostBudget has {left:,} left, so the query is not begun"
            )
        payable = self._money.count_left()
        if payable is not None and posts > payable:
            self._money.raise_exhausted(
                f"{forecast}. The month has money for {payable:,} posts, so the query is not begun"
            )
        return forecast

    def _make_batch(self, page: Mapping[str, Any], window: Window, has_gap: bool, notices: Sequence[str]) -> Batch:
        rejected: list[RejectedRecord] = []

        def reject(post: Any, message: str) -> None:
            rejected.append(RejectedRecord(compact_json(post).encode(), f"post {_describe_id(post)}: {message}"))

        collected_at = format_utc(self._clock())
        posts = read_posts(page, collected_at=collected_at, matched_query=self._query.text, on_rejected=reject)
        return Batch(
            state={**window.to_state(), "query": self._query.text},
            posts=list(posts),
            rejected=rejected,
            bought=len(page.get("data") or []),
            has_gap=has_gap,
            notices=notices,
        )


def _read_ids(page: Mapping[str, Any], bounds: Mapping[str, int]) -> list[int]:
    """Read the ids that a page covers: those of its posts and, in case one of them is malformed, those of its `meta`.

    Ids outside the bounds are left out: a malformed one would move the checkpoint past posts to come.
    """
    meta = page.get("meta") or {}
    tweets = page.get("data") or []
    found = [tweet.get("id") for tweet in tweets if isinstance(tweet, Mapping)]
    if tweets:
        found += [meta.get("newest_id"), meta.get("oldest_id")]
    numbers = [int(text) for text in found if isinstance(text, str) and text.isascii() and text.isdecimal()]
    return [number for number in numbers if bounds.get("since_id", 0) < number < bounds.get("until_id", 2**63)]


def _describe_id(post: Any) -> str:
    data = post.get("data") if isinstance(post, Mapping) else None
    number = str(data.get("id")) if isinstance(data, Mapping) else ""
    # Whatever else stands there must not get into the log.
    return number if number.isdecimal() else "without an id"


def _read_time(post_id: int | None) -> dt.datetime | None:
    ms = read_snowflake_ms(post_id) if post_id is not None else None
    return dt.datetime.fromtimestamp(ms / 1000, dt.UTC) if ms is not None else None


def _convert_to_ms(moment: dt.datetime) -> int:
    return int(moment.timestamp() * 1000)
