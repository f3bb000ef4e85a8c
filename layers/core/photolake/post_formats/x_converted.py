"""Reads posts of X that another tool keeps in a shape of its own, by way of a payload of X's API."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from photolake.post_formats.format import FileContext, Refusal
from photolake.post_formats.x_api import read_payload
from photolake.rows.json_text import compact_json

if TYPE_CHECKING:
    from photolake.rows.types import PostRow


def read_converted(
    value: Mapping[str, Any], payload: Mapping[str, Any], context: FileContext, **columns: Any
) -> Iterator[Any]:
    """Yield the post of a payload that was made from a value of a file.

    `source_json` is the value itself, and so is what a refusal holds; `columns` replace those of the row.
    """
    for item in read_payload(payload, context):
        if isinstance(item, dict):
            row: PostRow = {**item, **columns, "source_json": compact_json(value)}  # type: ignore[typeddict-item]
            yield row
        elif isinstance(item, Refusal):
            yield Refusal(value, item.message)
        else:
            yield item
