"""Reads what X's APIs v1.1 and v2 return: pages, posts, lines of the streams, and their notices."""

from __future__ import annotations

import datetime as dt
from collections import deque
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from photolake.clock import format_utc
from photolake.post_formats.format import FileContext, Notice, PostFormat, Refusal
from photolake.sources.x.payload import read_posts

if TYPE_CHECKING:
    from photolake.rows.types import PostRow


def is_payload(value: Any) -> bool:
    """Whether a value may be a payload. It is the last format by name, and so the last that is asked."""
    return True


def read_payload(
    payload: Any, context: FileContext, given: Mapping[str, Any] | None = None
) -> Iterator[PostRow | Refusal | Notice]:
    """Yield the posts of a payload, and before each of them those that were refused since the last.

    `given` is the value of the file that the payload was made from, if it was; twarc writes the time into it.
    """
    refused: deque[Refusal] = deque()
    is_empty = True
    collected_at = _read_retrieval_time(payload if given is None else given) or context.collected_at
    for post in read_posts(
        payload, collected_at=collected_at, on_rejected=lambda post, message: refused.append(Refusal(post, message))
    ):
        yield from _drain(refused)
        yield post
        is_empty = False
    if refused:
        yield from _drain(refused)
    elif is_empty:
        yield Notice("notices of X")


def _drain(refused: deque[Refusal]) -> Iterator[Refusal]:
    while refused:
        yield refused.popleft()


def _read_retrieval_time(value: Any) -> str | None:
    """Read when twarc collected a page or a post, as ISO-8601 UTC; None if it is not recorded."""
    noted = value.get("__twarc") if isinstance(value, Mapping) else None
    given = noted.get("retrieved_at") if isinstance(noted, Mapping) else None
    try:
        moment = dt.datetime.fromisoformat(given) if isinstance(given, str) else None
        return format_utc(moment) if moment and moment.tzinfo else None
    except (ValueError, OverflowError):
        return None


FORMAT = PostFormat("posts of X's API", is_payload, read_payload)
