"""The one door for photos: bytes become an object under images/ and an entry in the registry, once.

Order: render, claim, put. A worker that stops between the claim and the put leaves an entry without an object, and
whoever brings the same bytes next, first or not, puts it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Self

from botocore.exceptions import ClientError

from photolake.errors import RetryableError
from photolake.images.registry import ImageRecord
from photolake.images.rendition import Rendition, render

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

    from photolake.images.registry import ImageRegistry

_PUT_ATTEMPTS = 3


@dataclass(frozen=True)
class Intake:
    """A photo that is an image now; width and height are those of the object."""

    image_id: str
    image_dt: str
    s3_key: str
    width: int
    height: int
    status: Literal["ok", "duplicate"]

    @classmethod
    def of(cls, record: ImageRecord, source_key: str) -> Self:
        """`ok` for the photo that the registry holds as the first with these bytes, however often it comes."""
        status: Literal["ok", "duplicate"] = "ok" if record.source_key == source_key else "duplicate"
        return cls(record.image_id, record.image_dt, record.s3_key, record.width, record.height, status)


class PhotoIntake:
    """Takes photos in, from whatever origin."""

    def __init__(self, registry: ImageRegistry, s3: S3Client, bucket: str) -> None:
        """`bucket` is the lake bucket."""
        self._registry = registry
        self._s3 = s3
        self._bucket = bucket

    def take_in(self, data: bytes, *, origin: str, source_key: str, dt: str) -> Intake:
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
        self._put_if_absent(record.s3_key, rendition)
        return Intake.of(record, source_key)

    def _put_if_absent(self, key: str, rendition: Rendition) -> None:
        for _ in range(_PUT_ATTEMPTS):
            try:
                self._s3.put_object(
                    Bucket=self._bucket,
                    Key=key,
                    Body=rendition.body,
                    ContentType=rendition.content_type,
                    IfNoneMatch="*",
                )
            except ClientError as error:
                code = error.response["Error"]["Code"]
                if code == "PreconditionFailed":  # it is there
                    return
                # Somebody else is writing it
                # (https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html).
                if code != "ConditionalRequestConflict":
                    raise
            else:
                return
        raise RetryableError(f"S3 is busy with {key}")
