"""Maps X API v1.1 statuses to posts, in each of their three modes.

Compatibility mode cuts `text` and has the full text in `extended_tweet`; extended mode has `full_text`
(https://docs.x.com/x-api/enterprise-gnip-2.0/fundamentals/data-dictionary).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from photolake.rows.json_reader import JsonObject, drop_nulls, drop_nulls_or_none, reject_payload
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
_CUT_REPOST = re.compile(r"RT @\w+: .*…$", re.DOTALL)
_CUT_POST = re.compile(r"… https://t\.co/\w+$")
_LONG_POST = 270
_MEDIA_TEXTS = ("type", "media_url", "media_url_https", "url", "display_url", "expanded_url", "ext_alt_text")
_SIZES = ("thumb", "small", "medium", "large")
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
    """Map one status; text, entities and media of a retweet are those of the retweeted post, if it is known.

    The row lacks collected_at, matched_query and source_json.
    """
    own = JsonObject(status)
    retweeted = own.read_object("retweeted_status")
    shown = retweeted or own
    quoted = own.read_object("quoted_status") or shown.read_object("quoted_status")
    quoted_id = read_post_id(quoted) if quoted else own.read_reference_id("quoted_status_id_str", "quoted_status_id")
    # Its columns are checked against the table in the tests: mypy cannot check parts that are unpacked.
    identity, content, reply = read_identity(own), _make_content_columns(own, shown), _make_reply_columns(own)
    row: Any = {
        **identity,
        **content,
        **reply,
        "quoted_status_id": quoted_id,
        "quoted_status_id_str": None if quoted_id is None else str(quoted_id),
        "is_quote_status": bool(own.read_flag("is_quote_status") or quoted_id is not None),
        "is_retweet": retweeted is not None,
        "referenced_tweets": _make_references(reply, retweeted, quoted, quoted_id),
        "conversation_id": None,
        **{name: _read_count(own, name) for name in ("retweet_count", "reply_count", "quote_count", "favorite_count")},
        "bookmark_count": None,
        "impression_count": None,
        "user": _map_user(own.read_object("user")),
        "coordinates": _map_point(own.read_object("coordinates")),
        "geo": _map_point(own.read_object("geo")),
        "place": _map_place(own.read_object("place")),
        "edit_history_tweet_ids": None,
    }
    return cast("PostRow", row)


def _read_count(own: JsonObject, name: str) -> int | None:
    """Read a count; X wrote "100+" until 2012 for every retweet count from 100 on, so 100 is the least it can be."""
    return 100 if own.has_value(name, "100+") else own.read_integer(name)


def _make_content_columns(own: JsonObject, shown: JsonObject) -> dict[str, Any]:
    sensitive = own.read_flag("possibly_sensitive")
    text = _read_text(shown)
    truncated, entities = _is_truncated(shown, text), _map_entities(shown)
    media = read_media(shown) or (read_media(own) if shown is not own else [])
    return {
        "text": text,
        "truncated": truncated,
        "entities": entities,
        "extended_entities": {"media": media} if media else None,
        "lang": own.read_text("lang") or shown.read_text("lang"),
        "source": own.read_text("source"),
        "favorited": own.read_flag("favorited"),
        "retweeted": own.read_flag("retweeted"),
        "possibly_sensitive": shown.read_flag("possibly_sensitive") if sensitive is None else sensitive,
        "filter_level": own.read_text("filter_level"),
    }


def _make_reply_columns(own: JsonObject) -> dict[str, Any]:
    status = own.read_reference_id("in_reply_to_status_id_str", "in_reply_to_status_id")
    user = own.read_reference_id("in_reply_to_user_id_str", "in_reply_to_user_id")
    return {
        "in_reply_to_status_id": status,
        "in_reply_to_status_id_str": None if status is None else str(status),
        "in_reply_to_user_id": user,
        "in_reply_to_user_id_str": None if user is None else str(user),
        "in_reply_to_screen_name": own.read_text("in_reply_to_screen_name"),
    }


def _make_references(
    reply: Mapping[str, Any], retweeted: JsonObject | None, quoted: JsonObject | None, quoted_id: int | None
) -> list[dict[str, Any]] | None:
    references = []
    if retweeted:
        # Its media are the post's own extended_entities, so they are not repeated here.
        references.append({"type": "retweeted", **_make_reference(retweeted)})
    if quoted:
        references.append(
            {"type": "quoted", **_make_reference(quoted), **drop_nulls({"media": read_media(quoted) or None})}
        )
    elif quoted_id is not None:
        references.append({"type": "quoted", "id": str(quoted_id)})
    if reply["in_reply_to_status_id_str"]:
        parent = {"id": reply["in_reply_to_status_id_str"], "screen_name": reply["in_reply_to_screen_name"]}
        references.append({"type": "replied_to", **drop_nulls(parent)})
    return references or None


def _make_reference(status: JsonObject) -> dict[str, Any]:
    user = status.read_object("user")
    name = user.read_text("screen_name") if user else None
    return drop_nulls({"id": str(read_post_id(status)), "text": _read_text(status), "screen_name": name})


def _read_text(status: JsonObject) -> str:
    text = find_full_part(status).read_text("full_text")
    if text is None:
        text = status.read_text("full_text", "text")
    if text is None:
        reject_payload("text: a post needs one")
    return text


def _is_truncated(status: JsonObject, text: str) -> bool | None:
    """Whether the text is cut: by the flag of compatibility mode, or by an ellipsis that X puts where it cuts.

    That is the end of an old-style repost ("RT @name: ..."), as account archives have all reposts, and an ellipsis
    before the link to the post itself or after some 280 characters.
    """
    if status.read_object("extended_tweet"):
        return False
    text = text.rstrip()
    if "…" not in text:
        return status.read_flag("truncated")
    if _CUT_REPOST.match(text):
        return True
    is_cut = _CUT_POST.search(text) and (_links_to_itself(status) or _measure(text) >= _LONG_POST)
    return True if is_cut else status.read_flag("truncated")


def _links_to_itself(status: JsonObject) -> bool:
    entities = read_entities(status)
    urls = entities.read_objects("urls") if entities else []
    return any("/i/web/status/" in (url.read_text("expanded_url") or "") for url in urls)


def _measure(text: str) -> int:
    # Characters from Hangul on count twice: https://docs.x.com/fundamentals/counting-characters
    return sum(1 if char < "\u1100" else 2 for char in text)


def _map_entities(status: JsonObject) -> dict[str, Any] | None:
    entities = read_entities(status)
    if entities is None:
        return None
    return {
        "hashtags": [_map_tag(tag) for tag in entities.read_objects("hashtags")],
        "urls": [
            {**url.select_texts(("url", "expanded_url", "display_url")), **_read_indices(url)}
            for url in entities.read_objects("urls")
        ],
        "user_mentions": [_map_mention(mention) for mention in entities.read_objects("user_mentions")],
        "symbols": [_map_tag(tag) for tag in entities.read_objects("symbols")],
    }


def _map_tag(tag: JsonObject) -> dict[str, Any]:
    return {**tag.select_texts(("text",)), **_read_indices(tag)}


def _map_mention(mention: JsonObject) -> dict[str, Any]:
    names = mention.select_texts(("screen_name", "name"))
    return {**drop_nulls(_read_id_columns(mention)), **names, **_read_indices(mention)}


def _read_indices(entity: JsonObject) -> dict[str, Any]:
    indices = entity.read_integers("indices")
    return {} if indices is None else {"indices": indices}


def _read_id_columns(thing: JsonObject) -> dict[str, Any]:
    number = thing.read_reference_id("id_str", "id")
    return {"id": number, "id_str": None if number is None else str(number)}


def _map_user(user: JsonObject | None) -> dict[str, Any] | None:
    if user is None:
        return None
    mapped = {
        **drop_nulls(_read_id_columns(user)),
        **user.select_texts(_USER_TEXTS),
        **user.select_integers(_USER_WHOLES),
        **user.select_flags(_USER_FLAGS),
    }
    return mapped or None


def _map_point(point: JsonObject | None) -> dict[str, Any] | None:
    if point is None:
        return None
    return drop_nulls_or_none({"type": point.read_text("type"), "coordinates": point.read_numbers("coordinates")})


def _map_place(place: JsonObject | None) -> dict[str, Any] | None:
    if place is None:
        return None
    names = ("id", "url", "place_type", "name", "full_name", "country_code", "country")
    box = place.read_object("bounding_box")
    corners = {"type": box.read_text("type"), "coordinates": box.read_numbers("coordinates", depth=3)} if box else {}
    return drop_nulls_or_none(
        {name: place.read_text(name) for name in names} | {"bounding_box": drop_nulls_or_none(corners)}
    )


def find_full_part(status: JsonObject) -> JsonObject:
    """Find the part with the full text and its entities: `extended_tweet` in compatibility mode."""
    return status.read_object("extended_tweet") or status


def read_entities(status: JsonObject) -> JsonObject | None:
    """Read the entities of the full text."""
    return find_full_part(status).read_object("entities") or status.read_object("entities")


def read_media(status: JsonObject) -> list[dict[str, Any]]:
    """Read the status's media; `entities` has only the first one, so it is read last."""
    for place in (find_full_part(status).read_object("extended_entities"), status.read_object("extended_entities")):
        if place and place.read_objects("media"):
            return [_map_media_item(medium) for medium in place.read_objects("media")]
    entities = read_entities(status)
    return [_map_media_item(medium) for medium in entities.read_objects("media")] if entities else []


