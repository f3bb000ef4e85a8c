"""Reads the lines of our own archive, below `tweets/` of the lake, so that it can be sent again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from photolake.post_formats.format import FileContext, PostFormat

if TYPE_CHECKING:
    from photolake.rows.types import PostRow


def is_archived(value: Any) -> bool:
    """Whether a value is a row of raw_tweets."""
    return isinstance(value, Mapping) and bool(value.get("source_platform")) and "source_json" in value


def read_row(value: Any, context: FileContext) -> Iterator[PostRow]:
    """Yield the row as it is."""
    yield value


FORMAT = PostFormat("rows of photolake's own archive", is_archived, read_row)
