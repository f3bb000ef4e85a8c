"""How long `photolake dashboard` takes, how much memory, and how large its files are.

`python -m bench.dashboard [posts] [images]`, 100,000 and 10,000 by default: a synthetic lake, whose rows come from
files of this machine, so what Athena and the network take is not in the figures. Then a few hundred photos are drawn.
Each run is a process of its own.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from laptop_cloud.services.firehose.column_types import read_columns
from laptop_cloud.services.firehose.conversion import read_rows, write_parquet
from photolake_cli.dashboard.build import DataBuilder
from photolake_cli.dashboard.folder import measure_folder, open_folder
from photolake_cli.dashboard.pages import PAGE_ROWS, write_index
from photolake_cli.dashboard.pictures import PictureStore
from photolake_cli.dashboard.posts import Authors
from photolake_cli.demo.photos import write_photos
from photolake_cli.lake import Lake
from photolake_cli.stored_images import ImageBucket, MissingFileError
from tests import resolved_template
from tests.synthetic_lake import analyses, photos, posts
from tests.synthetic_lake.rows import synthetic_lake
from tests.synthetic_lake.warehouse import TABLES

if TYPE_CHECKING:
    from tests.synthetic_lake.plan import Plan

POSTS, IMAGES, DAYS, DRAWN = 100_000, 10_000, 30, 300
FIRST_DAY = dt.date(2026, 3, 1)
ROWS_OF_A_PARQUET_FILE = 500


class FolderS3:
    """A bucket that is a folder; `photos` are given for images."""

    def __init__(self, folder: Path, drawn: list[bytes]) -> None:
        self.folder = folder
        self.drawn = drawn

    def get_object(self, *, Bucket: str, Key: str) -> dict[str, Any]:  # noqa: N803 (boto3's names)
        body = (
            self.drawn[hash(Key) % len(self.drawn)] if Key.startswith("images/") else (self.folder / Key).read_bytes()
        )
        return {"Body": io.BytesIO(body), "ContentLength": len(body), "Metadata": {}}

    class exceptions:  # noqa: N801 (boto3's name)
        NoSuchKey = FileNotFoundError

    def get_paginator(self, _: str) -> FolderS3:
        return self

    def paginate(self, *, Bucket: str, Prefix: str) -> Iterator[dict[str, Any]]:  # noqa: N803
        paths = sorted((self.folder / Prefix).glob("*.parquet"))
        yield {"Contents": [{"Key": str(path.relative_to(self.folder)), "Size": 1} for path in paths]}


class FileRows:
    """Rows of the statements, from files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def read(self, name: str) -> Iterator[dict[str, Any]]:
        with (self.folder / f"{name}.jsonl").open() as lines:
            yield from map(json.loads, lines)


def write_lake(folder: Path, plan: Plan) -> None:
    """Write the rows that Athena would give, and the objects of the table `analyses`."""
    with (
        _open(folder, "posts") as post,
        _open(folder, "photos") as photo,
        _open(folder, "hashtags") as tag,
        _open(folder, "entities") as entity,
    ):
        for number in range(plan.posts):
            row = posts.post_row(plan, number)
            user = row["user"] or {}
            more = {"author": user.get("id_str"), "screen_name": user.get("screen_name"), "post_url": None}
            _write(post, {name: row.get(name) for name in _POST_COLUMNS} | more)
            for name in {each["text"].lower() for each in (row["entities"] or {}).get("hashtags") or []}:
                _write(tag, {"id": row["id"], "name": name})
            for found in row["text_entities"] or []:
                _write(entity, {"id": row["id"], "entity": found["text"], "type": found["type"]})
            for each in photos.photo_rows(plan, number):
                _write(photo, {name: each[name] for name in ("tweetid", "image_id", "status", "kind", "alt_text")})
    columns = read_columns(resolved_template.table_input(TABLES["analyses"]))
    with _open(folder, "images") as image:
        rows = (analyses.analysis_row(plan, number) for number in range(plan.images) if plan.is_analyzed(number))
        for number, row in enumerate(rows):
            names = ("image_id", "dt", "s3_key", "origin", "width", "height")
            group = row["perceptual_hash"] or row["image_id"]
            _write(
                image,
                {name: row[name] for name in names} | {"image_group": group, "file_name": None, "dropped_on": None},
            )
            _add_to_parquet(folder, row, number, columns)
        _flush_parquet(folder, columns)


