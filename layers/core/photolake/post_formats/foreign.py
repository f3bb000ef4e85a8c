"""Names values of other networks and tools that no format reads, so that a file of them is refused by name.

Each has fields that only it has. A value that a format reads is never asked about here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from photolake.post_formats.registry import find_format

_SAFE_NAME = re.compile(r"[A-Za-z0-9_$.:@-]{1,40}")
_NAMES_SHOWN = 8


def _always(value: Mapping[str, Any]) -> bool:
    return True


@dataclass(frozen=True)
class ForeignFormat:
    """A format that is not read: `name` is a noun phrase. A value is of it if it has all `fields` and `holds`."""

    name: str
    fields: frozenset[str]
    holds: Callable[[Mapping[str, Any]], bool] = _always


def _make(name: str, fields: str, holds: Callable[[Mapping[str, Any]], bool] = _always) -> ForeignFormat:
    return ForeignFormat(name, frozenset(fields.split()), holds)


FOREIGN_FORMATS: tuple[ForeignFormat, ...] = (
    _make("a post of Weibo", "idstr mid"),
    _make("a post of Weibo", "mid reposts_count attitudes_count"),
    _make("a post of Weibo", "mblogid text"),
    _make("a status of Mastodon or a network of its kind (Truth Social, Gab)", "account uri content created_at"),
    _make("an activity of ActivityPub", "@context type actor"),
    _make("a message of Telegram", "id type date from", lambda value: str(value["type"]) in ("message", "service")),
    _make("a message of Telegram", "id type date text_entities"),
    _make("a message of Telegram", "_ peer_id date"),
    _make("a message of Telegram", "message_id chat date"),
    _make("an export of Telegram", "name type id messages"),
    _make("an export of Telegram", "about chats"),
    _make("a message of loklak", "screen_name created_at link images_count links_count"),
    _make("a page of loklak", "search_metadata statuses", lambda value: "scraperInfo" in str(value["search_metadata"])),
    _make("a post that twint collected", "conversation_id user_id username tweet link"),
    _make("a post that an Apify actor collected", "twitterUrl createdAt author"),
    _make("a post of Facebook (CrowdTangle)", "platformId platform date subscriberCount"),
    _make("a post of Facebook (CrowdTangle)", "platformId platform postUrl"),
    _make("a post of Facebook (Content Library)", "id creation_time post_owner"),
    _make("a post of Facebook (Graph API)", "id message created_time"),
    _make("a post of Instagram", "__typename shortcode"),
    _make("a post of Instagram", "pk taken_at code"),
    _make("a post of Instagram", "id media_type permalink timestamp"),
    _make("a post of Instagram (instaloader)", "node instaloader"),
    _make("a post of Threads", "id permalink media_product_type"),
    _make("a video of TikTok", "id video_description create_time"),
    _make("a video of TikTok", "id desc createTime author"),
    _make("an answer of YouTube", "kind etag", lambda value: str(value["kind"]).startswith("youtube#")),
    _make("a post or comment of Reddit", "subreddit author created_utc"),
    _make("a post or comment of Reddit", "kind data", lambda value: str(value["kind"]) in ("Listing", "t1", "t3")),
    _make("a post of Parler", "uuid body createdAtformatted"),
    _make("a post of Parler", "createdAt creator impressions upvotes body"),
    _make("a post of Gab", "id body revised_at"),
    _make("a post of VK", "id owner_id from_id date text"),
    _make("a post of Tumblr", "blog_name post_url"),
    _make("a post of LinkedIn", "urn commentary"),
    _make("a post of 4chan", "no resto time"),
    _make("an event of Nostr", "pubkey kind sig content"),
    _make("a note of Misskey", "id createdAt userId user text visibility"),
    _make("a message of Discord", "id channel_id author content timestamp"),
    _make("an export of Discord", "guild channel messages"),
    _make("a message of Slack", "type user text ts"),
    _make("an item of RSS as JSON", "title link pubDate"),
    _make("a line of a log", "level msg"),
    _make("a package of npm", "name version", lambda value: "text" not in value and "id" not in value),
)
_IDS = "an id of a post without the post"
_ADVICE = "Get the posts by their ids first: twarc2 hydrate ids.txt > posts.jsonl"


def name_foreign(value: Any) -> str | None:
    """Name a value of a format that is not read: "a message of Telegram"; None if it is none that is known."""
    if isinstance(value, Mapping):
        fields = value.keys()
        found = (known for known in FOREIGN_FORMATS if known.fields <= fields and known.holds(value))
        named = next(found, None)
        return named.name if named else None
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return _IDS if is_number or (isinstance(value, str) and value.isdecimal()) else None


def describe_foreign(value: Any) -> str | None:
    """Say of a value that it is of a format that is not read; None if a format reads it, or none is known."""
    named = None if find_format(value) else name_foreign(value)
    return (
        None if named is None else f"{named}, which photolake does not read" + (f". {_ADVICE}" if named == _IDS else "")
    )


def describe_unknown(value: Any) -> str:
    """Say of a value that no format reads what it is: its format, its kind, or the names of its fields."""
    named = describe_foreign(value)
    if named:
        return named
    if isinstance(value, Mapping):
        return f"not a post in any known format; {_describe_fields(value)}"
    return f"not a post in any known format, but {_describe_kind(value)}"


def _describe_fields(value: Mapping[str, Any]) -> str:
    """Name the fields of an object that have harmless names: others may be text of people."""
    safe = [name for name in value if _SAFE_NAME.fullmatch(name)]
    if not value:
        return "it is an empty object"
    hidden = len(value) - min(len(safe), _NAMES_SHOWN)
    shown = ", ".join(safe[:_NAMES_SHOWN])
    more = f" and {hidden} more" if hidden and shown else ""
    return f"it has the fields {shown}{more}" if shown else f"it has {len(value)} fields"


def _describe_kind(value: Any) -> str:
    kinds = {str: "a text", list: "an array", bool: "true or false", float: "a number", type(None): "null"}
    return kinds.get(type(value), type(value).__name__)
