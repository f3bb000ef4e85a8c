"""X's recent search, page by page (https://docs.x.com/x-api/posts/search/introduction).

It covers the last seven days, newest first. Requests are answered at once or not at all: no waiting for a rate limit
within the call, and a timeout on each request, of which tweepy has none.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import requests
import tweepy

from photolake.errors import PermanentError, RetryableError, SettingsError

MAX_QUERY_CHARS = 512
MAX_RESULTS = 100
RETRIES = 2
TIMEOUT_S = (5.0, 15.0)  # to connect, and between two reads
# Lists, as tweepy joins nothing else by commas.
FIELDS: Mapping[str, list[str]] = {
    # Without referenced_tweets.id.attachments.media_keys the photos of retweeted and quoted posts are not included.
    "expansions": [
        "author_id",
        "in_reply_to_user_id",
        "attachments.media_keys",
        "geo.place_id",
        "entities.mentions.username",
        "referenced_tweets.id",
        "referenced_tweets.id.author_id",
        "referenced_tweets.id.attachments.media_keys",
    ],
    "tweet_fields": [
        "id",
        "text",
        "created_at",
        "author_id",
        "lang",
        "entities",
        "public_metrics",
        "possibly_sensitive",
        "attachments",
        "referenced_tweets",
        "in_reply_to_user_id",
        "conversation_id",
        "geo",
        "note_tweet",
        "edit_history_tweet_ids",
        "edit_controls",
        "reply_settings",
        "source",
        "withheld",
    ],
    "media_fields": [
        "media_key",
        "type",
        "url",
        "preview_image_url",
        "alt_text",
        "width",
        "height",
        "duration_ms",
        "variants",
    ],
    "user_fields": [
        "id",
        "name",
        "username",
        "created_at",
        "description",
        "location",
        "public_metrics",
        "protected",
        "verified",
        "verified_type",
        "profile_image_url",
        "url",
    ],
    "place_fields": ["id", "name", "full_name", "country", "country_code", "place_type", "geo"],
}
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z]{2,4})?")


class RateLimitedError(RetryableError):
    """X answers no more of these requests before `reset_time` (epoch seconds, if X said it)."""

    def __init__(self, reset_time: int | None) -> None:
        """X's header x-rate-limit-reset."""
        super().__init__("X's rate limit is used up")
        self.reset_time = reset_time


class TimedSession(requests.Session):
    """A session whose every request has a timeout."""

    def request(self, *args: Any, **kwargs: Any) -> requests.Response:
        """Send a request."""
        return super().request(*args, **{"timeout": TIMEOUT_S, **kwargs})


def x_client(bearer_token: str) -> tweepy.Client:
    """Make a client that answers with X's own JSON and never sleeps."""
    client = tweepy.Client(bearer_token, return_type=dict, wait_on_rate_limit=False)
    client.session = TimedSession()
    return client


def search_query(query: str, languages: Sequence[str]) -> str:
    """Join the query and the languages to ask for (none: all); SettingsError if X would refuse the whole."""
    if not query.strip():
        raise SettingsError("SEARCH_QUERY is empty: say what to search for, such as '(#beach OR #surf) has:images'")
    wrong = [language for language in languages if not _LANGUAGE.fullmatch(language)]
    if wrong:
        raise SettingsError(f"SEARCH_LANGUAGES: {', '.join(wrong)} is no language code such as en or zh-TW")
    spoken = " OR ".join(f"lang:{language}" for language in languages)
    whole = f"({query.strip()}) ({spoken})" if spoken else query.strip()
    if len(whole) > MAX_QUERY_CHARS:
        raise SettingsError(
            f"SEARCH_QUERY with SEARCH_LANGUAGES has {len(whole)} characters, X takes {MAX_QUERY_CHARS}: {whole!r}"
        )
    return whole


class RecentSearch:
    """One query to X."""

    def __init__(self, client: tweepy.Client, query: str, sleep: Callable[[float], None] = time.sleep) -> None:
        """`query` is what `search_query` made; `sleep` takes seconds."""
        self._client = client
        self.query = query
        self._sleep = sleep

    def page(self, bounds: Mapping[str, int], next_token: str | None = None) -> dict[str, Any]:
        """Ask for the newest posts within the bounds (`since_id`, `until_id`, both exclusive) or the page after.

        RateLimitedError: ask again later. RetryableError: X was out of order, three times. PermanentError: X refuses
        the token or the query, and the message says what to do.
        """
        position: dict[str, Any] = {**bounds, "next_token": next_token} if next_token else dict(bounds)
        for attempt in range(RETRIES):
            try:
                return self._ask(position)
            except RateLimitedError:
                raise
            except RetryableError:
                self._sleep(2.0**attempt)
        return self._ask(position)

    def _ask(self, position: Mapping[str, Any]) -> dict[str, Any]:
        try:
            page: dict[str, Any] = self._client.search_recent_tweets(
                self.query, max_results=MAX_RESULTS, sort_order="recency", **FIELDS, **position
            )
        except tweepy.TooManyRequests as error:
            raise RateLimitedError(error.reset_time) from error
        except (tweepy.TwitterServerError, requests.RequestException) as error:
            raise RetryableError(f"X did not answer: {error}") from error
        except tweepy.HTTPException as error:
            raise PermanentError("refused", _advice(error)) from error
        if not isinstance(page.get("data"), list) and (page.get("meta") or {}).get("result_count") != 0:
            # Taken as the last page, this would close a gap that has not been read.
            raise RetryableError("X answered with neither posts nor a result count of 0")
        return page


def _advice(error: tweepy.HTTPException) -> str:
    code = error.response.status_code
    said = " ".join(str(error).split())
    if code == 401:
        return f"X does not know the bearer token ({said}): put a valid one into the secret"
    if code == 403:
        return f"X does not let this app search ({said}): check its access level in X's developer console"
    if code == 400:
        return f"X refuses the query ({said}): correct SEARCH_QUERY"
    return f"X refuses the request ({said}): check the app and its credits in X's developer console"
