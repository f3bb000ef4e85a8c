"""Reads prices again from the AWS Price List, all that are asked for or none, and says what changed."""

from __future__ import annotations

import copy
import difflib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from photolake.price_list import EVERYWHERE
from photolake_cli.errors import CommandError
from photolake_cli.prices.offers import Offer, OfferError, parse_attributes, parse_offer

SOURCE = "price-list"
"""The key of `sources` that a price which was read here gets."""
_SUGGESTED = 3

ReadProducts = Callable[[str, str], Iterable[str]]
"""Yields the products of a service in a Region, each a JSON text."""


@dataclass(frozen=True)
class Wanted:
    """A price of the file in a Region, and how the price list names it."""

    name: str
    service: str
    region: str
    units: tuple[str, ...]
    usage_types: tuple[str, ...] = ()
    text: str = ""

    def describe(self) -> str:
        """What is looked for, as messages name it."""
        return f"{self.name} in {self.region} ({' or '.join(self.usage_types) or self.text})"


@dataclass(frozen=True)
class Change:
    """A price of the file, before and after: tiers as text, None if it is new."""

    name: str
    region: str
    old: Mapping[str, str] | None
    new: Mapping[str, str]


@dataclass(frozen=True)
class Refreshed:
    """The new document, what changed, and how many prices were read."""

    document: dict[str, Any]
    changes: Sequence[Change]
    read: int


def list_wanted(
    document: Mapping[str, Any], region: str | None, services: Collection[str] = ()
) -> tuple[list[Wanted], list[str]]:
    """What can be read: all Regions of the file, or `region` alone; and the names that the list is not asked for."""
    wanted: list[Wanted] = []
    others: list[str] = []
    for name, row in document["prices"].items():
        found = row.get("list")
        if not found:
            others.append(name)
        elif not services or found["service"].casefold().removeprefix("amazon").removeprefix("aws") in services:
            regions = [region] if region else [each for each in row["regions"] if each != EVERYWHERE]
            wanted += [
                Wanted(
                    name,
                    found["service"],
                    each,
                    tuple(found["units"]),
                    tuple(found.get("usage_types", ())),
                    found.get("text", ""),
                )
                for each in regions
            ]
    return wanted, others


def refresh_prices(
    document: Mapping[str, Any],
    wanted: Sequence[Wanted],
    read_products: ReadProducts,
    on_read: Callable[[str], None],
) -> Refreshed:
    """Read the prices; CommandError names each that is missing, doubled or odd, and then nothing is changed."""
    fresh, changes, problems = copy.deepcopy(dict(document)), [], list[str]()
    places = list(dict.fromkeys((each.service, each.region) for each in wanted))
    for service, region in places:
        on_read(f"{service} in {region}")
        here = [each for each in wanted if (each.service, each.region) == (service, region)]
        for one, found in _find_offers(here, read_products(service, region)):
            if isinstance(found, str):
                problems.append(found)
            elif change := _take_over(fresh["prices"][one.name]["regions"], one, found):
                changes.append(change)
    if problems:
        raise CommandError(
            "The price list does not have these prices as expected, and nothing was changed:\n"
            + "\n".join(f"- {problem}" for problem in problems)
            + "\nLook them up on the vendors' pages (photolake prices names them), or leave a service out: --service"
        )
    return Refreshed(fresh, changes, len(wanted))


def _find_offers(wanted: Sequence[Wanted], products: Iterable[str]) -> Iterator[tuple[Wanted, Offer | str]]:
    """Each price with its offer, or with what is wrong; products are read one by one, and only matches are kept."""
    matches: dict[str, dict[str, list[str]]] = {each.name: {} for each in wanted}
    seen: set[str] = set()
    try:
        for product in products:
            _, attributes = parse_attributes(product)
            seen.add(attributes.get("usagetype", ""))
            for each in wanted:
                if key := _match(each, attributes):
                    matches[each.name].setdefault(key, []).append(product)
    except OfferError as error:
        yield from ((each, f"{each.describe()}: {error}") for each in wanted)
        return
    for each in wanted:
        yield each, _choose_offer(each, matches[each.name], seen)


def _match(wanted: Wanted, attributes: Mapping[str, str]) -> str:
    """The usage type or text by which a product is the wanted one; empty if it is another."""
    if attributes.get("regionCode") != wanted.region:
        return ""
    offer = Offer("", attributes.get("usagetype", ""), tuple(attributes.values()), "", "", "", ())
    named = next((name for name in wanted.usage_types if offer.has_usage_type(name)), "")
    return named or (wanted.text if wanted.text and offer.mentions(wanted.text) else "")


def _choose_offer(wanted: Wanted, matches: Mapping[str, Sequence[str]], seen: Collection[str]) -> Offer | str:
    """The offer under the first of the names that exists; two of them must agree."""
    key = next((name for name in (*wanted.usage_types, wanted.text) if name in matches), None)
    if key is None:
        names = [*wanted.usage_types, wanted.text]
        close = difflib.get_close_matches(names[0], sorted(seen), _SUGGESTED, 0.4)
        there = f"; there are {', '.join(close)}" if close else f"; it has {len(seen)} usage types there"
        return f"{wanted.describe()} is missing in {wanted.service}{there}"
    try:
        offers = [parse_offer(product, wanted.units) for product in matches[key]]
    except OfferError as error:
        return f"{wanted.describe()}: {error}"
    if len({offer.tiers for offer in offers}) > 1:
        return f"{wanted.describe()} is there twice with different prices: SKU {' and '.join(o.sku for o in offers)}"
    return offers[0]


def _take_over(regions: dict[str, Any], wanted: Wanted, offer: Offer) -> Change | None:
    """Write an offer into the document, and return what changed in its price."""
    old = regions.get(wanted.region)
    new = {str(start): _format_decimal(usd) for start, usd in offer.tiers}
    regions[wanted.region] = {"date": offer.published, "source": SOURCE, "tiers": new}
    before = old["tiers"] if old else None
    if before is not None and _as_numbers(before) == _as_numbers(new):
        regions[wanted.region]["tiers"] = before
        return None
    return Change(wanted.name, wanted.region, before, new)


def _as_numbers(tiers: Mapping[str, str]) -> dict[int, Decimal]:
    return {int(start): Decimal(usd) for start, usd in tiers.items()}


def _format_decimal(amount: Decimal) -> str:
    """`0.0001` for `0.0001000000`."""
    return f"{amount.normalize():f}"
