"""Virtual time: the clock stands still until somebody sleeps or time is made to pass, so that no seed waits."""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Callable, Iterator
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
_real_sleep = time.sleep


class VirtualClock:
    """Moves the time of this process; `time.time`, `time.monotonic` and `datetime.now` all follow it."""

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
_dreamers = threading.local()


@contextmanager
def dream() -> Iterator[None]:
    """In this thread sleeping takes no real time: the clock moves instead."""
    _dreamers.is_dreaming = True
    try:
        yield
    finally:
        _dreamers.is_dreaming = False


def _sleep(seconds: float) -> None:
    if getattr(_dreamers, "is_dreaming", False) and CLOCK.is_virtual:
        CLOCK.pass_time(seconds)
    else:
        _real_sleep(seconds)


def install() -> None:
    """Replace `time.sleep`, and the waiting of botocore's adaptive retries, for this process.

    The library binds `time.sleep` as the default of arguments when it is imported, so this comes before.
    """
    time.sleep = _sleep  # type: ignore[assignment]
    for kind in (ClientRateLimiter, CubicCalculator, RateClocker, TokenBucket, RetryQuota):
        _remember(kind)
    # Its condition waits for new capacity; a thread that dreams makes the time pass instead.
    TokenBucket.__init__ = _with_virtual_wait(TokenBucket.__init__)  # type: ignore[method-assign]


_remembered: list[tuple[Any, dict[str, Any]]] = []


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


def _with_virtual_wait(make: Callable[..., None]) -> Callable[..., None]:
    def make_virtual(bucket: Any, *args: Any, **options: Any) -> None:
        make(bucket, *args, **options)
        condition = bucket._new_fill_rate_condition
        wait = condition.wait
        condition.wait = lambda timeout=None: CLOCK.pass_time(max(timeout, STEP)) if CLOCK.is_virtual else wait(timeout)

    return make_virtual
