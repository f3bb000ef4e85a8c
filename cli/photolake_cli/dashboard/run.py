"""`photolake dashboard`: builds the folder, and says what is in it."""

from __future__ import annotations

import datetime as dt
import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from rich.filesize import decimal

from photolake.pricing import S3_READ_USD, TRANSFER_GIGABYTE_USD, format_usd
from photolake_cli.aws_errors import explain_error
from photolake_cli.console import print_note
from photolake_cli.dashboard.build import DataBuilder, choose_days
from photolake_cli.dashboard.folder import DashboardFolder, measure_folder, open_folder
from photolake_cli.dashboard.lake_rows import RowReader
from photolake_cli.dashboard.pages import PAGE_ROWS, write_index
from photolake_cli.dashboard.pictures import WORKERS, Amounts, PictureStore
from photolake_cli.dashboard.posts import Authors
from photolake_cli.dashboard.queries import answer_queries, choose_queries, describe_query, read_named_queries
from photolake_cli.dashboard.rows import FORMAT_VERSION, Index
from photolake_cli.export.days import list_days, parse_day
from photolake_cli.lake import Lake
from photolake_cli.query.client import QueryClient
from photolake_cli.query.parameters import day_defaults
from photolake_cli.query.run import describe_costs

if TYPE_CHECKING:
    from photolake_cli.cloud import Cloud
    from photolake_cli.query.result import QueryResult

_GIGABYTE = 10**9


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
    """A dashboard that was built: where it lies, and what is in it."""

    out: Path
    counts: Mapping[str, int]
    missing: Mapping[str, int]
    """Pictures without files, by the reason."""
    pictures: Amounts
    results: Sequence[QueryResult]
    size: int
    seconds: float
    notes: Sequence[str] = field(default_factory=list)

    @property
    def page(self) -> Path:
        """The file to open."""
        return self.out / "index.html"


def build_dashboard(
    cloud: Cloud, request: DashboardRequest, on_progress: Callable[[str], None] = lambda _: None
) -> Dashboard:
    """Build the dashboard of a lake in a folder; an earlier one there is replaced when the new one is complete."""
    began = time.monotonic()
    client = QueryClient(cloud)
    rows = RowReader(client, *request.choose_range(cloud.values["EarliestDate"]), on_progress)
    try:
        with open_folder(request.out) as folder:
            store = _open_store(cloud, folder)
            lake = Lake(cloud.client("s3"), cloud.values["LakeBucketName"])
            data = DataBuilder(folder, rows, lake, store, Authors(request.shows_authors), on_progress)
            data.write()
            index = _build_index(cloud, client, request, data)
            write_index(folder.data, index)
    except (BotoCoreError, ClientError) as error:
        raise explain_error(error, cloud.name) from error
    size, seconds = measure_folder(request.out), time.monotonic() - began
    return Dashboard(request.out, data.counts, data.missing, store.amounts, rows.results, size, seconds, index["notes"])


def show_dashboard(dashboard: Dashboard, on_laptop: bool) -> None:
    """Say where the dashboard is, what is in it, what is missing and what it cost."""
    counts, amounts = dashboard.counts, dashboard.pictures
    print_note(
        f"{counts['posts']:,} posts, {counts['photos']:,} photos and {counts['pictures']:,} pictures in "
        f"{dashboard.seconds:.1f} s: {amounts.drawn:,} drawn, {amounts.reused:,} taken from before"
    )
    for reason, number in dashboard.missing.items():
        print_note(f"{number:,} pictures are left out: {reason}", "yellow")
    print_note(f"{describe_costs(dashboard.results, on_laptop)}; {_describe_reading(amounts, on_laptop)}", "italic")
    print_note(f"The dashboard is in {dashboard.out} ({decimal(dashboard.size)}). Open {dashboard.page} in a browser")


def describe_place(stack: str | None, region: str | None, state: Path, default_state: Path) -> list[str]:
    """The options that name a lake in a command line; a folder outside of the working one stays a placeholder.

    The page may be shared, and the name of a folder may have that of a person in it.
    """
    if stack:
        return ["--stack", stack, *(["--region", region] if region else [])]
    if state == default_state:
        return []
    relative = Path(os.path.relpath(state))
    return ["--state", "FOLDER" if ".." in relative.parts else str(relative)]


def _open_store(cloud: Cloud, folder: DashboardFolder) -> PictureStore:
    s3 = cloud.session.client(
        "s3",
        endpoint_url=cloud.endpoint("s3"),
        config=Config(max_pool_connections=WORKERS, retries={"mode": "standard"}),
    )
    return PictureStore(s3, cloud.values["LakeBucketName"], cloud.name, folder.building, folder.earlier)


def _build_index(cloud: Cloud, client: QueryClient, request: DashboardRequest, data: DataBuilder) -> Index:
    since, until = choose_days(data.days, request.since, request.until, cloud.values["EarliestDate"])
    days = {"since": since, "until": until}
    saved = client.list_saved()
    chosen, unknown = choose_queries(saved, read_named_queries())
    return {
        "format": FORMAT_VERSION,
        "lake": "the laptop cloud" if cloud.on_laptop else cloud.name,
        "madeAt": int(dt.datetime.now(dt.UTC).timestamp() * 1000),
        "since": since,
        "until": until,
        "showsAuthors": request.shows_authors,
        "imageApis": cloud.image_apis,
        "notes": list_notes(cloud, request, unknown),
        "rows": data.counts,
        "pageRows": dict(PAGE_ROWS),
        "names": data.list_names(),
        "queries": {query.name: describe_query(query, days, request.place) for query in chosen},
        "answers": answer_queries(saved, days, data.rows.run_saved),
    }


def list_notes(cloud: Cloud, request: DashboardRequest, unknown: Sequence[str]) -> list[str]:
    """What a reader must know of this lake and this page."""
    notes = []
    if cloud.on_laptop:
        notes.append(
            "Small open models on one machine stand in for Amazon Comprehend and Rekognition: they see less, and err "
            "more often."
        )
    if cloud.sample_rate < 1:
        notes.append(f"Only a sample of the posts is analysed: {cloud.sample_rate * 100:f} %.")
    if not request.shows_authors:
        notes.append("Authors are hidden: each has a number, and accounts named in texts are shown as @….")
    if unknown:
        notes.append(f"This lake has no saved query {', '.join(unknown)}: deploy it again to get it.")
    return notes


def _describe_reading(amounts: Amounts, on_laptop: bool) -> str:
    requests = amounts.requests * S3_READ_USD
    transfer = Decimal(amounts.bytes_read) / _GIGABYTE * TRANSFER_GIGABYTE_USD
    verb = "would cost at most" if on_laptop else "at most"
    return f"{decimal(amounts.bytes_read)} of images read: {verb} {format_usd(requests + transfer)}" + (
        " on AWS" if on_laptop else ""
    )
