"""Which texts go into which call: those that lack a result of an API, by language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from photolake.posts.comprehend import BATCH_SIZE, Api
from photolake.posts.packed_entities import SEPARATOR, pack_texts
from photolake.pricing import count_comprehend_units

if TYPE_CHECKING:
    from photolake.posts.text_cache import PostText, TextResults


@dataclass(frozen=True)
class TextBatch:
    """Distinct texts of one language for one call: documents of one text, or for entities of several."""

    api: Api
    language: str
    documents: Sequence[Sequence[PostText]]

    @property
    def texts(self) -> list[PostText]:
        """The texts of all documents."""
        return [text for document in self.documents for text in document]

    @property
    def units(self) -> int:
        """The units that Comprehend bills for the documents."""
        return sum(count_comprehend_units(SEPARATOR.join(text.text for text in each)) for each in self.documents)


def list_batches(
    results: Mapping[PostText, TextResults], apis: Sequence[Api], *, packs_entities: bool = False
) -> list[TextBatch]:
    """Return the batches for the missing results, those that begin with the same text one after another."""
    positions = {text: position for position, text in enumerate(results)}
    batches = [
        TextBatch(api, language, documents)
        for api in apis
        for language, texts in _group_missing(results, api).items()
        for documents in _group_documents(texts, packs_entities=packs_entities and api == "entities")
    ]
    return sorted(batches, key=lambda batch: positions[batch.documents[0][0]])


def is_missing(found: TextResults, api: Api) -> bool:
    """Whether a text has no result of an API."""
    return api not in found and not (api == "entities" and "packed_entities" in found)


def _group_missing(results: Mapping[PostText, TextResults], api: Api) -> dict[str, list[PostText]]:
    by_language: dict[str, list[PostText]] = {}
    for text, found in results.items():
        if is_missing(found, api):
            by_language.setdefault(text.language, []).append(text)
    return by_language


def _group_documents(texts: Sequence[PostText], *, packs_entities: bool) -> Iterator[list[list[PostText]]]:
    """Yield the texts of a language as documents, 25 for a call."""
    by_text = {text.text: text for text in texts}
    documents = pack_texts(by_text) if packs_entities else ([text] for text in by_text)
    while group := list(islice(documents, BATCH_SIZE)):
        yield [[by_text[text] for text in document] for document in group]
