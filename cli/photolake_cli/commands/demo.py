"""`photolake demo`: the whole pipeline at work."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from laptop_cloud.engines.engine_set import EngineSet
from photolake_cli.commands.options import DEFAULT_STATE, PROJECT, Engine, State
from photolake_cli.errors import CommandError, report_errors


@report_errors
def demo(
    posts: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="A file of your own posts.", show_default="synthetic posts"),
    ] = None,
    photos: Annotated[
        Path | None,
        typer.Option(exists=True, file_okay=False, help="A folder of your own photos.", show_default="sample photos"),
    ] = None,
    keep: Annotated[bool, typer.Option("--keep", help="Leave the laptop cloud running for more queries.")] = False,
    tables: Annotated[bool, typer.Option("--tables", help="Show every answer as a table before the summary.")] = False,
    open_page: Annotated[bool, typer.Option("--open", help="Open the page with the results in a browser.")] = False,
    timeout: Annotated[float, typer.Option(help="Seconds that the pipeline may take.", min=1)] = 600,
    engine: Engine = EngineSet.BASIC,
    state: State = DEFAULT_STATE / "demo",
) -> None:
    """Run the whole pipeline on this machine.

    Without options it processes synthetic posts with real photos. It writes a page with the pictures and charts, and
    ends with one screen: what it found, an account of every post and photo, and what to do next. The exit status is 1
    if a post or photo is missing.

    Examples:

        photolake demo
        photolake demo --open
        photolake demo --tables
        photolake demo --posts timeline.jsonl --photos ~/Pictures --keep
    """
    # Imported late for start-up time: they need Pillow.
    from photolake_cli.demo.input import DemoInput, write_synthetic_input
    from photolake_cli.laptop import LaptopOptions, check_photos, launch_laptop

    check_photos(photos)
    synthetic = write_synthetic_input(state / "input")
    chosen = DemoInput(posts or synthetic.posts, photos or synthetic.photos)
    options = LaptopOptions(PROJECT, state, chosen.photos, engine=engine)
    with launch_laptop(options) as starting:
        # Imported while the cloud starts: they need boto3, PyAthena and PyArrow.
        from photolake_cli.demo.run import DemoOptions, run_demo

        is_balanced = run_demo(chosen.posts, starting, options, DemoOptions(timeout, keep, tables, open_page))
    if not is_balanced:
        raise CommandError(f"The account does not balance: something was lost or counted twice. Logs: {state}/logs")
