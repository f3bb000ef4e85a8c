"""Reads what the browser extension Zeeschuimer exports as NDJSON: items of networks as their own sites load them.

https://github.com/digitalmethodsinitiative/zeeschuimer: each line is an envelope with the item in `data`, the site in
`source_platform`, the page in `source_platform_url`, and milliseconds in `timestamp_collected`. An item is read if its
format is known by itself; of X also the older form, `adaptive`.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import parse_qs, urlsplit

from photolake.clock import format_utc
from photolake.post_formats.format import Deletion, FileContext, Notice, PostFormat, Refusal
from photolake.post_formats.registry import find_format
from photolake.post_formats.x_converted import read_converted
from photolake.rows.json_text import compact_json

if TYPE_CHECKING:
    from photolake.rows.types import PostRow

_SITE = re.compile(r"[a-z0-9.-]{1,60}")
_OF_X = frozenset({"x.com", "twitter.com"})
_READ = _OF_X | {"truthsocial.com"}


def is_envelope(value: Any) -> bool:
    """Whether a value is a line of Zeeschuimer."""
    return (
        isinstance(value, Mapping)
        and {"nav_index", "source_platform", "data"} <= value.keys()
        and isinstance(value["data"], Mapping)
    )


def read_envelope(value: Any, context: FileContext) -> Iterator[PostRow | Refusal | Notice | Deletion]:
    """Yield the post in the envelope, collected when the page was looked at."""
    site, item = str(value["source_platform"]).lower(), value["data"]
    if site not in _READ:
        name = site if _SITE.fullmatch(site) else "another site"
        yield Refusal(value, f"an item that Zeeschuimer collected on {name}, which photolake does not read")
        return
    context = replace(context, collected_at=_read_time(value.get("timestamp_collected")) or context.collected_at)
    for found in _read_item(item, context):
        if isinstance(found, dict):
            query = _read_query(value.get("source_platform_url")) if site in _OF_X else None
            row: Any = {"matched_query": query or found.get("matched_query"), "source_json": compact_json(value)}
            yield cast("PostRow", found | row)
        else:
            yield Refusal(value, found.message) if isinstance(found, Refusal) else found


def _read_item(item: Mapping[str, Any], context: FileContext) -> Iterator[Any]:
    legacy = item.get("legacy")
    if item.get("type") == "adaptive" and isinstance(legacy, Mapping):
        # `id` is rounded by JavaScript; `legacy` has it as text.
        yield from read_converted(item, {**legacy, "user": item.get("user")}, context)
        return
    known = find_format(item)
    if known is None:
        yield Refusal(item, "an item of Zeeschuimer in a form that is not known")
    else:
        yield from known.read(item, context)


def _read_time(ms: Any) -> str | None:
    try:
        return format_utc(dt.datetime.fromtimestamp(ms / 1000, dt.UTC)) if isinstance(ms, int | float) else None
    except (ValueError, OverflowError, OSError):
        return None


def _read_query(page: Any) -> str | None:
    """Read what was searched for from the address of X's page of results."""
    try:
        parts = urlsplit(page) if isinstance(page, str) else None
    except ValueError:
        return None
    if parts is None or parts.path != "/search":
        return None
    return next(iter(parse_qs(parts.query).get("q", [])), None)


FORMAT = PostFormat("items that Zeeschuimer collected", is_envelope, read_envelope)
