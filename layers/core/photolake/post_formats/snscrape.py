"""Reads posts of X that snscrape or twscrape collected (https://github.com/JustAnotherArchivist/snscrape).

Each has a `_type`; the two differ in `media`: a list, or an object of `photos`, `videos` and `animated`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from photolake.post_formats.format import FileContext, Notice, PostFormat, Refusal, Remark
from photolake.post_formats.x_api import read_payload

if TYPE_CHECKING:
    from photolake.rows.types import PostRow

_TYPE = "snscrape.modules.twitter.Tweet"
_COUNTS = {
    "replyCount": "reply_count",
    "retweetCount": "retweet_count",
    "likeCount": "favorite_count",
    "quoteCount": "quote_count",
}
_USER = {
    "username": "screen_name",
    "displayname": "name",
    "location": "location",
    "followersCount": "followers_count",
    "friendsCount": "friends_count",
    "statusesCount": "statuses_count",
    "favouritesCount": "favourites_count",
    "listedCount": "listed_count",
    "verified": "verified",
    "protected": "protected",
    "profileImageUrl": "profile_image_url_https",
    "rawDescription": "description",
}
_KINDS = {"Photo": "photo", "Video": "video", "Gif": "animated_gif"}
_LISTS = {"photos": "photo", "videos": "video", "animated": "animated_gif"}
_ADDRESS = re.compile(r"/status(?:es)?/([0-9]{1,19})")
_DEEPEST = 3


def is_scraped(value: Any) -> bool:
    """Whether a value is a post that snscrape or twscrape collected."""
    return isinstance(value, Mapping) and value.get("_type") == _TYPE and "id" in value


def convert_scraped(value: Mapping[str, Any], depth: int = 0) -> dict[str, Any]:
    """Convert a post to a status of API v1.1."""
    text = next((value[name] for name in ("rawContent", "content", "renderedContent") if value.get(name)), "")
    status: dict[str, Any] = {
        "id_str": _read_id(value),
        "full_text": text,
        "created_at": value.get("date"),
        "lang": value.get("lang"),
        "source": value.get("source"),
        "user": _convert_user(value.get("user")),
        "in_reply_to_status_id": value.get("inReplyToTweetId"),
        "entities": _convert_entities(value),
        "extended_entities": {"media": [*_convert_media(value.get("media"))]},
        "coordinates": _convert_point(value.get("coordinates")),
        **{column: value.get(name) for name, column in _COUNTS.items()},
    }
    parent = value.get("inReplyToUser")
    if isinstance(parent, Mapping):
        status |= {"in_reply_to_user_id": parent.get("id"), "in_reply_to_screen_name": parent.get("username")}
    for name, column in (("retweetedTweet", "retweeted_status"), ("quotedTweet", "quoted_status")):
        if is_scraped(value.get(name)) and depth < _DEEPEST:
            status[column] = convert_scraped(value[name], depth + 1)
    return status


def _convert_user(user: Any) -> dict[str, Any] | None:
    if not isinstance(user, Mapping):
        return None
    columns = {column: user[name] for name, column in _USER.items() if user.get(name) is not None}
    return columns | {"id": user.get("id")}


def _convert_entities(value: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "hashtags": [{"text": tag} for tag in _read_list(value, "hashtags") if isinstance(tag, str)],
        "symbols": [{"text": tag} for tag in _read_list(value, "cashtags") if isinstance(tag, str)],
        "urls": [
            {"url": link.get("tcourl"), "expanded_url": link.get("url"), "display_url": link.get("text")}
            for link in _read_list(value, "links")
            if isinstance(link, Mapping)
        ],
        "user_mentions": [
            {"id": user.get("id"), "screen_name": user.get("username"), "name": user.get("displayname")}
            for user in _read_list(value, "mentionedUsers")
            if isinstance(user, Mapping)
        ],
    }


def _read_list(value: Mapping[str, Any], name: str) -> list[Any]:
    found = value.get(name)
    return found if isinstance(found, list) else []


def _read_id(value: Mapping[str, Any]) -> Any:
    """Read the id from the address of the post, because JavaScript rounds the number beside it."""
    found = _ADDRESS.search(value["url"]) if isinstance(value.get("url"), str) else None
    return found[1] if found else value["id"]


def _convert_media(media: Any) -> Iterator[dict[str, Any]]:
    """Yield the media items; without ids of their own, they are known by their URLs."""
    items: list[tuple[str | None, Any]] = []
    if isinstance(media, Mapping):
        items = [(kind, item) for name, kind in _LISTS.items() for item in _read_list(media, name)]
    elif isinstance(media, list):
        items = [(_name_kind(item), item) for item in media]
    for kind, item in items:
        if isinstance(item, Mapping):
            names = ("fullUrl", "url", "previewUrl") if kind == "photo" else ("thumbnailUrl", "previewUrl")
            image = next((item[name] for name in names if item.get(name)), None)
            yield {"type": kind, "media_url_https": image, "ext_alt_text": item.get("altText")}


def _name_kind(item: Any) -> str | None:
    given = item.get("_type") or item.get("type") if isinstance(item, Mapping) else None
    return _KINDS.get(given.rpartition(".")[2], given) if isinstance(given, str) else None


def _convert_point(point: Any) -> dict[str, Any] | None:
    if not isinstance(point, Mapping) or "longitude" not in point or "latitude" not in point:
        return None
    return {"type": "Point", "coordinates": [point["longitude"], point["latitude"]]}


def read_scraped(value: Any, context: FileContext) -> Iterator[PostRow | Refusal | Notice | Remark]:
    """Yield the post."""
    yield from read_payload(convert_scraped(value), context)


FORMAT = PostFormat("posts that snscrape collected", is_scraped, read_scraped)