def _map_media_item(medium: JsonObject) -> dict[str, Any]:
    number = medium.read_reference_id("id_str", "id")
    return drop_nulls(
        {
            "id": None if number is None else str(number),
            **medium.select_texts(_MEDIA_TEXTS),
            "indices": medium.read_integers("indices"),
            "sizes": _map_sizes(medium),
        }
    )


def _map_sizes(medium: JsonObject) -> dict[str, Any] | None:
    if medium.has_array("sizes"):
        return _name_sizes([_map_size(size) for size in medium.read_objects("sizes")]) or None
    sizes = medium.read_object("sizes")
    found = {name: sizes.read_object(name) for name in _SIZES} if sizes else {}
    return drop_nulls_or_none({name: _map_size(size) for name, size in found.items() if size})


def _name_sizes(sizes: list[dict[str, Any]]) -> dict[str, Any]:
    """Name the sizes of an array, as account archives of 2012 to 2018 have them: the cropped one, then by width."""
    cropped = [size for size in sizes if size.get("resize") == "crop"][:1]
    fitted = sorted((size for size in sizes if size.get("resize") != "crop"), key=lambda size: -(size.get("w") or 0))
    return dict(zip(("thumb",), cropped, strict=False)) | dict(zip(_SIZES[:0:-1], fitted, strict=False))


def _map_size(size: JsonObject) -> dict[str, Any]:
    return drop_nulls({"w": size.read_integer("w"), "h": size.read_integer("h"), "resize": size.read_text("resize")})
