"""SQS photo jobs -> each photo downloaded and stored once, and a photos row for every job."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3
from aws_lambda_powertools import Logger, Metrics, single_metric
from aws_lambda_powertools.metrics import MetricUnit

from photolake.aws.firehose import DeliveryStream
from photolake.aws.sqs import process_messages
from photolake.clock import utc_now
from photolake.images.ingest import PhotoIntake
from photolake.images.registry import ImageRegistry
from photolake.photos.download import Downloader
from photolake.photos.fetcher import PhotoFetcher
from photolake.photos.job import PhotoJob, photo_row
from photolake.rows.schema import TableSchema
from photolake.settings import Settings

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
    from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
    from aws_lambda_powertools.utilities.typing import LambdaContext


@dataclass(frozen=True)
class PhotoFetcherSettings(Settings):
    """The function's environment."""

    landing_database: str
    lake_bucket: str
    photos_stream: str
    images_table: str
    allowed_photo_hosts: tuple[str, ...]
    photo_endpoint: str


logger = Logger()
metrics = Metrics()
settings = PhotoFetcherSettings.from_env()
registry = ImageRegistry(boto3.resource("dynamodb").Table(settings.images_table))
site = Downloader(settings.allowed_photo_hosts, photo_endpoint=settings.photo_endpoint)
fetcher = PhotoFetcher(registry, site, PhotoIntake(registry, boto3.client("s3"), settings.lake_bucket))
photos_table = TableSchema.from_glue(boto3.client("glue"), settings.landing_database, "photos")
photos = DeliveryStream(boto3.client("firehose"), settings.photos_stream, photos_table)


@metrics.log_metrics
@logger.inject_lambda_context
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    """Carry out the jobs; one that raises goes back to the queue, and to the DLQ in the end."""
    return process_messages(event, carry_out, context, logger, metrics)


def carry_out(record: SQSRecord) -> None:
    """Fetch one photo and deliver its row."""
    job = PhotoJob.parse(record.body)
    fetched = fetcher.fetch(job)
    photos.put([photo_row(job.columns(), fetched.outcome, utc_now())])
    metrics.add_metric("PhotosDownloaded", MetricUnit.Count, int(fetched.downloaded))
    metrics.add_metric("DownloadsSaved", MetricUnit.Count, int(fetched.saved))
    with single_metric("Photos", MetricUnit.Count, 1) as by_status:
        by_status.add_dimension("status", fetched.outcome.status)
    logger.info("photo job done", source_key=job.source_key, status=fetched.outcome.status)
