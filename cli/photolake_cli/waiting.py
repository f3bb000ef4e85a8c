"""What waits for a budget of a day or month: images, and archive objects whose texts could not be paid."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from photolake.images.registry import ImageRegistry
from photolake.posts.waiting_objects import WaitingObjects
from photolake.spending.limits import convert_to_dollars

if TYPE_CHECKING:
    from photolake_cli.cloud import Cloud

MAX_WAITING = 1_000_000
"""Counting more would take long, and say no more."""


@dataclass(frozen=True)
class Waiting:
    """How many images and objects wait, and the dollars that the objects' texts cost at most."""

    images: int
    objects: int
    objects_usd: Decimal


def count_waiting(cloud: Cloud) -> Waiting:
    """Count what waits in the images table; AWS's errors are raised."""
    table = cloud.table(cloud.find_physical_id("ImagesTable"))
    prices = [found.price for found in WaitingObjects(table).list(MAX_WAITING)]
    return Waiting(ImageRegistry(table).count_waiting(MAX_WAITING), len(prices), convert_to_dollars(sum(prices)))
