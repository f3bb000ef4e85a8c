"""An archive object under `tweets/` (S3 -> SQS) -> posts rows with sentiment and entities, and one job per photo.

A finished object is remembered by bucket, key and ETag, so its event may come again. When time runs out in the middle
of a large object, the message goes back to the queue; the texts bought so far are cached, so the next turn is cheap.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities import idempotency
from botocore.config import Config

from photolake.aws.s3 import S3Object, parse_created_objects
from photolake.aws.sqs import process_messages
from photolake.posts.archive import archive
from photolake.rows.schema import TableSchema
from photolake.settings import Settings

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
    from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
    from aws_lambda_powertools.utilities.typing import LambdaContext

PATIENCE = Config(connect_timeout=5, read_timeout=15, retries={"mode": "adaptive", "total_max_attempts": 5})
REMEMBERED_SECONDS = 14 * 24 * 3600  # SQS holds a message no longer


@dataclass(frozen=True)
class TweetAnalyzerSettings(Settings):
    """The function's environment."""

    landing_database: str
    posts_stream: str
    photo_jobs_queue: str
    cache_table: str
    sample_rate: float
    earliest_date: str
    text_cache_days: int


logger, metrics = Logger(), Metrics()
settings = TweetAnalyzerSettings.from_env()
tweets = archive(
    s3=boto3.client("s3"),
    comprehend=boto3.client("comprehend", config=PATIENCE),
    cache=boto3.resource("dynamodb").Table(settings.cache_table),
    cache_days=settings.text_cache_days,
    firehose=boto3.client("firehose"),
    posts_stream=settings.posts_stream,
    posts=TableSchema.from_glue(boto3.client("glue"), settings.landing_database, "posts"),
    sqs=boto3.client("sqs"),
    photo_jobs_queue=settings.photo_jobs_queue,
    earliest_date=settings.earliest_date,
    sample_rate=settings.sample_rate,
    count=lambda name, value: metrics.add_metric(name, MetricUnit.Count, value),
)
once = idempotency.IdempotencyConfig(
    event_key_jmespath="[bucket, key, etag]", expires_after_seconds=REMEMBERED_SECONDS, raise_on_no_idempotency_key=True
)
finished = idempotency.DynamoDBPersistenceLayer(settings.cache_table)


@metrics.log_metrics
@logger.inject_lambda_context
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    """Analyse the objects that the messages announce; a message that fails goes back to the queue."""
    once.register_lambda_context(context)
    return process_messages(event, analyze_message, context, logger, metrics)


def analyze_message(record: SQSRecord, lambda_context: LambdaContext) -> None:
    """Analyse each object of a message."""
    for created in parse_created_objects(record.body):
        analyze_object(created=created, context=lambda_context)


@idempotency.idempotent_function(  # type: ignore[untyped-decorator] # Powertools says Any
    data_keyword_argument="created", persistence_store=finished, config=once, key_prefix="archive"
)
def analyze_object(*, created: S3Object, context: LambdaContext) -> None:
    """Deliver the posts of one object; its malformed lines go to `errors/malformed/` in the same bucket."""
    posts, malformed = tweets.analyze(created, context.get_remaining_time_in_millis)
    logger.info("archive object analysed", key=created.key, bytes=created.size, posts=posts, malformed=malformed)
