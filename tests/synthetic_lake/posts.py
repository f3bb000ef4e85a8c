"""Rows of the landing table `posts`, as tweet_analyzer delivers them."""

from __future__ import annotations

import datetime as dt
import random
from typing import TYPE_CHECKING, Any

from photolake.clock import format_utc
from tests.synthetic_lake.texts import build_text_columns

if TYPE_CHECKING:
    from tests.synthetic_lake.plan import Medium, Plan

_CLASSIC = "%a %b %d %H:%M:%S %z %Y"
_SOURCES = {"x": ("Web App", "Phone App", None), "bluesky": (None,)}


def post_row(plan: Plan, number: int) -> dict[str, Any]:
    """Build the newest copy of a post."""
    draw = plan.draw(4, number)
    shown = plan.source(number) if plan.kind(number) == "retweet" else None
    words = build_text_columns(plan, number if shown is None else shown)
    created = dt.datetime.fromtimestamp(plan.milliseconds(number) / 1000, dt.UTC)
    collected = created + dt.timedelta(minutes=draw.randrange(4, 65), days=41 if plan.is_old(number) else 0)
    return {
        **_build_identity(plan, number, created),
        "text": words["text"],
        "lang": words["lang"],
        **_build_flags(plan, number, draw),
        **_build_reply_columns(plan, number),
        **_build_reference_columns(plan, number),
        **_draw_counts(plan, number, draw),
        "user": _build_user(plan, number),
        **_draw_place(number, draw),
        "entities": words["entities"],
        "extended_entities": _build_extended_entities(plan, number),
        "edit_history_tweet_ids": [str(plan.post_id(number))] if plan.platform(number) == "x" else None,
        "collected_at": format_utc(collected),
        "matched_query": None if number % 29 == 0 else "(photo OR picture) has:images",
        **words["analysis"],
        "processed_at": format_utc(collected + dt.timedelta(seconds=draw.randrange(60, 900))),
        "dt": plan.day(number),
    }


def earlier_copy(row: dict[str, Any], number: int) -> dict[str, Any]:
    """Build a copy that a newer one replaces: collected earlier, or in the same run and processed earlier."""
    counts = {name: 0 for name in ("retweet_count", "favorite_count") if row[name] is not None}
    stale = {**row, **counts, "text": f"{row['text']} (first version)", "sentiment": "MIXED", "lang": "fr"}
    name = "processed_at" if number % 3 == 0 else "collected_at"
    moment = dt.datetime.fromisoformat(row[name]) - dt.timedelta(seconds=37)
    return {**stale, name: format_utc(moment)}


def _build_identity(plan: Plan, number: int, created: dt.datetime) -> dict[str, Any]:
    key, platform = plan.post_id(number), plan.platform(number)
    return {
        "id": key,
        "id_str": str(key) if platform == "x" else plan.uri(number),
        "source_platform": platform,
        "created_at": created.strftime(_CLASSIC),
        "timestamp_ms": plan.milliseconds(number),
    }


def _build_flags(plan: Plan, number: int, draw: random.Random) -> dict[str, Any]:
    return {
        "source": draw.choice(_SOURCES[plan.platform(number)]),
        "truncated": False,
        "favorited": False,
        "retweeted": False,
        "possibly_sensitive": None if number % 13 == 0 else number % 37 == 1,
        "is_quote_status": plan.kind(number) == "quote",
        "is_retweet": plan.kind(number) == "retweet",
        "filter_level": None,
    }


def _build_reply_columns(plan: Plan, number: int) -> dict[str, Any]:
    parent = number - 1 if plan.kind(number) == "reply" and number else None
    key = None if parent is None else plan.post_id(parent)
    user = None if parent is None else _build_user(plan, parent)
    return {
        "in_reply_to_status_id": key,
        "in_reply_to_status_id_str": key and str(key),
        "in_reply_to_user_id": user and user["id"],
        "in_reply_to_user_id_str": user and user["id_str"],
        "in_reply_to_screen_name": user and user["screen_name"],
        "conversation_id": str(key or plan.post_id(number)),
    }


def _build_reference_columns(plan: Plan, number: int) -> dict[str, Any]:
    kind, source = plan.kind(number), plan.source(number)
    references = None
    if source is not None:
        reference = {
            "type": "quoted" if kind == "quote" else "retweeted",
            "id": str(plan.post_id(source)),
            "text": build_text_columns(plan, source)["text"],
            "screen_name": _build_user(plan, source)["screen_name"],
        }
        references = [reference | ({"media": _list_media(plan, source)} if kind == "quote" else {})]
    quoted = plan.post_id(source) if source is not None and kind == "quote" else None
    return {
        "quoted_status_id": quoted,
        "quoted_status_id_str": quoted and str(quoted),
        "referenced_tweets": references,
    }


