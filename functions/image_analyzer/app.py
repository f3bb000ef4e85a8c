"""S3 objects created under images/, by way of SQS -> each image analysed once; a dropped photo is taken in first."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import boto3
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from botocore.config import Config

from photolake.aws.firehose import DeliveryStream
from photolake.aws.sqs import process_messages
from photolake.images.door import image_door
from photolake.images.lease import AnalysisLease
from photolake.rows.schema import TableSchema
from photolake.settings import Settings

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
    from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
    from aws_lambda_powertools.utilities.typing import LambdaContext


@dataclass(frozen=True)
class ImageAnalyzerSettings(Settings):
    """The function's environment."""

    landing_database: str
    lake_bucket: str
    analyses_stream: str
    photos_stream: str
    images_table: str
    cache_table: str
    image_apis: tuple[str, ...]
    daily_image_budget: int
    earliest_date: str


# At worst two rounds of three attempts: 120 s an image, two images a batch.
PATIENCE = Config(connect_timeout=5, read_timeout=15, retries={"mode": "adaptive", "total_max_attempts": 3})
logger, metrics = Logger(), Metrics()
settings = ImageAnalyzerSettings.from_env()
firehose, glue, dynamodb = boto3.client("firehose"), boto3.client("glue"), boto3.resource("dynamodb")
analyses, photos = (TableSchema.from_glue(glue, settings.landing_database, name) for name in ("analyses", "photos"))
lease = AnalysisLease(boto3.client("dynamodb"), settings.cache_table)
door = image_door(
    s3=boto3.client("s3"),
    bucket=settings.lake_bucket,
    rekognition=boto3.client("rekognition", config=PATIENCE),
    apis=settings.image_apis,
    images=dynamodb.Table(settings.images_table),
    cache=dynamodb.Table(settings.cache_table),
    lease=lease,
    daily_budget=settings.daily_image_budget,
    earliest_date=settings.earliest_date,
    analyses=analyses,
    analyses_stream=DeliveryStream(firehose, settings.analyses_stream, analyses),
    photos_stream=DeliveryStream(firehose, settings.photos_stream, photos),
    bought=lambda api: metrics.add_metric("RekognitionCalls", MetricUnit.Count, 1),
)


@metrics.log_metrics
@logger.inject_lambda_context
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    """Let the announced objects in; a message that raises goes back to the queue, and to the DLQ in the end."""
    lease.end_with(context)
    return process_messages(event, let_in, context, logger, metrics)


def let_in(record: SQSRecord) -> None:
    """Let in the objects of one message."""
    for passage in door.let_in(record.body):
        metrics.add_metric(passage.outcome, MetricUnit.Count, 1)
        logger.info("object let in", **asdict(passage))
