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
from photolake.images.ingest import PhotoIngester, photo_row
from photolake.images.registry import ImageRegistry
from photolake.photos.download import Downloader
from photolake.photos.fetcher import PhotoFetcher
from photolake.photos.job import PhotoJob
from photolake.photos.provided import ProvidedPhotos
from photolake.rows.schema import TableSchema
from photolake.search.indexes import SearchSettings, connect_indexes

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
    from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
    from aws_lambda_powertools.utilities.typing import LambdaContext


@dataclass(frozen=True)
class PhotoFetcherSettings(SearchSettings):
    """The function's environment."""

    landing_database: str
    lake_bucket: str
    photos_stream: str
    images_table: str
    allowed_photo_hosts: tuple[str, ...]
    photo_endpoint: str


logger, metrics = Logger(), Metrics()
settings = PhotoFetcherSettings.from_env()
dynamodb = boto3.resource("dynamodb")
registry = ImageRegistry(dynamodb.Table(settings.images_table))
s3 = boto3.client("s3")
fetcher = PhotoFetcher(
    registry,
    Downloader(settings.allowed_photo_hosts, photo_endpoint=settings.photo_endpoint).download,
    PhotoIngester(registry, s3, settings.lake_bucket),
    ProvidedPhotos(s3, settings.lake_bucket).find,
)
photos_schema = TableSchema.from_glue(boto3.client("glue"), settings.landing_database, "photos")
photos = DeliveryStream(boto3.client("firehose"), settings.photos_stream, photos_schema)
search_indexes = connect_indexes(settings, dynamodb.Table, boto3.Session(), logger, metrics)


@metrics.log_metrics
@logger.inject_lambda_context
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    """Fetch the photos of the jobs; a job that raises goes back to the queue, and in the end to the DLQ."""
    return process_messages(event, process_message, context, logger, metrics)


def process_message(record: SQSRecord) -> None:
    """Fetch one photo, deliver its row, and make its image searchable by its post."""
    job = PhotoJob.parse(record.body)
    result = fetcher.fetch(job)
    row = photo_row(job.columns(), result.photo, utc_now())
    row["status_message"] = "; ".join(filter(None, (result.message, row["status_message"]))) or None
    photos.put([row])
    search_indexes.put_photo(row, job.post)
    metrics.add_metric("PhotosDownloaded", MetricUnit.Count, int(result.was_downloaded))
    metrics.add_metric("DownloadsSaved", MetricUnit.Count, int(result.was_known))
    with single_metric("Photos", MetricUnit.Count, 1) as by_status:
        by_status.add_dimension("status", result.photo.status)
    logger.info("photo job done", source_key=job.source_key, status=result.photo.status)
