"""Reads statuses of Mastodon's API: arrays or lines of them, search results, and the context of a status.

https://docs.joinmastodon.org/entities/Status/: also what other servers with the same API return.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from photolake.errors import PermanentError
from photolake.post_formats.format import FileContext, Notice, PostFormat, Refusal
from photolake.sources.mastodon.mapping import is_private, map_status

if TYPE_CHECKING:
    from photolake.rows.types import PostRow

_LISTS = ({"statuses"}, {"ancestors", "descendants"})
_FIELDS = frozenset({"media_attachments", "spoiler_text", "visibility", "reblogs_count"})


def is_answer(value: Any) -> bool:
    """Whether a value is a status, or an answer of the API with statuses."""
    if not isinstance(value, Mapping):
        return False
    names = next((each for each in _LISTS if each <= value.keys()), set[str]())
    lists = [value[name] for name in names if isinstance(value[name], list)]
    return _is_status(value) or any(bool(items) and _is_status(items[0]) for items in lists)


def _is_status(value: Any) -> bool:
    return (
        isinstance(value, Mapping)
        and {"created_at", "content"} <= value.keys()
        and isinstance(value.get("account"), Mapping)
        and isinstance(value.get("uri"), str)
        and value["uri"].startswith(("https://", "http://", "tag:"))
        and bool(value.keys() & _FIELDS)
    )


def read_answer(value: Any, context: FileContext) -> Iterator[PostRow | Refusal | Notice]:
    """Yield the posts; those that are not public are left out."""
    if _is_status(value):
        yield _read_status(value, context)
        return
    for name in ("ancestors", "statuses", "descendants"):
        for status in value.get(name) or []:
            yield _read_status(status, context)


def _read_status(status: Any, context: FileContext) -> PostRow | Refusal | Notice:
    if isinstance(status, Mapping) and is_private(status):
        return Notice("posts of Mastodon that are not public")
    try:
        return map_status(status, collected_at=context.collected_at)
    except (PermanentError, RecursionError) as error:
        return Refusal(status, f"a post of Mastodon: {error}")


FORMAT = PostFormat("statuses of Mastodon's API", is_answer, read_answer)
