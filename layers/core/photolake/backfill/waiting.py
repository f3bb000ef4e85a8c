"""Announces again what waited for a budget, as far as the month has money for it: images, and posts without results."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from photolake.aws.s3 import build_created_event
from photolake.clock import utc_now
from photolake.posts.comprehend import price_unit
from photolake.pricing import COMPREHEND_MIN_UNITS

if TYPE_CHECKING:
    from photolake.aws.sqs import MessageQueue
    from photolake.images.registry import ImageRegistry
    from photolake.posts.waiting_objects import WaitingObject, WaitingObjects
    from photolake.spending.ledger import SpendingLedger

# Five minutes are enough for these; the rest is found tomorrow.
MAX_IMAGES = 100_000
MAX_OBJECTS = 10_000


@dataclass(frozen=True)
class PayableImages:
    """How many images the month can pay for; `price` is what an image costs at most, in millionths of a dollar."""

    ledger: SpendingLedger
    price: int

    def count(self) -> int | None:
        """Count them; None if nothing limits them."""
        left = self.ledger.read().count_left(self.ledger.limits, "rekognition")
        return None if left is None or not self.price else left // self.price


@dataclass(frozen=True)
class WaitingAnnouncer:
    """Announces to image_analyzer and tweet_analyzer, by the events of S3 that they know; `bucket` is the lake."""

    bucket: str
    payable: PayableImages
    images: ImageRegistry
    image_queue: MessageQueue
    objects: WaitingObjects
    tweet_queue: MessageQueue
    clock: Callable[[], dt.datetime] = utc_now

    def announce_images(self) -> int:
        """Announce waiting images, and return how many."""
        payable = self.payable.count()
        limit = MAX_IMAGES if payable is None else min(payable, MAX_IMAGES)
        waiting = self.images.iterate_waiting(limit)
        return self.image_queue.send(build_created_event(self.bucket, each.s3_key, self.clock()) for each in waiting)

    def announce_objects(self) -> int:
        """Announce waiting archive objects, and return how many; the last of them may cost more than there is left."""
        return self.tweet_queue.send(
            build_created_event(each.bucket, each.key, self.clock(), each.size, each.etag, each.turn)
            for each in self._list_payable_objects()
        )

    def _list_payable_objects(self) -> Iterator[WaitingObject]:
        ledger = self.payable.ledger
        left = ledger.read().count_left(ledger.limits, "comprehend")
        least = COMPREHEND_MIN_UNITS * price_unit()  # of the shortest text
        for each in self.objects.list(MAX_OBJECTS):
            if left is not None:
                if left < least:
                    return
                left -= each.price
            yield each
