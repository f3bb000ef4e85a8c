"""`photolake backfill`: photos that lie in S3 already."""

from __future__ import annotations

from typing import Annotated

import typer

from photolake_cli.commands.options import DEFAULT_STATE, Region, Stack, State
from photolake_cli.errors import report_errors


@report_errors
def backfill(
    uri: Annotated[
        str | None,
        typer.Argument(
            help="s3://bucket/prefix; a prefix is the beginning of keys.", show_default="all, with --status"
        ),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Start nothing: count, and forecast the cost.")] = False,
    show_status: Annotated[bool, typer.Option("--status", help="Show how far this backfill is, or all.")] = False,
    stop: Annotated[bool, typer.Option("--stop", help="Stop it. The same command without --stop continues.")] = False,
    yes: Annotated[
        bool, typer.Option("--yes", help="Start without counting and without asking for consent to the cost on AWS.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the forecast or the jobs as JSON.")] = False,
    stack: Stack = None,
    region: Region = None,
    state: State = DEFAULT_STATE,
) -> None:
    """Analyse photos that lie in S3 already.

    It runs in the cloud: the command starts it, and may be interrupted. Objects of any name and size are listed; each
    gets a row in photos, even if it is not a photo. The daily budget of images holds, so a large backfill takes days.

    Run the same command again to continue where it stopped or failed, or, when it is done, to analyse what is new or
    has changed. After an API was added to ImageApis, only that is bought for photos that are known.

    The bucket must be one of the setting BackfillBuckets, or the lake's own (s3://LAKE/images/).

    Examples:

        photolake backfill s3://bucket/2019/ --dry-run
        photolake backfill s3://bucket/2019/ --stack photolake --region eu-west-1
        photolake backfill --status --json
        photolake backfill s3://bucket/2019/ --stop
    """
    # Imported late for start-up time: they need boto3.
    from photolake_cli.backfill.run import BackfillRequest, run_backfill
    from photolake_cli.cloud import connect

    run_backfill(BackfillRequest(uri, dry_run, show_status, stop, yes, as_json), connect(stack, region, state))
