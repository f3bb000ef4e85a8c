"""Which days of a view are exported."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence

from photolake_cli.errors import CommandError

# One query of Athena for so many days: few queries, and little to repeat after an interruption.
WINDOW_DAYS = 31


def parse_day(text: str, option: str) -> dt.date:
    """Read a day such as 2026-11-01; CommandError names the option."""
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or day.isoformat() != text:
        raise CommandError(f"{option} must be a day such as 2026-11-01, not {text!r}")
    return day


def list_days(since: dt.date, until: dt.date) -> list[str]:
    """List the days from `since` to `until`; CommandError if there are none."""
    if until < since:
        raise CommandError(f"There are no days from {since} to {until}")
    return [(since + dt.timedelta(days=number)).isoformat() for number in range((until - since).days + 1)]


def choose_due_days(days: Sequence[str], exported: Mapping[str, dt.datetime], late_days: int) -> list[str]:
    """Choose the days that were not exported yet, or so soon after their end that rows may have come since.

    `exported` has the time of each day's last export.
    """
    wait = dt.timedelta(days=late_days)
    return [day for day in days if day not in exported or exported[day].date() <= dt.date.fromisoformat(day) + wait]


def split_into_windows(days: Sequence[str]) -> Iterator[Sequence[str]]:
    """Split days into the groups that are queried together."""
    return (days[start : start + WINDOW_DAYS] for start in range(0, len(days), WINDOW_DAYS))
