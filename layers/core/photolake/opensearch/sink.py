"""What takes analyses and photos besides the lake, if the stack has a search index in OpenSearch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aws_lambda_powertools.metrics import MetricUnit

from photolake.opensearch.client import OpenSearchClient
from photolake.opensearch.document import image_document, photo_document
from photolake.opensearch.index import ImageIndex, RejectedDocument

if TYPE_CHECKING:
    import boto3
    from aws_lambda_powertools import Logger, Metrics

    from photolake.opensearch.document import ImageDocument
    from photolake.photos.job import PostSummary
    from photolake.rows.types import AnalysisRow, PhotoRow


@dataclass(frozen=True)
class OpenSearchSink:
    """Puts rows into the index; `on_rejected` gets a document that the index will never take.

    A rejected document holds up nothing, for the lake has its row. RetryableError of either method: the index does not
    respond, or does not take the document now.
    """

    index: ImageIndex
    on_rejected: Callable[[RejectedDocument], None]

    def put(self, row: AnalysisRow) -> None:
        """Make the image searchable by its analysis."""
        self._put(image_document(row))

    def put_photo(self, row: PhotoRow, post: PostSummary | None = None) -> None:
        """Make the image searchable by the photo's post, or by the name under which it was dropped."""
        document = photo_document(row, post)
        if document is not None:
            self._put(document)

    def _put(self, document: ImageDocument) -> None:
        for rejected in self.index.put([document]):
            self.on_rejected(rejected)


def connect_sinks(
    endpoint: str, alias: str, session: boto3.Session, logger: Logger, metrics: Metrics
) -> list[OpenSearchSink]:
    """Return the sink of a domain, or none for an empty endpoint; the session's credentials sign its requests.

    A rejected document is logged, and counted by the metric `SearchDocumentsRejected`. SettingsError: the endpoint is
    none of a domain, or the session has no credentials or Region.
    """
    if not endpoint:
        return []

    def report(rejected: RejectedDocument) -> None:
        metrics.add_metric("SearchDocumentsRejected", MetricUnit.Count, 1)
        logger.error("search document rejected", image_id=rejected.image_id, reason=rejected.reason)

    return [OpenSearchSink(ImageIndex(OpenSearchClient.of_session(endpoint, session), alias), report)]
