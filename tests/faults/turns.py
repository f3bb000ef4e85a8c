"""Turns: of all threads of all invocations exactly one runs at a time, until it says itself that another may."""

from __future__ import annotations

import threading
from _thread import allocate_lock
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Any

from tests.faults.clock import CLOCK, STEP

if TYPE_CHECKING:
    from tests.faults.invocation import Invocation

_local = threading.local()


class KilledError(BaseException):
    """The sandbox is gone. No handler catches it, and no `finally` of one gets another request through."""


class InvocationThread:
    """One thread of an invocation, its first or one that it made. Only the scheduler's thread calls `take_turn`."""

    def __init__(self, invocation: Invocation, number: int, enter: Callable[[], AbstractContextManager[Any]]) -> None:
        """`number` is its place among the threads of the invocation, from 0; it lives within `enter`."""
        self.invocation = invocation
        self.number = number
        self.is_over = False
        self.wakes_at: float | None = None
        self.ident = 0
        self._enter = enter
        self._is_ready: Callable[[], bool] = _always
        # Locks of the interpreter: `threading` has others by now.
        self._turn, self._rest = allocate_lock(), allocate_lock()
        self._turn.acquire()
        self._rest.acquire()

    def __str__(self) -> str:
        return f"{self.invocation.name}/{self.number}" if self.number else self.invocation.name

    @property
    def is_ready(self) -> bool:
        """Whether it could go on: what it waits for is there, or its time to wait is over."""
        return self._is_ready() or (self.wakes_at is not None and self.wakes_at <= CLOCK.now())

    def take_turn(self, seconds: float) -> bool:
        """Let it run until its next rest; False if there is none within so many real seconds."""
        self._turn.release()
        return self._rest.acquire(timeout=seconds)

    def live(self, run: Callable[[], Any]) -> None:
        """Run something as this thread, from its first turn to its end."""
        self._turn.acquire()
        _local.thread, self.ident = self, threading.get_ident()
        try:
            if not self.invocation.is_dead:
                with self._enter():
                    run()
        except KilledError:
            pass
        finally:
            _local.thread, self.is_over = None, True
            self._begin_rest()

    def wait(self, is_ready: Callable[[], bool], seconds: float | None = None, *, is_lock: bool = False) -> bool:
        """Rest until something is so, at most so many seconds of virtual time; return whether it is.

        KilledError: the sandbox is gone meanwhile. A lock that is free is still given to a dead thread, so that what it
        unwinds leaves no lock taken behind, in a module that another invocation will use.
        """
        # Later than asked for, as in reality: who waits "until the deadline is past" would else wait for ever.
        self.wakes_at = None if seconds is None else CLOCK.now() + seconds + STEP
        self._is_ready = is_ready
        self._begin_rest()
        self._turn.acquire()
        self.wakes_at = None
        is_there = is_ready()
        if self.invocation.is_dead and not (is_lock and is_there):
            raise KilledError(str(self))
        return is_there

    def _begin_rest(self) -> None:
        if self._rest.locked():  # not if the scheduler has given up waiting, because it hung
            self._rest.release()

    def sleep(self, seconds: float) -> None:
        """Rest for so long, whatever happens."""
        self.wait(_never, seconds)

    def give_turn(self) -> None:
        """Let any thread that is ready have the next turn, this one too."""
        self.wait(_always)


def current_thread() -> InvocationThread | None:
    """Return the invocation's thread that runs this; None for every other thread, such as that of a server."""
    thread: InvocationThread | None = getattr(_local, "thread", None)
    return thread


@contextmanager
def outside() -> Iterator[None]:
    """For the block be a thread like any other: what AWS does takes no turn."""
    thread = current_thread()
    _local.thread = None
    try:
        yield
    finally:
        _local.thread = thread


def _always() -> bool:
    return True


def _never() -> bool:
    return False
