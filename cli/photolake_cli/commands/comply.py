"""`photolake comply`: posts of X that the lake must not hold any more."""

from __future__ import annotations

from typing import Annotated

import typer

from photolake_cli.commands.options import DEFAULT_STATE, Region, Stack, State
from photolake_cli.errors import report_errors


@report_errors
def comply(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Send nothing to X: count the ids.")] = False,
    show_status: Annotated[bool, typer.Option("--status", help="Show how far the check is.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the counts or the state as JSON.")] = False,
    stack: Stack = None,
    region: Region = None,
    state: State = DEFAULT_STATE,
) -> None:
    """Ask X which posts in the lake are deleted, protected or suspended, and delete them here too.

    It sends the ids of all authors and posts of X to X's batch compliance jobs, waits for the results, and puts what is
    gone into the deletions table: no view shows it from then on. A deletion cannot be undone. X's jobs take minutes to
    hours. Run an interrupted command again to go on where it stopped.

    A stack whose secret has a bearer token does this by itself once a day (the setting ComplianceHours). The token is
    read from the stack's secret or from the variable X_BEARER_TOKEN.

    Examples:

        photolake comply --stack photolake --dry-run
        photolake comply --stack photolake --region eu-west-1
        photolake comply --status --json
    """
    # Imported late for start-up time: they need boto3 and tweepy.
    from photolake_cli.cloud import connect
    from photolake_cli.comply.run import ComplyRequest, run_comply

    run_comply(ComplyRequest(dry_run, show_status, as_json), connect(stack, region, state))
