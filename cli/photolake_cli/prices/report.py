"""What `photolake prices` shows: each price with unit, date and source, and what a refresh changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from photolake.price_list import EVERYWHERE
from photolake_cli.console import print_note, show_table

if TYPE_CHECKING:
    from photolake.price_list import Price
    from photolake_cli.prices.refresh import Change, Refreshed


def show_prices(prices: Mapping[str, Price], region: str) -> None:
    """Print a row for each price, and say which are those of another Region."""
    rows = [
        (price.what, *_format_range(price), price.unit, _describe_region(price, region), price.date, price.source)
        for price in prices.values()
    ]
    show_table(
        f"List prices in {region}, in US dollars",
        ["what", "price", "at least", "for a", "Region", "date", "source"],
        rows,
    )
    for source, origin in sorted({(price.source, price.origin) for price in prices.values()}):
        print_note(f"{source}: {origin}")
    if any(price.region not in (region, EVERYWHERE) for price in prices.values()):
        print_note(f"Where the file has no price of {region}, that of us-east-1 stands. photolake prices --refresh")


def build_prices(prices: Mapping[str, Price]) -> list[dict[str, Any]]:
    """The prices as JSON: amounts are strings, as they are decimals."""
    return [
        {
            "name": name,
            "what": price.what,
            "unit": price.unit,
            "region": price.region,
            "tiers": [{"from": tier.start, "usd": f"{tier.usd:f}"} for tier in price.tiers],
            "date": price.date,
            "source": price.origin,
            "page": price.page,
        }
        for name, price in prices.items()
    ]


def show_changes(refreshed: Refreshed, others: Sequence[str], *, is_saved: bool) -> None:
    """Print what is different, old and new, and which prices have to be looked up by hand."""
    changes = refreshed.changes
    if changes:
        rows = [(each.name, each.region, _describe(each.old), _describe(each.new)) for each in changes]
        show_table("Changed prices, in US dollars", ["price", "Region", "old", "new"], rows)
    same = refreshed.read - len(changes)
    done = "saved" if is_saved else "not saved (--dry-run)"
    print_note(f"{refreshed.read:,} prices read, {len(changes):,} changed, {same:,} as before: {done}.")
    if others:
        print_note(f"Not read from the price list, look at their pages: {', '.join(others)}")
    if changes and is_saved:
        print_note("In a checkout, `make docs check` then names the queries and charts that state an old price.")


def build_changes(refreshed: Refreshed, others: Sequence[str], *, is_saved: bool) -> dict[str, Any]:
    """The same as JSON."""
    return {
        "read": refreshed.read,
        "saved": is_saved,
        "changes": [_build_change(change) for change in refreshed.changes],
        "not_read": list(others),
    }


def _format_range(price: Price) -> tuple[str, str]:
    """The price, and the lowest that it comes down to in a month, if it does."""
    least = min(tier.usd for tier in price.tiers)
    return f"${price.usd:f}", "" if least == price.usd else f"${least:f}"


def _describe_region(price: Price, region: str) -> str:
    return "any" if price.region == EVERYWHERE else price.region if price.region != region else ""


def _describe(tiers: Mapping[str, str] | None) -> str:
    return ", ".join(tiers.values()) if tiers else "none"


def _build_change(change: Change) -> dict[str, Any]:
    old = dict(change.old) if change.old else None
    return {"name": change.name, "region": change.region, "old": old, "new": dict(change.new)}
