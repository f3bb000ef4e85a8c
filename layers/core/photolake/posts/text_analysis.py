"""Sentiment and entities of many texts at once: each distinct text in each language is bought once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from photolake.posts.comprehend import UNSUPPORTED_LANGUAGE, Comprehend, Refusal
from photolake.posts.detection import LanguageDetector
from photolake.posts.documents import Document, batches, clip
from photolake.posts.languages import SUPPORTED, UNDETERMINED, comprehend_language

if TYPE_CHECKING:
    from photolake.posts.text_cache import TextCache

# An answer as the cache keeps it: [sentiment, positive, negative, neutral, mixed], and for entities a list of
# [text, type, score, begin offset, end offset].
Compact = Sequence[Any]

_EMPTY = Refusal("empty")
_UNSUPPORTED = Refusal(UNSUPPORTED_LANGUAGE)
_SENTIMENT = ("sentiment", "sentimentposscore", "sentimentnegscore", "sentimentneuscore", "sentimentmixedscore")
_ENTITY = ("text", "type", "score", "begin_offset", "end_offset")


@dataclass(frozen=True)
class TextAnalysis:
    """What is known about one text: the language it was analysed in, and for each API the answer or a Refusal."""

    language: str
    sentiment: Compact | Refusal
    entities: Compact | Refusal

    @property
    def must_wait(self) -> bool:
        """Whether Comprehend may answer later what it could not answer now."""
        return any(isinstance(outcome, Refusal) and outcome.retryable for outcome in (self.sentiment, self.entities))

    def columns(self) -> dict[str, Any]:
        """The columns of the posts table that come from the text; scores are 0 to 1, all null without an answer."""
        sentiment = [None] * len(_SENTIMENT) if isinstance(self.sentiment, Refusal) else self.sentiment
        entities = None if isinstance(self.entities, Refusal) else self.entities
        return {
            "language": self.language,
            **dict(zip(_SENTIMENT, sentiment, strict=True)),
            "sentiment_status": _status(self.sentiment),
            "entities_status": _status(self.entities),
            "text_entities": entities and [dict(zip(_ENTITY, entity, strict=True)) for entity in entities],
        }


class TextAnalyzer:
    """Analyses the texts of posts with Comprehend; every answer is in the cache before anybody sees it."""

    def __init__(self, comprehend: Comprehend, cache: TextCache, count: Callable[[str, int], None]) -> None:
        """`count` is told `TextsBought`, and `TextsSaved`: texts fit for analysis whose answer was there already."""
        self._comprehend = comprehend
        self._cache = cache
        self._count = count
        self._detector = LanguageDetector(comprehend, cache)

    def analyze(self, texts: Iterable[tuple[str | None, str | None]]) -> list[TextAnalysis]:
        """One analysis for each (text, language tag of its source), in order.

        RetryableError: Comprehend is not answering at all; what it had answered before is in the cache.
        """
        documents = [Document(comprehend_language(tag), clip(text or "")) for text, tag in texts]
        languages = self._detector.detect(document for document in documents if _is_to_be_detected(document))
        plans = [_plan(document, languages.get(document, document.language)) for document in documents]
        answers = self._answers([plan for plan in plans if isinstance(plan, Document)])
        return [answers[plan] if isinstance(plan, Document) else plan for plan in plans]

    def _answers(self, wanted: Sequence[Document]) -> dict[Document, TextAnalysis]:
        cached = self._cache.get(dict.fromkeys(wanted))
        missing: dict[str, list[Document]] = {}
        for document in dict.fromkeys(wanted):
            if not _COMPACT.keys() <= cached.get(document, {}).keys():
                missing.setdefault(document.language, []).append(document)
        self._count("TextsSaved", len(wanted) - sum(map(len, missing.values())))
        found: dict[Document, Mapping[str, Any]] = dict(cached)
        for language, documents in missing.items():
            for batch in batches(documents):
                found |= self._buy(language, batch, cached)
        return {document: TextAnalysis(document.language, **found[document]) for document in found}

    def _buy(
        self, language: str, batch: Sequence[Document], cached: Mapping[Document, Mapping[str, Any]]
    ) -> Mapping[Document, Mapping[str, Any]]:
        """Ask each API for the documents it has not answered yet, and cache the answers even if the next call fails."""
        found: dict[Document, dict[str, Any]] = {document: dict(cached.get(document, {})) for document in batch}
        try:
            for api, ask in (("sentiment", self._comprehend.sentiments), ("entities", self._comprehend.entities)):
                if asked := [document for document in batch if api not in found[document]]:
                    outcomes = ask([document.text for document in asked], language)
                    for document, outcome in zip(asked, outcomes, strict=True):
                        found[document][api] = outcome if isinstance(outcome, Refusal) else _COMPACT[api](outcome)
        finally:
            answers = {document: _without_refusals(outcomes) for document, outcomes in found.items()}
            bought = {document: answer for document, answer in answers.items() if answer != cached.get(document, {})}
            self._cache.put(bought)
            self._count("TextsBought", len(bought))
        return found


def _is_to_be_detected(document: Document) -> bool:
    return document.language == UNDETERMINED and not document.is_blank


def _plan(document: Document, language: str | Refusal) -> Document | TextAnalysis:
    """The document to ask for, or the analysis of one that needs no call."""
    if document.is_blank:
        return TextAnalysis(document.language, _EMPTY, _EMPTY)
    if isinstance(language, Refusal):
        return TextAnalysis(document.language, language, language)
    if language not in SUPPORTED:
        return TextAnalysis(language, _UNSUPPORTED, _UNSUPPORTED)
    return Document(language, document.text)


def _compact_sentiment(answer: Mapping[str, Any]) -> Compact:
    scores = answer["SentimentScore"]
    return [answer["Sentiment"], *(scores[name] for name in ("Positive", "Negative", "Neutral", "Mixed"))]


def _compact_entities(answer: Mapping[str, Any]) -> Compact:
    fields = ("Text", "Type", "Score", "BeginOffset", "EndOffset")
    # `Score` is optional in the service's model.
    return [[entity.get(name) for name in fields] for entity in answer["Entities"]]


_COMPACT: Mapping[str, Callable[[Mapping[str, Any]], Compact]] = {
    "sentiment": _compact_sentiment,
    "entities": _compact_entities,
}


def _without_refusals(outcomes: Mapping[str, Any]) -> dict[str, Any]:
    return {api: outcome for api, outcome in outcomes.items() if not isinstance(outcome, Refusal)}


def _status(outcome: Compact | Refusal) -> str:
    return outcome.status if isinstance(outcome, Refusal) else "ok"
