"""Makes the forgetter of a stack: its parts with their clients and tables."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from photolake.aws.athena import QueryReader, QueryRunner
from photolake.clock import utc_now
from photolake.errors import OutOfTimeError
from photolake.forget.archive import ArchiveEraser
from photolake.forget.deleted_rows import DeletedRows
from photolake.forget.erased_images import ErasedImages
from photolake.forget.error_objects import ErrorEraser
from photolake.forget.forgetter import Forgetter
from photolake.forget.images import ImageEraser
from photolake.forget.line_objects import LineObjects
from photolake.forget.log import ForgetLog
from photolake.forget.photo_jobs import PhotoJobEraser
from photolake.forget.photos import PhotoEraser
from photolake.forget.state import ForgetStateStore
from photolake.forget.steps import ForgetSteps
from photolake.forget.texts import TextEraser
from photolake.images.removal import ImageRemoval
from photolake.lake.partition_objects import PartitionObjects
from photolake.lake.rewriter import PartitionRewriter
from photolake.search.index import SearchIndex
from photolake.search.indexes import SearchSettings, connect_indexes
from photolake.sources.bluesky.collected_posts import CollectedPosts

if TYPE_CHECKING:
    import boto3
    from aws_lambda_powertools import Logger, Metrics


@dataclass(frozen=True)
class ForgetSettings(SearchSettings):
    """The environment of a function that forgets posts."""

    landing_database: str
    lake_bucket: str
    workgroup: str
    checkpoint_table: str
    cache_table: str
    images_table: str
    photo_job_dead_letters: str


def connect_forgetter(
    settings: ForgetSettings,
    session: boto3.Session,
    logger: Logger,
    metrics: Metrics,
    has_time: Callable[[], bool],
) -> Forgetter:
    """Return the forgetter of the stack; `has_time` says whether the invocation may begin with another part."""

    def check_time() -> None:
        if not has_time():
            raise OutOfTimeError("the next invocation goes on")

    bucket, get_table = settings.lake_bucket, session.resource("dynamodb").Table
    s3, checkpoints = session.client("s3"), get_table(settings.checkpoint_table)
    database = settings.landing_database
    runner = QueryRunner(session.client("athena"), settings.workgroup, database)
    rewriter = PartitionRewriter(runner, session.client("glue"), PartitionObjects(s3, bucket), database, utc_now)
    rows, removal = DeletedRows(QueryReader(runner, s3), database), ImageRemoval(get_table(settings.images_table))
    indexes, erased = connect_indexes(settings, get_table, session, logger, metrics), ErasedImages(s3, bucket)
    cache = get_table(settings.cache_table)
    texts, collected, objects = TextEraser(cache), CollectedPosts(checkpoints), LineObjects(s3, bucket)
    search = SearchIndex(get_table(settings.search_index_table), settings.row_retention_days)
    images = ImageEraser(s3, bucket, removal, cache, search, indexes, rows, erased, rewriter)
    photos = PhotoEraser(s3, bucket, rows, images, removal, indexes, rewriter, check_time)
    steps = ForgetSteps(
        rows,
        photos,
        ArchiveEraser(rows, objects, photos, texts, collected, check_time),
        ErrorEraser(objects, texts, check_time),
        PhotoJobEraser(session.client("sqs"), settings.photo_job_dead_letters, check_time),
        erased,
        check_time,
    )
    return Forgetter(s3, bucket, ForgetStateStore(checkpoints), steps, ForgetLog(s3, bucket))
