"""The search indexes of a stack: the one in DynamoDB, and the one in OpenSearch if the stack has a domain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aws_lambda_powertools.metrics import MetricUnit

from photolake.opensearch.sink import connect_sinks
from photolake.search.index import SearchIndex
from photolake.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

    import boto3
    from aws_lambda_powertools import Logger, Metrics
    from mypy_boto3_dynamodb.service_resource import Table

    from photolake.opensearch.sink import OpenSearchSink
    from photolake.photos.job import PostSummary
    from photolake.rows.types import AnalysisRow, PhotoRow


@dataclass(frozen=True)
class SearchSettings(Settings):
    """The environment of a function that writes to the search indexes."""

    search_index_table: str
    row_retention_days: int
    opensearch_endpoint: str
    opensearch_alias: str


@dataclass(frozen=True)
class SearchIndexes:
    """Writes to one index after the other. RetryableError: one does not take it now; what is repeated does no harm."""

    indexes: Sequence[SearchIndex | OpenSearchSink]

    def put(self, row: AnalysisRow) -> None:
        """Make the image searchable by its analysis."""
        for index in self.indexes:
            index.put(row)

    def put_photo(self, row: PhotoRow, post: PostSummary | None = None) -> None:
        """Make the image searchable by the photo's post, or by the name that it was dropped under."""
        for index in self.indexes:
            index.put_photo(row, post)

    def forget_post(self, tweetid: int) -> None:
        """Take a deleted post out, and the images that nothing else shows."""
        for index in self.indexes:
            index.forget_post(tweetid)

    def forget_image(self, image_id: str, date: str) -> None:
        """Take an image out that no post shows any more, and that was first seen on this day."""
        for index in self.indexes:
            index.forget_image(image_id, date)


def connect_indexes(
    settings: SearchSettings,
    get_table: Callable[[str], Table],
    session: boto3.Session,
    logger: Logger,
    metrics: Metrics,
) -> SearchIndexes:
    """Return the stack's indexes; the session's credentials sign the requests to OpenSearch.

    The metric `SearchTermsLeftOut` counts the terms of an image over the limit.
    """

    def count_left_out(terms: int) -> None:
        metrics.add_metric("SearchTermsLeftOut", MetricUnit.Count, terms)

    own = SearchIndex(get_table(settings.search_index_table), settings.row_retention_days, count_left_out)
    domain = connect_sinks(settings.opensearch_endpoint, settings.opensearch_alias, session, logger, metrics)
    return SearchIndexes([own, *domain])
