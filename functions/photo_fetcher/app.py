"""SQS photo jobs -> each photo downloaded and stored once, and a photos row for every job."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3
from aws_lambda_powertools import Logger
from botocore.config import Config

from photolake.aws.dynamodb import take_python_values
from photolake.aws.firehose import DeliveryStream
from photolake.aws.metrics import SharedMetrics
from photolake.aws.sqs import MessagePool, process_messages
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


PHOTOS_AT_ONCE = 10  # a whole batch
# A photo that comes several times is downloaded once. A download takes at most 30 s, a photo of 50 megapixels 10 s.
POOL = MessagePool(PHOTOS_AT_ONCE, lambda body: PhotoJob.parse(body).media_key, least_seconds=150)
SHARED = Config(max_pool_connections=PHOTOS_AT_ONCE)
logger, metrics = Logger(), SharedMetrics()
settings = PhotoFetcherSettings.from_env()
get_table = take_python_values(boto3.client("dynamodb", config=SHARED))
registry = ImageRegistry(get_table(settings.images_table))
s3 = boto3.client("s3", config=SHARED)
fetcher = PhotoFetcher(
    registry,
    Downloader(settings.allowed_photo_hosts, photo_endpoint=settings.photo_endpoint).download,
    PhotoIngester(registry, s3, settings.lake_bucket),
    ProvidedPhotos(s3, settings.lake_bucket).find,
)
photos_schema = TableSchema.from_glue(boto3.client("glue"), settings.landing_database, "photos")
photos = DeliveryStream(boto3.client("firehose"), settings.photos_stream, photos_schema)
search_indexes = connect_indexes(settings, get_table, boto3.Session(), logger, metrics)


@metrics.log_metrics
@logger.inject_lambda_context
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    """Fetch the photos of the jobs; a job that raises goes back to the queue, and in the end to the DLQ."""
    return process_messages(event, process_message, context, logger, metrics, POOL)


def process_message(record: SQSRecord) -> None:
    """Fetch one photo, deliver its row, and make its image searchable by its post."""
    job = PhotoJob.parse(record.body)
    result = fetcher.fetch(job)
    row = photo_row(job.columns(), result.photo, utc_now())
    row["status_message"] = "; ".join(filter(None, (result.message, row["status_message"]))) or None
    photos.put([row])
    search_indexes.put_photo(row, job.post)
    metrics.count("PhotosDownloaded", int(result.was_downloaded))
    metrics.count("DownloadsSaved", int(result.was_known))
    metrics.count_by("Photos", "status", result.photo.status)
    logger.info("photo job done", source_key=job.source_key, status=result.photo.status)
