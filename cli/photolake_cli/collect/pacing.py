"""How fast a replay may go through the days of its posts.

Firehose keeps one buffer for each date of a stream, at most 500 at a time, and what comes for one more goes to
`errors/` (https://docs.aws.amazon.com/firehose/latest/dev/dynamic-partitioning.html). An archive of years has more
dates than that, so it is sent as fast as buffers are emptied.
"""

from __future__ import annotations

from collections.abc import Callable

MAX_DATES = 300


class Pace:
    """Lets posts of at most `limit` distinct dates through in any `interval` seconds.

    Dates that are admitted belong to the current delivery; `delivered` says that Firehose has them now.
    """

    def __init__(self, interval: float, clock: Callable[[], float], limit: int = MAX_DATES) -> None:
        """`interval` is how long the stream buffers, `clock` gives seconds."""
        self._interval = interval
        self._clock = clock
        self._limit = limit
        self._emptied: dict[str, float] = {}
        self._admitted: set[str] = set()

    def admits(self, date: str) -> bool:
        """Whether a post of this date may go now; if so, it counts as on its way."""
        if date in self._admitted:
            return True
        if date not in self._emptied and self._open() == self._limit:
            self._forget()
            if self._open() == self._limit:
                return False
        self._admitted.add(date)
        return True

    def delivered(self) -> None:
        """What was admitted is in Firehose's buffers from this moment on."""
        emptied = self._clock() + self._interval
        self._emptied.update(dict.fromkeys(self._admitted, emptied))
        self._admitted.clear()

    def seconds_to_wait(self) -> float:
        """After how long one more date may go; 0 if it may now."""
        self._forget()
        if self._open() < self._limit or not self._emptied:
            return 0
        return min(self._emptied.values()) - self._clock()

    def _open(self) -> int:
        return len(self._emptied.keys() | self._admitted)

    def _forget(self) -> None:
        now = self._clock()
        self._emptied = {date: emptied for date, emptied in self._emptied.items() if emptied > now}
