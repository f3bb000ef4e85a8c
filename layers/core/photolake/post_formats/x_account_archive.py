"""Reads the archive that X gives to the owner of an account.

Since 2018 each part is JavaScript, `window.YTD.tweets.part0 = [{"tweet": {...}}]`; until 2019 without the envelope
`tweet`. A post has the fields of API v1.1 in extended mode, but no `user`, and numbers are strings. A repost is not
marked as one, and its text is cut to 140 characters. The archives of 2012 to 2018 have a file for each month,
`Grailbird.data.tweets_2016_03 = [...]`, of statuses as in API v1.1.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from photolake.errors import PermanentError
from photolake.post_formats.format import FileContext, Notice, PostFormat, Refusal, Remark
from photolake.post_formats.x_api import read_payload
from photolake.post_formats.x_evidence import is_bare_item
from photolake.sources.x.identity import convert_to_classic_time

if TYPE_CHECKING:
    from photolake.rows.types import PostRow

ASSIGNMENT = re.compile(
    rb"\s*(?:window\.(?:YTD\.(\w+)\.part\d+|(__THAR_CONFIG))"
    rb"|Grailbird\.data\.(\w+?)(?:_\d{4}_\d\d)?|var ((?:tweet_index|payload_details|user_details)))\s*="
)
"""The beginning of every file."""
POSTS = frozenset({"tweet", "tweets", "community_tweet"})
_ITEMS: Mapping[str, str] = {
    "like": "likes",
    "noteTweet": "long texts, read with their posts",
    "dmConversation": "direct messages",
    "account": "accounts",
    "profile": "profiles",
    "follower": "followers",
    "following": "followed accounts",
    "blocking": "blocked accounts",
    "muting": "muted accounts",
    "bookmark": "bookmarks",
    "ad": "advertisements",
    "moment": "moments",
    "grokChatItem": "chats with Grok",
}


def read_part_name(head: bytes) -> str | None:
    """Read from its first bytes what a file of an archive contains (`tweets`, `like`); None for other files."""
    found = ASSIGNMENT.match(head.removeprefix(b"\xef\xbb\xbf"))
    return next((name.decode() for name in found.groups() if name), None) if found else None


def strip_assignment(file: bytes) -> bytes:
    """Return the JSON of a small file of an archive."""
    return ASSIGNMENT.sub(b"", file.removeprefix(b"\xef\xbb\xbf"), count=1).rstrip().removesuffix(b";")


def read_owner(account_js: bytes) -> dict[str, Any] | None:
    """Read the owner as a v1.1 `user` from `account.js`; None if the file does not name one."""
    try:
        accounts = json.loads(strip_assignment(account_js))
        account = accounts[0]["account"]
        user = {
            "id_str": account["accountId"],
            "screen_name": account.get("username"),
            "name": account.get("accountDisplayName"),
            "created_at": convert_to_classic_time(account.get("createdAt")),
        }
    except (ValueError, LookupError, TypeError, AttributeError, PermanentError):
        return None
    return {name: value for name, value in user.items() if value is not None}


def is_item(value: Any) -> bool:
    """Whether a value is an item of a part of an archive: an envelope, or a status that names no author."""
    if not isinstance(value, (dict, Mapping)):
        return False
    if len(value) != 1:
        return is_bare_item(value)
    ((name, content),) = value.items()
    return isinstance(content, (dict, Mapping)) and (name in _ITEMS or (name == "tweet" and _is_tweet(content)))


def _is_tweet(content: Mapping[str, Any]) -> bool:
    return not content.keys().isdisjoint({"full_text", "text", "tweet_id"})


def convert_item(item: Mapping[str, Any], author: Mapping[str, Any] | None) -> dict[str, Any]:
    """Convert an item to the API v1.1 status in it, with its author."""
    tweet = item if is_bare_item(item) else item["tweet"]
    user = {"user": dict(author)} if author and "user" not in tweet else {}
    return {**tweet, **user}


def read_item(value: Any, context: FileContext) -> Iterator[PostRow | Refusal | Notice | Remark]:
    """Yield the post with its long text, or name what else the item is."""
    kind = None if is_bare_item(value) else _name_item(value)
    if kind:
        yield Notice(kind)
        return
    status = convert_item(value, context.author)
    yield from read_payload(context.notes.join(status) if context.notes else status, context)


def _name_item(item: Mapping[str, Any]) -> str | None:
    ((name, content),) = item.items()
    if name != "tweet":
        return _ITEMS[name]
    if "deleted_at" in content:
        return "posts that their author deleted"
    return "headers of posts" if "tweet_id" in content and "full_text" not in content else None


FORMAT = PostFormat("an X account archive", is_item, read_item)
