"""`photolake redrive --errors`: counts what passes now, shows the price, asks for consent, and delivers it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, cast

import typer

from photolake.errors import DeliveryError
from photolake_cli.collect.forecast import Sample, Volume
from photolake_cli.collect.report import show_forecast
from photolake_cli.console import INTERRUPTED, error_console, print_note, show_progress
from photolake_cli.json_output import print_json
from photolake_cli.redrive.errors_report import build_document, show_delivered, show_tallies
from photolake_cli.redrive.lake import open_lake
from photolake_cli.redrive.objects import list_objects
from photolake_cli.redrive.run import consent_to, explain_errors
from photolake_cli.redrive.sending import Redriver

if TYPE_CHECKING:
    from photolake.rows.types import PostRow
    from photolake_cli.cloud import Cloud
    from photolake_cli.collect.forecast import Forecast
    from photolake_cli.redrive.lake import ErrorLake, Target
    from photolake_cli.redrive.objects import ErrorObject
    from photolake_cli.redrive.rules import AcceptedRow
    from photolake_cli.redrive.run import RedriveRequest
    from photolake_cli.redrive.sending import Tallies


def redrive_errors(request: RedriveRequest, cloud: Cloud) -> None:
    """Try what lies under `errors/` again, and deliver what passes now, each row once."""
    delivered: Tallies | None = None
    with explain_errors(cloud):
        lake = open_lake(cloud)
        objects = list(list_objects(lake.s3, lake.bucket, request.names))
        survey, forecast = _survey(lake, objects, cloud)
        if not request.as_json:
            show_tallies(survey)
        if forecast.posts:
            show_forecast(forecast, cloud)
        if any(tally.rows for tally in survey.values()) and not request.dry_run:
            consent_to(forecast.usd, request, cloud)
            delivered = _deliver(lake, objects)
    if request.as_json:
        print_json(build_document(survey if delivered is None else delivered, delivered is not None, forecast.usd))
    elif not request.dry_run:
        show_delivered(delivered or {}, cloud)


def _survey(lake: ErrorLake, objects: Sequence[ErrorObject], cloud: Cloud) -> tuple[Tallies, Forecast]:
    """Try every record without delivering any, and price the posts that pass."""
    volume = Volume()

    def add(row: AcceptedRow, target: Target) -> None:
        if target.buys:
            volume.add(cast("PostRow", row.row))

    redriver = Redriver(lake, deliver=False, on_row=add)
    with show_progress("Trying what lies under errors/", error_console) as on_line:
        for number, found in enumerate(redriver.run(objects), start=1):
            on_line(f"{number:,} of {len(objects):,} objects, {found.key}")
    forecast = Sample(volume, Decimal(1)).forecast(
        cloud.image_apis, cloud.sample_rate, packs_entities=cloud.packs_entities
    )
    return redriver.tallies, forecast


def _deliver(lake: ErrorLake, objects: Sequence[ErrorObject]) -> Tallies:
    with show_progress("Delivering", error_console) as on_line:
        redriver = Redriver(
            lake, deliver=True, on_pause=lambda seconds: on_line(f"waits {seconds:,.0f} s: too many days for Firehose")
        )
        try:
            for number, _ in enumerate(redriver.run(objects), start=1):
                on_line(f"{number:,} of {len(objects):,} objects")
        except KeyboardInterrupt as interrupt:
            _print_stopped(redriver)
            raise typer.Exit(INTERRUPTED) from interrupt
        except DeliveryError:
            _print_stopped(redriver)
            raise
    return redriver.tallies


def _print_stopped(redriver: Redriver) -> None:
    rows = sum(tally.rows for tally in redriver.tallies.values())
    print_note(f"Stopped after {rows:,} rows. Run the command again for the others.", "yellow")
