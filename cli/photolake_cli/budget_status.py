"""The part of `photolake status` that tells what the month has cost and what waits for a budget."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from photolake_cli.console import show_table
from photolake_cli.spending import read_spending
from photolake_cli.waiting import count_waiting

if TYPE_CHECKING:
    from photolake_cli.cloud import Cloud
    from photolake_cli.spending import MonthlySpending


def read_budget(cloud: Cloud, now: dt.datetime) -> dict[str, Any]:
    """`budget`: what the month has cost so far; None without a limit. `waiting`: for one of a day or month."""
    waiting = count_waiting(cloud)
    return {
        "budget": _describe_spending(read_spending(cloud, now)),
        "waiting": {"images": waiting.images, "objects": waiting.objects},
    }


def show_budget(document: Mapping[str, Any]) -> None:
    """Print it as tables."""
    if budget := document["budget"]:
        limits = [
            (name, f"${found['spent']:,.2f}", f"${found['limit']:,.2f}") for name, found in budget["limits"].items()
        ]
        show_table(f"Budget of {budget['month']}", ["limit", "spent", "of"], limits)
    waiting = [(f"{kind} that wait", number) for kind, number in document["waiting"].items()]
    show_table("Waiting for a budget of a day or month", ["what", "number"], waiting)


def _describe_spending(spending: MonthlySpending | None) -> dict[str, Any] | None:
    if spending is None:
        return None
    limits = {name: {"spent": float(spent), "limit": float(limit)} for name, spent, limit in spending.list_limits()}
    spent = {name: float(usd) for name, usd in spending.spent.items()}
    return {"month": spending.month, "spent": spent, "held": float(spending.held), "limits": limits}
