"""Names what X's streams and APIs send beside posts: deletions, limits, events, errors, counts, users.

https://docs.x.com/x-api/enterprise-gnip-2.0/fundamentals/stream-features, the messages of the v1.1 streams
(https://developer.x.com/en/docs/twitter-api/v1/tweets/filter-realtime/guides/streaming-message-types), and of API v2.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from photolake.post_formats.format import FileContext, Notice, PostFormat
from photolake.post_formats.x_evidence import split_names

_USER_CHANGES = split_names(
    "user_delete user_undelete user_protect user_unprotect user_suspend user_unsuspend user_withhold user_unwithhold "
    "user_update user_profile_modification user_scrub_geo"
)
_BY_KEY: Mapping[str, str] = {
    "delete": "deletions",
    "status_delete": "deletions",
    "tweet_delete": "deletions",
    "post_delete": "deletions",
    "undelete": "deletions taken back",
    "status_undelete": "deletions taken back",
    "tweet_undelete": "deletions taken back",
    "drop": "posts dropped and restored",
    "undrop": "posts dropped and restored",
    "tweet_drop": "posts dropped and restored",
    "tweet_undrop": "posts dropped and restored",
    "tweet_edit": "edits",
    "scrub_geo": "removals of locations",
    "geo_scrub": "removals of locations",
    "limit": "limit notices",
    "status_withheld": "withheld posts",
    "tweet_withheld": "withheld posts",
    "user_withheld": "withheld users",
    **dict.fromkeys(_USER_CHANGES, "changes of users"),
    "favorite": "likes",
    "unfavorite": "likes",
    "disconnect": "disconnections",
    "warning": "warnings",
    "warn": "warnings",
    "info": "messages of PowerTrack",
    "error": "errors that X sent",
    "friends": "lists of friends",
    "friends_str": "lists of friends",
    "control": "control messages",
    "direct_message": "direct messages",
}
_BESIDE = frozenset({"timestamp_ms", "__twarc", "matching_rules", "request"})
_PROBLEM = frozenset({"title", "type"})
_PROBLEM_TYPES = ("about:blank", "https://api.twitter.com/2/problems/", "https://api.x.com/2/problems/")
_INCLUDED = frozenset({"users", "media", "tweets", "posts", "places", "polls", "topics"})
COUNTS = "counts of posts, which are not posts"
USERS = "users, who are not posts"


def name_message(value: Any) -> str | None:
    """Name a message in the plural; None if the value is none."""
    if not isinstance(value, Mapping):
        return None
    return next((kind for find in _FINDERS if (kind := find(value))), None)


def _name_single(value: Mapping[str, Any]) -> str | None:
    keys = value.keys() - _BESIDE
    if len(keys) != 1:
        return None
    (key,) = keys
    content = value[key]
    if key == "data" and isinstance(content, Mapping):  # the compliance streams of API v2
        return _name_single(content) if len(content) == 1 else None
    return _BY_KEY.get(key) if isinstance(content, Mapping | list) or key == "error" else None


def _name_event(value: Mapping[str, Any]) -> str | None:
    is_event = isinstance(value.get("event"), str) and {"source", "target"} <= value.keys()
    return "events" if is_event else None


def _name_problem(value: Mapping[str, Any]) -> str | None:
    is_list = isinstance(value.get("errors"), list) and not value.get("data") and "text" not in value
    is_problem = value.keys() >= _PROBLEM and str(value["type"]).startswith(_PROBLEM_TYPES)
    return "errors that X sent" if is_list or is_problem else None


def _name_job_result(value: Mapping[str, Any]) -> str | None:
    return "results of compliance jobs" if {"id", "action", "redacted_at"} <= value.keys() else None


def _name_includes(value: Mapping[str, Any]) -> str | None:
    is_list = bool(value) and value.keys() <= _INCLUDED and all(isinstance(items, list) for items in value.values())
    return "users and media of posts in other files" if is_list else None


def _name_page(value: Mapping[str, Any]) -> str | None:
    items = value.get("results", value.get("data"))
    if not (isinstance(items, list) and items and all(isinstance(item, Mapping) for item in items)):
        return None
    if all({"timePeriod", "count"} <= item.keys() or {"start", "end", "tweet_count"} <= item.keys() for item in items):
        return COUNTS
    return USERS if all(_is_user(item) for item in items) else None


def _name_user(value: Mapping[str, Any]) -> str | None:
    return USERS if _is_user(value) and not value.keys().isdisjoint({"public_metrics", "followers_count"}) else None


def _is_user(value: Mapping[str, Any]) -> bool:
    names = {"username", "screen_name"} & value.keys()
    return "id" in value and "name" in value and bool(names) and value.keys().isdisjoint(("text", "full_text"))


_FINDERS: tuple[Callable[[Mapping[str, Any]], str | None], ...] = (
    _name_single,
    _name_event,
    _name_problem,
    _name_job_result,
    _name_includes,
    _name_page,
    _name_user,
)


def read_message(value: Any, context: FileContext) -> Iterator[Notice]:
    """Yield the notice."""
    yield Notice(name_message(value) or "notices of X")


FORMAT = PostFormat("messages of X", lambda value: name_message(value) is not None, read_message)
