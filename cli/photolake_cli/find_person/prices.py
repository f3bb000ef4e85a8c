"""What a search costs and which legal limits it has, as the user sees it before consenting."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import ROUND_UP, Decimal
from typing import TYPE_CHECKING

from photolake.people.strategy import Amounts, Price, Strategy, find_quota
from photolake_cli.console import print_note

if TYPE_CHECKING:
    from photolake_cli.find_person.service import FaceService

LEGAL_LIMITS = (
    "Finding a person by the face is processing of biometric data. Do it only for people who have consented, or with "
    "another legal ground: GDPR Art. 9 in the EU, BIPA in Illinois and similar laws elsewhere. Let a person check each "
    "match before it has consequences: docs/find-person.md"
)
POSTS_WARNING = (
    "--include-posts: the photos of posts are searched too. X forbids facial recognition with its content "
    "(https://developer.x.com/en/developer-terms/policy), and the people in these photos have not been asked. "
    "Go on only if you have the platform's permission and a legal ground."
)


def show_prices(prices: Sequence[Price], chosen: Price, amounts: Amounts, service: FaceService) -> None:
    """Print the price of each strategy, and which is chosen why."""
    where = "On AWS that would cost" if service.cloud.on_laptop else f"In {service.cloud.name} that costs"
    print_note(f"{amounts.photos:,} photos to search. {where}:")
    for price in prices:
        sign = "→" if price is chosen else " "
        time = "" if service.cloud.on_laptop else _describe_time(price, service.region)
        print_note(f"{sign} {price.strategy:<10} {_describe_price(price)}{time}")
    if len(prices) > 1:
        print_note(_describe_choice(chosen, amounts))


def describe_consent(price: Price) -> str:
    """What the user agrees to."""
    stored = ""
    if price.vectors:
        stored = (
            f" A collection at AWS stores about {price.vectors:,} face vectors more, which are biometric data, "
            "until you delete it: --delete-collection."
        )
    return LEGAL_LIMITS + stored


def _describe_price(price: Price) -> str:
    parts = [f"{price.requests:,} requests now {_format_price(price.usd_now)}"]
    if price.later_requests:
        parts.append(f"{price.later_requests:,} for later searches {_format_price(price.usd_later)}")
    if price.vectors:
        parts.append(f"about {price.vectors:,} new face vectors stored {_format_price(price.usd_month)} a month")
    return " + ".join(parts) + (f" = {_format_price(price.usd)}" if len(parts) > 1 else "")


def _describe_time(price: Price, region: str) -> str:
    quota = find_quota(price.strategy.operation, region)
    return f"; {dt.timedelta(seconds=-(-price.requests // quota))} at the quota of {quota} a second"


def _format_price(amount: Decimal) -> str:
    """Tenths of a cent, rounded up: a request costs one."""
    return f"${amount.quantize(Decimal('0.001'), ROUND_UP):,}"


def _describe_choice(chosen: Price, amounts: Amounts) -> str:
    if chosen.strategy is Strategy.COLLECTION:
        return "collection is cheaper: a photo is paid for once, then each search is one request."
    if amounts.searches > 1:
        return "compare is cheaper."
    return (
        "compare is cheaper for one search. If you will search for more people in these photos, say how many in all: "
        "--searches N"
    )