_POST_COLUMNS = (
    "id", "timestamp_ms", "source_platform", "language", "sentiment", "sentimentposscore", "sentimentnegscore",
    "is_retweet", "matched_query", "impression_count", "favorite_count", "retweet_count", "text", "dt",
)  # fmt: skip
_waiting: list[dict[str, Any]] = []


def _add_to_parquet(folder: Path, row: dict[str, Any], number: int, columns: Any) -> None:
    if _waiting and (_waiting[0]["dt"] != row["dt"] or len(_waiting) == ROWS_OF_A_PARQUET_FILE):
        _flush_parquet(folder, columns)
    _waiting.append(row)


def _flush_parquet(folder: Path, columns: Any) -> None:
    if not _waiting:
        return
    target = folder / f"analyses/dt={_waiting[0]['dt']}"
    target.mkdir(parents=True, exist_ok=True)
    fitted = [row for each in _waiting for row in read_rows(json.dumps(each).encode(), columns)]
    (target / f"{len(list(target.iterdir()))}.parquet").write_bytes(write_parquet(fitted, columns))
    _waiting.clear()


def _open(folder: Path, name: str) -> Any:
    return (folder / f"{name}.jsonl").open("w")


def _write(file: Any, row: dict[str, Any]) -> None:
    file.write(json.dumps(row) + "\n")


def measure_rows(folder: Path, out: Path) -> None:
    """Build the data without any picture; print the time, the peak memory and the size."""
    before = _peak()
    started, worked = time.perf_counter(), time.process_time()
    s3: Any = FolderS3(folder, [])
    rows: Any = FileRows(folder)
    with open_folder(out) as building:
        store = PictureStore(_NoImages(s3, "lake", "the lake"), building.building, None)
        data = DataBuilder(building, rows, Lake(s3, "lake"), store, Authors(False), lambda _: None)
        data.write()
        index: Any = {"names": data.list_names(), "rows": data.counts, "pageRows": dict(PAGE_ROWS)}
        write_index(building.data, index)
    seconds, work = time.perf_counter() - started, time.process_time() - worked
    counts = ", ".join(f"{number:,} {kind}" for kind, number in data.counts.items())
    print(f"{counts}: {seconds:.1f} s ({work:.1f} CPU s), {_peak()} MB at most, {before} MB of them imports")
    for kind in ("index", *PAGE_ROWS):
        files = list((out / "data").glob(f"{kind}*.js"))
        print(f"  {kind:9} {len(files):4} files {sum(file.stat().st_size for file in files) / 1e6:8.1f} MB")


class _NoImages(ImageBucket):
    """Has no files."""

    def read(self, image_id: str, key: str | None) -> bytes:
        raise MissingFileError("not a part of this measurement")


def measure_pictures(folder: Path, out: Path) -> None:
    """Draw photos, then take them from the folder; print pictures a second."""
    write_photos(folder / "photos")
    drawn = [path.read_bytes() for path in sorted((folder / "photos").iterdir()) if path.suffix in (".jpg", ".png")]
    s3: Any = FolderS3(folder, drawn)
    keys = [(f"{number:064x}", f"images/{number}") for number in range(DRAWN)]
    for what in ("drawn", "taken from before"):
        started, worked = time.perf_counter(), time.process_time()
        found = dict(PictureStore(ImageBucket(s3, "lake", "the lake"), out, None).put_all(keys))
        seconds, work = time.perf_counter() - started, time.process_time() - worked
        whole = sum(file.missing is None for file in found.values())
        print(f"{whole} {what}: {whole / seconds:.0f} a second, {whole / work:.0f} a CPU s, {_peak()} MB at most")
    print(f"  {measure_folder(out) / whole / 1000:.0f} kB a picture in both sizes")


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def main() -> None:
    """Write the lake, and measure each part in a process of its own."""
    if sys.argv[1:2] in (["rows"], ["pictures"]):
        measure = measure_rows if sys.argv[1] == "rows" else measure_pictures
        measure(Path(sys.argv[2]), Path(sys.argv[3]))
        return
    count = int(sys.argv[1]) if len(sys.argv) > 1 else POSTS
    images = int(sys.argv[2]) if len(sys.argv) > 2 else IMAGES
    folder = Path(tempfile.mkdtemp())
    try:
        write_lake(folder, synthetic_lake(count, images, FIRST_DAY, DAYS).plan)
        for part in ("rows", "pictures"):
            command = [sys.executable, "-m", "bench.dashboard", part, str(folder), str(folder / f"{part}-out")]
            print(subprocess.run(command, capture_output=True, text=True, check=True).stdout, end="", flush=True)
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
