"""The two ways to find a person, what each costs, and which is cheaper.

List prices of us-east-1, first tier (prices.json), and default quotas
(https://docs.aws.amazon.com/general/latest/gr/rekognition.html).
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from decimal import Decimal

from photolake.price_list import find_usd

FACE_REQUEST = "rekognition_faces_of_people"
"""The price of one request of CompareFaces, IndexFaces or SearchFacesByImage."""
FACE_VECTOR_MONTH = "rekognition_face_vector"
ASSUMED_FACES = 2
"""Faces of a photo that has not been indexed yet, for the forecast."""

_LARGE_REGIONS = frozenset({"us-east-1", "us-west-2", "eu-west-1"})
_QUOTAS = {"CompareFaces": (100, 25), "IndexFaces": (50, 5), "SearchFacesByImage": (50, 5)}
OPERATIONS = tuple(_QUOTAS)
"""The operations that are billed."""


def find_quota(operation: str, region: str) -> int:
    """Return the requests a second that an account may send by default."""
    large, other = _QUOTAS[operation]
    return large if region in _LARGE_REGIONS else other


class Strategy(enum.StrEnum):
    """How photos are asked about."""

    COMPARE = "compare"
    COLLECTION = "collection"

    @property
    def operation(self) -> str:
        """The operation that is called for each photo."""
        return {Strategy.COMPARE: "CompareFaces", Strategy.COLLECTION: "IndexFaces"}[self]


@dataclass(frozen=True)
class Amounts:
    """What there is to do: photos in all, and how many of them each strategy has no result of yet.

    `searches` is the number of people who will be searched for in these photos, this one included. `is_searched` says
    that the collection was searched for this portrait before. `portrait_requests` are needed to find the face of the
    portrait, whatever the strategy.
    """

    photos: int
    uncompared: int
    unindexed: int
    searches: int = 1
    is_searched: bool = False
    portrait_requests: int = 0


@dataclass(frozen=True)
class Price:
    """The price of a strategy: now, later, and a month of storage for the vectors that it adds."""

    strategy: Strategy
    requests: int
    later_requests: int
    vectors: int

    @property
    def usd_now(self) -> Decimal:
        """What this run buys."""
        return self.requests * find_usd(FACE_REQUEST)

    @property
    def usd_later(self) -> Decimal:
        """What the searches to come will buy."""
        return self.later_requests * find_usd(FACE_REQUEST)

    @property
    def usd_month(self) -> Decimal:
        """What the new vectors cost a month; those that are stored already cost the same either way."""
        return self.vectors * find_usd(FACE_VECTOR_MONTH)

    @property
    def usd(self) -> Decimal:
        """Everything."""
        return self.usd_now + self.usd_later + self.usd_month


def price_strategies(amounts: Amounts) -> tuple[Price, Price]:
    """Return the prices of `compare` and `collection`."""
    later = amounts.searches - 1
    compare = Price(
        Strategy.COMPARE,
        requests=amounts.portrait_requests + amounts.uncompared,
        later_requests=later * (1 + amounts.photos),
        vectors=0,
    )
    new_search = amounts.unindexed > 0 or not amounts.is_searched
    collection = Price(
        Strategy.COLLECTION,
        requests=amounts.portrait_requests + amounts.unindexed + new_search,
        later_requests=later * 2,
        vectors=amounts.unindexed * ASSUMED_FACES,
    )
    return compare, collection


def choose_strategy(prices: tuple[Price, Price]) -> Strategy:
    """Return the cheaper strategy; of two that cost the same, `compare`, which stores no biometric data at AWS."""
    compare, collection = prices
    return Strategy.COLLECTION if collection.usd < compare.usd else Strategy.COMPARE
