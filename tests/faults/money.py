"""The month's money: what was bought is counted, and no limit is passed. The owner raises the budget when all wait."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING

from photolake.spending.limits import convert_to_micros
from tests.faults.stack import MONTHLY_DOLLARS

if TYPE_CHECKING:
    from tests.faults.world import World

_MONTH = "spending#"


def find_overruns(world: World) -> Iterator[str]:
    """Yield the limits that were passed since the budget was raised last, and what was bought without being counted."""
    months = [item for item in world.stack.read_items("CheckpointTable") if item["id"].startswith(_MONTH)]
    for service, dollars in MONTHLY_DOLLARS.items():
        limit, counted = convert_to_micros(Decimal(dollars)), 0
        for month in months:
            spent = int(month.get(service, 0))
            counted += spent
            if spent > limit:
                yield f"{month['id']} counts {spent} of {limit} for {service}"
        if world.ledger.bought[service] > counted:
            yield f"{world.ledger.bought[service]} was spent on {service}, and {counted} is counted"
    for month in months:
        total = sum(int(month.get(service, 0)) for service in MONTHLY_DOLLARS)
        if total != int(month["total"]):
            yield f"{month['id']} has the total {month['total']} and the sum {total}"


def raise_budget(world: World) -> None:
    """Look at what was spent, and let it count no more: as if the limits were higher by as much."""
    world.ledger.broken += find_overruns(world)
    table = world.stack.table("CheckpointTable")
    for item in world.stack.read_items("CheckpointTable"):
        if item["id"].startswith(_MONTH):
            held = sum(name.startswith("hold#") for name in item)
            world.story.count("money held by the dead", held)
            table.delete_item(Key={"id": item["id"]})
    world.ledger.bought.clear()


def find_unpaid(world: World) -> Iterator[str]:
    """Yield the posts that still lack results for want of money."""
    rows = world.stack.ask("select cast(id as varchar), sentiment_status, entities_status from tweets")
    yield from (f"the post {row[0]} is left over the budget" for row in rows if "over_budget" in row[1:])
