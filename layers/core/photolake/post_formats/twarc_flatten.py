"""Reads API v2 posts as `twarc2 flatten` writes them: one per line, with the included objects inside the post.

The author is in `author`, media in `attachments.media`, a place in `geo`, users in the mentions, and referenced posts
in `referenced_tweets` (https://twarc-project.readthedocs.io/en/latest/twarc2_en_us/#flatten).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from photolake.post_formats.format import FileContext, Notice, PostFormat, Refusal
from photolake.post_formats.x_api import read_payload

if TYPE_CHECKING:
    from photolake.rows.types import PostRow

_FLATTENED_FIELDS = ("author", "in_reply_to_user", "__twarc")
_GEO_FIELDS = ("place_id", "coordinates")
_MENTION_FIELDS = ("start", "end", "username", "id")
_REFERENCE_FIELDS = ("type", "id")

_Includes = dict[str, dict[str, Any]]


def unflatten_post(value: Mapping[str, Any]) -> dict[str, Any]:
    """Rebuild the page that the API sent from a flattened post."""
    includes: _Includes = {}
    data = _strip_post(value, includes)
    rules = {"matching_rules": value["matching_rules"]} if "matching_rules" in value else {}
    lists = {kind: list(items.values()) for kind, items in includes.items()}
    return {"data": data, **({"includes": lists} if lists else {}), **rules}


def is_flattened(value: Any) -> bool:
    """Whether a value is a post of API v2 with other objects inside."""
    return (
        isinstance(value, Mapping)
        and "id" in value
        and "text" in value
        and not value.keys() & {"data", "user", "id_str", "full_text"}
        and bool(value.keys() & {*_FLATTENED_FIELDS} or _has_media(value))
    )


def _has_media(post: Mapping[str, Any]) -> bool:
    attachments = post.get("attachments")
    return isinstance(attachments, Mapping) and "media" in attachments


def _strip_post(post: Mapping[str, Any], includes: _Includes) -> dict[str, Any]:
    """Return the post without the objects that were put into it; these are added to `includes`."""
    for name in ("author", "in_reply_to_user"):
        _include(includes, "users", "id", post.get(name))
    stripped = {name: value for name, value in post.items() if name not in (*_FLATTENED_FIELDS, "matching_rules")}
    for name, strip in _STRIP_FUNCTIONS.items():
        if name in stripped:
            stripped[name] = strip(stripped[name], includes)
    return stripped


def _strip_attachments(value: Any, includes: _Includes) -> Any:
    if not isinstance(value, Mapping):
        return value
    media = value.get("media")
    for medium in media if isinstance(media, list) else []:
        _include(includes, "media", "media_key", medium)
    _include(includes, "polls", "id", value.get("poll"))
    return {name: item for name, item in value.items() if name not in ("media", "poll")}


def _strip_geo(value: Any, includes: _Includes) -> Any:
    if not isinstance(value, Mapping):
        return value
    place = {name: item for name, item in value.items() if name not in _GEO_FIELDS}
    _include(includes, "places", "id", place)
    return {name: value[name] for name in _GEO_FIELDS if name in value}


def _strip_references(value: Any, includes: _Includes) -> Any:
    if not isinstance(value, list):
        return value
    for item in value:
        if isinstance(item, Mapping) and "text" in item:
            post = _strip_post({name: part for name, part in item.items() if name != "type"}, includes)
            _include(includes, "tweets", "id", post)
    return [_select_fields(item, _REFERENCE_FIELDS) for item in value]


def _strip_entities(value: Any, includes: _Includes) -> Any:
    if not isinstance(value, Mapping) or not isinstance(value.get("mentions"), list):
        return value
    for mention in value["mentions"]:
        if isinstance(mention, Mapping) and "name" in mention:
            user = {name: part for name, part in mention.items() if name not in ("start", "end")}
            _include(includes, "users", "id", user)
    return {**value, "mentions": [_select_fields(mention, _MENTION_FIELDS) for mention in value["mentions"]]}


def _strip_note(value: Any, includes: _Includes) -> Any:
    if not isinstance(value, Mapping) or "entities" not in value:
        return value
    return {**value, "entities": _strip_entities(value["entities"], includes)}


_STRIP_FUNCTIONS = {
    "attachments": _strip_attachments,
    "geo": _strip_geo,
    "referenced_tweets": _strip_references,
    "entities": _strip_entities,
    "note_tweet": _strip_note,
}


def _include(includes: _Includes, kind: str, key: str, item: Any) -> None:
    if isinstance(item, Mapping) and isinstance(item.get(key), str):
        includes.setdefault(kind, {}).setdefault(item[key], item)


def _select_fields(item: Any, names: tuple[str, ...]) -> Any:
    return {name: item[name] for name in names if name in item} if isinstance(item, Mapping) else item


def read_flattened(value: Any, context: FileContext) -> Iterator[PostRow | Refusal | Notice]:
    """Yield the post."""
    yield from read_payload(unflatten_post(value), context, value)


FORMAT = PostFormat("posts as `twarc2 flatten` writes them", is_flattened, read_flattened)
