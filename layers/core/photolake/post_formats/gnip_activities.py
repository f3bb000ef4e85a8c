"""Reads posts of X as Activity Streams, the format of GNIP: PowerTrack, its archives, and the decahose.

https://docs.x.com/x-api/enterprise-gnip-2.0/fundamentals/data-dictionary (Activity Streams). Each becomes a status of
API v1.1 first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from photolake.errors import PermanentError
from photolake.post_formats.format import FileContext, Notice, PostFormat, Refusal
from photolake.post_formats.x_converted import read_converted
from photolake.rows.json_reader import JsonObject, drop_nulls, reject_payload
from photolake.sources.x.identity import convert_to_classic_time

if TYPE_CHECKING:
    from photolake.rows.types import PostRow

_POST_ID = re.compile(r"(?:tag|object):search\.twitter\.com,2005:([0-9]{1,19})")
_USER_ID = re.compile(r"id:twitter\.com:([0-9]{1,19})")
_POST_LINK = re.compile(r"https?://(?:www\.|mobile\.)?(?:twitter|x)\.com/([^/]+)/status(?:es)?/([0-9]{1,19})/?")
_POSTS = ("post", "share")
_USER_COUNTS = {
    "followers_count": "followersCount",
    "friends_count": "friendsCount",
    "listed_count": "listedCount",
    "statuses_count": "statusesCount",
    "favourites_count": "favoritesCount",
}


def is_activity(value: Any) -> bool:
    """Whether a value is an activity of GNIP, or a message of its compliance stream."""
    if not isinstance(value, Mapping) or not isinstance(value.get("verb"), str):
        return False
    object_id = value["object"].get("id") if isinstance(value.get("object"), Mapping) else None
    return any(isinstance(each, str) and _POST_ID.match(each) for each in (value.get("id"), object_id))


def read_activity(value: Any, context: FileContext) -> Iterator[PostRow | Refusal | Notice]:
    """Yield the post."""
    if value["verb"] not in _POSTS:
        yield Notice("deletions and other messages of GNIP")
        return
    try:
        status = convert_activity(JsonObject(value))
        query = _read_rules(JsonObject(value))
    except (PermanentError, RecursionError) as error:
        yield Refusal(value, f"an activity of GNIP: {error}")
        return
    yield from read_converted(value, status, context, matched_query=query)


def convert_activity(activity: JsonObject) -> dict[str, Any]:
    """Convert an activity to a status; PermanentError names the field that has another type than GNIP documents."""
    shared = activity.read_object("object") if activity.read_text("verb") == "share" else None
    quoted = activity.read_object("twitter_quoted_status")
    return drop_nulls(
        {
            **_read_identity(activity),
            **_read_content(activity),
            "user": _convert_actor(activity.read_object("actor")),
            **_read_reply(activity),
            **_read_places(activity),
            "lang": activity.read_text("twitter_lang"),
            "filter_level": activity.read_text("twitter_filter_level"),
            "retweet_count": activity.read_integer("retweetCount"),
            "favorite_count": activity.read_integer("favoritesCount"),
            "quote_count": activity.read_integer("twitterQuoteCount"),
            "reply_count": activity.read_integer("twitterReplyCount"),
            "retweeted_status": convert_activity(shared) if shared else None,
            "quoted_status": convert_activity(quoted) if quoted else None,
        }
    )


def _read_identity(activity: JsonObject) -> dict[str, Any]:
    found = _POST_ID.fullmatch(activity.read_text("id") or "")
    if not found:
        reject_payload("id: not of the form tag:search.twitter.com,2005:1234")
    return {"id_str": found[1], "created_at": activity.read_text("postedTime")}


def _read_content(activity: JsonObject) -> dict[str, Any]:
    """Read text, entities and media; `long_object` has them whole where the post has more than 140 characters."""
    long = activity.read_object("long_object")
    note = activity.read_object("note_tweet", "twitter_note_tweet")
    whole = long or activity
    text = note.read_text("text") if note else None
    generator = activity.read_object("generator")
    return {
        "full_text": text or whole.read_text("body") or activity.read_text("body"),
        "entities": _first_raw("twitter_entities", whole, activity),
        "extended_entities": _first_raw("twitter_extended_entities", whole, activity),
        "source": generator.read_text("displayName") if generator else None,
    }


def _first_raw(name: str, *objects: JsonObject) -> Any:
    return next((raw for each in objects if (raw := each.read_raw(name)) is not None), None)


def _convert_actor(actor: JsonObject | None) -> dict[str, Any] | None:
    if actor is None:
        return None
    found = _USER_ID.fullmatch(actor.read_text("id") or "")
    location = actor.read_object("location")
    links = [link.read_text("href") for link in actor.read_objects("links")]
    languages = actor.read_texts("languages") or []
    return drop_nulls(
        {
            "id_str": found[1] if found else None,
            "screen_name": actor.read_text("preferredUsername"),
            "name": actor.read_text("displayName"),
            "description": actor.read_text("summary"),
            "location": location.read_text("displayName") if location else None,
            "url": next((link for link in links if link), None),
            "lang": next(iter(languages), None),
            "verified": actor.read_flag("verified"),
            "time_zone": actor.read_text("twitterTimeZone"),
            "utc_offset": actor.read_integer("utcOffset"),
            "profile_image_url_https": actor.read_text("image"),
            "created_at": convert_to_classic_time(actor.read_text("postedTime")),
            **{column: actor.read_integer(name) for column, name in _USER_COUNTS.items()},
        }
    )


def _read_reply(activity: JsonObject) -> dict[str, Any]:
    parent = activity.read_object("inReplyTo")
    found = _POST_LINK.fullmatch(parent.read_text("link") or "") if parent else None
    return {"in_reply_to_screen_name": found[1], "in_reply_to_status_id_str": found[2]} if found else {}


def _read_places(activity: JsonObject) -> dict[str, Any]:
    """Read the point, which has latitude first, and the place."""
    point, location = activity.read_object("geo"), activity.read_object("location")
    latlon = point.read_numbers("coordinates") if point and point.read_text("type") == "Point" else None
    return {
        "geo": {"type": "Point", "coordinates": latlon} if latlon else None,
        "coordinates": {"type": "Point", "coordinates": latlon[::-1]} if latlon else None,
        "place": _convert_location(location) if location else None,
    }


def _convert_location(location: JsonObject) -> dict[str, Any]:
    box = location.read_object("geo")
    return drop_nulls(
        {
            "id": (location.read_text("link") or "").rpartition("/")[2].removesuffix(".json") or None,
            "url": location.read_text("link"),
            "place_type": location.read_text("twitter_place_type"),
            "name": location.read_text("name"),
            "full_name": location.read_text("displayName"),
            "country": location.read_text("country_code"),
            "country_code": location.read_text("twitter_country_code"),
            "bounding_box": {"type": "Polygon", "coordinates": box.read_raw("coordinates")} if box else None,
        }
    )


def _read_rules(activity: JsonObject) -> str | None:
    """Read the tag of the first rule that matched, or its value where no rule has a tag."""
    gnip = activity.read_object("gnip")
    rules = gnip.read_objects("matching_rules") if gnip else []
    tags = [rule.read_text("tag") for rule in rules] + [rule.read_text("value") for rule in rules]
    return next((tag for tag in tags if tag), None)


FORMAT = PostFormat("Activity Streams of GNIP", is_activity, read_activity)
