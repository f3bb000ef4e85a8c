"""What image_analyzer hands its analyses to, if the stack has a search index."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from photolake.opensearch.document import image_document

if TYPE_CHECKING:
    from photolake.opensearch.index import ImageIndex, RejectedDocument
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
