"""Forecasts a backfill: the objects by kind, what their analysis costs at most, and how many days it takes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from photolake.backfill.listing import ObjectKind, SortedObject
from photolake.images.rekognition_apis import price_per_image
from photolake.price_list import DEFAULT_REGION


@dataclass
class Forecast:
    """Counts of objects by kind, the bytes of the new ones, and of known images by the APIs that they lack.

    `region` is the one whose prices hold.
    """

    region: str = DEFAULT_REGION
    counts: Counter[ObjectKind] = field(default_factory=Counter)
    new_bytes: int = 0
    added: Counter[frozenset[str]] = field(default_factory=Counter)

    def add(self, objects: Iterable[SortedObject]) -> None:
        """Count some objects."""
        for each in objects:
            self.counts[each.kind] += 1
            if each.kind == ObjectKind.NEW:
                self.new_bytes += each.listed.size
            elif each.kind == ObjectKind.OUTDATED:
                self.added[each.missing] += 1

    @property
    def objects(self) -> int:
        """All objects counted."""
        return self.counts.total()

    @property
    def images(self) -> int:
        """The objects that the daily budget counts."""
        return self.counts[ObjectKind.NEW] + self.counts[ObjectKind.OUTDATED]

    @property
    def added_usd(self) -> Decimal:
        """The price of the APIs that known images lack."""
        return sum((count * price_per_image(apis, self.region) for apis, count in self.added.items()), Decimal(0))

    def new_usd(self, apis: Sequence[str]) -> Decimal:
        """The price of the new ones if each is a photo of its own that needs all these APIs."""
        return self.counts[ObjectKind.NEW] * price_per_image(apis, self.region)

    def days(self, daily_budget: int) -> int:
        """The days that the daily budget stretches it over; 0 without a budget."""
        return -(-self.images // daily_budget) if daily_budget else 0
