"""Objects announced by SQS -> each image analysed once; a photo that is dropped or backfilled is ingested first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any

import boto3
from aws_lambda_powertools import Logger, Metrics, single_metric
from aws_lambda_powertools.metrics import MetricUnit
from botocore.config import Config

from photolake.aws.firehose import DeliveryStream
from photolake.aws.s3 import parse_created_objects, read_object
from photolake.aws.sqs import process_messages
from photolake.images.analyze import ImageAnalyzer
from photolake.images.cache import AnalysisLease, DailyBudget, PartialResults
from photolake.images.ingest import MAX_PHOTO_BYTES, DroppedPhotoIngester, PhotoIngester
from photolake.images.objects import ObjectRegistry
from photolake.images.pipeline import ImagePipeline
from photolake.images.registry import ImageRegistry
from photolake.images.rekognition import ImageRequests
from photolake.images.rekognition_apis import select_apis
from photolake.images.responses import KeptResponses
from photolake.rows.schema import TableSchema
from photolake.search.indexes import SearchSettings, connect_indexes

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
    from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
    from aws_lambda_powertools.utilities.typing import LambdaContext


@dataclass(frozen=True)
class ImageAnalyzerSettings(SearchSettings):
    """The function's environment."""

    landing_database: str
    lake_bucket: str
    analyses_stream: str
    photos_stream: str
    images_table: str
    cache_table: str
    image_apis: tuple[str, ...]
    custom_labels_model: str
    daily_image_budget: int
    earliest_date: str


# At worst twice three attempts: 120 s an image, two images a batch.
RETRIES = Config(connect_timeout=5, read_timeout=15, retries={"mode": "adaptive", "total_max_attempts": 3})
logger, metrics = Logger(), Metrics()
settings = ImageAnalyzerSettings.from_env()
s3, firehose, glue = boto3.client("s3"), boto3.client("firehose"), boto3.client("glue")
dynamodb = boto3.resource("dynamodb")
cache = dynamodb.Table(settings.cache_table)
analyses, photos = (TableSchema.from_glue(glue, settings.landing_database, name) for name in ("analyses", "photos"))
images = dynamodb.Table(settings.images_table)
registry = ImageRegistry(images)
search_indexes = connect_indexes(settings, dynamodb.Table, boto3.Session(), logger, metrics)
dropped_photos = DroppedPhotoIngester(
    PhotoIngester(registry, s3, settings.lake_bucket),
    registry,
    ObjectRegistry(images),
    s3,
    settings.lake_bucket,
    DeliveryStream(firehose, settings.photos_stream, photos),
    date.fromisoformat(settings.earliest_date),
    [search_indexes],
)


def count_call(api: str) -> None:
    """Count a paid call of an API; each has a price of its own."""
    with single_metric("RekognitionCalls", MetricUnit.Count, 1) as by_api:
        by_api.add_dimension("api", api)


analyzer = ImageAnalyzer(
    registry,
    DailyBudget(cache, settings.daily_image_budget),
    AnalysisLease(cache),
    ImageRequests(
        boto3.client("rekognition", config=RETRIES),
        settings.lake_bucket,
        select_apis(settings.image_apis, settings.custom_labels_model),
        PartialResults(cache),
        on_response=count_call,
    ),
    KeptResponses(s3, settings.lake_bucket),
    partial(read_object, s3, settings.lake_bucket, max_bytes=MAX_PHOTO_BYTES),
    DeliveryStream(firehose, settings.analyses_stream, analyses),
    analyses,
    [search_indexes],
)
pipeline = ImagePipeline(settings.lake_bucket, registry, dropped_photos, analyzer)


@metrics.log_metrics
@logger.inject_lambda_context
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    """Process the announced objects; a message that raises goes back to the queue, and in the end to the DLQ."""
    return process_messages(event, process_message, context, logger, metrics)


def process_message(record: SQSRecord, lambda_context: LambdaContext) -> None:
    """Process each object of the message, and count what became of it."""
    for created in parse_created_objects(record.body):
        processed = pipeline.process(created, lambda_context.get_remaining_time_in_millis() / 1000)
        metrics.add_metric(processed.result, MetricUnit.Count, 1)
        logger.info(
            "object processed", key=created.logged_key, result=processed.result, photo_status=processed.photo_status
        )
