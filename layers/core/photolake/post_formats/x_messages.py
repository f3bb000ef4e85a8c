"""Names what X's streams and APIs send beside posts: deletions, limits, events, errors, counts, users.

https://docs.x.com/x-api/enterprise-gnip-2.0/fundamentals/stream-features, the messages of the v1.1 streams
(https://developer.x.com/en/docs/twitter-api/v1/tweets/filter-realtime/guides/streaming-message-types), and of API v2.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from photolake.post_formats.format import FileContext, Notice, PostFormat
from photolake.post_formats.x_evidence import OTHERS, is_tweet, split_names

_USER_CHANGES = split_names(
    "user_delete user_undelete user_protect user_unprotect user_suspend user_unsuspend user_withhold user_unwithhold "
    "user_update user_profile_modification user_scrub_geo"
)
_OBJECTS = split_names("status tweet post favorite user")
_BY_KEY: Mapping[str, tuple[str, frozenset[str]]] = {
    **dict.fromkeys(("delete", "status_delete", "tweet_delete", "post_delete"), ("delete messages", _OBJECTS)),
    **dict.fromkeys(("undelete", "status_undelete", "tweet_undelete"), ("undelete messages", _OBJECTS)),
    **dict.fromkeys(("drop", "undrop", "tweet_drop", "tweet_undrop"), ("posts dropped and restored", _OBJECTS)),
    "tweet_edit": ("edits", _OBJECTS | {"initial_tweet_id", "edit_tweet_id"}),
    **dict.fromkeys(("scrub_geo", "geo_scrub"), ("removals of locations", split_names("user_id user up_to_status_id"))),
    "limit": ("limit notices", frozenset({"track"})),
    **dict.fromkeys(("status_withheld", "tweet_withheld"), ("withheld posts", _OBJECTS | {"id"})),
    "user_withheld": ("withheld users", frozenset({"id", "user"})),
    **dict.fromkeys(_USER_CHANGES, ("changes of users", frozenset({"id", "user"}))),
    **dict.fromkeys(("favorite", "unfavorite"), ("likes", _OBJECTS)),
    "disconnect": ("disconnections", frozenset({"code", "reason"})),
    "warning": ("warnings", frozenset({"code", "message"})),
    **dict.fromkeys(("info", "warn", "error"), ("messages of PowerTrack", frozenset({"sent"}))),
    "control": ("control messages", frozenset({"control_uri"})),
    "direct_message": ("direct messages", frozenset({"id", "sender"})),
}
"""The only field of a message: its kind, and the fields of which its content has one, unless it is empty."""
_LISTS = frozenset({"friends", "friends_str"})
_BESIDE = frozenset({"timestamp_ms", "__twarc", "matching_rules"})
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
    if key in _LISTS:
        return "lists of friends" if isinstance(content, list) else None
    if not isinstance(content, Mapping):
        return None
    if key == "data":  # the compliance streams of API v2
        return _name_single(content) if len(content) == 1 else None
    kind, fields = _BY_KEY.get(key, (None, frozenset()))
    return kind if not content or not content.keys().isdisjoint(fields) else None


def _name_event(value: Mapping[str, Any]) -> str | None:
    is_event = isinstance(value.get("event"), str) and {"source", "target"} <= value.keys()
    return "events" if is_event else None


def _name_problem(value: Mapping[str, Any]) -> str | None:
    errors = value.get("errors")
    is_list = isinstance(errors, list) and not value.get("data") and any(_is_error(error) for error in errors)
    is_problem = (isinstance(value.get("error"), str) and "request" in value) or (
        value.keys() >= _PROBLEM and str(value["type"]).startswith(_PROBLEM_TYPES)
    )
    return "errors that X sent" if is_list or is_problem else None


def _is_error(error: Any) -> bool:
    return isinstance(error, Mapping) and not error.keys().isdisjoint({"title", "message", "code", "detail"})


def _name_job_result(value: Mapping[str, Any]) -> str | None:
    return "results of compliance jobs" if {"id", "action", "redacted_at"} <= value.keys() else None


def _name_includes(value: Mapping[str, Any]) -> str | None:
    if not value.keys() <= _INCLUDED or not all(isinstance(items, list) for items in value.values()):
        return None
    items = itertools.chain.from_iterable(value.values())
    is_list = any(
        isinstance(item, Mapping) and (_is_user(item) or "media_key" in item or is_tweet(item)) for item in items
    )
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
    return {"id", "name"} <= value.keys() and bool(names) and value.keys().isdisjoint(OTHERS | {"text", "full_text"})


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
    yield Notice(name_message(value) or "messages of X")


FORMAT = PostFormat("messages of X", lambda value: name_message(value) is not None, read_message)
