"""`photolake drop`: photos of this machine."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from photolake_cli.commands.options import DEFAULT_STATE, Region, Stack, State
from photolake_cli.errors import CommandError, report_errors


@report_errors
def drop(
    paths: Annotated[list[Path], typer.Argument(help="Photos, and folders of them.", metavar="PATHS")],
    metadata: Annotated[
        list[str] | None,
        typer.Option(
            "--metadata", help="Metadata for every photo, as NAME=VALUE; may be repeated.", show_default="none"
        ),
    ] = None,
    below: Annotated[
        str, typer.Option("--below", help="A folder under images/dropped/.", metavar="NAME", show_default="none")
    ] = "",
    replace: Annotated[bool, typer.Option("--replace", help="Also send photos whose names others have.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Send nothing: count, and show the price.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask for consent to the cost on AWS.")] = False,
    wait: Annotated[
        bool, typer.Option("--wait", help="Wait until the laptop cloud has analysed them, and show the results.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print what became of each photo as JSON.")] = False,
    stack: Stack = None,
    region: Region = None,
    state: State = DEFAULT_STATE,
) -> None:
    """Drop photos into the lake, where they are analysed.

    Formats: JPEG, PNG, WebP, AVIF and GIF, known by their bytes and not by their names, of at most 15 MiB. Other files
    in a folder are skipped, and listed.

    A photo keeps its name under images/dropped/, one in a folder with the folder's. It is not sent if it is there
    already, and another photo with its name is not overwritten without --replace; the analysis of that one stays. Run
    an interrupted command again to resume it.

    Examples:

        photolake drop beach.jpg
        photolake drop holiday/ --metadata campaign=spring --metadata place=Zürich --dry-run
        photolake drop holiday/ --wait
        photolake drop *.jpg --below 2026/spring --stack photolake --region eu-west-1 --yes
    """
    # Imported late for start-up time: they need boto3.
    from photolake_cli.cloud import connect
    from photolake_cli.drop.metadata import parse_metadata
    from photolake_cli.drop.run import DropRequest, drop_photos

    if wait and stack:
        raise CommandError(
            "--wait is for the laptop cloud. On AWS, see what became of the photos a quarter of an hour later: "
            f"photolake query --saved dropped_photos --stack {stack}"
        )
    if wait and as_json:
        raise CommandError(
            "--json goes without --wait. For the results as JSON: photolake wait, then "
            "photolake query --saved dropped_photos --format json"
        )
    request = DropRequest(paths, below, parse_metadata(metadata or []), replace, dry_run, yes, as_json)
    cloud = connect(stack, region, state)
    photos = drop_photos(request, cloud)
    if wait and photos:
        from photolake_cli.drop.results import wait_for_results
        from photolake_cli.laptop import Laptop

        wait_for_results(photos, cloud, Laptop.connect(state))
