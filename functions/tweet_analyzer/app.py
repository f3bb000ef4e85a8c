"""An archive object under `tweets/` (S3 -> SQS) -> posts rows with sentiment and entities, and one job per photo.

A finished object is remembered by bucket, key and ETag, so its event may come again. When time runs out in the middle
of a large object, the message goes back to the queue; the texts bought so far are cached, so the next turn is cheap.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities import batch, idempotency
from botocore.config import Config

from photolake.archive_lines import S3Ranges, read_lines
from photolake.columns import Table
from photolake.delivery import DeliveryStream
from photolake.job_queue import JobQueue
from photolake.malformed import MalformedStore
from photolake.s3_events import S3Object, created_objects
from photolake.settings import Settings
from photolake.text.analysis import TextAnalyzer
from photolake.text.cache import TextCache
from photolake.text.comprehend import Comprehend
from photolake.text.posts import PostAnalyzer

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
    from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
    from aws_lambda_powertools.utilities.typing import LambdaContext

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


def count(name: str, value: int) -> None:
    """Add to one of the function's metrics."""
    metrics.add_metric(name, MetricUnit.Count, value)


logger = Logger()
metrics = Metrics()
settings = TweetAnalyzerSettings.from_env()
s3 = boto3.client("s3")
patient = Config(retries={"mode": "adaptive", "max_attempts": 8})
comprehend = Comprehend(boto3.client("comprehend", config=patient), count)
cache = TextCache(boto3.resource("dynamodb").Table(settings.cache_table), settings.text_cache_days)
posts_table = Table.from_glue(boto3.client("glue"), settings.landing_database, "posts")
analyzer = PostAnalyzer(
    table=posts_table,
    texts=TextAnalyzer(comprehend, cache, count),
    posts=DeliveryStream(boto3.client("firehose"), settings.posts_stream, posts_table),
    jobs=JobQueue(boto3.client("sqs"), settings.photo_jobs_queue),
    earliest=dt.date.fromisoformat(settings.earliest_date),
    sample_rate=settings.sample_rate,
    count=count,
)
processor = batch.BatchProcessor(batch.EventType.SQS, raise_on_entire_batch_failure=False)
once = idempotency.IdempotencyConfig(
    event_key_jmespath="[bucket, key, etag]", expires_after_seconds=REMEMBERED_SECONDS, raise_on_no_idempotency_key=True
)
finished = idempotency.DynamoDBPersistenceLayer(settings.cache_table)


@metrics.log_metrics
@logger.inject_lambda_context
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    """Analyse the objects that the messages announce; a message that fails goes back to the queue."""
    once.register_lambda_context(context)
    response = batch.process_partial_response(event, analyze_message, processor, context)
    for failure, (_, error, _) in zip(response["batchItemFailures"], processor.exceptions, strict=True):
        logger.error("archive object failed", message_id=failure["itemIdentifier"], exc_info=error)
    count("Failures", len(response["batchItemFailures"]))
    return response


def analyze_message(record: SQSRecord, lambda_context: LambdaContext) -> None:
    """Analyse each object of a message."""
    for created in created_objects(record.body):
        analyze_object(created=created, context=lambda_context)


@idempotency.idempotent_function(  # type: ignore[untyped-decorator] # Powertools says Any
    data_keyword_argument="created", persistence_store=finished, config=once, key_prefix="archive"
)
def analyze_object(*, created: S3Object, context: LambdaContext) -> None:
    """Deliver the posts of one object; its malformed lines go to `errors/malformed/` in the same bucket."""
    lines = read_lines(created.uri, S3Ranges(s3, created.bucket, created.key))
    with MalformedStore(s3, created.bucket).writer(created.uri) as malformed:
        posts = analyzer.analyze(lines, malformed.add, context.get_remaining_time_in_millis)
    logger.info("archive object analysed", key=created.key, bytes=created.size, posts=posts, malformed=malformed.count)
