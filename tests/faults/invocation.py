"""One invocation of a handler: a thread that runs only when it is its turn, and that can be killed at any request."""

from __future__ import annotations

import sys
import threading
import traceback
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tests.faults.clock import CLOCK, dream

if TYPE_CHECKING:
    from tests.faults.endpoints import Endpoints, Intercept

# In real seconds: who takes longer to come to the next request hangs.
HANG_SECONDS = 60.0
MAX_REQUESTS = 4_000


class KilledError(BaseException):
    """The sandbox is gone. No handler catches it, and no `finally` of one gets another request through."""


class HangError(Exception):
    """An invocation neither ends nor sends a request."""


class Invocation:
    """Runs a handler until its next pause, its end or its death. Only the scheduler's thread calls `go_on`."""

    def __init__(self, name: str, function: str, timeout: float, run: Callable[[Invocation], Any]) -> None:
        """`timeout` is the function's, in seconds of the virtual clock."""
        self.name = name
        self.function = function
        self.ends_at = CLOCK.now() + timeout
        self.outlives_its_time = False
        self.is_dead = False
        self.is_over = False
        self.requests = 0
        self.result: Any = None
        self.error: BaseException | None = None
        self.asleep_until = 0.0
        self.sandbox = 0
        self._run = run
        self._turn = threading.Semaphore(0)
        self._pause = threading.Semaphore(0)
        self._thread: threading.Thread | None = None

    def start(self, endpoints: Endpoints, intercept: Intercept) -> None:
        """Make its thread, which waits for its first turn."""
        self._thread = threading.Thread(target=self._live, args=(endpoints, intercept), name=self.name, daemon=True)
        self._thread.start()

    def go_on(self) -> None:
        """Give it its turn, and wait for its next pause; HangError if there is none."""
        self._turn.release()
        if not self._pause.acquire(timeout=HANG_SECONDS):
            raise HangError(f"{self.name} neither ends nor sends a request: {self._describe_frame()}")

    def pause(self) -> None:
        """Let others have their turn; called by its own thread."""
        self._pause.release()
        self._turn.acquire()

    def die(self) -> KilledError:
        """Let no further request through."""
        self.is_dead = True
        return KilledError(self.name)

    def remaining_ms(self) -> int:
        """What is left of its time."""
        return max(0, int((self.ends_at - CLOCK.now()) * 1000))

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

    def _live(self, endpoints: Endpoints, intercept: Intercept) -> None:
        self._turn.acquire()
        try:
            with dream(), endpoints.intercept(intercept):
                self.result = self._run(self)
        except BaseException as error:  # noqa: BLE001 (the scheduler looks at it)
            self.error = error
        self.is_over = True
        self._pause.release()

    def _describe_frame(self) -> str:
        frame = sys._current_frames().get(self._thread.ident or 0) if self._thread else None
        return "".join(traceback.format_stack(frame)[-4:]) if frame else "no frame"
