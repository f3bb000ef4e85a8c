"""Every day, after the new budget has begun -> the images that wait are announced to image_analyzer again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from photolake.aws.s3 import build_created_event
from photolake.aws.sqs import MessageQueue
from photolake.clock import utc_now
from photolake.images.registry import ImageRegistry
from photolake.settings import Settings

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


@dataclass(frozen=True)
class BackfillSettings(Settings):
    """The function's environment."""

    images_table: str
    image_queue: str
    lake_bucket: str


MAX_IMAGES = 100_000  # five minutes are enough for these; the rest is found tomorrow
logger, metrics = Logger(), Metrics()
settings = BackfillSettings.from_env()
registry = ImageRegistry(boto3.resource("dynamodb").Table(settings.images_table))
queue = MessageQueue(boto3.client("sqs"), settings.image_queue)


@metrics.log_metrics
@logger.inject_lambda_context
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> None:
    """Send one message per waiting image; those over the new day's budget will wait again."""
    waiting = registry.iterate_waiting(MAX_IMAGES)
    sent = queue.send(build_created_event(settings.lake_bucket, image.s3_key, utc_now()) for image in waiting)
    metrics.add_metric("ImagesSentAgain", MetricUnit.Count, sent)
    logger.info("waiting images sent again", images=sent)
