"""`photolake compact`: days of the landing tables as few large objects."""

from __future__ import annotations

from typing import Annotated

import typer

from photolake_cli.commands.options import DEFAULT_STATE, Region, Stack, State
from photolake_cli.errors import report_errors


@report_errors
def compact(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Write nothing: count, and forecast the cost.")] = False,
    at_once: Annotated[
        bool,
        typer.Option("--at-once", help="Delete the replaced objects at once: queries that run meanwhile may fail."),
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask for consent to the cost on AWS.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print what was found or done as JSON.")] = False,
    stack: Stack = None,
    region: Region = None,
    state: State = DEFAULT_STATE,
) -> None:
    """Write each day of posts, photos and analyses anew as few large objects, so that queries read less.

    The stack does so by itself every hour for the days of the last month. The command does it now and for all days that
    are over, also old ones, whose rows are kept for RowRetentionDays from now on. Nothing is lost if it is interrupted,
    or if posts arrive meanwhile; run it again to go on. The stack deletes the replaced objects an hour later.

    Examples:

        photolake compact --dry-run
        photolake compact --stack photolake --region eu-west-1
    """
    # Imported late for start-up time: they need boto3.
    from photolake_cli.cloud import connect
    from photolake_cli.compact.run import CompactRequest, run_compact

    run_compact(CompactRequest(dry_run, at_once, yes, as_json), connect(stack, region, state))
