"""X API v1.1 statuses as posts, in each of their three modes.

Compatibility mode cuts `text` and keeps the whole in `extended_tweet`; extended mode has `full_text`
(https://docs.x.com/x-api/enterprise-gnip-2.0/fundamentals/data-dictionary).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from photolake.rows.json_reader import JsonObject, malformed, present, struct_or_none
from photolake.sources.x.identity import read_identity, read_post_id

if TYPE_CHECKING:
    from photolake.rows.types import PostRow

_USER_TEXTS = (
    "name",
    "screen_name",
    "location",
    "url",
    "description",
    "translator_type",
    "created_at",
    "verified_type",
    "time_zone",
    "lang",
    "profile_background_color",
    "profile_background_image_url",
    "profile_background_image_url_https",
    "profile_link_color",
    "profile_sidebar_border_color",
    "profile_sidebar_fill_color",
    "profile_text_color",
    "profile_image_url",
    "profile_image_url_https",
    "profile_banner_url",
)
_USER_WHOLES = (
    "followers_count",
    "friends_count",
    "listed_count",
    "favourites_count",
    "statuses_count",
    "utc_offset",
)
_USER_FLAGS = (
    "protected",
    "verified",
    "geo_enabled",
    "contributors_enabled",
    "is_translator",
    "profile_background_tile",
    "profile_use_background_image",
    "default_profile",
    "default_profile_image",
)


def map_status(status: Mapping[str, Any]) -> PostRow:
    """Map one status; text, entities and media of a retweet are those of the post it repeats, where that is known.

    Not yet in it: collected_at, matched_query, source_json.
    """
    own = JsonObject(status)
    retweeted = own.part("retweeted_status")
    shown = retweeted or own
    quoted = own.part("quoted_status") or shown.part("quoted_status")
    quoted_id = read_post_id(quoted) if quoted else own.whole("quoted_status_id_str", "quoted_status_id")
    # Its columns are checked against the table in the tests: mypy cannot check parts that are unpacked.
    row: Any = {
        **read_identity(own),
        **_content_columns(own, shown),
        **_reply_columns(own),
        "quoted_status_id": quoted_id,
        "quoted_status_id_str": None if quoted_id is None else str(quoted_id),
        "is_quote_status": bool(own.flag("is_quote_status") or quoted_id is not None),
        "is_retweet": retweeted is not None,
        "referenced_tweets": _references(own, retweeted, quoted, quoted_id),
        "conversation_id": None,
        **{name: own.whole(name) for name in ("retweet_count", "reply_count", "quote_count", "favorite_count")},
        "bookmark_count": None,
        "impression_count": None,
        "user": _user(own.part("user")),
        "coordinates": _point(own.part("coordinates")),
        "geo": _point(own.part("geo")),
        "place": _place(own.part("place")),
        "edit_history_tweet_ids": None,
    }
    return cast("PostRow", row)


def _content_columns(own: JsonObject, shown: JsonObject) -> dict[str, Any]:
    sensitive = own.flag("possibly_sensitive")
    return {
        "text": _text(shown),
        "truncated": False if shown.part("extended_tweet") else shown.flag("truncated"),
        "entities": _entities(shown),
        "extended_entities": struct_or_none({"media": read_media(shown) or read_media(own) or None}),
        "lang": own.text("lang") or shown.text("lang"),
        "source": own.text("source"),
        "favorited": own.flag("favorited"),
        "retweeted": own.flag("retweeted"),
        "possibly_sensitive": shown.flag("possibly_sensitive") if sensitive is None else sensitive,
        "filter_level": own.text("filter_level"),
    }


def _reply_columns(own: JsonObject) -> dict[str, Any]:
    status = own.whole("in_reply_to_status_id_str", "in_reply_to_status_id")
    user = own.whole("in_reply_to_user_id_str", "in_reply_to_user_id")
    return {
        "in_reply_to_status_id": status,
        "in_reply_to_status_id_str": None if status is None else str(status),
        "in_reply_to_user_id": user,
        "in_reply_to_user_id_str": None if user is None else str(user),
        "in_reply_to_screen_name": own.text("in_reply_to_screen_name"),
    }


def _references(
    own: JsonObject, retweeted: JsonObject | None, quoted: JsonObject | None, quoted_id: int | None
) -> list[dict[str, Any]] | None:
    references = []
    if retweeted:
        # Its media are the post's own extended_entities, so they are not repeated here.
        references.append({"type": "retweeted", **_reference(retweeted)})
    if quoted:
        references.append({"type": "quoted", **_reference(quoted), **present({"media": read_media(quoted) or None})})
    elif quoted_id is not None:
        references.append({"type": "quoted", "id": str(quoted_id)})
    reply = _reply_columns(own)
    if reply["in_reply_to_status_id_str"]:
        parent = {"id": reply["in_reply_to_status_id_str"], "screen_name": reply["in_reply_to_screen_name"]}
        references.append({"type": "replied_to", **present(parent)})
    return references or None


def _reference(status: JsonObject) -> dict[str, Any]:
    user = status.part("user")
    name = user.text("screen_name") if user else None
    return present({"id": str(read_post_id(status)), "text": _text(status), "screen_name": name})


def _text(status: JsonObject) -> str:
    text = full_part(status).text("full_text")
    if text is None:
        text = status.text("full_text", "text")
    if text is None:
        malformed("text: a post needs one")
    return text


def _entities(status: JsonObject) -> dict[str, Any] | None:
    entities = read_entities(status)
    if entities is None:
        return None
    return {
        "hashtags": [_tag(tag) for tag in entities.parts("hashtags")],
        "urls": [
            present({name: url.text(name) for name in ("url", "expanded_url", "display_url")} | _indices(url))
            for url in entities.parts("urls")
        ],
        "user_mentions": [_mention(mention) for mention in entities.parts("user_mentions")],
        "symbols": [_tag(tag) for tag in entities.parts("symbols")],
    }


def _tag(tag: JsonObject) -> dict[str, Any]:
    return present({"text": tag.text("text")} | _indices(tag))


def _mention(mention: JsonObject) -> dict[str, Any]:
    names = {name: mention.text(name) for name in ("screen_name", "name")}
    return present(_id_columns(mention) | names | _indices(mention))


def _indices(entity: JsonObject) -> dict[str, Any]:
    return {"indices": entity.wholes("indices")}


def _id_columns(thing: JsonObject) -> dict[str, Any]:
    number = thing.whole("id_str", "id")
    return {"id": number, "id_str": None if number is None else str(number)}


def _user(user: JsonObject | None) -> dict[str, Any] | None:
    if user is None:
        return None
    return struct_or_none(
        _id_columns(user)
        | {name: user.text(name) for name in _USER_TEXTS}
        | {name: user.whole(name) for name in _USER_WHOLES}
        | {name: user.flag(name) for name in _USER_FLAGS}
    )


def _point(point: JsonObject | None) -> dict[str, Any] | None:
    if point is None:
        return None
    return struct_or_none({"type": point.text("type"), "coordinates": point.numbers("coordinates")})


def _place(place: JsonObject | None) -> dict[str, Any] | None:
    if place is None:
        return None
    names = ("id", "url", "place_type", "name", "full_name", "country_code", "country")
    box = place.part("bounding_box")
    corners = {"type": box.text("type"), "coordinates": box.numbers("coordinates", depth=3)} if box else {}
    return struct_or_none({name: place.text(name) for name in names} | {"bounding_box": struct_or_none(corners)})


def full_part(status: JsonObject) -> JsonObject:
    """The part with the whole text and its entities: `extended_tweet` in compatibility mode."""
    return status.part("extended_tweet") or status


def read_entities(status: JsonObject) -> JsonObject | None:
    """The entities of the whole text."""
    return full_part(status).part("entities") or status.part("entities")


def read_media(status: JsonObject) -> list[dict[str, Any]]:
    """The status's media; `entities` alone holds but the first, so it is asked last."""
    for place in (full_part(status).part("extended_entities"), status.part("extended_entities")):
        if place and place.parts("media"):
            return [_medium(medium) for medium in place.parts("media")]
    entities = read_entities(status)
    return [_medium(medium) for medium in entities.parts("media")] if entities else []


def _medium(medium: JsonObject) -> dict[str, Any]:
    number = medium.whole("id_str", "id")
    sizes = medium.part("sizes")
    return present(
        {
            "id": None if number is None else str(number),
            **{
                name: medium.text(name)
                for name in (
                    "type",
                    "media_url",
                    "media_url_https",
                    "url",
                    "display_url",
                    "expanded_url",
                    "ext_alt_text",
                )
            },
            "indices": medium.wholes("indices"),
            "sizes": _sizes(sizes) if sizes else None,
        }
    )


def _sizes(sizes: JsonObject) -> dict[str, Any] | None:
    found = {name: sizes.part(name) for name in ("thumb", "small", "medium", "large")}
    return struct_or_none(
        {
            name: present({"w": size.whole("w"), "h": size.whole("h"), "resize": size.text("resize")})
            for name, size in found.items()
            if size
        }
    )
