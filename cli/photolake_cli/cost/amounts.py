"""What was bought and spared, by day and API: units, and their list prices."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from photolake.images.rekognition_apis import APIS
from photolake.price_list import DEFAULT_REGION, find_usd, read_prices

SENTIMENT, ENTITIES = "sentiment", "entities"
TEXT_APIS = (SENTIMENT, ENTITIES)
ALL_APIS = (*TEXT_APIS, *APIS)
NAMES: Mapping[str, str] = {api: f"Comprehend {api}" for api in TEXT_APIS} | {api: f"Rekognition {api}" for api in APIS}


@dataclass(frozen=True)
class Amount:
    """Units of one API: 100 characters of a text, or an image.

    `repeats` were spared because the same text or image was known, `gates` because the labels of an image did not call
    for the API. `of_2019` is what the method of 2019 would have bought.
    """

    bought: int = 0
    of_2019: int = 0
    repeats: int = 0
    gates: int = 0

    def __add__(self, other: Amount) -> Amount:
        return Amount(
            self.bought + other.bought,
            self.of_2019 + other.of_2019,
            self.repeats + other.repeats,
            self.gates + other.gates,
        )


@dataclass(frozen=True)
class Cost:
    """The same in dollars."""

    bought: Decimal = Decimal(0)
    of_2019: Decimal = Decimal(0)
    repeats: Decimal = Decimal(0)
    gates: Decimal = Decimal(0)

    def __add__(self, other: Cost) -> Cost:
        return Cost(
            self.bought + other.bought,
            self.of_2019 + other.of_2019,
            self.repeats + other.repeats,
            self.gates + other.gates,
        )


Amounts = Mapping[tuple[str, str], Amount]
"""By day and API."""


def find_price(api: str, region: str = DEFAULT_REGION) -> Decimal:
    """The list price of a unit of an API."""
    return find_usd(f"comprehend_{api}", region) if api in TEXT_APIS else APIS[api].find_price(region)


def sum_by_api(amounts: Amounts) -> dict[str, Amount]:
    """The units of each API over all days, in the order of `ALL_APIS`; APIs that neither method uses are left out."""
    sums = {api: _add(each for (_, name), each in amounts.items() if name == api) for api in ALL_APIS}
    return {api: amount for api, amount in sums.items() if amount != Amount()}


def price_amount(api: str, amount: Amount, region: str = DEFAULT_REGION) -> Cost:
    """The dollars of an amount, all in the dearest tier."""
    usd = find_price(api, region)
    return Cost(amount.bought * usd, amount.of_2019 * usd, amount.repeats * usd, amount.gates * usd)


def sum_by_day(amounts: Amounts, region: str = DEFAULT_REGION) -> dict[str, tuple[Cost, Cost]]:
    """The dollars of each day, the oldest first: for texts, and for images."""
    days: dict[str, tuple[Cost, Cost]] = {}
    for (day, api), amount in sorted(amounts.items()):
        texts, images = days.get(day, (Cost(), Cost()))
        cost = price_amount(api, amount, region)
        days[day] = (texts + cost, images) if api in TEXT_APIS else (texts, images + cost)
    return days


def sum_costs(costs: Iterable[Cost]) -> Cost:
    """All together."""
    total = Cost()
    for cost in costs:
        total += cost
    return total


def charge_by_tier(bought: Mapping[str, int], region: str = DEFAULT_REGION) -> Decimal:
    """What units of a single month cost tier by tier; Rekognition's tiers count all APIs of a price together."""
    prices, units = read_prices(region), dict[str, int]()
    for api, count in bought.items():
        name = f"comprehend_{api}" if api in TEXT_APIS else APIS[api].price
        if name:
            units[name] = units.get(name, 0) + count
    return sum((prices[name].charge(count) for name, count in units.items()), Decimal(0))


def _add(amounts: Iterable[Amount]) -> Amount:
    total = Amount()
    for amount in amounts:
        total += amount
    return total