def _draw_counts(plan: Plan, number: int, draw: random.Random) -> dict[str, int | None]:
    likes = int(draw.paretovariate(0.9))
    is_x = plan.platform(number) == "x"
    return {
        "retweet_count": likes // 5,
        "reply_count": likes // 9,
        "quote_count": likes // 20,
        "favorite_count": likes,
        "bookmark_count": likes // 30 if is_x else None,
        "impression_count": likes * 40 + draw.randrange(400) if is_x else None,
    }


def _build_user(plan: Plan, number: int) -> dict[str, Any]:
    draw = plan.draw(5, number)
    member = int((20 + plan.posts // 20) * draw.random() ** 2)
    key = 7_000_000_000 + member * 7919
    return {
        "id": key,
        "id_str": str(key),
        "screen_name": f"account_{member}",
        "created_at": f"Wed Jan {member % 28 + 1:02d} 10:00:00 +0000 {2009 + member % 16}",
        "profile_image_url_https": f"https://pbs.twimg.com/profile_images/{key}/face_normal.jpg",
        "name": f"Account “{member}” 📷" if member % 7 == 0 else f"Account {member}",
        "location": None if member % 3 else "Here, there",
        "url": None if member % 4 else f"https://account-{member}.example.com",
        "description": f'Made up for a test, number {member}; it\'s all "synthetic"' if member % 2 else "",
        "verified_type": "blue" if member % 10 == 0 else "none",
        "protected": False,
        "verified": member % 10 == 0,
        "followers_count": member**2 % 99_991,
        "friends_count": member * 31 % 2_003,
        "listed_count": member % 17,
        "favourites_count": member * 97 % 30_011,
        "statuses_count": member * 53 % 50_021,
    }


def _draw_place(number: int, draw: random.Random) -> dict[str, Any]:
    if number % 47:
        return {"coordinates": None, "geo": None, "place": None}
    west, south = round(draw.uniform(-170, 170), 4), round(draw.uniform(-60, 60), 4)
    box = [[[west, south], [west, south + 0.1], [west + 0.1, south + 0.1], [west + 0.1, south]]]
    place = {"id": f"{number:016x}", "place_type": "city", "name": "Springfield", "full_name": "Springfield, Somewhere"}
    return {
        "coordinates": {"type": "Point", "coordinates": [west, south]},
        "geo": {"type": "Point", "coordinates": [south, west]},
        "place": {**place, "country_code": "XX", "bounding_box": {"type": "Polygon", "coordinates": box}},
    }


def _build_extended_entities(plan: Plan, number: int) -> dict[str, Any] | None:
    source = plan.source(number) if plan.kind(number) == "retweet" else None
    media = _list_media(plan, number if source is None else source)
    return {"media": media} if media else None


def _list_media(plan: Plan, number: int) -> list[dict[str, Any]]:
    return [_build_medium(plan, number, medium) for medium in plan.media(number)]


def _build_medium(plan: Plan, number: int, medium: Medium) -> dict[str, Any]:
    code = {"photo": 3, "video": 7, "animated_gif": 16}[medium.kind]
    key = f"{code}_{medium.mediaid}" if plan.platform(number) == "x" else medium.mediaid
    url = _build_media_url(plan.platform(number), medium)
    alt = f"Photo: “{medium.mediaid[-3:]}”" if number % 4 == 0 else None
    fields = {
        "id": medium.mediaid,
        "media_key": key,
        "type": medium.kind,
        "media_url": url and url.replace("https://", "http://"),
        "media_url_https": url,
        "url": f"https://t.co/m{medium.mediaid[-9:]}",
        "ext_alt_text": alt,
        "sizes": {"large": {"w": 1200, "h": 800, "resize": "fit"}},
    }
    return {name: value for name, value in fields.items() if value is not None}


def _build_media_url(platform: str, medium: Medium) -> str | None:
    status = medium.failure.status if medium.failure else None
    if status == "no_url":
        return None
    if status == "blocked_host":
        return f"https://photos.example.org/{medium.mediaid}.jpg"
    if platform == "bluesky":
        return f"https://cdn.bsky.app/img/feed_fullsize/plain/did:plc:lake/{medium.mediaid}@jpeg"
    return f"https://pbs.twimg.com/media/{medium.mediaid}.{'png' if medium.mediaid[-1] == '7' else 'jpg'}"
