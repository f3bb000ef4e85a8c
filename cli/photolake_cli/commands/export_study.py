"""`photolake export study`: the ids of a collection with a data set card, for a paper and its readers."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from photolake_cli.commands.options import DEFAULT_STATE, Region, Stack, State
from photolake_cli.errors import report_errors


@report_errors
def study(
    to: Annotated[Path, typer.Option(help="The folder or the file .zip to write.")],
    since: Annotated[str | None, typer.Option(help="The posts from this day on.", show_default="all days")] = None,
    until: Annotated[str | None, typer.Option(help="The posts until this day.", show_default="today")] = None,
    title: Annotated[str, typer.Option(help="What the collection is called.", show_default="its days")] = "",
    author: Annotated[
        str, typer.Option(help="Who made the collection: a person, or a group.", show_default="nobody is named")
    ] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be asked, and write nothing.")] = False,
    stack: Stack = None,
    region: Region = None,
    state: State = DEFAULT_STATE,
) -> None:
    """Write a study kit: the ids of the posts, and what a reader must know of them.

    It holds ids only, which is what X allows to pass on (1,500,000 in 30 days). Beside them are a data set card with
    queries, days, gaps, deletions, what became of texts and photos, model versions and prices; a paragraph on methods
    for a paper; CITATION.cff, and checksums.

    Examples:

        photolake export study --to study --title "Tea in photos" --author "Tea lab"
        photolake export study --to study.zip --since 2026-11-01 --until 2026-11-30 --stack photolake
    """
    # Imported late for start-up time: they need boto3, PyAthena and Jinja.
    import datetime as dt

    from photolake_cli.cloud import connect
    from photolake_cli.query.client import QueryClient
    from photolake_cli.study.run import StudyRequest, export_study

    cloud = connect(stack, region, state)
    request = StudyRequest(to, since, until, title, author, dry_run)
    export_study(cloud, QueryClient(cloud), request, dt.datetime.now(dt.UTC))
