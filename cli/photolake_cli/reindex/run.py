"""`photolake reindex`: writes the search index again from the lake, day by day."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from photolake.photos.job import PostSummary
from photolake.pricing import DYNAMODB_WRITE_USD, format_usd
from photolake_cli.console import INTERRUPTED, console, error_console, print_note, show_progress
from photolake_cli.errors import CommandError

if TYPE_CHECKING:
    from photolake.search.index import SearchIndex
    from photolake_cli.cloud import Cloud
    from photolake_cli.lake import Lake, Row

WORKERS = 8
_GROUP = 200
# Write units of a photo with 15 labels and 11 words of text, and of a photo of a post of 20 words (bench/search.py).
WRITES_PER_ANALYSIS, WRITES_PER_PHOTO = 125, 27


@dataclass
class RebuiltDays:
    """The days that are done, in a file, so that an interrupted rebuild can be resumed."""

    path: Path
    lake: str
    days: set[str] = field(default_factory=set)

    @classmethod
    def load(cls, path: Path, lake: str) -> RebuiltDays:
        """What an interrupted rebuild of this lake has done; nothing if it was another lake."""
        try:
            saved = json.loads(path.read_text("utf-8"))
            return cls(path, lake, set(saved["days"]) if saved["lake"] == lake else set())
        except FileNotFoundError:
            return cls(path, lake)
        except (ValueError, LookupError, TypeError) as error:
            raise CommandError(f"{path} does not say which days are done. Remove it, and start again") from error

    def add(self, day: str) -> None:
        """A day is done."""
        self.days.add(day)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = self.path.with_suffix(".new")
        unfinished.write_text(json.dumps({"lake": self.lake, "days": sorted(self.days)}) + "\n", "utf-8")
        unfinished.replace(self.path)

    def clear(self) -> None:
        """The rebuild is complete; the next one begins anew."""
        self.path.unlink(missing_ok=True)


@dataclass
class Counts:
    """What was written."""

    images: int = 0
    photos: int = 0
    forgotten: int = 0

    def __str__(self) -> str:
        return f"{self.images:,} images, {self.photos:,} photos, {self.forgotten:,} deleted posts"


def rebuild_index(cloud: Cloud, lake: Lake, index: SearchIndex, done: RebuiltDays, *, dry_run: bool, yes: bool) -> None:
    """Forecast, ask for consent on AWS, and write every image and photo of the lake into the index.

    May be repeated and interrupted: the newest analysis and post win, so it does no harm to what is written meanwhile.
    """
    price = _forecast(lake)
    if dry_run:
        return
    if not (cloud.on_laptop or yes):
        _require_consent(price, cloud)
    if done.days:
        print_note(f"Resuming: {len(done.days):,} days are done")
    counts = Counts()
    try:
        with show_progress("Indexing", error_console) as on_progress, ThreadPoolExecutor(WORKERS) as pool:
            _Rebuild(lake, index, pool, counts, on_progress).run(done)
    except KeyboardInterrupt as interrupt:
        print_note(f"Stopped after {counts}. Run the command again to resume.", "yellow")
        raise typer.Exit(INTERRUPTED) from interrupt
    print_note(f"Indexed {counts}")


def _forecast(lake: Lake) -> Decimal:
    with show_progress("Counting", error_console):
        images, photos = lake.estimate_rows("analyses"), lake.estimate_rows("photos")
    writes = images * WRITES_PER_ANALYSIS + photos * WRITES_PER_PHOTO
    price = writes * DYNAMODB_WRITE_USD
    print_note(f"About {images:,} analyses and {photos:,} photos; on AWS, DynamoDB charges about {format_usd(price)}")
    return price


def _require_consent(price: Decimal, cloud: Cloud) -> None:
    if not console.is_terminal:
        raise CommandError(f"Nothing has been written. To spend about {format_usd(price)} in {cloud.name}: --yes")
    if not typer.confirm("Continue?"):
        raise CommandError("Nothing has been written.")


@dataclass(frozen=True)
class _Rebuild:
    lake: Lake
    index: SearchIndex
    pool: ThreadPoolExecutor
    counts: Counts
    on_progress: Callable[[str], None]

    def run(self, done: RebuiltDays) -> None:
        deleted = self.lake.read_deleted_posts()
        for day in self.lake.list_days():
            if day not in done.days:
                self._rebuild_day(day, deleted)
                done.add(day)
        done.clear()

    def _rebuild_day(self, day: str, deleted: set[int]) -> None:
        for _ in self._write(self.index.put, self.lake.read_analyses(day)):
            self.counts.images += 1
            self._show(day)
        photos = list(self.lake.read_photos(day))
        shown = {photo["tweetid"] for photo in photos if photo.get("tweetid") is not None}
        posts = self.lake.read_posts(day, shown - deleted)
        kept = (photo for photo in photos if photo.get("tweetid") not in deleted)
        for _ in self._write(lambda photo: self._put_photo(photo, posts), kept):
            self.counts.photos += 1
            self._show(day)
        for _ in self._write(self.index.forget_post, shown & deleted):
            self.counts.forgotten += 1

    def _put_photo(self, photo: Row, posts: Mapping[Any, Row]) -> None:
        post: Any = posts.get(photo.get("tweetid"))
        row: Any = photo
        self.index.put_photo(row, PostSummary.of_post(post) if post else None)

    def _write(self, write: Callable[[Any], object], rows: Iterable[Any]) -> Iterator[object]:
        """Write in several threads, a group at a time, so that not all rows are in memory."""
        remaining = iter(rows)
        while group := list(islice(remaining, _GROUP)):
            yield from self.pool.map(write, group)

    def _show(self, day: str) -> None:
        self.on_progress(f"{day}, {self.counts}")
