"""How many images may be announced now: as many as day and month have a budget for, and the queue can take.

An image that is announced over the budget would be copied into the lake only to wait there, and might expire
(`ImageRetentionDays`) before its turn. A message in a queue expires too, after 14 days.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self

from photolake.clock import utc_now

if TYPE_CHECKING:
    from photolake.aws.sqs import MessageQueue
    from photolake.images.cache import DailyBudget
    from photolake.images.registry import ImageRegistry

# Less than three hours of work at the quota of 5 images a second that Rekognition has in most Regions.
MAX_QUEUED = 50_000


@dataclass(frozen=True)
class Allowed:
    """So many images, and what a job waits for when they are used up."""

    count: int
    reason: str

    def take(self, count: int) -> Self:
        """What is left after `count` images."""
        return replace(self, count=self.count - count)


@dataclass(frozen=True)
class Allowance:
    """Reads the budgets, the images that wait for them, and the length of the queue.

    `count_payable` counts the images that the month has money for, None for no limit.
    """

    budget: DailyBudget
    registry: ImageRegistry
    queue: MessageQueue
    clock: Callable[[], dt.datetime] = utc_now
    count_payable: Callable[[], int | None] = lambda: None

    def read(self) -> Allowed:
        """Return what is allowed now. The queue's length is approximate: some images may have to wait for a day."""
        queued = self.queue.count_messages()
        allowed = [Allowed(MAX_QUEUED - queued, f"{queued:,} images are in the queue")]
        budgets = {
            "the daily budget of images is used up": self.budget.count_left(self.clock()),
            "the month has no money left for images (MonthlyBudget, MonthlyRekognitionBudget)": self.count_payable(),
        }
        for reason, count in budgets.items():
            if count is not None:
                left = count - queued
                allowed.append(Allowed(left - self.registry.count_waiting(left) if left > 0 else left, reason))
        return min(allowed, key=lambda each: each.count)
