"""Detection of the language of texts whose source does not say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from photolake.posts.comprehend import Comprehend, Refusal
from photolake.posts.documents import Document, batches
from photolake.posts.languages import UNDETERMINED

if TYPE_CHECKING:
    from photolake.posts.text_cache import TextCache


class LanguageDetector:
    """Asks Comprehend for the dominant language of each text, once; what it said is remembered in the cache."""

    def __init__(self, comprehend: Comprehend, cache: TextCache) -> None:
        """Both as for the analysis."""
        self._comprehend = comprehend
        self._cache = cache

    def detect(self, documents: Iterable[Document]) -> dict[Document, str | Refusal]:
        """The language code of each distinct document (none of them blank), `und` where Comprehend names none."""
        distinct = list(dict.fromkeys(documents))
        known = self._cache.get(distinct)
        languages: dict[Document, str | Refusal] = {document: answer["language"] for document, answer in known.items()}
        for batch in batches(document for document in distinct if document not in known):
            outcomes = self._comprehend.languages([document.text for document in batch])
            found = {
                document: outcome if isinstance(outcome, Refusal) else _dominant(outcome)
                for document, outcome in zip(batch, outcomes, strict=True)
            }
            self._cache.put({document: {"language": code} for document, code in found.items() if isinstance(code, str)})
            languages |= found
        return languages


def _dominant(answer: Mapping[str, Any]) -> str:
    best = max(answer["Languages"], key=lambda language: language.get("Score", 0.0), default=None)
    return str(best["LanguageCode"]) if best else UNDETERMINED
