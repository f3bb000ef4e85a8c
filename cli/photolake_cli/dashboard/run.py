"""`photolake dashboard`: builds the folder, and says what is in it."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError
from rich.filesize import decimal

from photolake_cli.aws_errors import explain_error
from photolake_cli.console import print_note
from photolake_cli.copies import enter_copy
from photolake_cli.dashboard.build import DataBuilder
from photolake_cli.dashboard.folder import measure_folder, open_folder
from photolake_cli.dashboard.index import build_index
from photolake_cli.dashboard.lake_rows import RowReader
from photolake_cli.dashboard.pages import write_index
from photolake_cli.dashboard.pictures import PictureStore
from photolake_cli.dashboard.posts import Authors
from photolake_cli.dashboard.reading import Reading, open_s3
from photolake_cli.export.days import list_days, parse_day
from photolake_cli.lake import Lake
from photolake_cli.query.client import QueryClient
from photolake_cli.query.parameters import day_defaults
from photolake_cli.query.run import describe_costs
from photolake_cli.state_folder import DEFAULT_STATE
from photolake_cli.stored_images import WORKERS, ImageBucket

if TYPE_CHECKING:
    from photolake_cli.cloud import Cloud
    from photolake_cli.query.result import QueryResult


@dataclass(frozen=True)
class DashboardRequest:
    """What the command line asks for; `place` are its options that name the lake."""

    out: Path
    since: str | None = None
    until: str | None = None
    shows_authors: bool = False
    place: Sequence[str] = ()

    def choose_range(self, earliest: str) -> tuple[str, str]:
        """The days to read; CommandError for what is not a day, or for none."""
        days = day_defaults(earliest)
        since = parse_day(self.since or days["since"], "--since")
        until = parse_day(self.until or days["until"], "--until")
        list_days(since, until)
        return since.isoformat(), until.isoformat()


@dataclass(frozen=True)
class Dashboard:
    """A dashboard that was built: where it lies, what is in it, and what it took."""

    out: Path
    counts: Mapping[str, int]
    missing: Mapping[str, int]
    """Pictures without files, by the reason."""
    drawn: int
    reused: int
    """Pictures that an earlier build had drawn."""
    results: Sequence[QueryResult]
    reading: Reading
    size: int
    seconds: float

    @property
    def page(self) -> Path:
        """The file to open."""
        return self.out / "index.html"


def build_dashboard(
    cloud: Cloud, request: DashboardRequest, on_progress: Callable[[str], None] = lambda _: None
) -> Dashboard:
    """Build the dashboard of a lake in a folder; an earlier one there is replaced when the new one is complete."""
    began = time.monotonic()
    rows = RowReader(QueryClient(cloud), *request.choose_range(cloud.values["EarliestDate"]), on_progress)
    enter_copy(cloud, "dashboard", request.out)
    bucket, reading = cloud.values["LakeBucketName"], Reading()
    s3 = open_s3(cloud, reading, WORKERS)
    try:
        with open_folder(request.out) as folder:
            store = PictureStore(ImageBucket(s3, bucket, cloud.name), folder.building, folder.earlier)
            data = DataBuilder(folder, rows, Lake(s3, bucket), store, Authors(request.shows_authors), on_progress)
            data.write()
            write_index(folder.data, build_index(cloud, data, request.since, request.until, request.place))
    except (BotoCoreError, ClientError) as error:
        raise explain_error(error, cloud.name) from error
    return Dashboard(
        out=request.out,
        counts=data.counts,
        missing=data.missing,
        drawn=store.drawn,
        reused=store.reused,
        results=rows.results,
        reading=reading,
        size=measure_folder(request.out),
        seconds=time.monotonic() - began,
    )


def show_dashboard(dashboard: Dashboard, on_laptop: bool) -> None:
    """Say where the dashboard is, what is in it, what is missing and what it cost."""
    counts = dashboard.counts
    print_note(
        f"{counts['posts']:,} posts, {counts['photos']:,} photos and {counts['pictures']:,} pictures in "
        f"{dashboard.seconds:.1f} s: {dashboard.drawn:,} drawn, {dashboard.reused:,} taken from before"
    )
    for reason, number in dashboard.missing.items():
        print_note(f"{number:,} of the pictures cannot be shown: {reason}", "yellow")
    print_note(
        f"{describe_costs(dashboard.results, on_laptop)}; {dashboard.reading.describe(on_laptop)}",
        "italic",
    )
    print_note(f"The dashboard is in {dashboard.out} ({decimal(dashboard.size)}). Open {dashboard.page} in a browser")


def describe_place(stack: str | None, region: str | None, state: Path) -> list[str]:
    """The options that name a lake in a command line; a folder outside of the working one stays a placeholder.

    The page may be shared, and the name of a folder may have that of a person in it.
    """
    if stack:
        return ["--stack", stack, *(["--region", region] if region else [])]
    if state == DEFAULT_STATE:
        return []
    relative = Path(os.path.relpath(state))
    return ["--state", "FOLDER" if ".." in relative.parts else str(relative)]
