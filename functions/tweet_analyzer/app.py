"""An archive object under `tweets/` (S3 -> SQS) -> posts rows with sentiment and entities, and one job per photo.

A finished object is recorded by bucket, key, ETag and turn, so its event may be delivered again. If time runs out in a
large object, the message goes back to the queue; the texts bought so far are cached, so that the next attempt is cheap.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.idempotency import (
    DynamoDBPersistenceLayer,
    IdempotencyConfig,
    idempotent_function,
)
from botocore.config import Config

from photolake.aws.dynamodb import take_python_values
from photolake.aws.firehose import DeliveryStream
from photolake.aws.s3 import parse_created_objects
from photolake.aws.sqs import MessageQueue, process_messages
from photolake.posts.analyzer import PostAnalyzer
from photolake.posts.comprehend import Comprehend
from photolake.posts.text_analysis import TextAnalyzer
from photolake.posts.text_cache import TextCache
from photolake.posts.waiting_objects import WaitingObjects
from photolake.rows.schema import TableSchema
from photolake.spending.batch import SpendingSettings, connect_purse, spend_batch
from photolake.spending.retries import pay_retries

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
    from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
    from aws_lambda_powertools.utilities.typing import LambdaContext

    from photolake.aws.s3 import S3Object

RETRIES = Config(connect_timeout=5, read_timeout=15, retries={"mode": "adaptive", "total_max_attempts": 5})
IDEMPOTENCY_SECONDS = 14 * 24 * 3600  # SQS holds a message no longer


@dataclass(frozen=True)
class TweetAnalyzerSettings(SpendingSettings):
    """The function's environment."""

    landing_database: str
    posts_stream: str
    photo_jobs_queue: str
    cache_table: str
    images_table: str
    sample_rate: float
    earliest_date: str
    text_cache_days: int
    pack_entities: bool


logger, metrics = Logger(), Metrics()
settings = TweetAnalyzerSettings.from_env()


def count_metric(name: str, value: int) -> None:
    """Add to a metric."""
    metrics.add_metric(name, MetricUnit.Count, value)


def log_object(created: S3Object, posts: int, rejected: int) -> None:
    """Log an object that is done."""
    logger.info("archive object analyzed", key=created.key, bytes=created.size, posts=posts, rejected=rejected)


schema = TableSchema.from_glue(boto3.client("glue"), settings.landing_database, "posts")
get_table = take_python_values(boto3.client("dynamodb"))
purse = connect_purse(settings, get_table, "comprehend", logger)
client = boto3.client("comprehend", config=RETRIES)
comprehend = Comprehend(client, purse, client.meta.region_name)
pay_retries(client, purse, comprehend.price_call)
cache = TextCache(boto3.resource("dynamodb").Table(settings.cache_table), settings.text_cache_days)
analyzer = PostAnalyzer(
    s3=boto3.client("s3"),
    schema=schema,
    texts=TextAnalyzer(comprehend, cache, count_metric, packs_entities=settings.pack_entities),
    posts=DeliveryStream(boto3.client("firehose"), settings.posts_stream, schema),
    jobs=MessageQueue(boto3.client("sqs"), settings.photo_jobs_queue),
    waiting=WaitingObjects(get_table(settings.images_table)),
    earliest=dt.date.fromisoformat(settings.earliest_date),
    sample_rate=settings.sample_rate,
    on_count=count_metric,
    on_analyzed=log_object,
)
once = IdempotencyConfig(
    event_key_jmespath="[bucket, key, etag, turn]",
    expires_after_seconds=IDEMPOTENCY_SECONDS,
    raise_on_no_idempotency_key=True,
)
analyze_once = idempotent_function(
    analyzer.analyze_object,
    data_keyword_argument="created",
    persistence_store=DynamoDBPersistenceLayer(settings.cache_table),
    config=once,
    key_prefix="archive",
)


@metrics.log_metrics
@logger.inject_lambda_context
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    """Analyze the objects that the messages announce; a message that fails goes back to the queue."""
    once.register_lambda_context(context)
    with spend_batch(purse, metrics):
        return process_messages(event, analyze_message, context, logger, metrics)


def analyze_message(record: SQSRecord, lambda_context: LambdaContext) -> None:
    """Analyze each object of a message."""
    for created in parse_created_objects(record.body):
        analyze_once(created=created, remaining_ms=lambda_context.get_remaining_time_in_millis)
