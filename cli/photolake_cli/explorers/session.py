"""One export of images: counted and agreed to, then read image by image, then reported."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import typer
from rich.filesize import decimal

from photolake_cli.consent import require_consent
from photolake_cli.console import INTERRUPTED, error_console, make_printable, print_note, show_progress
from photolake_cli.explorers.forecast import count_images, describe_price
from photolake_cli.explorers.lake import ImageReader
from photolake_cli.explorers.stored import ImageFile, ImageStore, MissingImage
from photolake_cli.export.days import list_days, parse_day
from photolake_cli.query.result import QueryResult
from photolake_cli.query.run import describe_cost
from photolake_cli.stored_images import ImageBucket, load_in_order

if TYPE_CHECKING:
    from photolake_cli.cloud import Cloud
    from photolake_cli.explorers.image import LakeImage
    from photolake_cli.query.client import QueryClient

NETWORKS = ("labels", "image-labels", "image-hashtags")
_SHOWN = 5


@dataclass(frozen=True)
class ImageRequest:
    """What the command line asks for: the images of which days, and what is written of them."""

    to: Path
    since: str | None = None
    until: str | None = None
    min_confidence: float = 0
    leave_out_suspect: bool = False
    show_authors: bool = False
    side: int = 0
    """The longest side in pixels; 0 for the images as they are stored."""
    is_dry_run: bool = False
    yes: bool = False
    reads_files: bool = True
    networks: Sequence[str] = NETWORKS
    min_images: int = 1


@dataclass
class ImageExport:
    """A run that was agreed to, with what it counts."""

    cloud: Cloud
    request: ImageRequest
    reader: ImageReader
    expected: int
    images: int = 0
    suspect: int = 0
    not_judged: int = 0
    bytes: int = 0
    missing: list[MissingImage] = field(default_factory=list)
    show: Callable[[str], None] = lambda _: None
    _started: float = field(default_factory=time.monotonic)

    @contextmanager
    def running(self, if_stopped: str) -> Iterator[None]:
        """Show progress while the block runs; `if_stopped` says what Ctrl-C leaves."""
        with show_progress("Exporting", error_console) as self.show:
            try:
                yield
            except KeyboardInterrupt as interrupt:
                print_note(f"Stopped after {self.images:,} of {count_images(self.expected)}: {if_stopped}.", "yellow")
                raise typer.Exit(INTERRUPTED) from interrupt

    def open_store(self) -> ImageStore:
        """The files of the images."""
        bucket = ImageBucket(self.cloud.client("s3"), self.cloud.values["LakeBucketName"], self.cloud.name)
        return ImageStore(bucket, self.request.side or None)

    def read(
        self, load: Callable[[LakeImage], ImageFile | MissingImage] | None
    ) -> Iterator[tuple[LakeImage, ImageFile | None]]:
        """Give each image that is wanted, with its file; with `load`, those without a file are noted as missing."""
        chosen = self._choose(self.reader.read_images(self.request.min_confidence))
        pairs: Iterable[tuple[LakeImage, ImageFile | MissingImage | None]]
        pairs = load_in_order(chosen, load) if load else ((image, None) for image in chosen)
        for image, file in pairs:
            self.images += 1
            if isinstance(file, MissingImage):
                self.missing.append(file)
                file = None
            self.bytes += file.size if file else 0
            self.show(f"{self.images:,} of {self.expected:,} images, {decimal(self.bytes)}")
            yield image, file

    def report(self, what: str, what_became: str) -> None:
        """Say what was written, how fast and for how much, and what became of the images without a file."""
        speed = self.images / max(time.monotonic() - self._started, 0.001)
        cost = describe_cost(QueryResult([], iter(()), sum(self.reader.scanned)), self.cloud.on_laptop)
        print_note(f"{what}, {speed:,.0f} images a second; {cost}", "italic")
        if self.missing:
            print_note(f"{count_images(len(self.missing))} without a file, {what_became}:", "yellow")
            for each in self.missing[:_SHOWN]:
                print_note(f"  {make_printable(each.s3_key)}: {each.reason}", "yellow")
        if self.suspect:
            print_note(f"{count_images(self.suspect)} with a moderation label left out.")
        if self.request.leave_out_suspect and self.not_judged:
            print_note(f"{count_images(self.not_judged)} not judged: moderation was not asked for.", "yellow")

    def _choose(self, images: Iterable[LakeImage]) -> Iterator[LakeImage]:
        for image in images:
            if image.is_suspect and self.request.leave_out_suspect:
                self.suspect += 1
                continue
            self.not_judged += not image.is_judged
            yield image


def plan_export(cloud: Cloud, client: QueryClient, request: ImageRequest, now: dt.datetime) -> ImageExport | None:
    """Count the images, say what reading them costs, and ask for consent; None for a dry run."""
    days = _choose_days(request, cloud.values["EarliestDate"], now)
    with show_progress("Counting", error_console) as show:
        reader = ImageReader(client, days[0], days[-1], show)
        amount = reader.count()
    if request.reads_files:
        print_note(describe_price(amount, cloud.on_laptop))
    if request.is_dry_run:
        print_note(f"Would write {count_images(amount.images)} of the days {days[0]} to {days[-1]} to {request.to}.")
        return None
    if request.reads_files:
        require_consent(cloud, request.yes, "No image has been read.")
    return ImageExport(cloud, request, reader, amount.images)


def _choose_days(request: ImageRequest, earliest: str, now: dt.datetime) -> list[str]:
    first = parse_day(earliest, "EarliestDate")
    since = parse_day(request.since, "--since") if request.since else first
    until = parse_day(request.until, "--until") if request.until else now.date() + dt.timedelta(days=1)
    return list_days(max(since, first), until)
