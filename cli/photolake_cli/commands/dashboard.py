"""`photolake dashboard`: the lake as a page."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from photolake_cli.commands.options import DEFAULT_STATE, Region, Stack, State
from photolake_cli.errors import CommandError, report_errors

DEFAULT_PORT = 8321


@report_errors
def dashboard(
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", file_okay=False, help="Write the page into this folder.", show_default="dashboard in --state"
        ),
    ] = None,
    serve: Annotated[
        bool, typer.Option("--serve", help="Serve the page to this machine's browsers until Ctrl-C.")
    ] = False,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="The port of --serve; 0 is a free one.", show_default="8321")
    ] = None,
    since: Annotated[
        str | None, typer.Option(help="Show the days from this one on.", show_default="the first day of the lake")
    ] = None,
    until: Annotated[str | None, typer.Option(help="Show the days until this one.", show_default="tomorrow")] = None,
    show_authors: Annotated[
        bool, typer.Option("--show-authors", help="Show who wrote a post, and whom texts name.")
    ] = False,
    open_page: Annotated[bool, typer.Option("--open", help="Open the page in a browser.")] = False,
    stack: Stack = None,
    region: Region = None,
    state: State = DEFAULT_STATE,
) -> None:
    """Write the lake as a page for a browser, with its pictures.

    The page is a folder of files that needs no server and no network: open index.html, or copy the folder to where
    others can see it. Who wrote a post is in none of its files unless you ask for it.

    Run the command again to see what is new: pictures are drawn once, and those of deleted posts are removed.

    Examples:

        photolake dashboard --open
        photolake dashboard --since 2026-11-01 --until 2026-11-30 --out november
        photolake dashboard --stack photolake --region eu-west-1 --serve
    """
    # Imported late for start-up time: they need boto3, PyAthena and Pillow.
    from photolake_cli.cloud import connect
    from photolake_cli.console import error_console, show_progress
    from photolake_cli.dashboard.run import DashboardRequest, build_dashboard, describe_place, show_dashboard
    from photolake_cli.dashboard.serve import open_page_in_browser, serve_folder

    if port is not None and not serve:
        raise CommandError("--port goes with --serve")
    folder = out or state / (f"dashboard-{stack}" if stack else "dashboard")
    place = describe_place(stack, region, state)
    request = DashboardRequest(folder, since, until, show_authors, place)
    cloud = connect(stack, region, state)
    with show_progress("Building", error_console) as on_progress:
        built = build_dashboard(cloud, request, on_progress)
    show_dashboard(built, cloud.on_laptop)
    if serve:
        serve_folder(folder, DEFAULT_PORT if port is None else port, open_page)
    elif open_page:
        open_page_in_browser(built.page.absolute().as_uri())
