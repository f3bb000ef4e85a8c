"""Maps X API v2 posts to the columns of API v1.1.

X renames tweets to posts: its openapi.json of 2026 says `note_post`, `referenced_posts` and `repost_count` where the
stream and the documentation say `note_tweet`, `referenced_tweets` and `retweet_count`. Both are read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from photolake.rows.json_reader import JsonObject, drop_nulls, drop_nulls_or_none, reject_payload
from photolake.sources.x.identity import convert_to_classic_time, read_identity, read_post_id
from photolake.sources.x.includes import Includes, read_links, read_media

if TYPE_CHECKING:
    from collections.abc import Mapping

    from photolake.rows.types import PostRow

_USER_TEXTS = ("name", "location", "url", "description", "verified_type", "profile_banner_url")
_USER_COUNTS = {
    "followers_count": ("followers_count",),
    "friends_count": ("following_count",),
    "listed_count": ("listed_count",),
    "favourites_count": ("like_count",),
    "statuses_count": ("tweet_count", "post_count"),
}
_POST_COUNTS = {
    "retweet_count": ("retweet_count", "repost_count"),
    "reply_count": ("reply_count",),
    "quote_count": ("quote_count",),
    "favorite_count": ("like_count",),
    "bookmark_count": ("bookmark_count",),
    "impression_count": ("impression_count",),
}


def map_tweet(tweet: Mapping[str, Any], includes: Includes) -> PostRow:
    """Map one post; text, entities and media of a retweet are those of the retweeted post, if it is included.

    The row lacks collected_at, matched_query and source_json.
    """
    own = JsonObject(tweet)
    own_ids = reference_ids = _read_reference_ids(own)
    retweeted = includes.find_post(own_ids.get("retweeted"))
    shown = retweeted or own
    if retweeted:
        reference_ids = own_ids | _read_reference_ids(shown) | own_ids
    metrics = own.read_object("public_metrics")
    # Its columns are checked against the table in the tests: mypy cannot check parts that are unpacked.
    row: Any = {
        **read_identity(own),
        **_make_content_columns(own, shown, includes),
        "truncated": None if "retweeted" in reference_ids and retweeted is None else False,
        **_make_reply_columns(own, own_ids.get("replied_to"), includes),
        "quoted_status_id": _parse_id(reference_ids.get("quoted")),
        "quoted_status_id_str": reference_ids.get("quoted"),
        "is_quote_status": "quoted" in reference_ids,
        "is_retweet": "retweeted" in reference_ids,
        "referenced_tweets": _make_references({**reference_ids, "replied_to": own_ids.get("replied_to")}, includes),
        "conversation_id": own.read_text("conversation_id"),
        **_read_counts(metrics, _POST_COUNTS),
        "user": _map_author(own, includes),
        **_make_place_columns(own.read_object("geo"), includes),
        "edit_history_tweet_ids": own.read_texts("edit_history_tweet_ids", "edit_history_post_ids"),
    }
    return cast("PostRow", row)


def _read_counts(metrics: JsonObject | None, columns: Mapping[str, tuple[str, ...]]) -> dict[str, int | None]:
    return metrics.read_columns_of_integers(columns) if metrics else dict.fromkeys(columns)


def _read_reference_ids(post: JsonObject) -> dict[str, str]:
    """Read the ids of the referenced posts by type: retweeted, quoted, replied_to."""
    references = post.read_objects("referenced_tweets", "referenced_posts")
    known = [reference for reference in references if not reference.has_rounded_id("id")]
    return {reference.read_text("type") or "": str(read_post_id(reference)) for reference in known}


def _make_content_columns(own: JsonObject, shown: JsonObject, includes: Includes) -> dict[str, Any]:
    sensitive = own.read_flag("possibly_sensitive")
    text, entities = _read_text(shown), _map_entities(shown, includes)
    media = read_media(shown, includes) or (read_media(own, includes) if shown is not own else [])
    return {
        "text": text,
        "entities": entities,
        "extended_entities": {"media": media} if media else None,
        "lang": own.read_text("lang") or shown.read_text("lang"),
        "source": own.read_text("source"),
        "favorited": False,
        "retweeted": False,
        "possibly_sensitive": shown.read_flag("possibly_sensitive") if sensitive is None else sensitive,
        "filter_level": None,
    }


def _make_reply_columns(own: JsonObject, status: str | None, includes: Includes) -> dict[str, Any]:
    user_id = _read_user_id(own, "in_reply_to_user_id")
    user = includes.find_user(user_id)
    return {
        "in_reply_to_status_id": _parse_id(status),
        "in_reply_to_status_id_str": status,
        "in_reply_to_user_id": _parse_id(user_id),
        "in_reply_to_user_id_str": user_id,
        "in_reply_to_screen_name": user.read_text("username") if user else None,
    }


def _make_references(kinds: Mapping[str, str | None], includes: Includes) -> list[dict[str, Any]] | None:
    return [_make_reference(kind, key, includes) for kind, key in kinds.items() if kind and key] or None


def _make_reference(kind: str, key: str, includes: Includes) -> dict[str, Any]:
    post = includes.find_post(key)
    author = includes.find_user(post.read_text("author_id")) if post else None
    return drop_nulls(
        {
            "type": kind,
            "id": key,
            "text": _read_text(post) if post else None,
            "screen_name": author.read_text("username") if author else None,
            # A retweeted post's media are the post's own extended_entities; a parent's are no part of its reply.
            "media": read_media(post, includes) or None if post and kind == "quoted" else None,
        }
    )


def _read_text(post: JsonObject) -> str:
    note = post.read_object("note_tweet", "note_post")
    text = note.read_text("text") if note else None
    if text is None:
        text = post.read_text("text")
    if text is None:
        reject_payload("text: a post needs one")
    return text


def _map_entities(post: JsonObject, includes: Includes) -> dict[str, Any] | None:
    note = post.read_object("note_tweet", "note_post")
    entities = (note.read_object("entities") if note else None) or post.read_object("entities")
    if entities is None:
        return None
    return {
        "hashtags": [_map_tag(tag) for tag in entities.read_objects("hashtags")],
        "urls": read_links(post, entities),
        "user_mentions": [_map_mention(mention, includes) for mention in entities.read_objects("mentions")],
        "symbols": [_map_tag(tag) for tag in entities.read_objects("cashtags")],
    }


def _map_tag(tag: JsonObject) -> dict[str, Any]:
    text, indices = tag.read_text("tag"), [tag.read_integer("start"), tag.read_integer("end")]
    return {"indices": indices} if text is None else {"text": text, "indices": indices}


def _map_mention(mention: JsonObject, includes: Includes) -> dict[str, Any]:
    name = mention.read_text("username")
    user = includes.find_user(mention.read_text("id") or name)
    number = mention.read_reference_id("id") or (user.read_reference_id("id") if user else None)
    return drop_nulls(
        {
            "id": number,
            "id_str": None if number is None else str(number),
            "screen_name": name,
            "name": user.read_text("name") if user else None,
            "indices": [mention.read_integer("start"), mention.read_integer("end")],
        }
    )


def _map_author(own: JsonObject, includes: Includes) -> dict[str, Any] | None:
    author_id = _read_user_id(own, "author_id")
    user = includes.find_user(author_id)
    if user is None:
        return drop_nulls_or_none({"id": _parse_id(author_id), "id_str": author_id})
    metrics = user.read_object("public_metrics")
    return drop_nulls(
        {
            "id": user.read_id("id"),
            "id_str": user.read_text("id"),
            "screen_name": user.read_text("username"),
            "created_at": convert_to_classic_time(user.read_text("created_at")),
            "profile_image_url_https": user.read_text("profile_image_url"),
            **user.select_texts(_USER_TEXTS),
            **user.select_flags(("protected", "verified")),
            **_read_counts(metrics, _USER_COUNTS),
        }
    )


def _make_place_columns(geo: JsonObject | None, includes: Includes) -> dict[str, Any]:
    if geo is None:
        return {"coordinates": None, "geo": None, "place": None}
    point = geo.read_object("coordinates")
    lonlat = point.read_numbers("coordinates") if point else None
    kind = point.read_text("type") if point else None
    return {
        "coordinates": {"type": kind, "coordinates": lonlat} if lonlat else None,
        # `geo` has latitude first, `coordinates` longitude first, as in API v1.1.
        "geo": {"type": kind, "coordinates": lonlat[::-1]} if lonlat else None,
        "place": _map_place(geo.read_text("place_id"), includes),
    }


def _map_place(key: str | None, includes: Includes) -> dict[str, Any] | None:
    place = includes.find_place(key)
    if place is None:
        return drop_nulls_or_none({"id": key})
    geo = place.read_object("geo")
    box = geo.read_numbers("bbox") if geo else None
    names = ("id", "place_type", "name", "full_name", "country_code", "country")
    corners = {"type": "Polygon", "coordinates": _make_polygon(box)} if box else None
    return drop_nulls({name: place.read_text(name) for name in names} | {"bounding_box": corners})


def _make_polygon(box: list[float]) -> list[list[list[float]]]:
    if len(box) != 4:
        reject_payload("places.geo.bbox: expected west, south, east, north")
    west, south, east, north = box
    return [[[west, south], [west, north], [east, north], [east, south]]]


def _read_user_id(post: JsonObject, name: str) -> str | None:
    number = post.read_reference_id(name)
    return None if number is None else str(number)


def _parse_id(key: str | None) -> int | None:
    return None if key is None else JsonObject({"id": key}).read_integer("id")
