"""The schedule expressions of EventBridge Scheduler, in UTC.

https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from laptop_cloud.errors import TemplateError

_RATE = re.compile(r"rate\(\s*([1-9]\d*)\s+(minute|hour|day)s?\s*\)")
_CRON = re.compile(r"cron\(\s*(\S+)\s+(\S+)\s+(\S+)\s+(\S+)\s+(\S+)\s+(\S+)\s*\)")
_PART = re.compile(r"(\*|\w+)(?:-(\w+))?(?:/(\d+))?")
_SECONDS = {"minute": 60, "hour": 3600, "day": 86400}
_MONTHS = {
    name: number
    for number, name in enumerate(
        ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"], 1
    )
}
_DAYS = {name: number for number, name in enumerate(["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"], 1)}
_SEARCHED_DAYS = 4 * 366

# The next time after the given one, or None when there is none within four years.
NextTime = Callable[[datetime.datetime], datetime.datetime | None]


def parse_schedule(expression: str) -> NextTime:
    """Understand `rate(...)` and `cron(...)`; raises TemplateError for the rest: `at`, and `L`, `W`, `#` in `cron`."""
    text = expression.strip()
    if rate := _RATE.fullmatch(text):
        interval = datetime.timedelta(seconds=int(rate[1]) * _SECONDS[rate[2]])
        return lambda after: after + interval
    if cron := _CRON.fullmatch(text):
        minute, hour, day, month, weekday, year = cron.groups()
        return _Cron(
            minutes=_parse_field(minute, 0, 59, expression),
            hours=_parse_field(hour, 0, 23, expression),
            days=_parse_field(day, 1, 31, expression),
            months=_parse_field(month, 1, 12, expression, _MONTHS),
            weekdays=_parse_field(weekday, 1, 7, expression, _DAYS),
            years=_parse_field(year, 1970, 2199, expression),
        ).next_after
    raise _unavailable_error(expression)


@dataclass(frozen=True)
class _Cron:
    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    years: frozenset[int]

    def next_after(self, after: datetime.datetime) -> datetime.datetime | None:
        times = [(hour, minute) for hour in sorted(self.hours) for minute in sorted(self.minutes)]
        for offset in range(_SEARCHED_DAYS):
            date = after.date() + datetime.timedelta(days=offset)
            if not self._includes(date):
                continue
            for hour, minute in times:
                moment = datetime.datetime.combine(date, datetime.time(hour, minute), datetime.UTC)
                if moment > after:
                    return moment
        return None

    def _includes(self, date: datetime.date) -> bool:
        # Sunday is the first day of the week.
        weekday = date.isoweekday() % 7 + 1
        return (
            date.year in self.years and date.month in self.months and date.day in self.days and weekday in self.weekdays
        )


def _parse_field(
    text: str, lowest: int, highest: int, expression: str, names: Mapping[str, int] | None = None
) -> frozenset[int]:
    """The numbers a field names: `*`, `?`, `5`, `1-5`, `MON-FRI`, `1,15`, `*/10`, `0/15`."""
    if text == "?":
        return frozenset(range(lowest, highest + 1))
    found: set[int] = set()
    for part in text.split(","):
        match = _PART.fullmatch(part)
        if match is None:
            raise _unavailable_error(expression)
        first, last, step = match.groups()
        start = lowest if first == "*" else _parse_number(first, names or {}, expression)
        to_the_end = first == "*" or step is not None
        end = _parse_number(last, names or {}, expression) if last else highest if to_the_end else start
        found |= set(range(start, end + 1, int(step or 1)))
    if not found or min(found) < lowest or max(found) > highest:
        raise _unavailable_error(expression)
    return frozenset(found)


def _parse_number(text: str, names: Mapping[str, int], expression: str) -> int:
    if text.upper() in names:
        return names[text.upper()]
    if not text.isdigit():
        raise _unavailable_error(expression)
    return int(text)


def _unavailable_error(expression: str) -> TemplateError:
    return TemplateError(
        f"the schedule {expression!r} is not available locally: write it like rate(15 minutes) or cron(5 0 * * ? *)"
    )
