"""How long to wait before the next connection to the stream, as X's documentation asks.

https://docs.x.com/x-api/fundamentals/handling-disconnections
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

NETWORK_STEP_S = 0.25
MAX_NETWORK_S = 16.0
MIN_HTTP_S = 5.0
MAX_HTTP_S = 320.0
MIN_RATE_LIMIT_S = 60.0
MAX_RATE_LIMIT_S = 960.0
# https://docs.x.com/x-api/fundamentals/rate-limits
MAX_CONNECTS = 50
CONNECTS_WINDOW_S = 900.0


class Backoff:
    """The pause before the next connection: none at first, and longer after each failure."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic, clock: Callable[[], float] = time.time) -> None:
        """`monotonic` in seconds; `clock` in seconds since 1970, as X says when a rate limit ends."""
        self._monotonic = monotonic
        self._clock = clock
        self._connects: deque[float] = deque(maxlen=MAX_CONNECTS)
        self._pause = 0.0
        self.reset()

    def reset(self) -> None:
        """Start again without a pause, because the stream has sent something."""
        self._network, self._http, self._rate_limit = 0.0, MIN_HTTP_S, MIN_RATE_LIMIT_S
        self._pause = 0.0

    def note_network_failure(self) -> None:
        """Note that the connection broke, fell silent or could not be opened."""
        self._pause = self._network
        self._network = min(self._network + NETWORK_STEP_S, MAX_NETWORK_S)

    def note_http_failure(self) -> None:
        """Note that X is out of order or has refused the connection."""
        self._pause = self._http
        self._http = min(self._http * 2, MAX_HTTP_S)

    def note_rate_limit(self, reset_time: int | None) -> None:
        """Note a rate limit until `reset_time` (seconds since 1970), if X has named one."""
        until_reset = reset_time - self._clock() if reset_time is not None else 0.0
        # A time beyond X's windows of 15 minutes is a wrong one.
        self._pause = until_reset if 0 < until_reset <= MAX_RATE_LIMIT_S else self._rate_limit
        self._rate_limit = min(self._rate_limit * 2, MAX_RATE_LIMIT_S)

    def start_connect(self) -> float:
        """Return the seconds to wait before a connection, and count that connection."""
        pause, now = self._pause, self._monotonic()
        if len(self._connects) == MAX_CONNECTS:
            pause = max(pause, self._connects[0] + CONNECTS_WINDOW_S - now)
        self._connects.append(now + pause)
        return pause
