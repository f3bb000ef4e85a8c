"""What `photolake cost --forecast` shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_UP, Decimal
from typing import TYPE_CHECKING, Any

from photolake.images.rekognition_apis import CUSTOM_LABELS
from photolake.pricing import format_usd
from photolake_cli.console import error_console, print_note, show_progress, show_table
from photolake_cli.cost.deployment import read_deployment
from photolake_cli.cost.forecast import MonthForecast, forecast_month
from photolake_cli.json_output import print_json

if TYPE_CHECKING:
    from pathlib import Path

_CENT = Decimal("0.01")


@dataclass(frozen=True)
class ForecastRequest:
    """What the command line asks for: the folder of template.yaml, samconfig's environment, and NAME=VALUE."""

    folder: Path
    environment: str
    parameters: Sequence[str] = ()
    region: str | None = None
    as_json: bool = False


def run_forecast(request: ForecastRequest) -> None:
    """Forecast a month of the stack that `sam deploy` would make."""
    with show_progress("Reading template.yaml", error_console):
        deployment = read_deployment(request.folder, request.environment, request.parameters, request.region)
    forecast = forecast_month(deployment)
    if request.as_json:
        print_json(build_forecast(forecast))
    else:
        show_forecast(forecast)
        if CUSTOM_LABELS.name in deployment.names("ImageApis"):
            print_note("The hours that the model of custom_labels runs come on top.", "yellow")


def show_forecast(forecast: MonthForecast) -> None:
    """Print a row for each thing, and the sum."""
    rows = [(line.what, None if line.usd is None else _round(line.usd), line.limited_by) for line in forecast.lines]
    title = f"A month of 31 days at most, at list prices of {forecast.region}"
    show_table(title, ["what", "dollars", "limited by"], rows, bar_column="dollars")
    if forecast.monthly_budget:
        print_note(
            f"MonthlyBudget: posts, texts and images together {format_usd(forecast.monthly_budget)} at most; what is "
            "over it waits for the next month"
        )
    else:
        print_note("MonthlyBudget is 0: posts, texts and images have no limit in dollars", "yellow")
    bought = "no limit" if forecast.bought_usd is None else format_usd(forecast.bought_usd)
    total = "no limit" if forecast.usd is None else format_usd(forecast.usd)
    print_note(f"At most: {total}, of which posts, texts and images {bought}. Free tiers are not counted.", "bold")


def build_forecast(forecast: MonthForecast) -> dict[str, Any]:
    """The same as JSON; null is no limit."""
    return {
        "region": forecast.region,
        "lines": [
            {
                "what": line.what,
                "usd_at_most": _text(line.usd),
                "limited_by": line.limited_by,
                "is_bought": line.is_bought,
            }
            for line in forecast.lines
        ],
        "monthly_budget_usd": str(forecast.monthly_budget),
        "bought_usd_at_most": _text(forecast.bought_usd),
        "usd_at_most": _text(forecast.usd),
    }


def _text(usd: Decimal | None) -> str | None:
    return None if usd is None else f"{usd:f}"


def _round(usd: Decimal) -> float:
    return float(usd.quantize(_CENT, ROUND_UP))
