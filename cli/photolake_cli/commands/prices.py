"""`photolake prices`: the list prices that forecasts use."""

from __future__ import annotations

from typing import Annotated

import typer

from photolake_cli.errors import report_errors


@report_errors
def prices(
    refresh: Annotated[
        bool, typer.Option("--refresh", help="Read the prices from the AWS Price List, and write photolake's file.")
    ] = False,
    service: Annotated[
        list[str] | None,
        typer.Option(
            help="With --refresh: read this service only, such as rekognition. Repeatable.", show_default="all"
        ),
    ] = None,
    region: Annotated[
        str | None,
        typer.Option(
            help="The Region whose prices are shown or read.", show_default="us-east-1; with --refresh all in the file"
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="With --refresh: show what changed, and write nothing.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the prices, or what changed, as JSON.")] = False,
) -> None:
    """Show the list prices that forecasts use, each with its date and source, or read them again.

    --refresh asks the AWS Price List (pricing:GetProducts, free of charge) and shows what changed, old and new. A price
    that is missing there, is there twice, or has another unit is an error that names it; then nothing is written.
    X's price and a few others are not in that list: look at their pages.

    Examples:

        photolake prices
        photolake prices --region eu-central-1
        photolake prices --refresh --dry-run
        photolake prices --refresh --service rekognition --service comprehend
        photolake prices --json
    """
    # Imported late for start-up time: they need boto3.
    from photolake_cli.prices.run import PricesRequest, run_prices

    run_prices(PricesRequest(region, refresh, service or [], dry_run, as_json))
