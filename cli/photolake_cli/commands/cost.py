"""`photolake cost`: what was bought, spared, and is to come."""

from __future__ import annotations

import enum
from typing import Annotated

import typer

from photolake_cli.commands.options import DEFAULT_STATE, PROJECT, Region, Stack, State
from photolake_cli.errors import CommandError, report_errors


class By(enum.StrEnum):
    """What the rows of the table are."""

    API = "api"
    DAY = "day"


@report_errors
def cost(
    since: Annotated[
        str | None, typer.Option(help="The first day of the posts and images.", show_default="all days")
    ] = None,
    until: Annotated[str | None, typer.Option(help="Their last day.", show_default="today")] = None,
    by: Annotated[By, typer.Option(help="A row for each API, or for each day.")] = By.API,
    forecast: Annotated[
        bool, typer.Option("--forecast", help="Before a deploy: what a month may cost at most, and what limits it.")
    ] = False,
    param: Annotated[
        list[str] | None,
        typer.Option(
            help="With --forecast: a parameter or setting of template.yaml as NAME=VALUE. Repeatable.",
            show_default="those of the template and samconfig.toml",
        ),
    ] = None,
    config_env: Annotated[str, typer.Option(help="With --forecast: the environment of samconfig.toml.")] = "default",
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False,
    stack: Stack = None,
    region: Region = None,
    state: State = DEFAULT_STATE,
) -> None:
    """Show what was bought, what was spared, and what is to come, in dollars.

    It is counted in the lake, at the list prices of the stack's Region (photolake prices): each text once, each image
    once for an API. Beside it stands what the method of 2019 would have bought of the same posts, what was spared
    because a text or image was known, and because the labels of an image did not call for an API. Then what waits in
    queues and for budgets, and what the month has left. Free tiers and lower prices of large amounts are not counted,
    so a bill may be smaller; it has Lambda, storage and alarms beside: docs/cost.md.

    On the laptop it says what the same would have cost on AWS. Nothing was paid.

    --forecast reads template.yaml, samconfig.toml and --param instead, so that nothing has to run: the month in which
    every limit is reached, and the fixed costs.

    Examples:

        photolake cost
        photolake cost --since 2026-11-01 --until 2026-11-30 --by day
        photolake cost --stack photolake --region eu-west-1
        photolake cost --forecast --param MonthlyBudget=200 --param DailyImageBudget=500
        photolake cost --json
    """
    if forecast:
        if stack or since or until:
            raise CommandError("--forecast is about template.yaml: without --stack, --since and --until")
        # Imported late for start-up time.
        from photolake_cli.cost.forecast_report import ForecastRequest, run_forecast

        run_forecast(ForecastRequest(PROJECT, config_env, param or [], region, as_json))
        return
    if param:
        raise CommandError("--param goes with --forecast")
    # Imported late for start-up time: they need boto3.
    from photolake_cli.cloud import connect
    from photolake_cli.cost.run import CostRequest, run_cost

    run_cost(CostRequest(since, until, by, as_json), connect(stack, region, state))
