"""What has been spent in a month, counted in DynamoDB before it is spent, so that no number of workers overruns it.

One item a month, `spending#<month>`, of the checkpoint table, because the cache table may be deleted:

- `total`, and a counter for each service, in millionths of a dollar;
- `hold#<id>`: how much a worker has taken so far. It goes when the worker gives back what is left. Those of workers
  that died stay, and count as spent.

A hold also makes repeated requests harmless: one whose response was lost finds its own amount there, or no hold any
more.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from photolake.aws.dynamodb import is_condition_failure, read_present_item
from photolake.clock import utc_now
from photolake.spending.limits import SERVICES

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

    from photolake.spending.limits import Service, SpendingLimits

_HOLD = "hold#"


@dataclass(frozen=True)
class Spending:
    """What a month has cost so far, in millionths of a dollar: in all and by service, and what workers hold of it."""

    counters: Mapping[str, int]
    held: int = 0

    def count_left(self, limits: SpendingLimits, service: Service) -> int | None:
        """Count what the service may still spend; None if nothing limits it."""
        left = [limit - self.counters.get(name, 0) for name, limit in limits.select(service).items()]
        return max(min(left), 0) if left else None

    def find_share(self, limits: SpendingLimits, service: Service) -> float:
        """Return the largest share of a limit of the service that is spent; 0 if nothing limits it."""
        shares = (self.counters.get(name, 0) / limit for name, limit in limits.select(service).items())
        return max(shares, default=0.0)


@dataclass(frozen=True)
class Hold:
    """Money that a worker has taken in a month: `taken` so far, under an id of its own."""

    month: str
    id: str
    taken: int = 0


class SpendingLedger:
    """Counts what is spent; threads may share it if they may share its table."""

    def __init__(self, table: Table, limits: SpendingLimits, clock: Callable[[], dt.datetime] = utc_now) -> None:
        """`table` is the checkpoint table."""
        self._table = table
        self._clock = clock
        self.limits = limits

    @property
    def month(self) -> str:
        """The calendar month (UTC) that pays now: `2026-11`."""
        return f"{self._clock():%Y-%m}"

    def read(self) -> Spending:
        """Read what this month has cost so far."""
        item = self._table.get_item(Key=build_key(self.month), ConsistentRead=True).get("Item") or {}
        return read_spending(item)

    def take(self, service: Service, amount: int, hold: Hold) -> tuple[bool, Spending]:
        """Add an amount to a hold unless a limit would be passed; return whether it was, and what is spent then."""
        limits = self.limits.select(service)
        conditions = ["#hold = :before" if hold.taken else "attribute_not_exists(#hold)"]
        values = {":amount": amount, ":after": hold.taken + amount}
        if hold.taken:
            values[":before"] = hold.taken
        names = {"#hold": _HOLD + hold.id, "#total": "total", "#service": service}
        for name, limit in limits.items():
            place = "total" if name == "total" else "service"
            # Without a counter nothing is spent, and a comparison with it is false.
            is_untouched = "" if limit < amount else f"attribute_not_exists(#{place}) OR "
            conditions.append(f"({is_untouched}#{place} <= :{place})")
            values[f":{place}"] = limit - amount
        return self._update(
            hold,
            "ADD #total :amount, #service :amount SET #hold = :after",
            " AND ".join(conditions),
            names,
            values,
            lambda item: item.get(names["#hold"]) == hold.taken + amount,
        )

    def give_back(self, service: Service, amount: int, hold: Hold) -> Spending:
        """End a hold, and take what is left of it out of the counters. One that is not there is over already."""
        return self._update(
            hold,
            "ADD #total :amount, #service :amount REMOVE #hold",
            "attribute_exists(#hold)",
            {"#hold": _HOLD + hold.id, "#total": "total", "#service": service},
            {":amount": -amount},
            lambda item: True,
        )[1]

    def add(self, service: Service, amount: int) -> None:
        """Count what has been spent without being taken before, even over a limit."""
        self._table.update_item(
            Key=build_key(self.month),
            UpdateExpression="ADD #total :amount, #service :amount",
            ExpressionAttributeNames={"#total": "total", "#service": service},
            ExpressionAttributeValues={":amount": amount},
        )

    def _update(
        self,
        hold: Hold,
        change: str,
        condition: str,
        names: Mapping[str, str],
        values: Mapping[str, int],
        is_done: Callable[[Mapping[str, Any]], bool],
    ) -> tuple[bool, Spending]:
        try:
            response = self._table.update_item(
                Key=build_key(hold.month),
                UpdateExpression=change,
                ConditionExpression=condition,
                ExpressionAttributeNames=names,
                ExpressionAttributeValues=values,
                ReturnValues="ALL_NEW",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except ClientError as error:
            if not is_condition_failure(error):
                raise
            present: Any = error.response
            item = read_present_item(present.get("Item", {}))
            return is_done(item), read_spending(item)
        return True, read_spending(response["Attributes"])


def build_key(month: str) -> dict[str, str]:
    """Return the key of a month's item."""
    return {"id": f"spending#{month}"}


def read_spending(item: Mapping[str, Any]) -> Spending:
    """Read a month's item; an empty one if the month has none."""
    counters = {name: int(str(item.get(name, 0))) for name in ("total", *SERVICES)}
    return Spending(counters, sum(int(str(value)) for name, value in item.items() if name.startswith(_HOLD)))
