"""Times as photolake writes them: UTC, in ISO-8601 with milliseconds, or in the classic form of X's API v1.1."""

from __future__ import annotations

import datetime as dt

_CLASSIC_FORMAT = "%a %b %d %H:%M:%S %z %Y"
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def utc_now() -> dt.datetime:
    """Read the clock. Code that needs the time takes a function like this one, so that a test can pass its own."""
    return dt.datetime.now(dt.UTC)


def format_utc(moment: dt.datetime) -> str:
    """Write an aware datetime as `2026-11-20T15:04:05.678Z`."""
    return moment.astimezone(dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def format_classic_time(moment: dt.datetime) -> str:
    """Write a datetime in UTC as `Wed Oct 10 20:19:24 +0000 2018`, whatever the locale."""
    return (
        f"{_DAYS[moment.weekday()]} {_MONTHS[moment.month - 1]} {moment.day:02} "
        f"{moment.hour:02}:{moment.minute:02}:{moment.second:02} +0000 {moment.year}"
    )


def parse_time(text: str) -> dt.datetime:
    """Read an ISO-8601 or classic time as UTC; a time without a zone is UTC. ValueError or OverflowError."""
    moment = dt.datetime.fromisoformat(text) if text[:1].isdigit() else dt.datetime.strptime(text, _CLASSIC_FORMAT)
    return (moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)).astimezone(dt.UTC)
