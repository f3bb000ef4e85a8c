"""Reads posts as twitter-web-exporter saves them, a browser extension (https://github.com/prinsss/twitter-web-exporter).

Each has columns of its own, and in `metadata` all that X's web client got, if its user wished that.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from photolake.post_formats.format import FileContext, Notice, PostFormat, Refusal, Remark
from photolake.post_formats.x_api import read_payload
from photolake.post_formats.x_evidence import has_id, split_names
from photolake.post_formats.x_web_client import convert_tweet, find_tweets

if TYPE_CHECKING:
    from photolake.rows.types import PostRow

_EVIDENCE = frozenset({"full_text", "screen_name", "views_count", "media"})
_KEPT = split_names("id created_at full_text favorite_count retweet_count quote_count reply_count favorited retweeted")
_MEDIA_KEPT = ("type", "url", "ext_alt_text")


def is_export(value: Any) -> bool:
    """Whether a value is a post that the extension saved."""
    return isinstance(value, Mapping) and value.keys() >= _EVIDENCE and has_id(value)


def convert_export(value: Mapping[str, Any]) -> dict[str, Any]:
    """Convert a saved post to a status of API v1.1."""
    full = next(find_tweets(value.get("metadata")), None)
    if full is not None:
        return convert_tweet(full)
    status = {name: value[name] for name in _KEPT if name in value}
    status["id_str"] = status.pop("id")
    names = (("screen_name", "screen_name"), ("name", "name"), ("profile_image_url_https", "profile_image_url"))
    status["user"] = {name: value[given] for name, given in names if value.get(given)}
    status["in_reply_to_status_id_str"] = value.get("in_reply_to")
    status["quoted_status_id_str"] = value.get("quoted_status")
    if value.get("retweeted_status"):
        # Its columns are those of the post that is repeated, but for the id.
        status["retweeted_status"] = {"id_str": value["retweeted_status"], "full_text": value["full_text"]}
    media = value["media"] if isinstance(value["media"], list) else []
    status["extended_entities"] = {"media": [_convert_media_item(item) for item in media if isinstance(item, Mapping)]}
    return status


def _convert_media_item(item: Mapping[str, Any]) -> dict[str, Any]:
    """Convert a photo, or a video, of which `original` is the film and `thumbnail` the picture."""
    image = item.get("original" if item.get("type") == "photo" else "thumbnail")
    return {name: item[name] for name in _MEDIA_KEPT if item.get(name)} | {"media_url_https": image}


def read_export(value: Any, context: FileContext) -> Iterator[PostRow | Refusal | Notice | Remark]:
    """Yield the post."""
    yield from read_payload(convert_export(value), context)


FORMAT = PostFormat("posts saved by twitter-web-exporter", is_export, read_export)
