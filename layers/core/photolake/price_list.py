"""The list prices of prices.json, which is read once, when the first of them is asked for.

Each price has a date and a source. Those of Rekognition and Comprehend are there for each Region that has both; of the
others for `DEFAULT_REGION`. `photolake prices --refresh` writes the file from the AWS Price List.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path
from typing import Any

from photolake.errors import SettingsError

PRICES_PATH = Path(__file__).with_name("prices.json")
DEFAULT_REGION = "us-east-1"
EVERYWHERE = "all"
"""Stands for a Region in the file: the price is the same wherever the stack is."""


@dataclass(frozen=True)
class Tier:
    """What a unit costs from the unit with this number on, counted within a calendar month and an account."""

    start: int
    usd: Decimal


@dataclass(frozen=True)
class Price:
    """A list price in US dollars. `region` is the one it holds for, which may be another than was asked for.

    `source` is the key of a source, `origin` says what it is.
    """

    name: str
    what: str
    unit: str
    page: str
    region: str
    date: str
    source: str
    origin: str
    tiers: tuple[Tier, ...]

    @property
    def usd(self) -> Decimal:
        """The price of a unit in the dearest tier: the first, unless some units are free."""
        return max(tier.usd for tier in self.tiers)

    def charge(self, units: int) -> Decimal:
        """The price of the first `units` of a month, tier by tier."""
        ends = [tier.start for tier in self.tiers[1:]]
        total = Decimal(0)
        for tier, end in zip(self.tiers, [*ends, max(units, self.tiers[-1].start)], strict=True):
            total += max(0, min(units, end) - tier.start) * tier.usd
        return total


def read_prices(region: str = DEFAULT_REGION) -> Mapping[str, Price]:
    """The prices by name, those of `region` where the file has them, else those of `DEFAULT_REGION`."""
    return _choose_prices(region)


def find_usd(name: str, region: str = DEFAULT_REGION) -> Decimal:
    """The price of a unit in the dearest tier."""
    return read_prices(region)[name].usd


def read_document(path: Path = PRICES_PATH) -> dict[str, Any]:
    """The whole file: `sources` and `prices`. SettingsError names the price that is not one."""
    try:
        document: dict[str, Any] = json.loads(path.read_text("utf-8"))
        for name, row in document["prices"].items():
            for region in row["regions"]:
                parse_price(name, row, region, document["sources"])
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise SettingsError(f"{path} is not a file of prices: {error}") from error
    return document


def parse_price(name: str, row: Mapping[str, Any], region: str, sources: Mapping[str, str]) -> Price:
    """A price of the document as it holds in a Region; ValueError says what is wrong with it."""
    found = row["regions"][region]
    try:
        dt.date.fromisoformat(found["date"])
        tiers = tuple(Tier(int(start), Decimal(usd)) for start, usd in found["tiers"].items())
        origin = sources[found["source"]]
    except (KeyError, ValueError, InvalidOperation, AttributeError, TypeError) as error:
        raise ValueError(f"{name} in {region} needs a date, a known source and tiers ({error!r})") from error
    starts = [tier.start for tier in tiers]
    if not tiers or starts[0] != 0 or starts != sorted(set(starts)):
        raise ValueError(f"{name} in {region}: tiers begin at 0 and rise")
    if any(not tier.usd.is_finite() or tier.usd < 0 for tier in tiers):
        raise ValueError(f"{name} in {region}: a price is a number of dollars, not negative")
    return Price(name, row["what"], row["unit"], row["page"], region, found["date"], found["source"], origin, tiers)


@cache
def _read_document() -> dict[str, Any]:
    return read_document()


@cache
def _choose_prices(region: str) -> Mapping[str, Price]:
    document = _read_document()
    return {
        name: parse_price(name, row, _choose_region(row["regions"], region), document["sources"])
        for name, row in document["prices"].items()
    }


def _choose_region(regions: Mapping[str, Any], region: str) -> str:
    return next(each for each in (EVERYWHERE, region, DEFAULT_REGION) if each in regions)
