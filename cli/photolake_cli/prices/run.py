"""`photolake prices`: shows the file of prices, or reads it again from the AWS Price List."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from photolake.price_list import DEFAULT_REGION, PRICES_PATH, read_document, read_prices
from photolake_cli.aws_errors import explain_error
from photolake_cli.console import error_console, show_progress
from photolake_cli.errors import CommandError
from photolake_cli.json_output import print_json
from photolake_cli.prices.file import save_prices
from photolake_cli.prices.price_list_api import iterate_products, make_client
from photolake_cli.prices.refresh import list_wanted, refresh_prices
from photolake_cli.prices.report import build_changes, build_prices, show_changes, show_prices


@dataclass(frozen=True)
class PricesRequest:
    """What the command line asks for; `services` are short names such as `rekognition`."""

    region: str | None = None
    refresh: bool = False
    services: Sequence[str] = ()
    dry_run: bool = False
    as_json: bool = False


def run_prices(request: PricesRequest) -> None:
    """Show the prices, or refresh those of photolake's own file."""
    if request.refresh:
        refresh_file(request, make_client(), PRICES_PATH)
        return
    if request.services or request.dry_run:
        raise CommandError("--service and --dry-run go with --refresh")
    region = request.region or DEFAULT_REGION
    prices = read_prices(region)
    if request.as_json:
        print_json({"region": region, "prices": build_prices(prices)})
    else:
        show_prices(prices, region)


def refresh_file(request: PricesRequest, client: Any, path: Path) -> None:
    """Read the prices of a file again, show what changed, and write it unless it is a dry run."""
    document = read_document(path)
    wanted, others = list_wanted(document, request.region, [name.casefold() for name in request.services])
    if not wanted:
        raise CommandError(f"No price is read for {', '.join(request.services)}. Services: {_list_services(document)}")
    try:
        with show_progress("Reading the price list", error_console) as on_line:
            refreshed = refresh_prices(document, wanted, partial(iterate_products, client), on_line)
    except (BotoCoreError, ClientError) as error:
        raise explain_error(error, "the AWS Price List") from error
    if not request.dry_run:
        save_prices(refreshed.document, path)
    if request.as_json:
        print_json(build_changes(refreshed, others, is_saved=not request.dry_run))
    else:
        show_changes(refreshed, others, is_saved=not request.dry_run)


def _list_services(document: Any) -> str:
    services = {row["list"]["service"] for row in document["prices"].values() if "list" in row}
    return ", ".join(sorted(each.casefold().removeprefix("amazon").removeprefix("aws") for each in services))
