"""What happens in a seed: every choice comes from one random generator, so that it can be played again."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

Choice = TypeVar("Choice")


class Fault(StrEnum):
    """What may happen to one request of a function; the names are those of the report."""

    KILL_BEFORE = "killed before a call"
    KILL_AFTER = "killed after a call"
    THROTTLED = "throttled"
    SERVER_ERROR = "5xx"
    TIMEOUT = "timeout before the service"
    RESET = "connection reset"
    LOST_RESPONSE = "response lost"
    PARTIAL = "refused in part"
    STALL = "stalled until its message is visible again"


# How likely each is among the faults of a request. A stall takes hours, so it is rare.
_WEIGHTS = {
    Fault.KILL_BEFORE: 3,
    Fault.KILL_AFTER: 4,
    Fault.THROTTLED: 3,
    Fault.SERVER_ERROR: 3,
    Fault.TIMEOUT: 2,
    Fault.RESET: 2,
    Fault.LOST_RESPONSE: 4,
    Fault.STALL: 1,
}


@dataclass(frozen=True)
class Intensity:
    """How likely each kind of trouble is in this seed, 0 to 1."""

    fault: float
    partial: float
    burst: float
    switch: float
    switch_thread: float
    duplicate: float
    lost_delete: float
    late: float
    shuffle: float


class Schedule:
    """The choices of a seed, in the order in which they are made."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self._random = random.Random(seed)
        self._burst = 0
        self.has_faults = True
        chance = self._random.choice
        self.intensity = Intensity(
            fault=chance([0.01, 0.02, 0.04, 0.08]),
            partial=chance([0.0, 0.1, 0.3]),
            burst=chance([0.0, 0.0, 0.2, 0.5]),
            switch=chance([0.05, 0.2, 0.5]),
            switch_thread=chance([0.1, 0.5, 1.0]),
            duplicate=chance([0.0, 0.1, 0.3]),
            lost_delete=chance([0.0, 0.05, 0.2]),
            late=chance([0.0, 0.1]),
            shuffle=chance([0.0, 0.5, 1.0]),
        )

    def happens(self, probability: float) -> bool:
        """Whether something of this probability happens now."""
        return self._random.random() < probability

    def choose(self, choices: Sequence[Choice]) -> Choice:
        """Choose one."""
        return self._random.choice(choices)

    def count(self, least: int, most: int) -> int:
        """Choose a number."""
        return self._random.randint(least, most)

    def reorder(self, values: list[Choice]) -> list[Choice]:
        """Put the values into another order, and return them."""
        self._random.shuffle(values)
        return values

    def choose_fault(self, *, can_be_partial: bool, can_stall: bool) -> Fault | None:
        """Choose what happens to the next request; None for nothing. Troubles may come in bursts."""
        if not self.has_faults:
            return None
        if can_be_partial and self.happens(self.intensity.partial):
            return Fault.PARTIAL
        if self._burst:
            self._burst -= 1
        elif not self.happens(self.intensity.fault):
            return None
        elif self.happens(self.intensity.burst):
            self._burst = self.count(1, 6)
        faults = [fault for fault in _WEIGHTS if can_stall or fault != Fault.STALL]
        return self._random.choices(faults, [_WEIGHTS[fault] for fault in faults])[0]

    def bits(self, count: int) -> int:
        """Choose that many bits."""
        return self._random.getrandbits(count)
