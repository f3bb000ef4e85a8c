"""Reads the archive that X gives to the owner of an account: posts from `tweets.js`, the owner from `account.js`.

Each is JavaScript, `window.YTD.tweets.part0 = [{"tweet": {...}}]`. A post has the fields of API v1.1 in extended mode,
but no `user`, and numbers are strings. A repost is not marked as one, and its text is cut to 140 characters.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from photolake.errors import PermanentError
from photolake.post_formats.format import FileContext, Notice, PostFormat, Refusal
from photolake.post_formats.x_api import read_payload
from photolake.sources.x.identity import convert_to_classic_time

if TYPE_CHECKING:
    from photolake.rows.types import PostRow

ASSIGNMENT = re.compile(rb"\s*window\.YTD\.(\w+)\.part\d+\s*=")
"""The beginning of every file."""
_NUMBER = re.compile(r"-?[0-9]{1,3}(\.[0-9]{1,18})?")
_POINTS = ("geo", "coordinates")
POSTS = frozenset({"tweet", "tweets"})


def read_part_name(head: bytes) -> str | None:
    """Read from its first bytes what a file of an archive contains (`tweets`, `like`); None for other files."""
    found = ASSIGNMENT.match(head.removeprefix(b"\xef\xbb\xbf"))
    return found[1].decode() if found else None


def read_owner(account_js: bytes) -> dict[str, Any] | None:
    """Read the owner as a v1.1 `user` from `account.js`; None if the file does not name one."""
    try:
        accounts = json.loads(
            ASSIGNMENT.sub(b"", account_js.removeprefix(b"\xef\xbb\xbf"), count=1).rstrip().rstrip(b";")
        )
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
    """Whether a value is an item of `tweets.js`."""
    return isinstance(value, Mapping) and value.keys() == {"tweet"} and isinstance(value["tweet"], Mapping)


def convert_item(item: Mapping[str, Any], author: Mapping[str, Any] | None) -> dict[str, Any]:
    """Convert an item of `tweets.js` to the API v1.1 status in it, with its author."""
    tweet = item["tweet"]
    points = {name: _convert_point(tweet[name]) for name in _POINTS if name in tweet}
    user = {"user": dict(author)} if author and "user" not in tweet else {}
    return {**tweet, **points, **user}


def _convert_point(value: Any) -> Any:
    """Convert the degrees of a point to numbers, as in the API."""
    if not isinstance(value, Mapping) or not isinstance(value.get("coordinates"), list):
        return value
    return {**value, "coordinates": [_convert_degrees(number) for number in value["coordinates"]]}


def _convert_degrees(value: Any) -> Any:
    return float(value) if isinstance(value, str) and _NUMBER.fullmatch(value) else value


def read_item(value: Any, context: FileContext) -> Iterator[PostRow | Refusal | Notice]:
    """Yield the post."""
    yield from read_payload(convert_item(value, context.author), context)


FORMAT = PostFormat("an X account archive", is_item, read_item)
