"""The partition rule: `dt` follows from a row's key and `EarliestDate` alone, never from a clock.

So duplicates always land in the same partition, and a view can deduplicate within one day.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from photolake.rows.ids import read_snowflake_ms

_DAY_MS = 86_400_000


def compute_post_dt(post: Mapping[str, Any], earliest: dt.date) -> str:
    """Return the partition (`YYYY-MM-DD`) of a post: its own UTC date, clamped to `earliest` (see `clamp_date`)."""
    ms = read_snowflake_ms(post["id"]) if post.get("source_platform") == "x" else None
    if ms is None:
        ms = post.get("timestamp_ms")
    if ms is None:
        return earliest.isoformat()
    collected_at = post.get("collected_at")
    return _compute_day_dt(ms // _DAY_MS, earliest, collected_at[:10] if collected_at else None)


@lru_cache(maxsize=4096)
def _compute_day_dt(day: int, earliest: dt.date, seen: str | None) -> str:
    """Return the partition of a post of a day, counted from 1970; posts of a file have few days."""
    return clamp_date(
        _convert_to_utc_date(day * _DAY_MS), earliest, dt.date.fromisoformat(seen) if seen else None
    ).isoformat()


def clamp_date(date: dt.date, earliest: dt.date, seen: dt.date | None) -> dt.date:
    """Return the date, or `earliest` if it is outside the range that partition projection lists.

    That is a date before `earliest`, or later than the day after `seen`, when the row was first seen. A row outside
    the range would be invisible.
    """
    if date < earliest or (seen is not None and date > seen + dt.timedelta(days=1)):
        return earliest
    return date


def _convert_to_utc_date(ms: int) -> dt.date:
    """Return the date, or the first of all dates for a time that Python's calendar does not have."""
    try:
        return dt.datetime.fromtimestamp(ms / 1000, dt.UTC).date()
    except (OverflowError, ValueError, OSError):
        return dt.date.min
