"""Photos that somebody puts under images/ by hand: taken in like a fetched one, each with its photos row."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import TYPE_CHECKING

from photolake.errors import PermanentError
from photolake.images.ingest import Intake
from photolake.images.objects import read_photo
from photolake.images.registry import Verdict
from photolake.partition import clamp
from photolake.photos.job import photo_row

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

    from photolake.aws.firehose import DeliveryStream
    from photolake.aws.s3 import S3Object
    from photolake.images.ingest import PhotoIntake


class DroppedPhotos:
    """Takes dropped objects in; whatever they turn out to be, a photos row says so."""

    def __init__(
        self,
        s3: S3Client,
        intake: PhotoIntake,
        stream: DeliveryStream,
        earliest: dt.date,
        clock: Callable[[], dt.datetime],
    ) -> None:
        """`stream` delivers to the table photos; `clock` gives the time in UTC."""
        self._s3 = s3
        self._intake = intake
        self._stream = stream
        self._earliest = earliest
        self._clock = clock

    def take_in(self, dropped: S3Object) -> Intake | Verdict:
        """Make the object an image, under a key of its own, and deliver the row; may be repeated after any failure.

        The row's `dt` is the image's, the day these bytes were first seen; without an image, the day of the event.
        """
        day = clamp(dt.date.fromisoformat(dropped.event_time[:10]), self._earliest, None).isoformat()
        outcome = self._outcome(dropped, day)
        source = {
            "dt": outcome.image_dt if isinstance(outcome, Intake) else day,
            "origin": "dropped",
            "source_key": dropped.uri,
            "kind": "photo",
            "collected_at": dropped.event_time,
        }
        self._stream.put([photo_row(source, outcome, self._clock())])
        return outcome

    def _outcome(self, dropped: S3Object, day: str) -> Intake | Verdict:
        try:
            data = read_photo(self._s3, dropped.bucket, dropped.key)
            return self._intake.take_in(data, origin="dropped", source_key=dropped.uri, dt=day)
        except PermanentError as error:
            return Verdict(error.status, error.message)
