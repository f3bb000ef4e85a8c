"""Photos become images: the bytes an object under images/ and an entry in the registry, once, whatever their origin.

Order: render, claim, put. A worker that stops between the claim and the put leaves an entry without an object; the
next photo with the same bytes, the same one or another, stores the object.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol, Self

from botocore.exceptions import ClientError

from photolake.aws.s3 import read_object
from photolake.clock import format_utc, utc_now
from photolake.errors import PermanentError, RetryableError
from photolake.images.registry import ImageRecord, UnavailablePhoto
from photolake.images.rendition import render

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

    from photolake.aws.firehose import DeliveryStream
    from photolake.aws.s3 import S3Object
    from photolake.images.registry import ImageRegistry
    from photolake.rows.types import PhotoRow

MAX_PHOTO_BYTES = 15 * 1024 * 1024
_PUT_ATTEMPTS = 3


@dataclass(frozen=True)
class IngestedPhoto:
    """A photo that is an image now; width and height are those of the object."""

    image_id: str
    image_dt: str
    s3_key: str
    width: int
    height: int
    status: Literal["ok", "duplicate"]

    @classmethod
    def from_record(cls, record: ImageRecord, source_key: str) -> Self:
        """`ok` for the photo that the registry has as the first with these bytes, however often it is ingested."""
        status: Literal["ok", "duplicate"] = "ok" if record.source_key == source_key else "duplicate"
        return cls(record.image_id, record.image_dt, record.s3_key, record.width, record.height, status)


def photo_row(source: PhotoRow, photo: IngestedPhoto | UnavailablePhoto, processed_at: dt.datetime) -> PhotoRow:
    """Build the photos row; `source` holds what is known without the image, at least dt, origin and source_key."""
    image = photo if isinstance(photo, IngestedPhoto) else None
    return {
        **source,
        "image_id": image.image_id if image else None,
        "image_dt": image.image_dt if image else None,
        "width": image.width if image else None,
        "height": image.height if image else None,
        "status": photo.status,
        "status_message": photo.message if isinstance(photo, UnavailablePhoto) else None,
        "processed_at": format_utc(processed_at),
    }


class PhotoIngester:
    """Ingests photos into the lake bucket and the registry."""

    def __init__(self, registry: ImageRegistry, s3: S3Client, bucket: str) -> None:
        """`bucket` is the lake bucket."""
        self._registry = registry
        self._s3 = s3
        self._bucket = bucket

    def ingest(self, data: bytes, *, origin: str, source_key: str, dt: str) -> IngestedPhoto:
        """Store the photo unless its bytes are known; `dt` becomes the image's date if it is the first.

        May be repeated after any failure. PermanentError: the bytes cannot become an image (see `render`).
        RetryableError: S3 is busy with the same key.
        """
        rendition = render(data)
        image_id = hashlib.sha256(data).hexdigest()
        record = self._registry.claim(
            ImageRecord(
                image_id=image_id,
                image_dt=dt,
                origin=origin,
                source_key=source_key,
                s3_key=f"images/{image_id[:2]}/{image_id}.{rendition.extension}",
                width=rendition.width,
                height=rendition.height,
                content_type=rendition.content_type,
            )
        )
        self._put_if_absent(record.s3_key, rendition.body, rendition.content_type)
        return IngestedPhoto.from_record(record, source_key)

    def _put_if_absent(self, key: str, body: bytes, content_type: str) -> None:
        for _ in range(_PUT_ATTEMPTS):
            try:
                self._s3.put_object(Bucket=self._bucket, Key=key, Body=body, ContentType=content_type, IfNoneMatch="*")
            except ClientError as error:
                code = error.response["Error"]["Code"]
                if code == "PreconditionFailed":  # it exists
                    return
                # Another worker is writing it
                # (https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html).
                if code != "ConditionalRequestConflict":
                    raise
            else:
                return
        raise RetryableError(f"S3 is busy with {key}")


class PhotoSink(Protocol):
    """What takes each photos row besides the stream, such as a search index."""

    def put_photo(self, row: PhotoRow) -> None:
        """Take the row of a photo, whether it became an image or not; the same row comes again after any error."""


class DroppedPhotoIngester:
    """Ingests the photos that somebody puts under images/ by hand, and delivers a photos row for each."""

    def __init__(
        self,
        ingester: PhotoIngester,
        s3: S3Client,
        stream: DeliveryStream,
        earliest: dt.date,
        sinks: Sequence[PhotoSink] = (),
        clock: Callable[[], dt.datetime] = utc_now,
    ) -> None:
        """`stream` delivers to the table photos, whose first partition is `earliest`; then `sinks` take the row."""
        self._ingester = ingester
        self._s3 = s3
        self._stream = stream
        self._earliest = earliest
        self._sinks = sinks
        self._clock = clock

    def ingest(self, dropped: S3Object) -> IngestedPhoto | UnavailablePhoto:
        """Copy the object to a key of its own as an image, and deliver its row; may be repeated after any failure.

        The row's `dt` is that of the image, the day these bytes were first seen; without an image, that of the event.
        """
        day = max(dt.date.fromisoformat(dropped.event_time[:10]), self._earliest).isoformat()
        photo: IngestedPhoto | UnavailablePhoto
        try:
            data = read_object(self._s3, dropped.bucket, dropped.key, MAX_PHOTO_BYTES)
            photo = self._ingester.ingest(data, origin="dropped", source_key=dropped.uri, dt=day)
            day = photo.image_dt
        except PermanentError as error:
            photo = UnavailablePhoto(error.status, error.message)
        source: PhotoRow = {
            "dt": day,
            "origin": "dropped",
            "source_key": dropped.uri,
            "kind": "photo",
            "collected_at": dropped.event_time,
        }
        row = photo_row(source, photo, self._clock())
        self._stream.put([row])
        for sink in self._sinks:
            sink.put_photo(row)
        return photo
