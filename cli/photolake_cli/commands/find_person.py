"""`photolake find-person`: the photos that show one person."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from photolake_cli.commands.options import DEFAULT_STATE, Stack, State
from photolake_cli.errors import CommandError, report_errors
from photolake_cli.exit_status import ExitStatus
from photolake_cli.json_output import print_json


@report_errors
def find_person(
    places: Annotated[
        list[str],
        typer.Option("--in", metavar="PLACE", help="Search here: a folder, a file or s3://bucket/prefix. Repeatable."),
    ],
    portrait: Annotated[
        str | None,
        typer.Argument(
            help="A photo of the person: a file or an s3:// URI.", show_default="none, with --delete-collection"
        ),
    ] = None,
    face: Annotated[
        int | None,
        typer.Option(help="Which face of the portrait, the largest being 1.", min=1, show_default="its only face"),
    ] = None,
    similarity: Annotated[
        float, typer.Option(help="How similar a face has to be. Another value costs nothing.", min=0, max=100)
    ] = 80,
    strategy: Annotated[
        Literal["auto", "compare", "collection"],
        typer.Option(help="Compare each photo, or index all faces once and search; auto is the cheaper one."),
    ] = "auto",
    searches: Annotated[
        int, typer.Option(help="How many people you will search for in these photos, for the price.", min=1)
    ] = 1,
    include_posts: Annotated[
        bool,
        typer.Option("--include-posts", help="Also search the photos of posts. X's terms forbid it: see above."),
    ] = False,
    annotate: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER", file_okay=False, help="Write copies with the faces' boxes here.", show_default="none"
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the whole result as JSON.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print a row for each matching face as CSV.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Buy nothing: count, and show prices.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask for consent to cost and legal limits.")] = False,
    delete_collection: Annotated[
        bool, typer.Option("--delete-collection", help="Delete the face vectors of the places, and do nothing else.")
    ] = False,
    stack: Stack = None,
    region: Annotated[
        str | None,
        typer.Option(help="The Region of the stack, or of AWS without a stack.", show_default="the laptop cloud"),
    ] = None,
    state: State = DEFAULT_STATE,
) -> None:
    """Count and list the photos that show one person.

    Legal limits: to find people by their faces is processing of biometric data. Do it only for people who have
    consented, or with another legal ground (GDPR Art. 9 in the EU, BIPA in Illinois, similar laws elsewhere). X's terms
    forbid facial recognition with its content, so the photos of posts in a lake are left out.

    An interrupted search goes on where it stopped; nothing is bought twice. Files that are not photos are skipped and
    listed. The exit status is 1 if the search is not complete.

    Examples:

        photolake find-person ric.jpg --in ~/Pictures
        photolake find-person ric.jpg --in s3://bucket/2026/ --region eu-west-1 --dry-run
        photolake find-person ric.jpg --in s3://bucket/2026/ --region eu-west-1 --searches 20
        photolake find-person team.jpg --face 2 --in ~/Pictures --annotate found --csv > found.csv
        photolake find-person --delete-collection --in s3://bucket/2026/ --region eu-west-1
    """
    # Imported late for start-up time: they need boto3.
    from photolake.people.strategy import Strategy
    from photolake_cli.find_person import run
    from photolake_cli.find_person.annotate import write_annotated
    from photolake_cli.find_person.report import build_document, show_found, show_skipped, write_csv
    from photolake_cli.find_person.service import open_service

    request = run.FindRequest(
        portrait=portrait or "",
        places=places,
        face=face,
        strategy=None if strategy == "auto" else Strategy(strategy),
        threshold=similarity,
        searches=searches,
        include_posts=include_posts,
        dry_run=dry_run,
        yes=yes,
    )
    folder = state / "people"
    with open_service(stack, region, state, [*places, portrait or ""]) as service:
        if delete_collection:
            run.delete_collection(request, service, folder)
            return
        if not portrait:
            raise CommandError("Whom to search for? Name a photo of the person: photolake find-person ric.jpg --in ...")
        found = run.find_person(request, service, folder)
    if found is None:
        return
    if as_json:
        print_json(build_document(found))
    elif as_csv:
        write_csv(found, sys.stdout)
        show_skipped(found)
    else:
        show_found(found)
    if annotate:
        write_annotated(found.findings.matches, annotate)
    if found.findings.busy:
        count = len(found.findings.busy)
        raise CommandError(f"Rekognition was too busy for {count:,} photos. Run the command again to ask about them.")
    if not found.is_complete:
        raise typer.Exit(ExitStatus.FAILED)
