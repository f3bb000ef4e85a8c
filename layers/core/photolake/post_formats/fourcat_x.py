"""Reads posts of X's API v2 that 4CAT exported as NDJSON: one per line, with what it refers to inside the post.

https://github.com/digitalmethodsinitiative/4cat/blob/master/datasources/twitterv2/search_twitter.py: the author is in
`author_user`, media and polls in the place of their keys, and places, parents and mentioned accounts beside their ids.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from photolake.post_formats.format import FileContext, Notice, PostFormat, Refusal
from photolake.post_formats.twarc_flatten import unflatten_post
from photolake.post_formats.x_converted import read_converted

if TYPE_CHECKING:
    from photolake.rows.types import PostRow

_UNKNOWN = "UNKNOWN"
_AUTHORS = frozenset({"author_user", "author_username"})
_ADDED = _AUTHORS | {"author_fullname"}


def is_enriched(value: Any) -> bool:
    """Whether a value is a post as 4CAT stores it."""
    return (
        isinstance(value, Mapping)
        and {"id", "text", "created_at"} <= value.keys()
        and not value.keys().isdisjoint(_AUTHORS)
        and value.keys().isdisjoint({"data", "user", "id_str", "full_text"})
    )


def read_enriched(value: Any, context: FileContext) -> Iterator[PostRow | Refusal | Notice]:
    """Yield the post."""
    if value.get("author_id") == _UNKNOWN:
        yield Notice("posts that X did not give to 4CAT")
        return
    yield from read_converted(value, unflatten_post(restore_post(value)), context)


def restore_post(post: Mapping[str, Any]) -> dict[str, Any]:
    """Return the post with what it refers to where `twarc2 flatten` puts it."""
    restored = {
        name: value for name, value in post.items() if name not in ("author_user", *_AUTHORS, "author_fullname")
    }
    author = _read_author(post)
    if author:
        restored["author"] = author
    if _is_missing(restored.get("in_reply_to_user")):
        del restored["in_reply_to_user"]
    for name, restore in _RESTORE_FUNCTIONS.items():
        if name in restored:
            restored[name] = restore(restored[name])
    return restored


def _read_author(post: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Read the author; before 2022 only the names were stored."""
    author = post.get("author_user")
    if isinstance(author, Mapping):
        return author
    name = post.get("author_username")
    if not isinstance(name, str):
        return None
    return {"id": post.get("author_id"), "username": name, "name": post.get("author_fullname")}


def _is_missing(value: Any) -> bool:
    """Whether an object is one that X did not give, for which 4CAT keeps the error."""
    return isinstance(value, Mapping) and "error" in value


def _restore_attachments(value: Any) -> Any:
    if not isinstance(value, Mapping):
        return value
    restored = dict(value)
    for keys, key, name in (("media_keys", "media_key", "media"), ("poll_ids", "id", "poll")):
        items = value.get(keys)
        if not isinstance(items, list):
            continue
        restored[keys] = [item.get(key, item.get("poll_id")) if isinstance(item, Mapping) else item for item in items]
        given = [item for item in items if isinstance(item, Mapping) and not _is_missing(item)]
        if given:
            restored[name] = given if name == "media" else given[-1]
    return restored


def _restore_geo(value: Any) -> Any:
    place = value.get("place") if isinstance(value, Mapping) else None
    if not isinstance(place, Mapping) or _is_missing(place):
        return value
    return {**place, **{name: item for name, item in value.items() if name != "place"}}


def _restore_references(value: Any) -> Any:
    if not isinstance(value, list):
        return value
    return [
        {**restore_post(item), "type": item.get("type")} if isinstance(item, Mapping) and "text" in item else item
        for item in value
    ]


_RESTORE_FUNCTIONS = {
    "attachments": _restore_attachments,
    "geo": _restore_geo,
    "referenced_tweets": _restore_references,
}


FORMAT = PostFormat("posts of X in 4CAT's NDJSON", is_enriched, read_enriched)
