"""What the month has cost so far, what is left of its budget, and what waits for it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from photolake.aws.dynamodb import read_present_item
from photolake.images.registry import WAITING_INDEX
from photolake.posts.waiting_objects import WAITING_TEXTS
from photolake.pricing import format_usd
from photolake.spending.ledger import Spending, build_key, read_spending
from photolake.spending.limits import SERVICES, SETTINGS, SpendingLimits, convert_to_dollars

if TYPE_CHECKING:
    from photolake_cli.cloud import Cloud

# Counting more would take long, and say no more.
MAX_WAITING = 100_000


@dataclass(frozen=True)
class Month:
    """The spending of a month under its limits; `images` and `objects` (of the archive) wait for a budget."""

    name: str
    limits: SpendingLimits
    spending: Spending
    images: int
    objects: int

    def list_limits(self) -> list[tuple[str, int, int]]:
        """The name of each limit, what is spent of it, and how much it is, in millionths of a dollar."""
        limits = [("total", self.limits.total), *self.limits.by_service.items()]
        return [(SETTINGS[name], self.spending.counters[name], limit) for name, limit in limits if limit]

    def describe_services(self) -> str:
        """What each service has cost: `X $1.00, Comprehend $0.20, Rekognition $0.00`."""
        return ", ".join(f"{name.title()} {format_micros(self.spending.counters[name])}" for name in SERVICES)

    def to_json(self) -> dict[str, Any]:
        """The month as JSON, in dollars."""
        return {
            "month": self.name,
            "spent": {name: _to_number(value) for name, value in self.spending.counters.items()},
            "held": _to_number(self.spending.held),
            "limits": {
                name: {"spent": _to_number(spent), "limit": _to_number(limit)}
                for name, spent, limit in self.list_limits()
            },
            "waiting": {"images": self.images, "objects": self.objects},
        }


def read_month(cloud: Cloud, now: dt.datetime) -> Month | None:
    """Read the month of `now`; None for a stack of before there was a budget."""
    if "MonthlyBudgets" not in cloud.values:
        return None
    client, month = cloud.client("dynamodb"), f"{now:%Y-%m}"
    key = {name: {"S": value} for name, value in build_key(month).items()}
    found: Mapping[str, Any] = client.get_item(
        TableName=cloud.find_physical_id("CheckpointTable"), Key=key, ConsistentRead=True
    )
    limits = SpendingLimits.parse(cloud.values["MonthlyBudgets"].split(","))
    spending = read_spending(read_present_item(found.get("Item", {})))
    table = cloud.find_physical_id("ImagesTable")
    images, objects = (_count_waiting(client, table, value) for value in ("yes", WAITING_TEXTS))
    return Month(month, limits, spending, images, objects)


def format_micros(amount: int) -> str:
    """Write millionths of a dollar in whole cents, rounded up."""
    return format_usd(convert_to_dollars(amount))


def _to_number(amount: int) -> float:
    return float(convert_to_dollars(amount))


def _count_waiting(client: Any, table: str, value: str) -> int:
    count, start = 0, dict[str, Any]()
    while count < MAX_WAITING:
        page = client.query(
            TableName=table,
            IndexName=WAITING_INDEX,
            KeyConditionExpression="waiting = :value",
            ExpressionAttributeValues={":value": {"S": value}},
            Select="COUNT",
            **start,
        )
        count += page["Count"]
        if "LastEvaluatedKey" not in page:
            break
        start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}
    return count
