"""The way of a new object under images/: a dropped photo is taken in, an image is analysed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from photolake.aws.s3 import parse_created_objects
from photolake.clock import utc_now
from photolake.images.analyzer import ImageAnalyzer, Lease, Outcome
from photolake.images.daily_budget import DailyBudget
from photolake.images.dropped import DroppedPhotos
from photolake.images.ingest import PhotoIntake
from photolake.images.objects import image_id_in, read_photo
from photolake.images.partial_results import Partials
from photolake.images.registry import ImageRegistry
from photolake.images.rekognition import ImageQuestions
from photolake.images.rekognition_apis import chosen

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table as DynamoTable
    from mypy_boto3_rekognition import RekognitionClient
    from mypy_boto3_s3 import S3Client

    from photolake.aws.firehose import DeliveryStream
    from photolake.aws.s3 import S3Object
    from photolake.images.registry import ImageRecord
    from photolake.rows.schema import TableSchema


@dataclass(frozen=True)
class Passage:
    """What came of one object: of the image, and of the photo if it was dropped (the `status` of its row)."""

    key: str
    image_id: str | None
    outcome: Outcome
    photo: str | None = None


class ImageDoor:
    """Lets in every object that is created under images/, whatever it is."""

    def __init__(self, registry: ImageRegistry, dropped: DroppedPhotos, analyzer: ImageAnalyzer) -> None:
        """All three work on the same bucket and registry."""
        self._registry = registry
        self._dropped = dropped
        self._analyzer = analyzer

    def let_in(self, body: str) -> Iterator[Passage]:
        """Deal with the objects that an SQS message announces, one after the other."""
        return (self._let_in(created) for created in parse_created_objects(body))

    def _let_in(self, created: S3Object) -> Passage:
        image = self._image(image_id_in(created.key))
        if image:
            return Passage(created.key, image.image_id, self._analyzer.analyze(image))
        # Also what only bears the name of an image is taken in. It becomes an object under its own name, and is
        # analysed when the event of that object comes; unless it lay there already, when no other event will come.
        taken = self._dropped.take_in(created)
        image = self._image(getattr(taken, "image_id", None))
        if image and image.s3_key == created.key:
            return Passage(created.key, image.image_id, self._analyzer.analyze(image), taken.status)
        return Passage(created.key, image.image_id if image else None, Outcome.DROPPED, taken.status)

    def _image(self, image_id: str | None) -> ImageRecord | None:
        return self._registry.get(image_id) if image_id else None


def image_door(
    *,
    s3: S3Client,
    bucket: str,
    rekognition: RekognitionClient,
    apis: Sequence[str],
    images: DynamoTable,
    cache: DynamoTable,
    lease: Lease,
    daily_budget: int,
    earliest_date: str,
    analyses: TableSchema,
    analyses_stream: DeliveryStream,
    photos_stream: DeliveryStream,
    bought: Callable[[str], None],
    clock: Callable[[], dt.datetime] = utc_now,
) -> ImageDoor:
    """Put the parts together over the function's clients; SettingsError for an unknown name in `apis`."""
    registry = ImageRegistry(images)
    earliest = dt.date.fromisoformat(earliest_date)
    dropped = DroppedPhotos(s3, PhotoIntake(registry, s3, bucket), photos_stream, earliest, clock)
    analyzer = ImageAnalyzer(
        registry,
        DailyBudget(cache, daily_budget),
        lease,
        ImageQuestions(rekognition, bucket, Partials(cache, clock), chosen(apis), bought),
        partial(read_photo, s3, bucket),
        analyses_stream,
        analyses,
        clock,
    )
    return ImageDoor(registry, dropped, analyzer)
