"""Reads posts of Bluesky that 4CAT exported as NDJSON: views of the API with names in the manner of Python.

https://github.com/digitalmethodsinitiative/4cat/blob/master/datasources/bsky/search_bsky.py; `4CAT_metadata` says when
and by which query it found them.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from photolake.clock import format_utc
from photolake.errors import PermanentError
from photolake.post_formats.format import FileContext, PostFormat, Refusal
from photolake.sources.bluesky.view import has_post_uri, map_view

if TYPE_CHECKING:
    from photolake.rows.types import PostRow

_METADATA = "4CAT_metadata"
_WORD = re.compile(r"_([a-z])")


def is_view(value: Any) -> bool:
    """Whether a value is a view of a post as 4CAT stores it."""
    return has_post_uri(value) and _METADATA in value


def read_view(value: Any, context: FileContext) -> Iterator[PostRow | Refusal]:
    """Yield the post."""
    metadata = value[_METADATA] if isinstance(value[_METADATA], Mapping) else {}
    query = metadata.get("query")
    view = {name: part for name, part in value.items() if name != _METADATA}
    try:
        yield map_view(
            _restore_names(view),
            collected_at=_read_time(metadata.get("collected_at")) or context.collected_at,
            matched_query=query if isinstance(query, str) else None,
            source=value,
        )
    except (PermanentError, RecursionError) as error:
        yield Refusal(value, f"a post of Bluesky: {error}")


def _restore_names(value: Any) -> Any:
    """Return a value with the names of the API: `aspect_ratio` is `aspectRatio`, `py_type` is `$type`."""
    if isinstance(value, list):
        return [_restore_names(item) for item in value]
    if not isinstance(value, Mapping):
        return value
    return {_restore_name(name): _restore_reference(name, item) for name, item in value.items()}


def _restore_name(name: str) -> str:
    return "$type" if name == "py_type" else _WORD.sub(lambda found: found[1].upper(), name)


def _restore_reference(name: str, value: Any) -> Any:
    """Return the value of a field; `ref` is the CID itself, or holds it in `link`."""
    if name == "ref" and isinstance(value, str):
        return {"$link": value}
    if name == "ref" and isinstance(value, Mapping) and "link" in value:
        return {"$link": value["link"]}
    return _restore_names(value)


def _read_time(seconds: Any) -> str | None:
    try:
        return format_utc(dt.datetime.fromtimestamp(seconds, dt.UTC)) if isinstance(seconds, int | float) else None
    except (ValueError, OverflowError, OSError):
        return None


FORMAT = PostFormat("posts of Bluesky in 4CAT's NDJSON", is_view, read_view)
