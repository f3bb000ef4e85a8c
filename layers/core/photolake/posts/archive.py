"""The archive objects under `tweets/`, analysed one by one; the parts are put together over the function's clients."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import TYPE_CHECKING

from photolake.aws.firehose import DeliveryStream
from photolake.aws.s3 import S3RangeReader
from photolake.aws.sqs import MessageQueue
from photolake.errors import PermanentError
from photolake.posts.analyzer import PostAnalyzer
from photolake.posts.archive_reader import read_lines
from photolake.posts.comprehend import Comprehend
from photolake.posts.text_analysis import TextAnalyzer
from photolake.posts.text_cache import TextCache
from photolake.rejected import RejectedStore

if TYPE_CHECKING:
    from mypy_boto3_comprehend import ComprehendClient
    from mypy_boto3_dynamodb.service_resource import Table as DynamoTable
    from mypy_boto3_firehose import FirehoseClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sqs import SQSClient

    from photolake.aws.s3 import S3Object
    from photolake.rows.schema import TableSchema


class Archive:
    """Reads archive objects and hands their lines to a PostAnalyzer."""

    def __init__(self, s3: S3Client, analyzer: PostAnalyzer, count: Callable[[str, int], None]) -> None:
        """`s3` also takes the malformed lines, into the bucket of their object; `count` is told `ObjectsGone`."""
        self._s3 = s3
        self._analyzer = analyzer
        self._count = count

    def analyze(self, created: S3Object, remaining_ms: Callable[[], int]) -> tuple[int, int]:
        """Deliver the posts of one object; returns how many, and how many lines went to `errors/malformed/`.

        An object that has been deleted has none. Errors as of PostAnalyzer: the object has to come back.
        """
        lines = read_lines(created.uri, S3RangeReader(self._s3, created.bucket, created.key))
        with RejectedStore(self._s3, created.bucket).open_writer(created.uri) as malformed:
            try:
                posts = self._analyzer.analyze(lines, malformed.add, remaining_ms)
            except PermanentError:
                self._count("ObjectsGone", 1)
                posts = 0
        return posts, malformed.count


def archive(
    *,
    s3: S3Client,
    comprehend: ComprehendClient,
    cache: DynamoTable,
    cache_days: int,
    firehose: FirehoseClient,
    posts_stream: str,
    posts: TableSchema,
    sqs: SQSClient,
    photo_jobs_queue: str,
    earliest_date: str,
    sample_rate: float,
    count: Callable[[str, int], None],
) -> Archive:
    """Put the parts together over the function's clients; `count` adds to a metric."""
    analyzer = PostAnalyzer(
        table=posts,
        texts=TextAnalyzer(Comprehend(comprehend, count), TextCache(cache, cache_days), count),
        posts=DeliveryStream(firehose, posts_stream, posts),
        jobs=MessageQueue(sqs, photo_jobs_queue),
        earliest=dt.date.fromisoformat(earliest_date),
        sample_rate=sample_rate,
        count=count,
    )
    return Archive(s3, analyzer, count)
