"""The photo jobs of a post: what photo_fetcher is asked to fetch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

_KINDS: Mapping[str, str] = {"video": "video_preview", "animated_gif": "gif_preview"}
_SHOWN = ("retweeted", "quoted")  # a reply does not show the photos of what it replies to


def photo_jobs(post: Mapping[str, Any], dt: str) -> list[dict[str, Any]]:
    """One job per distinct photo that a post shows: its own, and those of the posts it retweets or quotes.

    `post` has id, source_platform and collected_at; `dt` is its partition. Media are the same if their `id` is, or
    without one their URL. A medium that has no URL (X leaves out the preview of some videos) gets a job without a
    `media_url`, so that it ends in a photos row like every other.
    """
    distinct: dict[str, Mapping[str, Any]] = {}
    for medium in _media(post):
        distinct.setdefault(_identity(medium), medium)
    return [_job(post, dt, mediaid, medium) for mediaid, medium in distinct.items()]


def _media(post: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield from _listed(post.get("extended_entities"))
    for referenced in post.get("referenced_tweets") or []:
        if referenced and referenced.get("type") in _SHOWN:
            yield from _listed(referenced)


def _listed(holder: Mapping[str, Any] | None) -> Iterator[Mapping[str, Any]]:
    return (medium for medium in (holder or {}).get("media") or [] if medium)


def _identity(medium: Mapping[str, Any]) -> str:
    key: str = medium.get("media_key") or ""
    return medium.get("id") or key.rpartition("_")[2] or _url(medium) or "unknown"


def _url(medium: Mapping[str, Any]) -> str | None:
    return medium.get("media_url_https") or medium.get("media_url") or None


def _job(post: Mapping[str, Any], dt: str, mediaid: str, medium: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "origin": "post",
        "source_platform": post["source_platform"],
        "tweetid": post["id"],
        "dt": dt,
        "mediaid": mediaid,
        "media_url": _url(medium),
        "alt_text": medium.get("ext_alt_text"),
        "kind": _KINDS.get(medium.get("type") or "", "photo"),
        "collected_at": post["collected_at"],
    }
