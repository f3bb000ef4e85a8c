"""What takes analyses and photos besides the lake, if the stack has a search index in OpenSearch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aws_lambda_powertools.metrics import MetricUnit

from photolake.errors import RetryableError
from photolake.opensearch.client import OpenSearchClient
from photolake.opensearch.document import image_document, photo_document
from photolake.opensearch.index import ImageIndex, RejectedDocument
from photolake.opensearch.maintenance import delete_images, forget_posts

if TYPE_CHECKING:
    import boto3
    from aws_lambda_powertools import Logger, Metrics

    from photolake.opensearch.document import ImageDocument
    from photolake.photos.job import PostSummary
    from photolake.rows.types import AnalysisRow, PhotoRow


@dataclass(frozen=True)
class OpenSearchSink:
    """Puts rows into the index; `on_rejected` gets a document that the index will never take.

    A rejected document holds up nothing, for the lake has its row. `on_postponed` gets a post that the index could not
    forget, and why.
    """

    client: OpenSearchClient
    index: ImageIndex
    on_rejected: Callable[[RejectedDocument], None]
    on_postponed: Callable[[int, str], None]

    def put(self, row: AnalysisRow) -> None:
        """Make the image searchable by its analysis. RetryableError: the index does not take it now."""
        self._put(image_document(row))

    def put_photo(self, row: PhotoRow, post: PostSummary | None = None) -> None:
        """Make the image searchable by the photo's post, or by the name that it was dropped under; errors as in put."""
        document = photo_document(row, post)
        if document is not None:
            self._put(document)

    def forget_post(self, tweetid: int) -> None:
        """Take a deleted post out, and the images that no other photo is.

        A domain in trouble does not hold up the sources: the deletion is in the lake, and a rebuild carries it out.
        """
        try:
            forget_posts(self.client, self.index, [str(tweetid)])
        except RetryableError as error:
            self.on_postponed(tweetid, str(error))

    def forget_image(self, image_id: str, date: str) -> None:
        """Take an image out that no post shows any more; a domain in trouble as in `forget_post`."""
        try:
            delete_images(self.client, self.index, [image_id])
        except RetryableError as error:
            self.on_postponed(0, str(error))

    def _put(self, document: ImageDocument) -> None:
        for rejected in self.index.put([document]):
            self.on_rejected(rejected)


def connect_sinks(
    endpoint: str, alias: str, session: boto3.Session, logger: Logger, metrics: Metrics
) -> list[OpenSearchSink]:
    """Return the sink of a domain, or none for an empty endpoint; the session's credentials sign its requests.

    A rejected document is logged, and counted by the metric `SearchDocumentsRejected`; a deletion that is left to the
    next rebuild by `SearchDeletionsPostponed`. SettingsError: the endpoint is none of a domain, or the session has no
    credentials or Region.
    """
    if not endpoint:
        return []

    def report(rejected: RejectedDocument) -> None:
        metrics.add_metric("SearchDocumentsRejected", MetricUnit.Count, 1)
        logger.error("search document rejected", image_id=rejected.image_id, reason=rejected.reason)

    def postpone(tweetid: int, reason: str) -> None:
        metrics.add_metric("SearchDeletionsPostponed", MetricUnit.Count, 1)
        logger.error("deleted post is still in the search index", tweetid=tweetid, reason=reason)

    client = OpenSearchClient.of_session(endpoint, session)
    return [OpenSearchSink(client, ImageIndex(client, alias), report, postpone)]
