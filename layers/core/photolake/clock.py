"""Times as photolake writes them: UTC, in ISO-8601 with milliseconds, or in the classic form of X's API v1.1."""

from __future__ import annotations

import datetime as dt
import re
from email.utils import parsedate_to_datetime

# "2016-03-01 10:00:00 +0000" and "2012-03-01 10:00:00 UTC": ISO-8601 but for the space
_SPACED_ZONE = re.compile(r" (?=[+-]\d\d:?\d\d$)| (?=UTC$|Z$)")
_CLASSIC_TIME = re.compile(
    "(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) "
    r"(\d\d) (\d\d):(\d\d):(\d\d) \+0000 (\d{4})",
    re.ASCII,
)
_CLASSIC_FORMAT = "%a %b %d %H:%M:%S %z %Y"
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_TWO_DIGITS = tuple(f"{number:02}" for number in range(60))
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
        f"{_DAYS[moment.weekday()]} {_MONTHS[moment.month - 1]} {_TWO_DIGITS[moment.day]} "
        f"{_TWO_DIGITS[moment.hour]}:{_TWO_DIGITS[moment.minute]}:{_TWO_DIGITS[moment.second]} +0000 {moment.year}"
    )


def parse_time(text: str) -> dt.datetime:
    """Read an ISO-8601, classic or RFC 2822 time as UTC; a time without a zone is UTC. ValueError or OverflowError."""
    moment = _parse_moment(text)
    if moment.tzinfo is dt.UTC:
        return moment
    return (moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)).astimezone(dt.UTC)


def _parse_moment(text: str) -> dt.datetime:
    if text[:1].isdigit():
        if " " in text or "UTC" in text:
            text = _SPACED_ZONE.sub("", text).replace("UTC", "Z")
        return dt.datetime.fromisoformat(text)
    if text[3:4] == ",":
        return parsedate_to_datetime(text)
    # Ten times as fast as strptime, which reads the rest: other cases, other zones.
    if classic := _CLASSIC_TIME.fullmatch(text):
        month, day, hour, minute, second, year = classic.groups()
        return dt.datetime(
            int(year), _MONTHS.index(month) + 1, int(day), int(hour), int(minute), int(second), tzinfo=dt.UTC
        )
    return dt.datetime.strptime(text, _CLASSIC_FORMAT)
