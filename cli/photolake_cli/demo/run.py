"""The demo: starts a laptop cloud, sends posts, and shows what was found, with an account of every post and photo."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.text import Text

from photolake_cli.cloud import connect_laptop
from photolake_cli.collect.run import choose_files
from photolake_cli.collect.sender import open_sender
from photolake_cli.console import console, make_printable, print_note
from photolake_cli.dashboard.run import DashboardRequest, build_dashboard, describe_place
from photolake_cli.dashboard.serve import open_page_in_browser
from photolake_cli.demo.findings import Findings, read_findings
from photolake_cli.demo.summary import NextStep, show_summary
from photolake_cli.demo.tables import show_tables
from photolake_cli.query.client import QueryClient
from photolake_cli.status import describe_backlog

if TYPE_CHECKING:
    from photolake_cli.cloud import Cloud
    from photolake_cli.collect.tally import Tally
    from photolake_cli.laptop import Laptop, LaptopOptions, StartingLaptop

PROGRAM = "photolake"
PHOTO_SUFFIXES = frozenset({".jpg", ".jpeg", ".png"})


@dataclass(frozen=True)
class DemoOptions:
    """What the demo is asked for; the pipeline may take `timeout` seconds.

    `keep`: leave the laptop cloud running. `tables`: show every answer in full before the summary. `open_page`: open
    the page in a browser at the end.
    """

    timeout: float
    keep: bool = False
    tables: bool = False
    open_page: bool = False


def run_demo(posts: Path, starting: StartingLaptop, laptop_options: LaptopOptions, options: DemoOptions) -> bool:
    """Run the demo on a cloud that is starting, and return whether everything is accounted for."""
    with _run_cloud(starting, laptop_options.folder, keep=options.keep) as laptop:
        cloud = connect_laptop(laptop)
        tallies = _send_posts(cloud, posts)
        _wait_until_done(laptop, options.timeout)
        findings, page = _read_results(laptop, cloud, tallies, laptop_options)
        # Shown before the cloud stops, which takes two seconds.
        if options.tables:
            show_tables(findings)
        show_summary(findings, list_next_steps(findings, page, laptop_options, options))
    if options.open_page:
        open_page_in_browser(page.absolute().as_uri())
    return findings.is_balanced


@contextmanager
def _run_cloud(starting: StartingLaptop, folder: Path, keep: bool) -> Iterator[Laptop]:
    with _show_progress("Starting the laptop cloud") as progress:
        laptop = starting.wait_until_ready(
            lambda line: progress.update(progress.task_ids[0], description=f"Starting: {line[:60]}")
        )
    _print_done(f"Laptop cloud started in {starting.seconds:.0f} s: {laptop.state.endpoint_url}")
    try:
        yield laptop
    except BaseException:
        if keep:
            print_note(f"The laptop cloud is still running. Stop it: photolake down --state {folder}")
        raise
    finally:
        if not keep:
            laptop.stop()


def _send_posts(cloud: Cloud, posts: Path) -> list[Tally]:
    sender, tallies = open_sender(cloud), []
    for file in choose_files([str(posts)], cloud.client("s3")):
        with _show_progress(f"Collecting {make_printable(file.base)}"):
            tallies.append(sender.send(file))
    for tally in tallies:
        _print_done(
            f"{tally.sent:,} posts sent, {tally.repeated:,} of them repeated, {tally.rejected:,} records rejected"
        )
    return tallies


def _wait_until_done(laptop: Laptop, timeout: float) -> None:
    began = time.monotonic()
    with _show_progress("Processing") as progress:
        laptop.wait(
            timeout,
            lambda status: progress.update(
                progress.task_ids[0], description=f"Processing: {describe_backlog(status)[:60]}"
            ),
        )
    runs = sum(function["invocations"] for function in laptop.status()["functions"].values())
    _print_done(f"Everything is processed, in {time.monotonic() - began:.0f} s and {runs:,} runs of the functions")


def _read_results(
    laptop: Laptop, cloud: Cloud, tallies: Sequence[Tally], options: LaptopOptions
) -> tuple[Findings, Path]:
    """Run the queries of the summary while the page is built, which asks others; the findings, and the page."""
    began = time.monotonic()
    request = DashboardRequest(options.folder / "dashboard", place=describe_place(None, None, options.folder))
    with _show_progress("Querying and building the page"), ThreadPoolExecutor(1) as thread:
        # Of its own, because a session makes its clients in one thread only.
        building = thread.submit(build_dashboard, connect_laptop(laptop), request)
        findings = read_findings(cloud, QueryClient(cloud), tallies, laptop.status()["analysis"], options.engine)
        dashboard = building.result()
    pictures = dashboard.counts["pictures"]
    _print_done(f"Queries answered, and {pictures:,} pictures drawn on a page, in {time.monotonic() - began:.0f} s")
    return findings, dashboard.page


def list_next_steps(
    findings: Findings, page: Path, laptop_options: LaptopOptions, options: DemoOptions
) -> list[NextStep]:
    """What to do next, the most worthwhile first."""
    program = _find_program()
    state = ["--state", _shorten(laptop_options.folder)]
    photos = laptop_options.photos.iterdir() if laptop_options.photos else ()
    photo = min((_shorten(path) for path in photos if path.suffix.lower() in PHOTO_SUFFIXES), default="PHOTO.jpg")
    labels = [record["label_name"] for record in findings.answers["top_labels"].records()]
    label = next((name for name in labels if name and name.isascii() and name.isalpha()), "Person")
    running = [
        NextStep("Query", [program, "query", *state, "--saved", "top_labels"]),
        NextStep("Search", [program, "search", *state, "--label", label]),
        NextStep("Stop", [program, "down", *state]),
    ]
    stopped = [NextStep("Query", ["run it again with --keep, then try photolake query and search"])]
    return [
        NextStep("Look", [f"{_shorten(page)} in a browser"]),
        *([] if options.tables else [NextStep("Tables", ["run it again with --tables: every answer in full"])]),
        NextStep("Inspect", [program, "inspect", photo]),
        *(running if options.keep else stopped),
    ]


def _find_program() -> str:
    """The command as the shell finds it: by its name, or as it was called."""
    called = Path(sys.argv[0])
    return _shorten(called) if called.name == PROGRAM and not shutil.which(PROGRAM) else PROGRAM


def _shorten(path: Path) -> str:
    """The path from the current folder on, if it lies below."""
    return str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)


def _print_done(line: str) -> None:
    console.print(Text.assemble(("✓", "green"), f" {line}"), highlight=False, soft_wrap=True)


@contextmanager
def _show_progress(title: str) -> Iterator[Progress]:
    """Show a spinner while the block runs; a pipe or a log gets none."""
    with Progress(
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    ) as progress:
        progress.add_task(title, total=None)
        yield progress
