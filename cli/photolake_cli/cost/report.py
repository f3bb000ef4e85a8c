"""What `photolake cost` shows: what was bought and spared, what is to come, and what the month has left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from photolake.pricing import format_usd
from photolake_cli.console import print_note, show_table
from photolake_cli.cost.amounts import (
    NAMES,
    Amounts,
    Cost,
    find_price,
    price_amount,
    sum_by_api,
    sum_by_day,
    sum_costs,
)
from photolake_cli.cost.coming import sum_coming

if TYPE_CHECKING:
    from photolake_cli.cost.coming import ComingCost
    from photolake_cli.cost.counted import Counted
    from photolake_cli.spending import MonthlySpending

_CENT = Decimal("0.01")


@dataclass(frozen=True)
class CostReport:
    """Everything that is known of the cost of these days."""

    since: str
    until: str
    region: str
    on_laptop: bool
    amounts: Amounts
    counted: Counted
    coming: Sequence[ComingCost]
    spending: MonthlySpending | None

    @property
    def total(self) -> Cost:
        """All APIs together."""
        return sum_costs(price_amount(api, each, self.region) for api, each in sum_by_api(self.amounts).items())


def show_report(report: CostReport, by: str) -> None:
    """Print the table, and sentences on the rest."""
    title = f"{report.since} to {report.until}, at list prices of {report.region}"
    if by == "day":
        _show_days(report, title)
    else:
        _show_apis(report, title)
    _print_total(report)
    _show_coming(report)
    if report.spending:
        print_note(_describe_spending(report.spending))


def build_report(report: CostReport) -> dict[str, Any]:
    """The same as JSON; amounts of dollars are strings."""
    total = report.total
    return {
        "since": report.since,
        "until": report.until,
        "region": report.region,
        "is_paid": not report.on_laptop,
        "usd": _text(total.bought + report.counted.x_usd),
        "apis": [
            {
                "api": api,
                "units": amount.bought,
                "usd_per_unit": f"{find_price(api, report.region):f}",
                **_build_cost(price_amount(api, amount, report.region)),
                "units_of_2019": amount.of_2019,
                "counted_units": report.counted.calls.get(api),
            }
            for api, amount in sum_by_api(report.amounts).items()
        ],
        "days": [
            {
                "day": day,
                "texts_usd": _text(texts.bought),
                "images_usd": _text(images.bought),
                **_build_cost(texts + images),
            }
            for day, (texts, images) in sum_by_day(report.amounts, report.region).items()
        ],
        "x": {"posts_by_month": dict(report.counted.x_posts), "usd": _text(report.counted.x_usd)},
        "spared": dict(report.counted.spared),
        "coming": [
            {"what": each.what, "count": each.count, "usd_at_most": None if each.usd is None else _text(each.usd)}
            for each in report.coming
        ],
        "month": _build_spending(report.spending),
    }


def _show_apis(report: CostReport, title: str) -> None:
    rows: list[tuple[Any, ...]] = []
    for api, amount in sum_by_api(report.amounts).items():
        cost = price_amount(api, amount, report.region)
        rows.append(
            (
                NAMES[api],
                amount.bought,
                _round(cost.bought),
                _round(cost.of_2019),
                _round(cost.repeats),
                _round(cost.gates),
            )
        )
    if any(report.counted.x_posts.values()):
        posts = sum(report.counted.x_posts.values())
        rows.append(("X, whole months", posts, _round(report.counted.x_usd), None, None, None))
    columns = ["API", "bought", "dollars", "2019", "known", "no call"]
    note = (
        "bought: images, posts, units of 100 characters; 2019: dollars by that method; known, no call: dollars spared"
    )
    show_table(title, columns, rows, note, bar_column="dollars")


def _show_days(report: CostReport, title: str) -> None:
    rows = []
    for day, (texts, images) in sum_by_day(report.amounts, report.region).items():
        both = texts + images
        rows.append((day, *(_round(each) for each in (texts.bought, images.bought, both.of_2019, both.bought))))
    show_table(title, ["day", "texts", "images", "2019", "dollars"], rows, bar_column="dollars")


def _print_total(report: CostReport) -> None:
    total = report.total
    verb = "would have cost" if report.on_laptop else "cost"
    nothing = "; nothing was paid" if report.on_laptop else ""
    print_note(f"Texts and images {verb} {format_usd(total.bought)} on AWS at most{nothing}.")
    if total.of_2019:
        less = 1 - total.bought / total.of_2019
        share = f": this is {less:.0%} less" if less > 0 else ": it knew no dropped photos and no new APIs"
        print_note(f"The method of 2019 would have spent {format_usd(total.of_2019)} on the same posts{share}.")
    print_note(
        f"Spared: {format_usd(total.repeats)} for texts and images that were known, {format_usd(total.gates)} for "
        "APIs that the labels did not call for."
    )
    counted = report.counted
    if counted.calls:
        print_note(f"Counted by the functions, also what was paid twice: {_describe_calls(counted.calls)}")
    if any(counted.spared.values()):
        kinds = ", ".join(f"{count:,} {name}" for name, count in counted.spared.items() if count)
        print_note(f"Remembered, and not done again: {kinds}")


def _show_coming(report: CostReport) -> None:
    coming = [each for each in report.coming if each.count]
    if not coming:
        print_note("Nothing waits to be bought.")
        return
    rows = [(each.what, each.count, None if each.usd is None else _round(each.usd)) for each in coming]
    unknown = ", and what the objects of posts hold" if any(each.usd is None for each in coming) else ""
    note = f"{format_usd(sum_coming(coming))} at most{unknown}"
    show_table("To come", ["what", "number", "dollars at most"], rows, note)


def _describe_calls(calls: Mapping[str, int]) -> str:
    names = {"texts": "units of text"}
    return ", ".join(f"{count:,} {names.get(api, api)}" for api, count in calls.items())


def _describe_spending(spending: MonthlySpending) -> str:
    found = spending.find_tightest([])
    spent = ", ".join(f"{name} {format_usd(usd)}" for name, usd in spending.spent.items() if name != "total")
    left = f", {format_usd(found[1])} of MonthlyBudget left" if found else ""
    return f"Spent in {spending.month} (UTC): {format_usd(spending.spent['total'])} ({spent}){left}"


def _build_cost(cost: Cost) -> dict[str, str]:
    return {
        "usd": _text(cost.bought),
        "usd_of_2019": _text(cost.of_2019),
        "usd_spared_known": _text(cost.repeats),
        "usd_spared_not_called_for": _text(cost.gates),
    }


def _build_spending(spending: MonthlySpending | None) -> dict[str, Any] | None:
    if spending is None:
        return None
    return {
        "month": spending.month,
        "spent": {name: _text(usd) for name, usd in spending.spent.items()},
        "limits": {name: _text(usd) for name, usd in spending.limits.items()},
    }


def _text(usd: Decimal) -> str:
    return f"{usd:f}"


def _round(usd: Decimal) -> float:
    """For a cell: a number, so that it is aligned and can be drawn as a bar."""
    return float(usd.quantize(_CENT if usd >= 1 or not usd else Decimal("0.0001")))
