"""`photolake redrive`: what failed, tried again."""

from __future__ import annotations

from typing import Annotated

import typer

from photolake_cli.commands.options import DEFAULT_STATE, Region, Stack, State
from photolake_cli.errors import report_errors


@report_errors
def redrive(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            help="Queues or functions, such as image_analyzer; with --errors kinds (malformed, tweets, posts, photos, "
            "analyses) or prefixes of keys.",
            metavar="NAMES",
            show_default="all",
        ),
    ] = None,
    errors: Annotated[
        bool, typer.Option("--errors", help="Try what lies under errors/ again, not the dead-letter queues.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Send nothing: show what failed, why, and the price.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask for consent to the cost on AWS.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
    stack: Stack = None,
    region: Region = None,
    state: State = DEFAULT_STATE,
) -> None:
    """Send what failed through the pipeline again, after its cause is mended.

    Messages that failed five times lie in dead-letter queues. The reasons come from the functions' logs, which keep
    them for 30 days unless set. The messages go back to the queue of their function.

    With --errors: records that were rejected, and what Firehose could not deliver. Each is tried by the rule that
    refused it; what passes now is sent, once, and the rest stays with its reason.

    Run it as often as you like: posts, photos and analyses are in the views once, and nothing is bought twice.

    Examples:

        photolake redrive --dry-run
        photolake redrive image_analyzer --stack photolake --region eu-west-1
        photolake redrive --errors --dry-run
        photolake redrive --errors malformed --yes
        photolake redrive --errors errors/malformed/collect/ --json
    """
    # Imported late for start-up time: they need boto3.
    from photolake_cli.cloud import connect
    from photolake_cli.redrive.errors_run import redrive_errors
    from photolake_cli.redrive.run import RedriveRequest, redrive_queues

    request = RedriveRequest(names or [], dry_run, yes, as_json)
    run = redrive_errors if errors else redrive_queues
    run(request, connect(stack, region, state))
