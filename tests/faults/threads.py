"""The standard library's threads, played in turns: pools, locks, queues and sleep of the code under test.

What `threading`, `queue`, `concurrent.futures` and `time` are built on is replaced for the threads of invocations, and
for nobody else, so that all that the standard library makes of it is its own: `ThreadPoolExecutor` (also one in a task
of another), `Executor.map`, `Future.result`, `wait`, `as_completed`, `shutdown`, `Timer`; `Lock`, `RLock`, `Condition`,
`Semaphore`, `Event`, `Barrier`, `Queue`, held or waited for across requests too. Timeouts are of virtual time.

Not played: `asyncio`, processes, `_thread.start_new_thread`, locks that were made before `install`, and I/O besides
that of botocore, which keeps its turn until it is done.
"""

from __future__ import annotations

import queue
import threading
import time
from _thread import allocate_lock
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from tests.faults.clock import CLOCK
from tests.faults.turns import InvocationThread, current_thread, outside

_real_sleep = time.sleep
_real_monotonic = time.monotonic
_real_start = threading.Thread.start
_real_join = threading.Thread.join
_real_is_alive = threading.Thread.is_alive
_PLAYED = "_played_thread"
_ORDER = "_played_order"
ORDER_BITS = 16


class TurnLock:
    """`threading.Lock`: whoever of an invocation has to wait for it gives its turn to others."""

    def __init__(self) -> None:
        self._lock = allocate_lock()
        self._holder: InvocationThread | None = None

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
        """Take it."""
        thread = current_thread()
        if thread is None or not blocking:
            is_taken = self._lock.acquire(blocking, timeout)
        else:
            is_taken = self._lock.acquire(False) or self._wait(thread, timeout)
        if is_taken:
            self._holder = thread
        return is_taken

    def _wait(self, thread: InvocationThread, timeout: float) -> bool:
        if self._holder is None:  # a thread that takes no turns has it, and goes on by itself
            return self._lock.acquire(True, timeout)
        thread.wait(lambda: not self._lock.locked(), None if timeout < 0 else timeout, is_lock=True)
        return self._lock.acquire(False)

    def release(self) -> None:
        """Give it back."""
        self._holder = None
        self._lock.release()

    def locked(self) -> bool:
        """Whether somebody has it."""
        return self._lock.locked()

    def __enter__(self) -> bool:
        return self.acquire()

    def __exit__(self, *error: object) -> None:
        self.release()

    def _at_fork_reinit(self) -> None:
        self._lock, self._holder = allocate_lock(), None


class TurnQueue(queue.SimpleQueue[Any]):
    """`queue.SimpleQueue`, from which a pool's threads take their work."""

    def get(self, block: bool = True, timeout: float | None = None) -> Any:
        """Take what is first. A dead thread gets nothing: it would begin another task."""
        thread = current_thread()
        if thread is None:
            return super().get(block, timeout)
        if block or thread.invocation.is_dead:
            thread.wait(lambda: not self.empty(), timeout)
        return super().get(block=False)

    def get_nowait(self) -> Any:
        """Take what is first, if there is anything."""
        return self.get(block=False)


def install() -> None:
    """Replace them in this process; the library binds some of these names when it is imported, so this comes before."""
    replaced: dict[tuple[Any, str], Any] = {
        (time, "sleep"): _sleep,
        (time, "monotonic"): _monotonic,
        (threading, "_time"): _monotonic,
        (queue, "time"): _monotonic,
        (threading, "Lock"): TurnLock,
        (threading, "_allocate_lock"): TurnLock,
        (threading, "_CRLock"): None,  # `RLock` is then the one in Python, which is made of a lock
        (queue, "SimpleQueue"): TurnQueue,
        (threading.Thread, "start"): _start,
        (threading.Thread, "join"): _join,
        (threading.Thread, "is_alive"): _is_alive,
    }
    for (owner, name), value in replaced.items():
        setattr(owner, name, value)
    for kind in (threading.Thread, Future):
        _order_by_seed(kind)


def _sleep(seconds: float) -> None:
    if thread := current_thread():
        thread.sleep(seconds)
    else:
        _real_sleep(seconds)


def _monotonic() -> float:
    """`time_machine` leaves this clock alone."""
    return CLOCK.now() if current_thread() else _real_monotonic()


def _start(thread: threading.Thread) -> None:
    """A thread that an invocation starts is one of its own, and waits for its first turn."""
    maker = current_thread()
    if maker is None:
        _real_start(thread)
        return
    played, run = maker.invocation.add_thread(), thread.run
    thread.run = lambda: played.live(run)  # type: ignore[method-assign]
    setattr(thread, _PLAYED, played)
    with outside():
        _real_start(thread)


def _join(thread: threading.Thread, timeout: float | None = None) -> None:
    played, waiting = _find_played(thread), current_thread()
    if played and waiting:
        waiting.wait(lambda: played.is_over, timeout)
    # One that hangs must not keep the process from ending.
    if not played or played.is_over:
        _real_join(thread, timeout)


def _is_alive(thread: threading.Thread) -> bool:
    played = _find_played(thread)
    return _real_is_alive(thread) and not (played and played.is_over)


def _find_played(thread: threading.Thread) -> InvocationThread | None:
    played: InvocationThread | None = vars(thread).get(_PLAYED)
    return played


def _order_by_seed(kind: type) -> None:
    """Pools and `as_completed` keep these in sets, whose order is else that of addresses."""
    make: Callable[..., None] = kind.__init__  # type: ignore[misc]

    def make_in_order(instance: Any, *args: Any, **options: Any) -> None:
        if thread := current_thread():
            vars(instance)[_ORDER] = thread.invocation.schedule.bits(ORDER_BITS)
        make(instance, *args, **options)

    kind.__init__ = make_in_order  # type: ignore[misc]
    kind.__hash__ = lambda self: vars(self).get(_ORDER) or object.__hash__(self)  # type: ignore[method-assign,assignment,misc]
