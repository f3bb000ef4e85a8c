"""`photolake cost`: what was bought, spared, and is to come."""

from __future__ import annotations

import enum
from typing import Annotated

import typer

from photolake_cli.commands.options import DEFAULT_STATE, Region, Stack, State
from photolake_cli.errors import report_errors


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

    Examples:

        photolake cost
        photolake cost --since 2026-11-01 --until 2026-11-30 --by day
        photolake cost --stack photolake --region eu-west-1
        photolake cost --json
    """
    # Imported late for start-up time: they need boto3.
    from photolake_cli.cloud import connect
    from photolake_cli.cost.run import CostRequest, run_cost

    run_cost(CostRequest(since, until, by, as_json), connect(stack, region, state))
