"""What a month may cost and what it has cost so far, as the functions count it: see `photolake/spending/ledger.py`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from photolake.pricing import format_usd
from photolake.spending import ledger
from photolake.spending.limits import SERVICES, SETTINGS, SpendingLimits, convert_to_dollars
from photolake_cli.aws_errors import explain_error
from photolake_cli.console import print_note

if TYPE_CHECKING:
    from photolake_cli.cloud import Cloud

LIMITS = "MonthlyBudgets"
"""The output of the stack with the limits in dollars, in the order of `SETTINGS`; 0 is none."""


@dataclass(frozen=True)
class MonthlySpending:
    """Dollars of a calendar month (UTC) by counter: spent so far, and the limits that there are.

    `held`: what runs have taken and not yet given back, of what is spent.
    """

    month: str
    spent: Mapping[str, Decimal]
    limits: Mapping[str, Decimal]
    held: Decimal = Decimal(0)

    def list_limits(self) -> list[tuple[str, Decimal, Decimal]]:
        """The setting of each limit, what is spent of it, and how much it is."""
        return [(SETTINGS[name], self.spent[name], limit) for name, limit in self.limits.items()]

    def describe_services(self) -> str:
        """What each service has cost: `X $1.00, Comprehend $0.20, Rekognition $0.00`."""
        return ", ".join(f"{name.title()} {format_usd(self.spent[name])}" for name in SERVICES)

    def find_tightest(self, services: Sequence[str]) -> tuple[str, Decimal] | None:
        """The limit that leaves these services the least, by its setting's name, and what it leaves; None if none."""
        left = [
            (SETTINGS[name], max(self.limits[name] - self.spent[name], Decimal(0)))
            for name in ("total", *services)
            if name in self.limits
        ]
        return min(left, key=lambda each: each[1], default=None)


def read_spending(cloud: Cloud, now: dt.datetime) -> MonthlySpending | None:
    """What this month has cost; None if the stack has no limit, or is of a version that counts nothing."""
    if not cloud.values.get(LIMITS):
        return None
    found = SpendingLimits.parse(cloud.values[LIMITS].split(","))
    by_name = [("total", found.total), *found.by_service.items()]
    limits = {name: convert_to_dollars(limit) for name, limit in by_name if limit}
    if not limits:
        return None
    month = f"{now.astimezone(dt.UTC):%Y-%m}"
    try:
        table = cloud.table(cloud.find_physical_id("CheckpointTable"))
        item = table.get_item(Key=ledger.build_key(month), ConsistentRead=True).get("Item") or {}
    except (BotoCoreError, ClientError) as error:
        raise explain_error(error, cloud.name) from error
    spending = ledger.read_spending(item)
    spent = {name: convert_to_dollars(amount) for name, amount in spending.counters.items()}
    return MonthlySpending(month, spent, limits, convert_to_dollars(spending.held))


def describe_left(spending: MonthlySpending | None, planned: Mapping[str, Decimal]) -> tuple[str, bool]:
    """A sentence on what the month has left, and whether that is less than is planned; empty without a limit.

    `planned` are the dollars that are about to be spent by service.
    """
    if spending is None:
        return "", False
    tightest = spending.find_tightest(list(planned))
    if tightest is None:
        return "", False
    # Each service by itself may have a limit of its own that is tighter than the rest.
    checks = [(spending.find_tightest([name]), usd) for name, usd in planned.items()]
    checks.append((spending.find_tightest([]), sum(planned.values(), Decimal(0))))
    over = [(left, usd) for left, usd in checks if left is not None and usd > left[1]]
    (name, left), usd = max(over, key=lambda each: each[1] - each[0][1]) if over else (tightest, Decimal(0))
    sentence = f"{name} has {format_usd(left)} left in {spending.month} (UTC)"
    if not over:
        return sentence, False
    return (
        f"{sentence}, {format_usd(usd - left)} less than this may cost: what is over it waits for the next month",
        True,
    )


def show_left(spending: MonthlySpending | None, planned: Mapping[str, Decimal]) -> None:
    """Print that sentence, if there is a limit."""
    sentence, is_over = describe_left(spending, planned)
    if sentence:
        print_note(sentence, "yellow" if is_over else "")
