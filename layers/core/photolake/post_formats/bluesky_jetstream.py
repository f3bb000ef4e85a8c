"""Reads events of Bluesky's Jetstream that somebody stored, deletions included.

https://github.com/bluesky-social/jetstream: a line for each frame of `/subscribe`. The time of an event is when its
posts were collected, so that the newer version of an edited post counts.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from photolake.clock import format_utc
from photolake.errors import PermanentError
from photolake.post_formats.format import Deletion, FileContext, Notice, PostFormat, Refusal
from photolake.rows.json_text import compact_json
from photolake.sources.bluesky.event import Event
from photolake.sources.bluesky.mapping import map_post

if TYPE_CHECKING:
    from photolake.rows.types import PostRow

_KINDS = frozenset({"commit", "identity", "account"})
_1970 = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def is_event(value: Any) -> bool:
    """Whether a value is an event of Jetstream."""
    return (
        isinstance(value, Mapping)
        and {"did", "time_us"} <= value.keys()
        and isinstance(value.get("kind"), str)
        and value["kind"] in _KINDS
    )


def read_event(value: Any, context: FileContext) -> Iterator[PostRow | Refusal | Notice | Deletion]:
    """Yield the post, or what was deleted."""
    try:
        event = Event.read(compact_json(value), value)
        seen_at = format_utc(_1970 + dt.timedelta(microseconds=event.time_us))
        yield _read_content(event, seen_at)
    except (PermanentError, OverflowError) as error:
        yield Refusal(value, f"an event of Jetstream: {error}")


def _read_content(event: Event, seen_at: str) -> PostRow | Notice | Deletion:
    if event.record is not None:
        return map_post(event, collected_at=seen_at)
    if event.operation == "delete" and event.post:
        return Deletion(
            {
                "id": event.post.id,
                "id_str": event.post.uri,
                "source_platform": "bluesky",
                "reason": "deleted by its author",
                "deleted_at": seen_at,
            }
        )
    if event.gone:
        row = {"source_platform": "bluesky", "reason": f"account {event.gone}", "deleted_at": seen_at}
        return Deletion(row, author=event.did)
    return Notice("events of Bluesky without a post")


FORMAT = PostFormat("events of Bluesky's Jetstream", is_event, read_event)
