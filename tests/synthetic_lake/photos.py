"""Rows of the landing table `photos`, as photo_fetcher delivers them, and image_analyzer for dropped photos."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, cast

from photolake.clock import format_utc
from photolake.images.ingest import IngestedPhoto, photo_row
from photolake.images.registry import UnavailablePhoto
from photolake.photos.job import list_photo_jobs
from tests.synthetic_lake.posts import post_row

if TYPE_CHECKING:
    from photolake.rows.types import MetadataEntry, PhotoRow, PostRow
    from tests.synthetic_lake.plan import Medium, Plan

BUCKET = "photolake-lake"
_METADATA = {"campaign": ("spring", "été 2026", ""), "photographer": ("Ada", "Ann, Bob = two")}
_FORMATS = (("jpg", "image/jpeg"), ("jpg", "image/jpeg"), ("png", "image/png"))


def image_file(plan: Plan, image: int) -> dict[str, Any]:
    """Build the columns of an object under images/; two tables have them."""
    draw = plan.draw(8, image)
    key, (extension, kind) = plan.image_id(image), draw.choice(_FORMATS)
    width, height = draw.choice(((1200, 800), (800, 1200), (1080, 1080), (640, 427), (4096, 2731)))
    return {
        "image_id": key,
        "s3_key": f"images/{key[:2]}/{key}.{extension}",
        "width": width,
        "height": height,
        "content_type": kind,
    }


def photo_rows(plan: Plan, number: int) -> Iterator[dict[str, Any]]:
    """Yield the newest copies of the rows of a post's photos."""
    posts = [shown for shown in (number, plan.source(number)) if shown is not None]
    media = {medium.mediaid: medium for shown in posts for medium in plan.media(shown)}
    if not media:
        return
    post = post_row(plan, number)
    fetched = dt.datetime.fromisoformat(post["processed_at"]) + dt.timedelta(seconds=45)
    for job in list_photo_jobs(cast("PostRow", post), post["dt"]):
        yield dict(photo_row(job.columns(), _build_photo(plan, number, media[job.mediaid]), fetched))


def dropped_rows(plan: Plan, image: int) -> Iterator[dict[str, Any]]:
    """Yield the rows of a dropped image: its photo, the same bytes under another name, and one that is not a photo."""
    if not plan.is_dropped(image):
        return
    day = plan.image_day(image)
    seen = f"{day}T12:00:{image % 60:02d}.000Z"
    ingested = (
        ("holiday", _build_ingested_photo(plan, image, "ok")),
        ("holiday (1)", _build_ingested_photo(plan, image, "duplicate")),
    )
    outcomes: list[tuple[str, IngestedPhoto | UnavailablePhoto]] = [
        *ingested,
        ("notes", UnavailablePhoto("unsupported_format", "begins with %PDF")),
    ]
    for name, outcome in outcomes:
        source: PhotoRow = {
            "dt": day,
            "origin": "dropped",
            "source_key": f"s3://{BUCKET}/images/dropped/{name} {image}.jpg",
            "kind": "photo",
            "collected_at": seen,
            "file_name": f"{name} {image}.jpg",
            "metadata": _draw_metadata(plan, image),
        }
        yield dict(photo_row(source, outcome, dt.datetime.fromisoformat(seen) + dt.timedelta(seconds=3)))


def _draw_metadata(plan: Plan, image: int) -> list[MetadataEntry]:
    """Draw metadata in the order of its names; some photos have none."""
    draw = plan.draw(14, image)
    return [{"name": name, "value": draw.choice(values)} for name, values in _METADATA.items() if draw.random() < 0.7]


def earlier_copy(row: dict[str, Any], number: int) -> dict[str, Any]:
    """Build a copy that a newer one replaces: its post was collected, or its message delivered, earlier."""
    name = "processed_at" if number % 2 else "collected_at"
    moment = dt.datetime.fromisoformat(row[name]) - dt.timedelta(seconds=41)
    nothing = dict.fromkeys(("image_id", "image_dt", "width", "height"))
    return {**row, **nothing, "status": "http_403", "status_message": "answered 403", name: format_utc(moment)}


def _build_photo(plan: Plan, number: int, medium: Medium) -> IngestedPhoto | UnavailablePhoto:
    if medium.image is None:
        return medium.failure or UnavailablePhoto("broken", "not a whole JPEG")
    is_first = number == plan.first_post(medium.image) and not plan.is_dropped(medium.image)
    return _build_ingested_photo(plan, medium.image, "ok" if is_first else "duplicate")


def _build_ingested_photo(plan: Plan, image: int, status: Any) -> IngestedPhoto:
    file = image_file(plan, image)
    del file["content_type"]
    return IngestedPhoto(image_dt=plan.image_day(image), status=status, **file)
