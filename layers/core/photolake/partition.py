"""The partition rule: `dt` is a pure function of a row's key and `EarliestDate`; no clock is in it.

So a duplicate always lands beside its twin, and a view can deduplicate within one day's partition.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

# Snowflake ids hold the milliseconds since this one, above 22 bits of machine and sequence
# (https://docs.x.com/fundamentals/x-ids); ids given out before 2010-11-04 are a plain sequence.
_SNOWFLAKE_EPOCH_MS = 1288834974657
_FIRST_SNOWFLAKE = 29_700_859_247


def snowflake_ms(post_id: int) -> int | None:
    """Milliseconds since 1970 at which X gave out this id, or None for an id older than snowflakes."""
    if post_id < _FIRST_SNOWFLAKE:
        return None
    return (post_id >> 22) + _SNOWFLAKE_EPOCH_MS


def post_date(post: Mapping[str, Any], earliest: dt.date) -> str:
    """The partition (`YYYY-MM-DD`) of a post: its own UTC date, clamped to `earliest` (see `clamp`)."""
    ms = snowflake_ms(post["id"]) if post.get("source_platform") == "x" else None
    if ms is None:
        ms = post.get("timestamp_ms")
    if ms is None:
        return earliest.isoformat()
    seen = dt.date.fromisoformat(post["collected_at"][:10]) if post.get("collected_at") else None
    return clamp(_utc_date(ms), earliest, seen).isoformat()


def clamp(date: dt.date, earliest: dt.date, seen: dt.date | None) -> dt.date:
    """`earliest` for a date before it, or later than the day after the row was first seen: both fall outside the
    range that partition projection lists, where a row would be invisible."""
    if date < earliest or (seen is not None and date > seen + dt.timedelta(days=1)):
        return earliest
    return date


def _utc_date(ms: int) -> dt.date:
    try:
        return dt.datetime.fromtimestamp(ms / 1000, dt.UTC).date()
    except (OverflowError, ValueError, OSError):
        return dt.date.max if ms > 0 else dt.date.min
