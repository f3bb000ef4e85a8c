"""X's recent search, page by page (https://docs.x.com/x-api/posts/search/introduction), and what it would find.

It covers the last seven days, newest first. Requests are answered at once or not at all: no waiting for a rate limit
within the call, and a timeout on each request, of which tweepy has none.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

import requests
import tweepy

from photolake.collect.source import RateLimitedError
from photolake.errors import PermanentError, RetryableError
from photolake.sources.x import parameters as vocabulary

if TYPE_CHECKING:
    from photolake.sources.x.queries import Query

PATH = "/2/tweets/search/recent"
MAX_RESULTS = 100
RETRIES = 2
TIMEOUT_S = (5.0, 15.0)  # to connect, and between two reads
# tweepy writes it into every request.
_TWEEPY_HOST = "https://api.twitter.com"
# The type of the problem when the month's cap is reached; the status is that of a rate limit, which passes by itself.
# https://docs.x.com/x-api/fundamentals/response-codes-and-errors
_USAGE_CAPPED = "/problems/usage-capped"
_REQUEST_TIMEOUT = 408
_T = TypeVar("_T")


class XSession(requests.Session):
    """A session that asks X at a URL of choice, with a timeout on every request."""

    def __init__(self, url: str = _TWEEPY_HOST, timeout_s: tuple[float, float] = TIMEOUT_S) -> None:
        """`url` is X itself, or something that answers like it; `timeout_s` to connect, and between two reads."""
        super().__init__()
        self._url = url.rstrip("/")
        self._timeout_s = timeout_s

    def request(self, method: str | bytes, url: str | bytes, *args: Any, **kwargs: Any) -> requests.Response:
        """Send a request."""
        address = self._url + str(url).removeprefix(_TWEEPY_HOST)
        return super().request(method, address, *args, **{"timeout": self._timeout_s, **kwargs})


def x_client(bearer_token: str, url: str = _TWEEPY_HOST, timeout_s: tuple[float, float] = TIMEOUT_S) -> tweepy.Client:
    """Make a client that answers with X's own JSON and never sleeps."""
    client = tweepy.Client(bearer_token, return_type=dict, wait_on_rate_limit=False)
    client.session = XSession(url, timeout_s)
    return client


class RecentSearch:
    """One query to X.

    Its methods raise RateLimitedError: ask again later. RetryableError: X was out of order, three times.
    PermanentError: X refuses the token or the query, and the message says what to do.
    """

    def __init__(self, client: tweepy.Client, query: Query, sleep: Callable[[float], None] = time.sleep) -> None:
        """`client` is what `x_client` made; `sleep` takes seconds."""
        self._client = client
        self.query = query
        self._sleep = sleep
        self._names = vocabulary.TWEETS

    def page(self, bounds: Mapping[str, int], next_token: str | None = None) -> dict[str, Any]:
        """Ask for the newest posts within the bounds (`since_id`, `until_id`, both exclusive) or the page after."""
        position: dict[str, Any] = {**bounds, "next_token": next_token} if next_token else dict(bounds)
        return self._asked(lambda: self._page(position))

    def count(self) -> int:
        """Ask how many posts X has of the last seven days, for the price of one
        (https://docs.x.com/x-api/posts/counts/introduction).
        """
        return self._asked(self._count)

    def close(self) -> None:
        """Close the connections; the next request opens one again."""
        self._client.session.close()

    def _page(self, position: Mapping[str, Any]) -> dict[str, Any]:
        # By tweepy's way for any endpoint: its search knows the parameters of one vocabulary alone.
        asked = {"query": self.query.text, "max_results": MAX_RESULTS, "sort_order": "recency"}
        page: Any = self._client.request("GET", PATH, params={**asked, **self._names, **position}).json()
        if not isinstance(page, dict):
            raise RetryableError(f"X answered with {type(page).__name__}, not with a page")
        if not isinstance(page.get("data"), list) and (page.get("meta") or {}).get("result_count") != 0:
            # Taken as the last page, this would close a gap that has not been read.
            raise RetryableError("X answered with neither posts nor a result count of 0")
        return dict(page)

    def _count(self) -> int:
        answer = self._client.get_recent_tweets_count(self.query.text, granularity="day")
        meta = (answer.get("meta") if isinstance(answer, dict) else None) or {}
        total = meta.get("total_tweet_count", meta.get("total_post_count"))
        if not isinstance(total, int):
            raise RetryableError("X answered without a count of the posts")
        return total

    def _asked(self, ask: Callable[[], _T]) -> _T:
        for attempt in range(RETRIES):
            try:
                return self._answer(ask)
            except RateLimitedError:
                raise
            except RetryableError:
                self._sleep(2.0**attempt)
        return self._answer(ask)

    def _answer(self, ask: Callable[[], _T]) -> _T:
        try:
            return ask()
        except tweepy.TooManyRequests as error:
            if _USAGE_CAPPED not in error.response.text:
                raise RateLimitedError(error.reset_time) from error
            raise PermanentError("refused", _advice(error, self.query)) from error
        # ValueError: tweepy cannot read the header that says when the rate limit ends.
        except (tweepy.TwitterServerError, requests.RequestException, ValueError) as error:
            raise RetryableError(f"X did not answer: {error}") from error
        except tweepy.HTTPException as error:
            if self._names is vocabulary.TWEETS and _refused_parameters(error) & vocabulary.EVERY:
                self._names = vocabulary.POSTS
                return self._answer(ask)
            if error.response.status_code == _REQUEST_TIMEOUT:
                raise RetryableError(f"X did not answer: {error}") from error
            raise PermanentError("refused", _advice(error, self.query)) from error


def _advice(error: tweepy.HTTPException, query: Query) -> str:
    code = error.response.status_code
    said = " ".join([*str(error).split(), *_details(error)])
    if _USAGE_CAPPED in error.response.text:
        return f"X sells no more posts this billing month ({said}): raise the cap in X's developer console, or wait"
    if code == 401:
        return f"X does not know the bearer token ({said}): put a valid one into the secret"
    if code == 403:
        return f"X does not let this app search ({said}): check its access level in X's developer console"
    if code == 400 and _refused_parameters(error) - {"query"}:
        return f"X refuses what photolake asks for ({said}): X has changed; look for a newer photolake"
    if code == 400:
        return f"X refuses the query ({said}): correct {query.setting}"
    return f"X refuses the request ({said}): check the app and its credits in X's developer console"


def _details(error: tweepy.HTTPException) -> list[str]:
    """The reasons that stand in the answer's list of errors, which tweepy leaves out."""
    details = (item.get("detail") for item in error.api_errors if isinstance(item, Mapping))
    return [detail for detail in details if isinstance(detail, str) and detail not in str(error)]


def _refused_parameters(error: tweepy.HTTPException) -> set[str]:
    named = (item.get("parameters") for item in error.api_errors if isinstance(item, Mapping))
    return {name for parameters in named if isinstance(parameters, Mapping) for name in parameters}
