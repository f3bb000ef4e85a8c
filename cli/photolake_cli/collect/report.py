"""What `photolake collect` shows: the forecast, progress, and a line for every file."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from photolake.pricing import format_usd
from photolake_cli.collect.pacing import MAX_DATES
from photolake_cli.collect.sender import Callbacks, Tally
from photolake_cli.consent import describe_hourly_cost
from photolake_cli.console import error_console, print_note, show_table

if TYPE_CHECKING:
    from photolake_cli.cloud import Cloud
    from photolake_cli.collect.files import PostFile
    from photolake_cli.collect.forecast import Forecast

COLUMNS = ("file", "read", "sent", "repeated", "rejected", "notices", "sent before")


def show_forecast(forecast: Forecast, cloud: Cloud) -> None:
    """Print amounts and prices."""
    about = "" if forecast.is_whole else "about "
    print_note(
        f"To analyse: {about}{forecast.posts:,} posts with {forecast.text_units:,} units of text "
        f"({format_usd(forecast.text_usd)}) and {forecast.photos:,} photos for {forecast.apis} APIs "
        f"({format_usd(forecast.photo_usd)})"
    )
    where = "On AWS that would cost" if cloud.on_laptop else f"In {cloud.name} that costs"
    print_note(
        f"{where} {about}{format_usd(forecast.usd)}{describe_hourly_cost(cloud.image_apis)}, or less: "
        "texts and photos that the lake has analysed before, and unavailable photos, cost nothing"
    )


@contextmanager
def show_file_progress(file: PostFile) -> Iterator[Callbacks]:
    """Show a progress bar while a file is sent with these callbacks."""
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    began = time.monotonic()
    pauses: list[float] = []
    with Progress(*columns, console=error_console, transient=True, disable=not error_console.is_terminal) as bar:
        task = bar.add_task(file.base, total=file.size)

        def on_read(position: int, posts: int) -> None:
            rate = posts / max(time.monotonic() - began, 1e-3)
            bar.update(task, completed=position, description=f"{file.base} {posts:,} posts, {rate:,.0f}/s")

        def on_pause(seconds: float) -> None:
            bar.update(task, description=f"{file.base} waits {seconds:,.0f} s")
            if not pauses:
                print_note(
                    f"{file.base} is sent slowly and pauses for {seconds:,.0f} s now: its posts are from more than "
                    f"{MAX_DATES} days, and Firehose delivers those of more than 500 at a time to errors/"
                )
            pauses.append(seconds)

        yield Callbacks(on_read=on_read, on_pause=on_pause)


def show_tallies(tallies: Sequence[Tally]) -> None:
    """Print the first rejected records, then a row for each file."""
    for tally in tallies:
        for record in tally.shown:
            print_note(f"{tally.file}:{record.line}: {record.message}", "yellow")
        if tally.rejected:
            more = tally.rejected - len(tally.shown)
            rest = f" ({more:,} more)" if more else ""
            print_note(f"{tally.file}: all rejected records are in {tally.rejected_key}{rest}", "yellow")
    rows = [_build_row(tally) for tally in tallies]
    if len(rows) > 1:
        rows.append(("all", *(sum(amounts) for amounts in itertools.islice(zip(*rows, strict=True), 1, None))))
    if rows:
        show_table("", COLUMNS, rows, "read = sent + rejected + notices; the views count repeated posts once")


def _build_row(tally: Tally) -> tuple[str | int, ...]:
    return (
        tally.file,
        tally.read,
        tally.sent,
        tally.repeated,
        tally.rejected,
        tally.notices,
        tally.sent_before,
    )
