"""Collecting what is new for a query, so that a run may end at any point without losing a post."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from photolake.malformed import MalformedLine
from photolake.timestamps import iso_utc, utc_now
from photolake.x.posts import compact_json, posts_in
from photolake.x.search import RateLimitedError
from photolake.x.window import Window

if TYPE_CHECKING:
    from photolake.checkpoints import CheckpointStore
    from photolake.x.search import RecentSearch

# Recent search covers seven days; an id nearer to that than this may have left it when the request arrives.
COVERED = dt.timedelta(days=7) - dt.timedelta(minutes=5)
_ID = re.compile(r"[0-9]{1,18}|[0-8][0-9]{18}")  # any other would lift since_id above all posts to come

Deliver = Callable[[Iterable[Mapping[str, Any]]], int]
"""Returns once all rows are accepted, or raises."""
KeepMalformed = Callable[[str, list[MalformedLine]], object]
"""Called with the name of a page and its malformed posts."""


@dataclass(frozen=True)
class Summary:
    """What a run did.

    `malformed` names each malformed post and its reason. `stopped` is None, `rate_limit`, `time` or `max_posts`.
    `aged_out`: the last run is so long ago that posts left X's search, which covers seven days, unread; collect more
    often.
    """

    posts: int = 0
    pages: int = 0
    malformed: tuple[str, ...] = ()
    stopped: str | None = None
    aged_out: bool = False

    def counts(self) -> dict[str, int]:
        """The run as metrics."""
        return {
            "PostsCollected": self.posts,
            "PostsMalformed": len(self.malformed),
            "PagesRead": self.pages,
            "RateLimited": int(self.stopped == "rate_limit"),
        }


class Collector:
    """Reads one query's new posts, page by page, and moves its checkpoint over each page once it is delivered."""

    def __init__(
        self,
        search: RecentSearch,
        checkpoints: CheckpointStore,
        deliver: Deliver,
        keep_malformed: KeepMalformed,
        max_posts: int,
        clock: Callable[[], dt.datetime] = utc_now,
    ) -> None:
        """`deliver` is a delivery stream's `put`, `keep_malformed` a malformed store's.

        A run stops once it has bought `max_posts`, malformed ones included, for X charges by the post.
        """
        self._search = search
        self._checkpoints = checkpoints
        self._deliver = deliver
        self._keep_malformed = keep_malformed
        self._max_posts = max_posts
        self._clock = clock
        self._source = hashlib.sha256(search.query.encode()).hexdigest()[:16]

    def run(self, has_time: Callable[[], bool]) -> Summary:
        """Close the gap that the last run left, then read what is new, as long as there is time and X answers.

        Errors of the search, of delivery and of the checkpoint are raised; the next run goes on from the last page
        that was delivered.
        """
        checkpoint = self._checkpoints.load(f"x#{self._source}")
        saved = Window.from_state(checkpoint.state)
        window = saved.within(int((self._clock() - COVERED).timestamp() * 1000))
        summary = Summary(aged_out=window != saved)
        catching_up, bounds, token = window.is_open, window.bounds(), None
        bought = 0
        while has_time():
            if bought >= self._max_posts:
                return replace(summary, stopped="max_posts")
            try:
                page = self._search.page(bounds, token)
            except RateLimitedError:
                return replace(summary, stopped="rate_limit")
            bought += len(page.get("data") or [])
            summary = self._take(page, summary)
            token = (page.get("meta") or {}).get("next_token")
            window = window.read(_ids(page)) if token else window.read(_ids(page)).closed()
            state = {**window.state(), "query": self._search.query}
            if state != checkpoint.state:
                checkpoint = self._checkpoints.save(checkpoint, state)
            if not token and not catching_up:
                return summary
            if not token:
                catching_up, bounds = False, window.bounds()
        return replace(summary, stopped="time")

    def _take(self, page: Mapping[str, Any], summary: Summary) -> Summary:
        """Deliver a page, its malformed posts too."""
        refused: list[MalformedLine] = []
        ids = _ids(page)
        source = f"x/{self._source}/{max(ids, default=0)}-{min(ids, default=0)}"

        def refuse(post: Any, message: str) -> None:
            line = f"post {_id_of(post)}: {message}"
            refused.append(MalformedLine(source, len(refused) + 1, line, compact_json(post).encode()))

        posts = posts_in(
            page,
            collected_at=iso_utc(self._clock()),
            matched_query=self._search.query,
            on_malformed=refuse,
        )
        delivered = self._deliver(posts)
        if refused:
            self._keep_malformed(source, refused)
        return replace(
            summary,
            posts=summary.posts + delivered,
            pages=summary.pages + 1,
            malformed=(*summary.malformed, *(line.message for line in refused)),
        )


def _ids(page: Mapping[str, Any]) -> list[int]:
    """The ids that a page covers: of its posts and, should one of them be malformed, as X sums them up."""
    meta = page.get("meta") or {}
    tweets = page.get("data") or []
    found = [tweet.get("id") for tweet in tweets if isinstance(tweet, Mapping)]
    if tweets:
        found += [meta.get("newest_id"), meta.get("oldest_id")]
    return [int(text) for text in found if isinstance(text, str) and _ID.fullmatch(text)]


def _id_of(post: Any) -> str:
    data = post.get("data") if isinstance(post, Mapping) else None
    return str(data.get("id")) if isinstance(data, Mapping) else "without an id"
