"""The partition rule: `dt` is a pure function of a row's key and `EarliestDate`; no clock is in it.

So a duplicate always lands beside its twin, and a view can deduplicate within one day's partition.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from photolake.rows.ids import read_snowflake_ms


def post_date(post: Mapping[str, Any], earliest: dt.date) -> str:
    """The partition (`YYYY-MM-DD`) of a post: its own UTC date, clamped to `earliest` (see `clamp`)."""
    ms = read_snowflake_ms(post["id"]) if post.get("source_platform") == "x" else None
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
