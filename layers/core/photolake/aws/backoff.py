"""Retries of what a service refused, with exponential backoff and full jitter.

https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

MAX_ATTEMPTS = 6


def iterate_attempts(sleep: Callable[[float], None]) -> Iterator[int]:
    """Yield 0 to 5, with a pause before each attempt but the first; `sleep` takes seconds."""
    for attempt in range(MAX_ATTEMPTS):
        if attempt:
            sleep(random.uniform(0, min(0.1 * 2**attempt, 3.0)))  # noqa: S311 (jitter, not a secret)
        yield attempt
