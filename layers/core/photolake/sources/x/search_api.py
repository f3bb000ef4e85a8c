"""Reads X's recent search page by page (https://docs.x.com/x-api/posts/search/introduction), and counts its posts.

It covers the last seven days, newest first. A request never waits for a rate limit to end, and has a timeout, which
tweepy does not set.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

import requests
import tweepy

from photolake.errors import PermanentError, RateLimitedError, RetryableError
from photolake.sources.x import parameters
from photolake.sources.x.api_errors import is_usage_capped, make_api_error

if TYPE_CHECKING:
    from photolake.sources.x.queries import Query

PATH = "/2/tweets/search/recent"
MAX_RESULTS = 100
RETRIES = 2
TIMEOUT_S = (5.0, 15.0)  # to connect, and between two reads
# tweepy writes this host into every request.
_TWEEPY_HOST = "https://api.twitter.com"
_REQUEST_TIMEOUT = 408
_T = TypeVar("_T")


class XSession(requests.Session):
    """A session that sends requests to any URL instead of X's, with a timeout on every request."""

    def __init__(self, url: str = _TWEEPY_HOST, timeout_s: tuple[float, float] = TIMEOUT_S) -> None:
        """`url` is X's API, or a test server; `timeout_s` to connect, and between two reads."""
        super().__init__()
        self._url = url.rstrip("/")
        self._timeout_s = timeout_s

    def request(self, method: str | bytes, url: str | bytes, *args: Any, **kwargs: Any) -> requests.Response:
        """Send a request."""
        address = self._url + str(url).removeprefix(_TWEEPY_HOST)
        return super().request(method, address, *args, **{"timeout": self._timeout_s, **kwargs})


def make_x_client(
    bearer_token: str, url: str = _TWEEPY_HOST, timeout_s: tuple[float, float] = TIMEOUT_S
) -> tweepy.Client:
    """Make a client that returns X's own JSON and never sleeps."""
    client = tweepy.Client(bearer_token, return_type=dict, wait_on_rate_limit=False)
    client.session = XSession(url, timeout_s)
    return client


class RecentSearch:
    """The recent search for one query.

    Its methods raise RateLimitedError: try again later. RetryableError: X was out of order, three times.
    PermanentError: X refuses the token or the query, and the message says what to do.
    """

    def __init__(self, client: tweepy.Client, query: Query, sleep: Callable[[float], None] = time.sleep) -> None:
        """`client` is from `make_x_client`; `sleep` takes seconds."""
        self._client = client
        self.query = query
        self._sleep = sleep
        self._names = parameters.TWEETS

    def read_page(self, bounds: Mapping[str, int], next_token: str | None = None) -> dict[str, Any]:
        """Read the newest posts within the bounds (`since_id`, `until_id`, both exclusive), or the page after."""
        position: dict[str, Any] = {**bounds, "next_token": next_token} if next_token else dict(bounds)
        return self._retry(lambda: self._request_page(position))

    def count_posts(self) -> int:
        """Read how many posts X has of the last seven days, for the price of one post
        (https://docs.x.com/x-api/posts/counts/introduction).
        """
        return self._retry(self._request_count)

    def close(self) -> None:
        """Close the connections; the next request opens a new one."""
        self._client.session.close()

    def _request_page(self, position: Mapping[str, Any]) -> dict[str, Any]:
        # tweepy's own search method knows the parameters of only one vocabulary.
        search = {"query": self.query.text, "max_results": MAX_RESULTS, "sort_order": "recency"}
        page: Any = self._client.request("GET", PATH, params={**search, **self._names, **position}).json()
        if not isinstance(page, dict):
            raise RetryableError(f"X returned {type(page).__name__}, not a page")
        if not isinstance(page.get("data"), list) and (page.get("meta") or {}).get("result_count") != 0:
            # If this counted as the last page, it would close a gap that has not been read.
            raise RetryableError("X returned neither posts nor a result count of 0")
        return dict(page)

    def _request_count(self) -> int:
        response = self._client.get_recent_tweets_count(self.query.text, granularity="day")
        meta = (response.get("meta") if isinstance(response, dict) else None) or {}
        total = meta.get("total_tweet_count", meta.get("total_post_count"))
        if not isinstance(total, int):
            raise RetryableError("X returned no count of the posts")
        return total

    def _retry(self, request: Callable[[], _T]) -> _T:
        for attempt in range(RETRIES):
            try:
                return self._send(request)
            except RateLimitedError:
                raise
            except RetryableError:
                self._sleep(2.0**attempt)
        return self._send(request)

    def _send(self, request: Callable[[], _T]) -> _T:
        try:
            return request()
        except tweepy.TooManyRequests as error:
            if not is_usage_capped(error.response.text):
                raise RateLimitedError(error.reset_time) from error
            raise _make_error(error, self.query) from error
        # ValueError: tweepy cannot read the header that says when the rate limit ends.
        except (tweepy.TwitterServerError, requests.RequestException, ValueError) as error:
            raise RetryableError(f"X did not answer: {error}") from error
        except tweepy.HTTPException as error:
            if self._names is parameters.TWEETS and _read_refused_parameters(error) & parameters.ALL_NAMES:
                self._names = parameters.POSTS
                return self._send(request)
            if error.response.status_code == _REQUEST_TIMEOUT:
                raise RetryableError(f"X did not answer: {error}") from error
            raise _make_error(error, self.query) from error


def _make_error(error: tweepy.HTTPException, query: Query) -> PermanentError:
    details = " ".join([*str(error).split(), *_read_details(error)])
    bad_request = ("X refuses the query", f"correct {query.setting}")
    if _read_refused_parameters(error) - {"query"}:
        bad_request = ("X refuses the parameters of photolake's request", "X has changed; look for a newer photolake")
    return make_api_error(error.response.status_code, error.response.text, details, bad_request)


def _read_details(error: tweepy.HTTPException) -> list[str]:
    """Read the reasons in the response's list of errors, which tweepy leaves out."""
    details = (item.get("detail") for item in error.api_errors if isinstance(item, Mapping))
    return [detail for detail in details if isinstance(detail, str) and detail not in str(error)]


def _read_refused_parameters(error: tweepy.HTTPException) -> set[str]:
    named = (item.get("parameters") for item in error.api_errors if isinstance(item, Mapping))
    return {name for parameters in named if isinstance(parameters, Mapping) for name in parameters}
