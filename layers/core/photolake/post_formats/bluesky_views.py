"""Reads what Bluesky's API returns of posts: `getPosts`, `searchPosts`, feeds, threads, and records of a repository.

https://docs.bsky.app/docs/api/: pages (`posts`, `feed`, `thread`, `records`), and their items on lines of their own.
A repost has no row: the post that it repeats is read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from photolake.errors import PermanentError
from photolake.post_formats.format import FileContext, Notice, PostFormat, Refusal
from photolake.rows.json_reader import JsonObject
from photolake.rows.json_text import compact_json
from photolake.sources.bluesky.identifiers import COLLECTION, PostKey
from photolake.sources.bluesky.mapping import map_record
from photolake.sources.bluesky.view import has_post_uri, map_view

if TYPE_CHECKING:
    from photolake.rows.types import PostRow

_LISTS = ("posts", "feed", "thread", "records")
_PAGE_FIELDS = frozenset({*_LISTS, "cursor", "hitsTotal", "threadgate", "hasOtherReplies"})
_UNAVAILABLE = ("notFound", "blocked")


def is_answer(value: Any) -> bool:
    """Whether a value is a page of the API, or an item of one."""
    if not isinstance(value, Mapping):
        return False
    if value.keys() <= _PAGE_FIELDS and (name := next((each for each in _LISTS if each in value), "")):
        return _is_page_of(value, name)
    return _is_item(value)


def _is_page_of(value: Mapping[str, Any], name: str) -> bool:
    items = value[name]
    if name == "thread" and isinstance(items, Mapping):
        return _is_item(items)
    # An empty page shows no more than its field, which `cursor` and `hitsTotal` do not contradict.
    return isinstance(items, list) and (not items or _is_item(items[0]))


def _is_item(value: Any) -> bool:
    """Whether a value is a view of a post, a record, or a wrapper of either, as pages have them."""
    if not isinstance(value, Mapping):
        return False
    if isinstance(value.get("post"), Mapping):
        return _is_view(value["post"])
    if isinstance(value.get("value"), Mapping):
        return str(value["value"].get("$type", "")).startswith(("app.bsky.", COLLECTION))
    return _is_view(value) or any(value.get(name) is True and "uri" in value for name in _UNAVAILABLE)


def _is_view(value: Any) -> bool:
    return has_post_uri(value) and isinstance(value.get("record"), Mapping) and "4CAT_metadata" not in value


def read_answer(value: Any, context: FileContext) -> Iterator[PostRow | Refusal | Notice]:
    """Yield the posts of a page or item."""
    is_empty = True
    for item in _iterate_items(value):
        is_empty = False
        yield _read_item(item, context)
    if is_empty:
        yield Notice("pages of Bluesky without posts")


def _iterate_items(value: Any) -> Iterator[Any]:
    """Yield views, records, and what stands for a post that is not shown; threads from their first post on."""
    pending = [value]
    while pending:
        item = pending.pop()
        if not isinstance(item, Mapping):
            yield item
            continue
        below = [
            item[name] for name in (*_LISTS, "parent", "post", "replies") if isinstance(item.get(name), list | dict)
        ]
        if isinstance(item.get("value"), Mapping) and "post" in item["value"]:
            below = [item["value"]]  # an item of getPostThreadV2
        if not below:
            yield item
            continue
        values = [each for part in below for each in (part if isinstance(part, list) else [part])]
        pending += reversed(values)


def _read_item(item: Any, context: FileContext) -> PostRow | Refusal | Notice:
    if isinstance(item, Mapping) and _is_unavailable(item):
        return Notice("posts of Bluesky that are gone or blocked")
    try:
        if isinstance(item, Mapping) and "record" not in item and isinstance(item.get("value"), Mapping):
            return _read_record(item, context)
        return map_view(item if isinstance(item, Mapping) else {"uri": item}, collected_at=context.collected_at)
    except PermanentError as error:
        return Refusal(item, f"a post of Bluesky: {error.message}")


def _is_unavailable(item: Mapping[str, Any]) -> bool:
    shown = item.get("value") if isinstance(item.get("value"), Mapping) else item
    kind = str(shown.get("$type", "")) if isinstance(shown, Mapping) else ""
    return any(item.get(name) is True for name in _UNAVAILABLE) or kind.startswith("app.bsky.unspecced.defs#threadItem")


def _read_record(item: Mapping[str, Any], context: FileContext) -> PostRow | Notice:
    """Read an item of com.atproto.repo.listRecords."""
    record = JsonObject(item["value"], "value")
    post = PostKey.parse(JsonObject(item).read_text("uri"))
    if post is None and record.read_text("$type") != COLLECTION:
        return Notice("records of Bluesky without a post")
    if post is None:
        raise PermanentError("malformed", "uri: not the at:// URI of a post")
    return map_record(post, record, compact_json(item), collected_at=context.collected_at)


FORMAT = PostFormat("posts of Bluesky's API", is_answer, read_answer)
