"""Builds made-up posts in the real shapes of X's two APIs."""

from __future__ import annotations

import datetime as dt
from typing import Any

COLLECTED = "2026-11-20T15:00:00.000Z"
POSTED = dt.datetime(2026, 11, 18, 12, 0, 0, tzinfo=dt.UTC)


def snowflake(seconds: float = 0) -> int:
    """Return the id of a post published this many seconds after POSTED."""
    ms = int((POSTED + dt.timedelta(seconds=seconds)).timestamp() * 1000)
    return (ms - 1288834974657) << 22


def v2_tweet(number: int = 0, **fields: Any) -> dict[str, Any]:
    return {"id": str(snowflake(number)), "text": f"post {number}", **fields}


def v2_user(user_id: str, username: str, /, **fields: Any) -> dict[str, Any]:
    return {"id": user_id, "username": username, "name": username.title()} | fields


def v2_photo(key: str, **fields: Any) -> dict[str, Any]:
    url = f"https://pbs.example/media/{key}.jpg"
    return {"media_key": key, "type": "photo", "url": url, "width": 1200, "height": 800, **fields}


def photo_link(media_key: str | None, start: int = 10) -> dict[str, Any]:
    named = {"media_key": media_key} if media_key else {}
    return {
        "start": start,
        "end": start + 23,
        "url": "https://t.example/pic",
        "expanded_url": "https://x.example/ann/status/1/photo/1",
        "display_url": "pic.twitter.com/pic",
        **named,
    }


def v2_page(*tweets: dict[str, Any], **includes: list[dict[str, Any]]) -> dict[str, Any]:
    return {"data": list(tweets), "includes": includes, "meta": {"result_count": len(tweets)}}


def v1_user(user_id: int, screen_name: str) -> dict[str, Any]:
    return {
        "id": user_id,
        "id_str": str(user_id),
        "screen_name": screen_name,
        "name": screen_name.title(),
        "followers_count": 5,
        "utc_offset": -18000,
        "verified": False,
        "url": None,
    }


def v1_photo(media_id: int, **fields: Any) -> dict[str, Any]:
    return {
        "id": media_id,
        "id_str": str(media_id),
        "indices": [10, 33],
        "media_url": f"http://pbs.example/media/{media_id}.jpg",
        "media_url_https": f"https://pbs.example/media/{media_id}.jpg",
        "url": "https://t.example/pic",
        "display_url": "pic.twitter.com/pic",
        "expanded_url": "https://x.example/ann/status/1/photo/1",
        "type": "photo",
        "sizes": {
            "thumb": {"w": 150, "h": 150, "resize": "crop"},
            "large": {"w": 1024, "h": 768, "resize": "fit"},
        },
        **fields,
    }


def v1_status(number: int = 0, **fields: Any) -> dict[str, Any]:
    post_id = snowflake(number)
    return {
        "created_at": "Wed Nov 18 12:00:00 +0000 2026",
        "id": post_id,
        "id_str": str(post_id),
        "text": f"post {number}",
        "truncated": False,
        "entities": {"hashtags": [], "urls": [], "user_mentions": [], "symbols": []},
        "user": v1_user(11, "ann"),
        "geo": None,
        "coordinates": None,
        "place": None,
        "contributors": None,
        "retweet_count": 0,
        "favorite_count": 0,
        "favorited": False,
        "retweeted": False,
        "lang": "en",
        **fields,
    }


def rename_tweets(body: str) -> str:
    """Rename tweets to posts in a response's JSON, as in X's openapi.json of 2026, except the kinds of references."""
    names = {
        "_tweet": "_post",
        '"tweets"': '"posts"',
        '"retweet_count"': '"repost_count"',
        '"tweet_count"': '"post_count"',
    }
    for old, new in names.items():
        body = body.replace(old, new)
    return body
