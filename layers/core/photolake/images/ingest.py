"""Photos become images: the bytes an object under images/ and an entry in the registry, once, whatever their origin.

Order: render, claim, put. A worker that stops between the claim and the put leaves an entry without an object; the
next photo with the same bytes, the same one or another, stores the object. Of bytes that are known it asks whether
the object is there: a twelfth of the price of writing it, and nothing is sent.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal, Protocol, Self

from botocore.exceptions import ClientError

from photolake.aws.backoff import iterate_attempts
from photolake.aws.s3 import open_object
from photolake.clock import format_utc, utc_now
from photolake.errors import PermanentError, RetryableError
from photolake.images.limits import DECODING
from photolake.images.registry import ImageRecord, UnavailablePhoto, parse_image_key
from photolake.images.rendition import Rendition, render

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

    from photolake.aws.firehose import DeliveryStream
    from photolake.aws.s3 import OpenObject, S3Object
    from photolake.images.objects import ObjectRegistry
    from photolake.images.registry import ImageRegistry
    from photolake.rows.types import PhotoRow

MAX_PHOTO_BYTES = 15 * 1024 * 1024
# A few hundred bytes each. A picture that many post comes many times to a process in a short while.
MAX_RENDERED = 10_000


@dataclass(frozen=True)
class IngestedPhoto:
    """A photo that is an image now; width and height are those of the object.

    `message` says what of the photo the image lacks. `was_stored`: the object was not there before, so S3 announces it.
    """

    image_id: str
    image_dt: str
    s3_key: str
    width: int
    height: int
    status: Literal["ok", "duplicate"]
    message: str | None = None
    was_stored: bool = field(default=False, compare=False)

    @classmethod
    def from_record(cls, record: ImageRecord, source_key: str, was_stored: bool = False) -> Self:
        """`ok` for the photo that the registry has as the first with these bytes, however often it is ingested."""
        status: Literal["ok", "duplicate"] = "ok" if record.source_key == source_key else "duplicate"
        place = (record.image_id, record.image_dt, record.s3_key, record.width, record.height)
        return cls(*place, status, record.note, was_stored)


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
        "status_message": photo.message,
        "processed_at": format_utc(processed_at),
    }


class PhotoIngester:
    """Ingests photos into the lake bucket and the registry."""

    def __init__(
        self, registry: ImageRegistry, s3: S3Client, bucket: str, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        """`bucket` is the lake bucket; `sleep` takes seconds."""
        self._sleep = sleep
        self._registry = registry
        self._s3 = s3
        self._bucket = bucket
        self._rendered: dict[str, Rendition] = {}

    def ingest(
        self,
        data: bytes,
        *,
        origin: str,
        source_key: str,
        dt: str,
        claim: Callable[[ImageRecord], ImageRecord] | None = None,
    ) -> IngestedPhoto:
        """Store the photo unless its bytes are known; `dt` becomes the image's date if it is the first.

        `claim` takes the place of `ImageRegistry.claim`. May be repeated after any failure.
        PermanentError: the bytes cannot become an image (see `render`).
        RetryableError: S3 is busy with the same key.
        """
        image_id = hashlib.sha256(data).hexdigest()
        rendition = self._render(image_id, data)
        proposed = ImageRecord(
            image_id=image_id,
            image_dt=dt,
            origin=origin,
            source_key=source_key,
            s3_key=f"images/{image_id[:2]}/{image_id}.{rendition.extension}",
            width=rendition.width,
            height=rendition.height,
            content_type=rendition.content_type,
            note=rendition.note,
        )
        record = (claim or self._registry.claim)(proposed)
        if record is not proposed and self.is_stored(record):
            return IngestedPhoto.from_record(record, source_key)
        body = rendition.body or _render_alone(data).body
        was_stored = self._put_if_absent(record.s3_key, body, rendition.content_type)
        return IngestedPhoto.from_record(record, source_key, was_stored)

    def is_stored(self, record: ImageRecord) -> bool:
        """Whether the object of an image is there."""
        try:
            self._s3.head_object(Bucket=self._bucket, Key=record.s3_key)
        except ClientError as error:
            if error.response["Error"]["Code"] != "404":
                raise
            return False
        return True

    def _render(self, image_id: str, data: bytes) -> Rendition:
        """Render the photo; if these bytes came to this process before, return what they became without the body."""
        known = self._rendered.get(image_id)
        if known is not None:
            return known
        rendition = _render_alone(data)
        if len(self._rendered) >= MAX_RENDERED:
            self._rendered.clear()
        self._rendered[image_id] = replace(rendition, body=b"")
        return rendition

    def _put_if_absent(self, key: str, body: bytes, content_type: str) -> bool:
        for _ in iterate_attempts(self._sleep):
            try:
                self._s3.put_object(Bucket=self._bucket, Key=key, Body=body, ContentType=content_type, IfNoneMatch="*")
            except ClientError as error:
                code = error.response["Error"]["Code"]
                if code == "PreconditionFailed":  # it exists
                    return False
                # Another worker is writing it
                # (https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html).
                if code != "ConditionalRequestConflict":
                    raise
            else:
                return True
        raise RetryableError(f"S3 is busy with {key}")


def _render_alone(data: bytes) -> Rendition:
    with DECODING:
        return render(data)


class PhotoSink(Protocol):
    """What takes each photos row besides the stream, such as a search index."""

    def put_photo(self, row: PhotoRow) -> None:
        """Take the row of a photo, whether it became an image or not; the same row comes again after any error."""


class DroppedPhotoIngester:
    """Ingests photos that lie in S3, dropped under images/ or announced by backfill, and delivers a row for each."""

    def __init__(
        self,
        ingester: PhotoIngester,
        registry: ImageRegistry,
        objects: ObjectRegistry,
        s3: S3Client,
        lake_bucket: str,
        stream: DeliveryStream,
        earliest: dt.date,
        sinks: Sequence[PhotoSink] = (),
        clock: Callable[[], dt.datetime] = utc_now,
    ) -> None:
        """`stream` delivers to the table photos, whose first partition is `earliest`; then `sinks` take the row."""
        self._ingester = ingester
        self._registry = registry
        self._objects = objects
        self._s3 = s3
        self._lake_bucket = lake_bucket
        self._stream = stream
        self._earliest = earliest
        self._sinks = sinks
        self._clock = clock

    def ingest(self, dropped: S3Object) -> IngestedPhoto | UnavailablePhoto:
        """Copy the object to a key of its own as an image, and deliver its row; may be repeated after any failure.

        The row's `dt` is that of the image, the day these bytes were first seen; without an image, that of the event.
        """
        source: PhotoRow = {
            "dt": max(dt.date.fromisoformat(dropped.event_time[:10]), self._earliest).isoformat(),
            "origin": "dropped" if dropped.bucket == self._lake_bucket else "backfill",
            "source_key": dropped.uri,
            "kind": "photo",
            "collected_at": dropped.event_time,
            "file_name": dropped.file_name,
            "metadata": None,
        }
        photo: IngestedPhoto | UnavailablePhoto
        try:
            with self._open(dropped) as stored:
                source["metadata"] = stored.metadata
                data = stored.read(MAX_PHOTO_BYTES)
            _check_folder(dropped.key, data)
            photo = self._ingester.ingest(
                data, origin=source["origin"], source_key=source["source_key"], dt=source["dt"]
            )
            source["dt"] = photo.image_dt
        except PermanentError as error:
            photo = UnavailablePhoto(error.status, error.message)
            if error.status == "gone" and dropped.bucket == self._lake_bucket and parse_image_key(dropped.key):
                return photo  # an image that was taken out of the lake, not a photo that somebody dropped
        row = photo_row(source, photo, self._clock())
        self._stream.put([row])
        for sink in self._sinks:
            sink.put_photo(row)
        self._objects.remember(dropped, photo.image_id if isinstance(photo, IngestedPhoto) else photo)
        return photo

    def find_unannounced_image(self, dropped: S3Object, photo: IngestedPhoto | UnavailablePhoto) -> ImageRecord | None:
        """Return the image of an ingested photo if no other message announces it, else None.

        One that was stored now has an event of its own. One that was there before is in work, unless it is done: then
        perhaps not with today's requests. An object that is named like its image is announced by this very event.
        """
        if isinstance(photo, UnavailablePhoto) or photo.was_stored:
            return None
        image = self._registry.get(photo.image_id)
        is_own = dropped.bucket == self._lake_bucket and dropped.key == photo.s3_key
        return image if image and (is_own or image.state == "done") else None

    @contextmanager
    def _open(self, dropped: S3Object) -> Iterator[OpenObject]:
        try:
            with open_object(self._s3, dropped.bucket, dropped.key) as stored:
                yield stored
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code == "InvalidObjectState":
                raise PermanentError(
                    "archived", "the object is in an archive: restore it, then backfill again"
                ) from error
            if code == "AccessDenied" and dropped.bucket != self._lake_bucket:
                raise PermanentError("access_denied", f"S3 refuses to read it: {error}") from error
            raise


def _check_folder(key: str, data: bytes) -> None:
    """PermanentError for what the S3 console and some clients put in place of a folder."""
    if key.endswith("/") and not data:
        raise PermanentError("unsupported_format", "a folder, which is an empty object here, not a photo")
