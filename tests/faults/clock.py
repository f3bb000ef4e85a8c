"""Virtual time: the clock stands still until somebody sleeps or time is made to pass, so that no seed waits."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import time_machine
from botocore.retries.adaptive import ClientRateLimiter, RateClocker
from botocore.retries.bucket import TokenBucket
from botocore.retries.quota import RetryQuota
from botocore.retries.throttling import CubicCalculator

START = dt.datetime(2026, 3, 10, 12, 0, 0, tzinfo=dt.UTC)
# Less would not move time.time(), a float of some 1.8e9: a bucket that lacks a trace of a token would wait for ever.
STEP = 0.001


class VirtualClock:
    """Moves the time of this process; `time.time` and `datetime.now` follow it, `time.monotonic` in invocations."""

    def __init__(self) -> None:
        self._traveller: time_machine.Traveller | None = None

    @contextmanager
    def stand_still(self) -> Iterator[None]:
        """Stop the time at START for the block."""
        with time_machine.travel(START, tick=False) as traveller:
            self._traveller = traveller
            try:
                yield
            finally:
                self._traveller = None

    def pass_time(self, seconds: float) -> None:
        """Let time pass; in the real world (outside a seed) nothing happens."""
        if self._traveller is not None and seconds > 0:
            self._traveller.shift(seconds)

    def now(self) -> float:
        """Seconds since 1970."""
        return time.time()

    @property
    def is_virtual(self) -> bool:
        """Whether the time stands still."""
        return self._traveller is not None


CLOCK = VirtualClock()
_remembered: list[tuple[Any, dict[str, Any]]] = []


def install() -> None:
    """Remember every client's retries as they are made, for `forget_retries`."""
    for kind in (ClientRateLimiter, CubicCalculator, RateClocker, TokenBucket, RetryQuota):
        _remember(kind)


def forget_retries() -> None:
    """Bring the state of every client's retries back to how it was made: it has seen a future that now is not yet."""
    for instance, state in _remembered:
        vars(instance).update(state)


def _remember(kind: type) -> None:
    make = kind.__init__  # type: ignore[misc]

    def make_and_remember(instance: Any, *args: Any, **options: Any) -> None:
        make(instance, *args, **options)
        _remembered.append((instance, dict(vars(instance))))

    kind.__init__ = make_and_remember  # type: ignore[misc]
