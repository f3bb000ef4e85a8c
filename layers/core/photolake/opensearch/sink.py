"""What image_analyzer hands its analyses to, if the stack has a search index."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from photolake.errors import SettingsError
from photolake.opensearch.client import OpenSearchClient
from photolake.opensearch.document import image_document
from photolake.opensearch.index import ImageIndex

if TYPE_CHECKING:
    import boto3

    from photolake.opensearch.index import RejectedDocument
    from photolake.rows.types import AnalysisRow


@dataclass(frozen=True)
class OpenSearchSink:
    """Puts each analysis into the index; `on_rejected` gets a document that the index will never take."""

    index: ImageIndex
    on_rejected: Callable[[RejectedDocument], None]

    def put(self, row: AnalysisRow) -> None:
        """Put the row's document; a rejected one does not hold up its image, for the lake has the row.

        RetryableError: the index does not respond, or does not take it now.
        """
        for rejected in self.index.put([image_document(row)]):
            self.on_rejected(rejected)


def connect_sink(
    endpoint: str, alias: str, session: boto3.Session, on_rejected: Callable[[RejectedDocument], None]
) -> OpenSearchSink:
    """Make the sink of a domain, whose requests are signed with the credentials of the session.

    SettingsError: the endpoint is none of a domain, or the session has no credentials or Region.
    """
    credentials, region = session.get_credentials(), session.region_name
    if credentials is None or region is None:
        raise SettingsError("OpenSearch needs AWS credentials and a Region to sign its requests with")
    return OpenSearchSink(ImageIndex(OpenSearchClient(endpoint, credentials, region), alias), on_rejected)
