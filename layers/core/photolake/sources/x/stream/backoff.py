"""How long to wait before the stream is connected to again, as X asks for it.

https://docs.x.com/x-api/fundamentals/handling-disconnections
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

NETWORK_STEP_S = 0.25
NETWORK_MOST_S = 16.0
HTTP_FIRST_S = 5.0
HTTP_MOST_S = 320.0
RATE_LIMIT_FIRST_S = 60.0
RATE_LIMIT_MOST_S = 960.0
# https://docs.x.com/x-api/fundamentals/rate-limits
MOST_CONNECTS = 50
CONNECTS_WINDOW_S = 900.0


class Pauses:
    """The pause that is due before the next connect: none at first, longer from one failure to the next."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic, clock: Callable[[], float] = time.time) -> None:
        """`monotonic` in seconds; `clock` in seconds since 1970, as X says when a rate limit ends."""
        self._monotonic = monotonic
        self._clock = clock
        self._connects: deque[float] = deque(maxlen=MOST_CONNECTS)
        self._pause = 0.0
        self.reset()

    def reset(self) -> None:
        """The stream runs: the next failure is a first one, after which X wants to be connected to at once."""
        self._network, self._http, self._rate_limit = 0.0, HTTP_FIRST_S, RATE_LIMIT_FIRST_S
        self._pause = 0.0

    def network_failed(self) -> None:
        """The connection broke, fell silent or did not come about."""
        self._pause = self._network
        self._network = min(self._network + NETWORK_STEP_S, NETWORK_MOST_S)

    def http_failed(self) -> None:
        """X is out of order, or has sent the connection away."""
        self._pause = self._http
        self._http = min(self._http * 2, HTTP_MOST_S)

    def rate_limited(self, reset_time: int | None) -> None:
        """X asks to be left alone until `reset_time` (seconds since 1970), if it says so."""
        until_reset = reset_time - self._clock() if reset_time is not None else 0.0
        # A time beyond X's windows of 15 minutes is a wrong one.
        self._pause = until_reset if 0 < until_reset <= RATE_LIMIT_MOST_S else self._rate_limit
        self._rate_limit = min(self._rate_limit * 2, RATE_LIMIT_MOST_S)

    def connecting(self) -> float:
        """The seconds to wait now; what follows them counts as a connect."""
        pause, now = self._pause, self._monotonic()
        if len(self._connects) == MOST_CONNECTS:
            pause = max(pause, self._connects[0] + CONNECTS_WINDOW_S - now)
        self._connects.append(now + pause)
        return pause
