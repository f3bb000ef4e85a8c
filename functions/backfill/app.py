"""A job's message -> the objects of the job announced to image_analyzer; daily -> the images that wait, announced."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from photolake.aws.s3 import build_created_event
from photolake.aws.sqs import MessageQueue, process_messages
from photolake.backfill.allowance import Allowance
from photolake.backfill.jobs import JobState, JobStore
from photolake.backfill.listing import ObjectSorter
from photolake.backfill.runner import BackfillRunner
from photolake.clock import utc_now
from photolake.images.cache import DailyBudget
from photolake.images.face_use import read_face_use
from photolake.images.objects import ObjectRegistry
from photolake.images.registry import ImageRegistry
from photolake.settings import Settings

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
    from aws_lambda_powertools.utilities.typing import LambdaContext


@dataclass(frozen=True)
class BackfillSettings(Settings):
    """The function's environment."""

    lake_bucket: str
    backfill_buckets: tuple[str, ...]
    checkpoint_table: str
    images_table: str
    cache_table: str
    image_queue: str
    backfill_queue: str
    image_apis: tuple[str, ...]
    custom_labels_model: str
    faces_and_celebrities: str
    daily_image_budget: int


MAX_IMAGES = 100_000  # five minutes are enough for these; the rest is found tomorrow
PAGE_MS = 60_000  # more than a page takes
logger, metrics = Logger(), Metrics()
settings = BackfillSettings.from_env()
dynamodb, sqs = boto3.resource("dynamodb"), boto3.client("sqs")
images = dynamodb.Table(settings.images_table)
registry = ImageRegistry(images)
queue, job_queue = MessageQueue(sqs, settings.image_queue), MessageQueue(sqs, settings.backfill_queue)
jobs = JobStore(dynamodb.Table(settings.checkpoint_table))
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
    Allowance(DailyBudget(dynamodb.Table(settings.cache_table), settings.daily_image_budget), registry, queue),
    settings.backfill_buckets,
)


@metrics.log_metrics
@logger.inject_lambda_context
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> Any:
    """Go on with the jobs of the messages; on schedule, announce what waits and let running jobs go on."""
    if "Records" in event:
        return process_messages(event, process_message, context, logger, metrics)
    waiting = registry.iterate_waiting(MAX_IMAGES)
    sent = queue.send(build_created_event(settings.lake_bucket, image.s3_key, utc_now()) for image in waiting)
    metrics.add_metric("ImagesSentAgain", MetricUnit.Count, sent)
    resumed = job_queue.send(job.message for job in jobs.resume_all())
    logger.info("waiting images sent again", images=sent, jobs=resumed)
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
