"""Images a second of `photolake export atlas`, `coco` and `gexf`, and the memory they take.

`python -m bench.explorers [images]`, 10,000 by default: made-up rows of 20 labels out of 500, three faces and five
lines of text, with files of 100 kB. Rows and files come from memory, so what Athena, S3 and the network take is not in
the figures. Each run is a process of its own.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from PIL import Image

from photolake_cli.explorers.run import export_atlas, export_coco, export_gexf
from photolake_cli.explorers.session import ImageRequest
from photolake_cli.query.result import Column, QueryResult
from tests.builders import explorer_lake
from tests.fakes.explorer_lake import ExplorerLake

IMAGES, LABELS, PAGE = 10_000, 500, 500
NOW = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)
SIZE = (900, 600)
RUNS: dict[str, tuple[Callable[..., None], str, dict[str, Any]]] = {
    "atlas": (export_atlas, "images.parquet", {"side": 512}),
    "coco": (export_coco, "coco", {}),
    "gexf": (export_gexf, "gexf", {"side": 256}),
    "gexf without files": (export_gexf, "gexf", {"reads_files": False}),
}
BOX = {"left": 0.1, "top": 0.1, "width": 0.5, "height": 0.5}


class LargeLake(ExplorerLake):
    """Many images, made page by page; all have the same file."""

    def __init__(self, images: int) -> None:
        """So many images."""
        super().__init__([])
        self._count = images
        self._file = draw_noise()
        self._row = explorer_lake.result_row("wine")

    def get_object(self, *, Bucket: str, Key: str) -> dict[str, Any]:  # noqa: N803 (boto3's names)
        """S3's operation."""
        return {"Body": io.BytesIO(self._file)}

    def run_export(self, sql: str, on_state: Callable[[str], None] = lambda _: None) -> QueryResult:
        """Answer the statements of an export."""
        if sql.startswith("select count(*)"):
            row = [(str(self._count), str(float(self._count * SIZE[0] * SIZE[1])))]
            return QueryResult([Column("images", "bigint"), Column("pixels", "double")], iter([row]), 1000)
        if "as hashtag," in sql:
            columns = [Column("image_id", "varchar"), Column("hashtag", "varchar"), Column("posts", "bigint")]
            tags = [(explorer_lake.image_id(str(each)), f"tag{each % 300}", "1") for each in range(self._count)]
            return QueryResult(columns, iter([tags]), 1000)
        columns = [Column(name, "bigint" if isinstance(value, int) else "varchar") for name, value in self._row.items()]
        return QueryResult(columns, self._make_pages(), 1000)

    def _make_pages(self) -> Iterator[Sequence[Any]]:
        for start in range(0, self._count, PAGE):
            yield [self._make_row(number) for number in range(start, min(start + PAGE, self._count))]

    def _make_row(self, number: int) -> list[str | None]:
        image_id = explorer_lake.image_id(str(number))
        names = random.Random(number).sample(range(LABELS), 20)
        labels = [
            {"name": f"Label {name}", "confidence": 90.0, "parents": [], "instances": [{"boundingbox": BOX}]}
            for name in names
        ]
        lines = [{"type": "LINE", "detectedtext": "SUMMER SALE", "confidence": 90.0, "geometry": {"boundingbox": BOX}}]
        row = {
            **self._row,
            "image_id": image_id,
            "s3_key": f"images/{image_id}.jpg",
            "width": SIZE[0],
            "height": SIZE[1],
            "labels": json.dumps(labels),
            "lines": json.dumps(lines * 5),
            "face_boxes": json.dumps([BOX] * 3),
            **{
                name: json.dumps([None] * 3)
                for name in ("face_confidences", "face_ages", "face_genders", "face_emotions")
            },
        }
        return [None if value is None else str(value) for value in row.values()]


def draw_noise() -> bytes:
    """A JPEG of about 100 kB."""
    out = io.BytesIO()
    Image.effect_noise(SIZE, 30).convert("RGB").save(out, "JPEG", quality=45)
    return out.getvalue()


def main() -> None:
    """Measure each run in a process of its own."""
    images = int(sys.argv[1]) if len(sys.argv) > 1 else IMAGES
    for name in RUNS:
        subprocess.run([sys.executable, "-m", "bench.explorers", str(images), name], check=True)


def measure(images: int, name: str) -> None:
    """Run one export."""
    run, target, options = RUNS[name]
    lake: Any = LargeLake(images)
    with tempfile.TemporaryDirectory() as folder:
        started, worked = time.monotonic(), time.process_time()
        run(lake, lake, ImageRequest(Path(folder) / target, **options), NOW)
        seconds, work = time.monotonic() - started, time.process_time() - worked
        size = sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file())
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    rates = f"{images / seconds:6,.0f} images/s {images / work:6,.0f} images/CPU s"
    print(f"{name:18} {rates} {memory:6,.0f} MB of memory {size / 1e6:6,.0f} MB written")


if __name__ == "__main__":
    if len(sys.argv) == 3:
        measure(int(sys.argv[1]), sys.argv[2])
    else:
        main()
