"""The page of a synthetic lake, built as `photolake dashboard` builds it: fake S3, the local Athena, real pictures."""

from __future__ import annotations

import datetime as dt
import io
import random
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
from PIL import Image, ImageDraw

from photolake.athena_schema.workgroup import Workgroup
from photolake_cli.cloud import Cloud
from photolake_cli.dashboard.run import DashboardRequest, build_dashboard
from photolake_cli.query.client import QueryClient
from tests.synthetic_lake.analyses import analysis_row
from tests.synthetic_lake.rows import Lake, Row, synthetic_lake
from tests.synthetic_lake.warehouse import (
    BUCKET,
    DATABASE,
    LANDING,
    REGION,
    WORKGROUP,
    Warehouse,
    open_warehouse,
    read_saved_queries,
)

if TYPE_CHECKING:
    from tests.synthetic_lake.plan import Plan

FIRST_DAY, DAYS = dt.date(2026, 3, 2), 5
LAST_DAY = FIRST_DAY + dt.timedelta(days=DAYS - 1)
POSTS, IMAGES = 200, 60
VALUES = {"since": FIRST_DAY.isoformat(), "until": LAST_DAY.isoformat()}
APIS = "labels,moderation,text,faces,celebrities,properties,custom_labels"
FACE = {"left": 0.3, "top": 0.125, "width": 0.25, "height": 0.4}
"""The box of the one face in each of the marked pictures, where they have a rectangle of MARK."""
MARK = (255, 0, 255)
_SIDE = 480


@dataclass(frozen=True)
class PageLake:
    """A lake that can be built into pages, and asked."""

    rows: Lake
    warehouse: Warehouse
    cloud: Cloud

    @property
    def plan(self) -> Plan:
        """Which post shows which image."""
        return self.rows.plan

    @property
    def queries(self) -> QueryClient:
        """The client of `photolake query`."""
        return QueryClient(self.cloud)

    def build(self, folder: Path, *, shows_authors: bool = False) -> Path:
        """Write the page into a folder, as `photolake dashboard --out` does."""
        request = DashboardRequest(folder, VALUES["since"], VALUES["until"], shows_authors)
        return build_dashboard(self.cloud, request).out


@contextmanager
def open_lake(cache: Path) -> Iterator[PageLake]:
    """Fill a lake with posts, photos, analyses, deletions and the files of its pictures."""
    rows = synthetic_lake(POSTS, IMAGES, FIRST_DAY, DAYS)
    with open_warehouse(cache, dt.datetime.combine(LAST_DAY, dt.time(23), dt.UTC)) as warehouse:
        warehouse.land("posts", rows.posts)
        warehouse.land("photos", rows.photos)
        warehouse.land("analyses", _mark_faces(rows.plan, rows.analyses))
        warehouse.delete(rows.deletions)
        warehouse.create_views()
        athena = warehouse._athena
        Workgroup(athena, WORKGROUP, DATABASE).save_queries(read_saved_queries())
        _store_pictures(rows.plan)
        values = {
            "WorkgroupName": WORKGROUP,
            "DatabaseName": DATABASE,
            "LandingDatabaseName": LANDING,
            "LakeBucketName": BUCKET,
            "EarliestDate": VALUES["since"],
            "ImageApis": APIS,
            "SampleRate": "1",
        }
        endpoints = {"AWS_ENDPOINT_URL_ATHENA": athena.meta.endpoint_url}
        session = boto3.Session("x", "x", region_name=REGION)
        yield PageLake(rows, warehouse, Cloud("the made-up lake", "lake 1", session, values, str, endpoints, True))


def list_marked(plan: Plan) -> list[int]:
    """Two images with a face whose place is known, one wide and one high."""
    shown = [image for image in range(plan.images) if plan.is_analyzed(image) and not plan.is_dropped(image)]
    sizes = {image: analysis_row(plan, image) for image in shown if image % 9 in (0, 5)}
    wide = next(image for image, row in sizes.items() if row["width"] > row["height"])
    high = next(image for image, row in sizes.items() if row["width"] < row["height"])
    return [wide, high]


def _mark_faces(plan: Plan, rows: Iterable[Row]) -> Iterator[Row]:
    marked = {plan.image_id(image) for image in list_marked(plan)}
    face = {"boundingbox": FACE, "confidence": 99.5, "agerange": {"low": 30, "high": 38}}
    for row in rows:
        yield {**row, "image_labels": {"facedetails": [face]}} if row["image_id"] in marked else row


def _store_pictures(plan: Plan) -> None:
    """Put the files of the images; a few have expired."""
    s3: Any = boto3.client("s3", REGION)
    marked = list_marked(plan)
    for image in range(plan.images):
        row = analysis_row(plan, image)
        if image % 17 != 11:
            s3.put_object(Bucket=BUCKET, Key=row["s3_key"], Body=_draw_picture(row, image, image in marked))


def _draw_picture(row: Mapping[str, Any], image: int, is_marked: bool) -> bytes:
    scale = _SIDE / max(row["width"], row["height"])
    width, height = round(row["width"] * scale), round(row["height"] * scale)
    draw = random.Random(image)
    picture = Image.new("RGB", (width, height), (draw.randrange(60), draw.randrange(120), draw.randrange(160)))
    canvas = ImageDraw.Draw(picture)
    if is_marked:
        left, top = FACE["left"] * width, FACE["top"] * height
        canvas.rectangle((left, top, left + FACE["width"] * width - 1, top + FACE["height"] * height - 1), MARK)
    else:
        for _ in range(6):
            x, y, size = draw.randrange(width), draw.randrange(height), draw.randrange(30, 160)
            canvas.ellipse((x - size, y - size, x + size, y + size), tuple(draw.randbytes(3)))
    file = io.BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()
