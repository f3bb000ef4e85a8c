"""After how many milliseconds each fake service answers, and the clock by which they pass."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

MILLISECONDS: Mapping[str, float] = {
    "comprehend": 50,
    "rekognition": 300,
    "firehose": 15,
    "download": 80,
    "s3": 15,
    "dynamodb": 5,
    "sqs": 5,
    "glue": 0,  # asked once, when a sandbox starts
}


@dataclass
class Clock:
    """Passes `slowness` times slower than the clock on the wall, so that processor time counts for less.

    Ten instances of three functions have thirty processors on Lambda, and here those of one machine.
    """

    slowness: float = 1.0

    def to_wall(self, milliseconds: float) -> float:
        """Return the seconds on the wall in which so many milliseconds pass."""
        return milliseconds * self.slowness / 1000

    def from_wall(self, seconds: float) -> float:
        """Return the seconds that pass in so many on the wall."""
        return seconds / self.slowness


@dataclass
class Lateness:
    """By how much the answers of the services came too late: the machine is too busy if that is not little."""

    answers: int = 0
    seconds: float = field(default=0.0)

    def add(self, seconds: float) -> None:
        """Add an answer that came so many seconds (of the wall) after its time."""
        self.answers += 1
        self.seconds += max(seconds, 0.0)

    @property
    def mean(self) -> float:
        """Seconds on the wall an answer."""
        return self.seconds / self.answers if self.answers else 0.0
