"""Public posts of a Mastodon instance that have a hashtag, as an example of a source.

https://docs.joinmastodon.org/methods/timelines/#tag
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Generator
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import requests

from photolake.clock import format_classic_time, format_utc, parse_time, utc_now
from photolake.collect.source import Batch
from photolake.errors import NotConfiguredError, PermanentError, RetryableError
from photolake.rejected import RejectedRecord
from photolake.rows.ids import hash_to_bigint
from photolake.rows.json_reader import JsonObject, reject_payload
from photolake.rows.json_text import compact_json
from photolake.settings import Settings

if TYPE_CHECKING:
    from photolake.collect.source import Source, SourceContext, State
    from photolake.rows.types import Media, PostRow

PLATFORM = "mastodon"
PHOTO_HOSTS = ("files.mastodon.social",)
PAGE_SIZE = 40
TIMEOUT_S = (5.0, 15.0)


@dataclass(frozen=True)
class MastodonSettings(Settings):
    """`mastodon_instance` is a URL such as https://mastodon.social."""

    mastodon_instance: str
    mastodon_hashtag: str


def sources(context: SourceContext) -> list[Source]:
    """Make the one source that the settings ask for."""
    settings = MastodonSettings.from_env()
    if not settings.mastodon_hashtag:
        raise NotConfiguredError("Mastodon is skipped: name a hashtag in MASTODON_HASHTAG")
    return [MastodonSource(settings.mastodon_instance, settings.mastodon_hashtag)]


@dataclass(frozen=True)
class MastodonSource:
    """Reads a hashtag forward, from the oldest post after the checkpoint to the newest."""

    url: str
    hashtag: str
    clock: Callable[[], dt.datetime] = utc_now

    @property
    def name(self) -> str:
        """One checkpoint for each hashtag of each instance."""
        return f"{PLATFORM}#{self._host}#{self.hashtag}"

    @property
    def _host(self) -> str:
        return self.url.partition("://")[2]

    def fetch(self, state: State) -> Generator[Batch]:
        """Read on from the newest id that was delivered, page by page."""
        newest = str(state.get("min_id", "0"))
        while page := self._read_page(newest):
            newest = max((str(status["id"]) for status in page), key=int)
            rows, rejected = self._map_page(page)
            yield Batch({"min_id": newest}, rows, rejected)

    def _read_page(self, min_id: str) -> list[dict[str, Any]]:
        # `min_id` returns the posts directly after an id. `since_id` would return the newest posts, and whatever lies
        # between them and the id would be lost.
        query: dict[str, str | int] = {"min_id": min_id, "limit": PAGE_SIZE}
        try:
            response = requests.get(f"{self.url}/api/v1/timelines/tag/{self.hashtag}", query, timeout=TIMEOUT_S)
            if response.status_code == 429 or response.status_code >= 500:
                raise RetryableError(f"{self.url} returned {response.status_code}")
            if not response.ok:
                raise PermanentError("refused", f"{self.url} returned {response.status_code}: check MASTODON_INSTANCE")
            page: list[dict[str, Any]] = response.json()
        except requests.RequestException as error:
            raise RetryableError(f"{self.url} did not respond: {error}") from error
        return page

    def _map_page(self, page: list[dict[str, Any]]) -> tuple[list[PostRow], list[RejectedRecord]]:
        rows, rejected = [], []
        for status in page:
            try:
                rows.append(map_status(status, self._host, format_utc(self.clock()), f"#{self.hashtag}"))
            except PermanentError as error:
                rejected.append(RejectedRecord(compact_json(status).encode(), f"post {status['id']}: {error.message}"))
        return rows, rejected


def map_status(status: dict[str, Any], host: str, collected_at: str, matched_query: str) -> PostRow:
    """Map a status to a row; PermanentError `malformed` for a value of another type than Mastodon documents."""
    post = JsonObject(status)
    uri, created_at = post.read_text("uri"), post.read_text("created_at")
    if not uri or not created_at:
        reject_payload("uri, created_at: a post needs both")
    moment = parse_time(created_at)
    return {
        "id": hash_to_bigint(uri),
        "id_str": uri,
        "source_platform": PLATFORM,
        "created_at": format_classic_time(moment),
        "timestamp_ms": int(moment.timestamp() * 1000),
        "text": _read_text(post.read_text("content") or ""),
        "lang": post.read_text("language"),
        "possibly_sensitive": post.read_flag("sensitive"),
        "is_retweet": False,
        "extended_entities": {
            "media": [
                _map_photo(photo, host)
                for photo in post.read_objects("media_attachments")
                if photo.read_text("type") == "image"
            ]
        },
        "collected_at": collected_at,
        "matched_query": matched_query,
        "source_json": compact_json(status),
    }


def _map_photo(photo: JsonObject, host: str) -> Media:
    url = photo.read_text("url")
    return {
        # Mastodon's ids are unique only within an instance, but `id` must be unique within the platform.
        "id": f"{host}/{photo.read_text('id')}",
        "type": "photo",
        "media_url": url,
        "media_url_https": url,
        "ext_alt_text": photo.read_text("description"),
    }


class _TextReader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []

    def handle_data(self, data: str) -> None:
        self.parts.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("p", "br"):
            self.parts.append("\n")


def _read_text(html: str) -> str:
    reader = _TextReader()
    reader.feed(html)
    reader.close()
    return "".join(reader.parts).strip()
