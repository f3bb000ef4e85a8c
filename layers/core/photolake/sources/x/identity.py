"""Reads the id and time of a post, which are the same in both of X's APIs."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from photolake.clock import format_classic_time, parse_time
from photolake.rows.ids import read_snowflake_ms
from photolake.rows.json_reader import reject_payload

if TYPE_CHECKING:
    from photolake.rows.json_reader import JsonObject


# Clients have written local times without a zone, at most 14 hours from UTC.
TOLERANCE = dt.timedelta(days=1)
_TOLERANCE_MS = TOLERANCE.total_seconds() * 1000
_SNOWFLAKES_SINCE = dt.datetime(2010, 11, 4, 22, tzinfo=dt.UTC)
_FIRST_POST = dt.datetime(2006, 3, 21, tzinfo=dt.UTC)


def read_post_id(post: JsonObject) -> int:
    """Read the id; `id_str` goes first, because a JavaScript client on the way may have rounded `id`."""
    number = post.read_id("id_str", "id")
    if number is None or number <= 0:
        reject_payload("id: a post needs one, and it is a positive number")
    return number


def read_identity(post: JsonObject) -> dict[str, Any]:
    """Read the columns of identity and time; the milliseconds are those in the id, if it has them."""
    number = read_post_id(post)
    created = _parse_created_at(post.read_text("created_at"))
    given = post.read_integer("timestamp_ms")
    if created is not None and not agrees_with_time(number, created):
        reject_payload("created_at: not the time that the id holds, as it does in every post of X")
    ms = read_snowflake_ms(number) or given or (int(created.timestamp() * 1000) if created else None)
    if created is None and ms is not None:
        created = _convert_ms(ms)
    return {
        "id": number,
        "id_str": str(number),
        "source_platform": "x",
        "created_at": format_classic_time(created) if created else None,
        "timestamp_ms": ms,
    }


def agrees_with_time(number: int, created: dt.datetime) -> bool:
    """Whether a post of X with this id can be from this time.

    A snowflake holds the time to the millisecond; the smaller ids were given out before 2010-11-05.
    """
    ms = read_snowflake_ms(number)
    if ms is None:
        return _FIRST_POST - TOLERANCE <= created <= _SNOWFLAKES_SINCE + TOLERANCE
    return abs(created.timestamp() * 1000 - ms) <= _TOLERANCE_MS


def convert_to_classic_time(text: str | None) -> str | None:
    """Rewrite an ISO-8601 or classic time in the classic form, in UTC."""
    moment = _parse_created_at(text)
    return format_classic_time(moment) if moment else None


def _parse_created_at(text: str | None) -> dt.datetime | None:
    if not text:
        return None
    try:
        return parse_time(text)
    except (ValueError, OverflowError):
        reject_payload("created_at: neither ISO-8601 nor like 'Wed Oct 10 20:19:24 +0000 2018'")


def _convert_ms(ms: int) -> dt.datetime:
    try:
        return dt.datetime.fromtimestamp(ms / 1000, dt.UTC)
    except (ValueError, OverflowError, OSError):
        reject_payload("timestamp_ms: no time of the calendar")
