"""Requests to the public hashtag timeline of a Mastodon instance, and what its errors mean.

https://docs.joinmastodon.org/methods/timelines/#tag
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import requests

from photolake.errors import PermanentError, RateLimitedError, RetryableError

if TYPE_CHECKING:
    from requests import Response

PAGE_SIZE = 40  # the most that an instance returns
TIMEOUT_S = (5.0, 15.0)
_USER_AGENT = "photolake (https://docs.joinmastodon.org/client/public/)"
# Without "public preview", and for what its administrators keep to signed-in users, an instance answers with these.
_NEEDS_USER = (401, 403, 422)


@dataclass(frozen=True)
class TagTimeline:
    """The posts with a hashtag that an instance knows; `url` is the instance's, `https://mastodon.social`."""

    url: str
    hashtag: str
    only_media: bool = True
    get: Callable[..., Response] = requests.get

    def read_page(self, min_id: int) -> list[dict[str, Any]]:
        """Return at most 40 posts directly after an id, the newest first; empty if there are none.

        RateLimitedError: wait. RetryableError: the instance is out of order. PermanentError: it refuses, and why.
        """
        # `min_id` returns the posts directly after an id. `since_id` would return the newest posts, and whatever lies
        # between them and the id would be lost.
        query = {"min_id": str(min_id), "limit": str(PAGE_SIZE)} | ({"only_media": "true"} if self.only_media else {})
        path = f"{self.url}/api/v1/timelines/tag/{quote(self.hashtag, safe='')}"
        try:
            response = self.get(
                path, query, headers={"User-Agent": _USER_AGENT}, timeout=TIMEOUT_S, allow_redirects=False
            )
            self._check(response)
            page = response.json()
        except requests.RequestException as error:
            raise RetryableError(f"{self.url} did not respond: {error}") from error
        if not isinstance(page, list) or not all(isinstance(status, dict) for status in page):
            raise PermanentError("refused", f"{self.url} is not an instance of Mastodon: its timeline is not a list")
        return page

    def _check(self, response: Response) -> None:
        code = response.status_code
        if code == 429:
            raise RateLimitedError(_read_reset_time(response.headers))
        if code >= 500:
            raise RetryableError(f"{self.url} returned {code}")
        if code in _NEEDS_USER:
            raise PermanentError(
                "refused",
                f"{self.url} shows this timeline to signed-in users only ({code}): name another instance in "
                "MastodonInstances; posts reach every instance that follows their authors",
            )
        if code != 200:
            moved = f" (it points to {response.headers['Location'][:200]})" if "Location" in response.headers else ""
            raise PermanentError("refused", f"{self.url} returned {code}{moved}: check MastodonInstances")


def _read_reset_time(headers: Mapping[str, str]) -> int | None:
    """Read when requests are allowed again, which is ISO 8601 (https://docs.joinmastodon.org/api/rate-limits/)."""
    try:
        return int(dt.datetime.fromisoformat(headers.get("X-RateLimit-Reset", "")).timestamp()) + 1
    except (ValueError, OverflowError):
        return None
