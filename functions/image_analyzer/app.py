"""Objects announced by SQS -> each image analysed once; a photo that is dropped or backfilled is ingested first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any

import boto3
from aws_lambda_powertools import Logger
from botocore.config import Config

from photolake.aws.dynamodb import take_python_values
from photolake.aws.firehose import DeliveryStream
from photolake.aws.metrics import SharedMetrics
from photolake.aws.s3 import name_created_objects, parse_created_objects, read_object
from photolake.aws.sqs import MessagePool, process_messages
from photolake.images.analyze import ImageAnalyzer
from photolake.images.cache import DailyBudget, PartialResults
from photolake.images.face_use import read_face_use
from photolake.images.ingest import MAX_PHOTO_BYTES, DroppedPhotoIngester, PhotoIngester
from photolake.images.lease import ImageLeases
from photolake.images.objects import ObjectRegistry
from photolake.images.pipeline import ImagePipeline
from photolake.images.registry import ImageRegistry
from photolake.images.rekognition import ImageRequests
from photolake.images.rekognition_apis import list_forbidden_requests, price_request, select_apis
from photolake.images.responses import KeptResponses
from photolake.rows.schema import TableSchema
from photolake.search.indexes import SearchSettings, connect_indexes
from photolake.spending.batch import SpendingSettings, connect_purse, spend_batch
from photolake.spending.limits import convert_to_micros
from photolake.spending.retries import pay_retries

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
    from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
    from aws_lambda_powertools.utilities.typing import LambdaContext


@dataclass(frozen=True)
class ImageAnalyzerSettings(SearchSettings, SpendingSettings):
    """The function's environment."""

    landing_database: str
    lake_bucket: str
    analyses_stream: str
    photos_stream: str
    images_table: str
    cache_table: str
    image_apis: tuple[str, ...]
    custom_labels_model: str
    faces_and_celebrities: str
    daily_image_budget: int
    earliest_date: str


IMAGES_AT_ONCE, REQUESTS_AT_ONCE = 10, 4  # a whole batch; of an image, those without a gate or those with one
# At worst two rounds of five attempts of 20 s and 15 s of pauses: 230 s an image, and a batch, as all are done at once.
RETRIES = Config(
    connect_timeout=5,
    read_timeout=15,
    retries={"mode": "adaptive", "total_max_attempts": 5},
    max_pool_connections=IMAGES_AT_ONCE * REQUESTS_AT_ONCE,
)
POOL = MessagePool(IMAGES_AT_ONCE, name_created_objects, least_seconds=240)
SHARED = Config(max_pool_connections=2 * IMAGES_AT_ONCE)  # an image's own thread, and one beside it
logger, metrics = Logger(), SharedMetrics()
settings = ImageAnalyzerSettings.from_env()
s3, firehose, glue = boto3.client("s3", config=SHARED), boto3.client("firehose"), boto3.client("glue")
get_table = take_python_values(boto3.client("dynamodb", config=SHARED))
cache = get_table(settings.cache_table)
analyses, photos = (TableSchema.from_glue(glue, settings.landing_database, name) for name in ("analyses", "photos"))
images = get_table(settings.images_table)
registry = ImageRegistry(images)
search_indexes = connect_indexes(settings, get_table, boto3.Session(), logger, metrics)
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
    metrics.count_by("RekognitionCalls", "api", api)


face_use = read_face_use(settings.faces_and_celebrities)
partial_results, purse = PartialResults(cache), connect_purse(settings, get_table, "rekognition", logger)
client = boto3.client("rekognition", config=RETRIES)
region = client.meta.region_name
pay_retries(client, purse, lambda operation, given: convert_to_micros(price_request(operation, given, region)))
requests = ImageRequests(
    client,
    settings.lake_bucket,
    select_apis(settings.image_apis, settings.custom_labels_model, face_use),
    partial_results,
    on_response=count_call,
    region=region,
)
analyzer = ImageAnalyzer(
    ImageLeases(images),
    DailyBudget(cache, settings.daily_image_budget),
    requests,
    partial_results,
    KeptResponses(s3, settings.lake_bucket, list_forbidden_requests(face_use)),
    partial(read_object, s3, settings.lake_bucket, max_bytes=MAX_PHOTO_BYTES),
    DeliveryStream(firehose, settings.analyses_stream, analyses),
    analyses,
    [search_indexes],
    purse,
)
pipeline = ImagePipeline(settings.lake_bucket, dropped_photos, analyzer)


@metrics.log_metrics
@logger.inject_lambda_context
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    """Process the announced objects; a message that raises goes back to the queue, and in the end to the DLQ."""
    purse.expect(len(event["Records"]) * requests.price())
    with spend_batch(purse, metrics):
        return process_messages(event, process_message, context, logger, metrics, POOL)


def process_message(record: SQSRecord, lambda_context: LambdaContext) -> None:
    """Process each object of the message, and count what became of it."""
    for created in parse_created_objects(record.body):
        processed = pipeline.process(created, lambda_context.get_remaining_time_in_millis() / 1000)
        metrics.count(processed.result)
        logger.info(
            "object processed", key=created.logged_key, result=processed.result, photo_status=processed.photo_status
        )
