"""What `photolake collect` shows: the forecast, progress, and a line for every file."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from decimal import Decimal
from typing import TYPE_CHECKING, Protocol

from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from photolake.pricing import format_usd
from photolake_cli.collect.pacing import MAX_DATES
from photolake_cli.collect.sender import Callbacks
from photolake_cli.collect.tally import count_repeated
from photolake_cli.consent import Place, describe_hourly_cost
from photolake_cli.console import error_console, print_note, show_table
from photolake_cli.json_output import print_json

if TYPE_CHECKING:
    from photolake_cli.collect.files import PostFile
    from photolake_cli.collect.forecast import Forecast, Volume
    from photolake_cli.collect.tally import Tally

PROBLEMS_SHOWN = 10
OBJECTS_SHOWN = 3
COLUMNS = ("file", "read", "sent", "repeated", "rejected", "notices", "deletions", "sent before")


class AnalysisPlace(Place, Protocol):
    """Where posts are analysed: a `Cloud`, or a `Destination`."""

    @property
    def image_apis(self) -> Sequence[str]:
        """The Rekognition APIs that each image is sent to."""


def show_forecast(forecast: Forecast, place: AnalysisPlace) -> None:
    """Print amounts and prices."""
    about = "" if forecast.is_whole else "about "
    print_note(
        f"To analyse: {about}{forecast.posts:,} posts with {forecast.text_units:,} units of text "
        f"({format_usd(forecast.text_usd)}) and {forecast.photos:,} photos for {forecast.apis} APIs "
        f"({format_usd(forecast.photo_usd)})"
    )
    where = "On AWS that would cost" if place.on_laptop else f"In {place.name} that costs"
    print_note(
        f"{where} {about}{format_usd(forecast.usd)}{describe_hourly_cost(place.image_apis)}, or less: "
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


def show_volume(volume: Volume) -> None:
    """Print what the files hold."""
    notices = _describe_notices(volume.notices)
    print_note(
        f"posts {volume.posts:,}, rejected {volume.rejected:,}, notices {notices or 0}, deletions {volume.deletions:,}"
    )


def print_forecast(forecast: Forecast | None) -> None:
    """Print a forecast as one JSON document."""
    amounts = asdict(forecast) if forecast else {}
    print_json({name: str(value) if isinstance(value, Decimal) else value for name, value in amounts.items()})


def show_tallies(tallies: Sequence[Tally]) -> None:
    """Print what was wrong with each file, then a row for each."""
    for tally in tallies:
        _show_problems(tally)
    rows = [_build_row(tally) for tally in tallies]
    if len(rows) > 1:
        sums = [sum(amounts) for amounts in itertools.islice(zip(*rows, strict=True), 1, None)]
        sums[COLUMNS.index("repeated") - 1] = count_repeated(tallies)
        rows.append(("all", *sums))
    if rows:
        show_table(
            "", COLUMNS, rows, "read = sent + rejected + notices + deletions; the views count repeated posts once"
        )


def print_tallies(tallies: Sequence[Tally]) -> None:
    """Print what became of each file as one JSON document."""
    names = [name.replace(" ", "_") for name in COLUMNS]
    files = [
        {
            **dict(zip(names, _build_row(tally), strict=True)),
            "notices": dict(tally.notices),
            "photos_without_url": tally.photos_without_url,
            "remarks": dict(tally.remarks),
            "problems": [asdict(problem) for problem in tally.problems.values()],
            "rejected_objects": list(tally.rejected_uris),
        }
        for tally in tallies
    ]
    print_json({"files": files, "repeated": count_repeated(tallies)})


def describe_no_posts(tally: Tally) -> str:
    """Describe a file of which every record was rejected."""
    main = max(tally.problems.values(), key=lambda problem: problem.count)
    return (
        f"{tally.file} holds no posts: all {tally.rejected:,} records of it were rejected, {main.count:,} of them "
        f"because: {main.message}"
    )


def _show_problems(tally: Tally) -> None:
    shown = list(itertools.islice(tally.problems.values(), PROBLEMS_SHOWN))
    for problem in shown:
        times = f" ({problem.count:,} times)" if problem.count > 1 else ""
        print_note(f"{tally.file}:{problem.line}: {problem.message}{times}", "yellow")
    if more := tally.rejected - sum(problem.count for problem in shown):
        print_note(f"{tally.file}: {more:,} more records, rejected for other reasons", "yellow")
    if tally.rejected:
        print_note(f"{tally.file}: the rejected records are in {_describe_objects(tally.rejected_uris)}", "yellow")
    if tally.notices:
        print_note(f"{tally.file}: without posts: {_describe_notices(tally.notices)}")
    if tally.remarks:
        print_note(f"{tally.file}: remarks on posts: {_describe_notices(tally.remarks)}", "yellow")
    if tally.photos_without_url:
        print_note(
            f"{tally.file}: {tally.photos_without_url:,} photos have no URL in the file, and get the status no_url: "
            "their media objects are missing",
            "yellow",
        )


def _describe_objects(uris: Sequence[str]) -> str:
    if len(uris) <= OBJECTS_SHOWN:
        return ", ".join(uris)
    return f"{len(uris):,} objects, from {uris[0]} to {uris[-1]}. List them: aws s3 ls {uris[0].rpartition('/')[0]}/"


def _describe_notices(notices: Mapping[str, int]) -> str:
    return ", ".join(f"{count:,} {kind}" for kind, count in notices.items())


def _build_row(tally: Tally) -> tuple[str | int, ...]:
    return (
        tally.file,
        tally.read,
        tally.sent,
        tally.repeated,
        tally.rejected,
        tally.notices.total(),
        tally.deletions,
        tally.sent_before,
    )
