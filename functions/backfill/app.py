"""A job's message -> the objects of the job announced to image_analyzer; daily -> what waits for money, announced."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from photolake.aws.sqs import MessageQueue, process_messages
from photolake.backfill.allowance import Allowance
from photolake.backfill.jobs import JobState, JobStore
from photolake.backfill.listing import ObjectSorter
from photolake.backfill.runner import BackfillRunner
from photolake.backfill.waiting import PayableImages, WaitingAnnouncer
from photolake.images.cache import DailyBudget
from photolake.images.face_use import read_face_use
from photolake.images.objects import ObjectRegistry
from photolake.images.registry import ImageRegistry
from photolake.images.rekognition_apis import price_per_image
from photolake.posts.waiting_objects import WaitingObjects
from photolake.spending.batch import SpendingSettings, connect_ledger
from photolake.spending.limits import convert_to_micros

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
    from aws_lambda_powertools.utilities.typing import LambdaContext


@dataclass(frozen=True)
class BackfillSettings(SpendingSettings):
    """The function's environment."""

    lake_bucket: str
    backfill_buckets: tuple[str, ...]
    images_table: str
    cache_table: str
    image_queue: str
    tweet_queue: str
    backfill_queue: str
    image_apis: tuple[str, ...]
    custom_labels_model: str
    faces_and_celebrities: str
    daily_image_budget: int


PAGE_MS = 60_000  # more than a page takes
logger, metrics = Logger(), Metrics()
settings = BackfillSettings.from_env()
dynamodb, sqs = boto3.resource("dynamodb"), boto3.client("sqs")
images = dynamodb.Table(settings.images_table)
registry = ImageRegistry(images)
queue, job_queue = MessageQueue(sqs, settings.image_queue), MessageQueue(sqs, settings.backfill_queue)
jobs = JobStore(dynamodb.Table(settings.checkpoint_table))
ledger = connect_ledger(settings, dynamodb.Table)
payable = PayableImages(ledger, convert_to_micros(price_per_image(settings.image_apis, sqs.meta.region_name)))
waiting = WaitingAnnouncer(
    settings.lake_bucket, payable, registry, queue, WaitingObjects(images), MessageQueue(sqs, settings.tweet_queue)
)
allowance = Allowance(
    DailyBudget(dynamodb.Table(settings.cache_table), settings.daily_image_budget),
    registry,
    queue,
    count_payable=payable.count,
)
runner = BackfillRunner(
    jobs,
    boto3.client("s3"),
    ObjectSorter(
        ObjectRegistry(images),
        registry,
        settings.lake_bucket,
        settings.image_apis,
        settings.custom_labels_model,
        read_face_use(settings.faces_and_celebrities),
    ),
    queue,
    allowance,
    settings.backfill_buckets,
)


@metrics.log_metrics
@logger.inject_lambda_context
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> Any:
    """Go on with the jobs of the messages; on schedule, announce what waits and let running jobs go on."""
    if "Records" in event:
        return process_messages(event, process_message, context, logger, metrics)
    sent, objects = waiting.announce_images(), waiting.announce_objects()
    metrics.add_metric("ImagesSentAgain", MetricUnit.Count, sent)
    metrics.add_metric("ObjectsSentAgain", MetricUnit.Count, objects)
    resumed = job_queue.send(job.message for job in jobs.resume_all())
    logger.info("what waited for a budget is sent again", images=sent, objects=objects, jobs=resumed)
    return None


def process_message(record: SQSRecord, lambda_context: LambdaContext) -> None:
    """Go on with a job for a while, then send its next message."""
    result = runner.run(json.loads(record.body), lambda: lambda_context.get_remaining_time_in_millis() > PAGE_MS)
    if result.job and result.delay_seconds is not None:
        job_queue.send([result.job.message], result.delay_seconds)
    metrics.add_metric("ObjectsAnnounced", MetricUnit.Count, result.announced)
    if job := result.job:
        metrics.add_metric("BackfillsFailed", MetricUnit.Count, int(job.state == JobState.FAILED))
        logger.info(
            "backfill", job=job.uri, announced=result.announced, state=job.state, counts=dict(job.counts), note=job.note
        )
