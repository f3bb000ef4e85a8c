"""Limits how many dates are sent to Firehose at a time.

Firehose keeps one buffer for each date of a stream, at most 500 at a time, and sends the records of any further date
to `errors/` (https://docs.aws.amazon.com/firehose/latest/dev/dynamic-partitioning.html). An archive of years has more
dates than that, so it is sent as fast as the buffers are emptied.
"""

from __future__ import annotations

from collections.abc import Callable

MAX_DATES = 300


class Pace:
    """Admits posts of at most `limit` distinct dates in any `interval` seconds.

    Admitted dates belong to the current delivery until `mark_delivered` says that Firehose has them.
    """

    def __init__(self, interval: float, clock: Callable[[], float], limit: int = MAX_DATES) -> None:
        """`interval` is how long the stream buffers, `clock` gives seconds."""
        self._interval = interval
        self._clock = clock
        self._limit = limit
        self._emptied: dict[str, float] = {}
        self._admitted: set[str] = set()

    def admits(self, date: str) -> bool:
        """Whether a post of this date may be sent now; if so, its date counts against the limit."""
        if date in self._admitted:
            return True
        if date not in self._emptied and self._count_open() == self._limit:
            self._drop_emptied()
            if self._count_open() == self._limit:
                return False
        self._admitted.add(date)
        return True

    def mark_delivered(self) -> None:
        """The admitted posts are in Firehose's buffers from this moment on."""
        emptied = self._clock() + self._interval
        self._emptied.update(dict.fromkeys(self._admitted, emptied))
        self._admitted.clear()

    def seconds_to_wait(self) -> float:
        """The seconds until one more date is admitted; 0 if it is now."""
        self._drop_emptied()
        if self._count_open() < self._limit or not self._emptied:
            return 0
        return min(self._emptied.values()) - self._clock()

    def _count_open(self) -> int:
        return len(self._emptied.keys() | self._admitted)

    def _drop_emptied(self) -> None:
        now = self._clock()
        self._emptied = {date: emptied for date, emptied in self._emptied.items() if emptied > now}
