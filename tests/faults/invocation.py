"""One invocation of a handler: threads that run only when it is their turn, and that can be killed at any request."""

from __future__ import annotations

import sys
import threading
import traceback
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext, suppress
from typing import TYPE_CHECKING, Any

from tests.faults.clock import CLOCK, STEP
from tests.faults.turns import InvocationThread, KilledError

if TYPE_CHECKING:
    from tests.faults.schedule import Schedule

# In real seconds: who takes longer to come to the next request hangs.
HANG_SECONDS = 60.0
MAX_REQUESTS = 4_000
# Where a thread rests; what it does says the line before.
_PLAYING = ("tests/faults/turns.py", "tests/faults/threads.py")


class HangError(Exception):
    """An invocation neither ends nor sends a request, or its threads do not end with it."""


class Invocation:
    """Runs a handler until its next pause, its end or its death. Only the scheduler's thread calls `go_on`."""

    def __init__(
        self, name: str, function: str, timeout: float, run: Callable[[Invocation], Any], schedule: Schedule
    ) -> None:
        """`timeout` is the function's, in seconds of the virtual clock; the schedule chooses among its threads."""
        self.name = name
        self.function = function
        self.schedule = schedule
        self.ends_at = CLOCK.now() + timeout
        self.outlives_its_time = False
        self.is_dead = False
        self.requests = 0
        self.result: Any = None
        self.error: BaseException | None = None
        self.asleep_until = 0.0
        self.sandbox = 0
        self._run = run
        self._threads: list[InvocationThread] = []
        self._enter: Callable[[], AbstractContextManager[Any]] = nullcontext
        self._is_paused = False
        self._left_behind = ""

    def start(self, enter: Callable[[], AbstractContextManager[Any]]) -> None:
        """Make its first thread, which waits for its first turn; each of its threads lives within `enter`."""
        self._enter = enter
        first = self.add_thread()
        threading.Thread(target=first.live, args=(self._live,), name=self.name, daemon=True).start()

    def add_thread(self) -> InvocationThread:
        """Return another thread of this invocation, for whoever starts it."""
        self._threads.append(InvocationThread(self, len(self._threads), self._enter))
        return self._threads[-1]

    def go_on(self) -> None:
        """Give its threads their turns until one of them pauses, or all have ended; HangError if that never comes."""
        self._is_paused = False
        while not (self._is_paused or self.is_over):
            thread = self._choose_thread()
            if not thread.take_turn(HANG_SECONDS):
                raise HangError(f"{thread} neither ends nor sends a request: {self._describe_frame(thread)}")
        if self._left_behind:
            raise HangError(f"{self.name} has returned, and left a thread behind: {self._left_behind}")
        if self.is_over and self.is_dead:
            self.result, self.error = None, KilledError(self.name)

    def pause(self, thread: InvocationThread) -> None:
        """Let other invocations have their turn; called by the thread that has it."""
        self._is_paused = True
        thread.give_turn()

    def die(self) -> KilledError:
        """Let no further request through, of no thread."""
        self.is_dead = True
        return KilledError(self.name)

    def leave_behind(self, what: str) -> KilledError:
        """A thread of it is at work after its handler has returned: in Lambda at some later time, or never."""
        self._left_behind = what
        return self.die()

    def abandon(self) -> None:
        """End it now: its world is over."""
        self.is_dead = True
        with suppress(HangError):
            self.go_on()

    def remaining_ms(self) -> int:
        """What is left of its time."""
        return max(0, int((self.ends_at - CLOCK.now()) * 1000))

    @property
    def is_over(self) -> bool:
        """Whether its handler has ended, with all threads of it."""
        return all(thread.is_over for thread in self._threads)

    @property
    def has_returned(self) -> bool:
        """Whether its handler has ended; threads of it may go on."""
        return self._threads[0].is_over

    @property
    def has_threads(self) -> bool:
        """Whether several of its threads are at work."""
        return sum(not thread.is_over for thread in self._threads) > 1

    @property
    def is_lost(self) -> bool:
        """Whether it is dead, or will be as soon as it has its turn, because its time is over."""
        return self.is_dead or not (self.is_over or self.remaining_ms() or self.outlives_its_time)

    def describe_error(self) -> str:
        """How it ended, if not by a result."""
        error = self.error
        if isinstance(error, KilledError):
            return "its death"
        if isinstance(error, ExceptionGroup):
            return f"{error.message}: {'; '.join(repr(each)[:160] for each in error.exceptions)}"
        return repr(error)[:200]

    def _live(self) -> None:
        try:
            self.result = self._run(self)
        except BaseException as error:  # noqa: BLE001 (the scheduler looks at it)
            self.error = error

    def _choose_thread(self) -> InvocationThread:
        """Choose who has the next turn; if all of them sleep, time passes until the first wakes."""
        alive = [thread for thread in self._threads if not thread.is_over]
        while not (ready := [thread for thread in alive if thread.is_ready]):
            if self.is_dead:
                return alive[-1]  # what it waits for will never be; those that others wait for come first
            wakes = [thread.wakes_at for thread in alive if thread.wakes_at is not None]
            if self.has_returned or not wakes:
                what = "has returned, and left threads behind" if self.has_returned else "waits for itself"
                raise HangError(f"{self.name} {what}: {'; '.join(map(self._describe_frame, alive))}")
            CLOCK.pass_time(max(STEP, min(wakes) - CLOCK.now()))
        return ready[0] if len(ready) == 1 else self.schedule.choose(ready)

    def _describe_frame(self, thread: InvocationThread) -> str:
        frames = traceback.extract_stack(sys._current_frames()[thread.ident]) if thread.ident else []
        told = [frame for frame in frames if not frame.filename.endswith(_PLAYING)]
        return f"{thread}: {''.join(traceback.format_list(told[-4:]))}"
