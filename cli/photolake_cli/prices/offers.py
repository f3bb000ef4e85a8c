"""Products of the AWS Price List, read strictly: a price that looks odd is an error, not a guess.

The shape of a product: https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/reading-service-price-list-file.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

# `USE1-DetectSentiment`, `EU-Requests-Tier1`; a few services of us-east-1 write none: `WriteRequestUnits`. What comes
# before a usage type otherwise is a part of it: `IA-WriteRequestUnits` is another storage class.
_REGION_PREFIX = r"(?:[A-Z]+\d-|EU-)?"
_NO_END = "Inf"


class OfferError(Exception):
    """A product of the price list is not of the form that is understood; the message names it."""


@dataclass(frozen=True)
class Offer:
    """A product on demand: where it begins to cost what, in dollars."""

    sku: str
    usage_type: str
    texts: tuple[str, ...]
    region: str
    unit: str
    published: str
    tiers: tuple[tuple[int, Decimal], ...]

    def has_usage_type(self, name: str) -> bool:
        """Whether its usage type is this one, in any Region."""
        return re.fullmatch(_REGION_PREFIX + re.escape(name), self.usage_type) is not None

    def mentions(self, text: str) -> bool:
        """Whether one of its attributes contains the text."""
        return any(text in value for value in self.texts)


def parse_attributes(product: str) -> tuple[str, Mapping[str, str]]:
    """The SKU and the attributes of a product; OfferError if it has none."""
    try:
        found = json.loads(product)["product"]
        sku, attributes = found["sku"], found["attributes"]
        if not isinstance(sku, str) or not all(isinstance(value, str) for value in attributes.values()):
            raise TypeError("attributes are text")
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise OfferError(f"a product without SKU and attributes ({error!r}): {product[:80]}") from error
    return sku, attributes


def parse_offer(product: str, units: Collection[str]) -> Offer:
    """Read a product whose unit is one of `units`; OfferError names its SKU and says what is odd about it."""
    sku, attributes = parse_attributes(product)
    try:
        document: dict[str, Any] = json.loads(product)
        (term,) = document["terms"]["OnDemand"].values()
        dimensions = list(term["priceDimensions"].values())
        unit = _read_unit(dimensions, units)
        tiers = _read_tiers(dimensions)
        published = str(document["publicationDate"])[:10]
    except (ValueError, KeyError, TypeError, AttributeError, InvalidOperation) as error:
        raise OfferError(f"SKU {sku} ({attributes.get('usagetype')}): {error}") from error
    return Offer(
        sku,
        attributes.get("usagetype", ""),
        tuple(attributes.values()),
        attributes.get("regionCode", ""),
        unit,
        published,
        tiers,
    )


def _read_unit(dimensions: list[Mapping[str, Any]], units: Collection[str]) -> str:
    found = {dimension["unit"] for dimension in dimensions}
    known = {unit.casefold() for unit in units}
    if len(found) != 1 or not {unit.casefold() for unit in found} <= known:
        raise ValueError(f"its unit is {', '.join(sorted(found)) or 'missing'}, not {' or '.join(units)}")
    return str(found.pop())


def _read_tiers(dimensions: list[Mapping[str, Any]]) -> tuple[tuple[int, Decimal], ...]:
    ranges = sorted(
        (int(each["beginRange"]), str(each["endRange"]), _read_usd(each["pricePerUnit"])) for each in dimensions
    )
    begins = [begin for begin, _, _ in ranges]
    ends = [end for _, end, _ in ranges]
    if begins[:1] != [0] or ends[-1] != _NO_END or [int(end) for end in ends[:-1]] != begins[1:]:
        raise ValueError(f"its tiers have a gap or an overlap: {', '.join(f'{a} to {b}' for a, b, _ in ranges)}")
    return tuple((begin, usd) for begin, _, usd in ranges)


def _read_usd(price: Mapping[str, str]) -> Decimal:
    usd = Decimal(price["USD"])
    if not usd.is_finite() or usd < 0:
        raise ValueError(f"its price is {price['USD']}")
    return usd
