"""Moments as photolake writes them: ISO-8601, UTC, milliseconds, `Z`."""

from __future__ import annotations

import datetime as dt


def utc_now() -> dt.datetime:
    """The one clock; whatever needs the time takes a function like this one, so that a test can hand over its own."""
    return dt.datetime.now(dt.UTC)


def iso_utc(moment: dt.datetime) -> str:
    """An aware moment as `2026-11-20T15:04:05.678Z`."""
    return moment.astimezone(dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
