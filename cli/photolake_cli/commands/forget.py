"""`photolake forget`: posts out of every view, and out of every byte of the lake."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from photolake_cli.commands.options import DEFAULT_STATE, Region, Stack, State
from photolake_cli.errors import report_errors


@report_errors
def forget(
    posts: Annotated[
        list[str] | None,
        typer.Argument(help="Ids, id_str or URLs of posts.", metavar="POST_ID...", show_default="none"),
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option("--file", help="A file with one of them a line, or a CSV with a header.", show_default="none"),
    ] = None,
    column: Annotated[str, typer.Option(help="The column of the CSV that has them.")] = "id",
    author: Annotated[
        list[str] | None,
        typer.Option(
            help="All posts of this account that the lake has: its id, DID or URI, not its handle.", show_default="none"
        ),
    ] = None,
    reason: Annotated[str, typer.Option(help="What the deletion says of why.")] = "forgotten on request",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Erase nothing: count what would go, and what finding it costs.")
    ] = False,
    log: Annotated[bool, typer.Option("--log", help="Show what was erased when.")] = False,
    copies: Annotated[
        bool, typer.Option("--copies", help="Show the exports and dashboards that were made of the lake.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask for consent.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
    stack: Stack = None,
    region: Region = None,
    state: State = DEFAULT_STATE,
) -> None:
    """Take posts out of every view at once, and then out of every byte of the lake. This cannot be undone.

    A function in the cloud erases them: archive, rows, photos that no other post shows, search index, caches, errors,
    query results. The command follows it, and may be interrupted; the same command goes on.

    Exports and dashboards are not reached; the command names those that were made, to be made again or deleted.

    Examples:

        photolake forget 1790000000000000001 --dry-run
        photolake forget --file requests.csv --column post_id --stack photolake --region eu-west-1
        photolake forget --author did:plc:z72i7hdynmk6r22z27h6tvur
        photolake forget --log --json
        photolake forget --copies
    """
    # Imported late for start-up time: they need boto3.
    from photolake_cli.cloud import connect
    from photolake_cli.forget.run import ForgetRequest, run_forget

    names = tuple(posts or ())
    request = ForgetRequest(names, file, column, tuple(author or ()), reason, dry_run, log, copies, yes, as_json)
    run_forget(request, connect(stack, region, state))
