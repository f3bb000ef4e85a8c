"""Sentiment and entities of many texts at once: each distinct text in each language is bought once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from photolake.posts.comprehend import (
    OVER_BUDGET,
    SUPPORTED,
    UNDETERMINED,
    UNSUPPORTED_LANGUAGE,
    NoResult,
    clip_text,
    read_language_tag,
)
from photolake.posts.text_batches import is_missing, list_batches
from photolake.posts.text_cache import PostText
from photolake.posts.text_purchase import TextPurchase

if TYPE_CHECKING:
    from photolake.posts.comprehend import Api, Comprehend
    from photolake.posts.text_cache import Entity, Sentiment, TextCache, TextResults
    from photolake.posts.text_purchase import Failures
    from photolake.rows.types import TextColumns

_APIS: Sequence[Api] = ("sentiment", "entities")


@dataclass(frozen=True)
class TextAnalysis:
    """The analysis of one text: the language it was analysed in, and for each API the result or why there is none."""

    language: str
    sentiment: Sentiment | NoResult
    entities: Sequence[Entity] | NoResult

    @property
    def is_retryable(self) -> bool:
        """Whether a later analysis may have a result that this one lacks."""
        return any(isinstance(each, NoResult) and each.is_retryable for each in (self.sentiment, self.entities))

    @property
    def unpaid(self) -> int:
        """How many results the month had no money for."""
        return sum(
            isinstance(each, NoResult) and each.status == OVER_BUDGET for each in (self.sentiment, self.entities)
        )

    def columns(self) -> TextColumns:
        """Return the columns of the posts table; scores are 0 to 1, and all are null without a result."""
        sentiment, positive, negative, neutral, mixed = (
            (None,) * 5 if isinstance(self.sentiment, NoResult) else self.sentiment
        )
        return {
            "language": self.language,
            "sentiment": sentiment,
            "sentimentposscore": positive,
            "sentimentnegscore": negative,
            "sentimentneuscore": neutral,
            "sentimentmixedscore": mixed,
            "sentiment_status": self.sentiment.status if isinstance(self.sentiment, NoResult) else "ok",
            "entities_status": self.entities.status if isinstance(self.entities, NoResult) else "ok",
            "text_entities": None
            if isinstance(self.entities, NoResult)
            else [
                {"text": text, "type": kind, "score": score, "begin_offset": begin, "end_offset": end}
                for text, kind, score, begin, end in self.entities
            ],
        }


class TextAnalyzer:
    """Analyses the texts of posts with Comprehend; every result is cached before it is returned."""

    def __init__(
        self,
        comprehend: Comprehend,
        cache: TextCache,
        on_count: Callable[[str, int], None],
        *,
        packs_entities: bool = False,
    ) -> None:
        """`packs_entities`: entities of several short texts may be bought, or have been bought, as one document.

        `on_count` receives what `TextPurchase` counts, and `TextsSaved`: texts whose results were there already.
        """
        self._comprehend = comprehend
        self._cache = cache
        self._on_count = on_count
        self._packs_entities = packs_entities

    def analyze(self, texts: Iterable[tuple[str | None, str | None]]) -> list[TextAnalysis]:
        """Return one analysis for each (text, language tag of its source), in order.

        RetryableError: Comprehend is not available; the results bought before are in the cache. DeliveryError: the
        cache still leaves keys or items unprocessed after six attempts.
        """
        sources = [PostText(read_language_tag(tag), clip_text(text or "")) for text, tag in texts]
        detected = self._cache.read(text for text in sources if text.language == UNDETERMINED and not text.is_blank)
        failures = self._buy(detected, ("language",))
        plans = [
            _plan(text, failures.get((text, "language")) or detected.get(text, {}).get("language", text.language))
            for text in sources
        ]
        wanted = [plan for plan in plans if isinstance(plan, PostText)]
        results = self._cache.read(wanted)
        if not self._packs_entities:
            for found in results.values():
                found.pop("packed_entities", None)
        missing = sum(any(is_missing(found, api) for api in _APIS) for found in results.values())
        self._on_count("TextsSaved", len(wanted) - missing)
        failures = self._buy(results, _APIS)
        return [
            TextAnalysis(
                plan.language,
                failures.get((plan, "sentiment")) or results[plan]["sentiment"],
                failures.get((plan, "entities")) or _read_entities(results[plan]),
            )
            if isinstance(plan, PostText)
            else plan
            for plan in plans
        ]

    def _buy(self, results: dict[PostText, TextResults], apis: Sequence[Api]) -> Failures:
        batches = list_batches(results, apis, packs_entities=self._packs_entities)
        return TextPurchase(self._comprehend, self._cache, self._on_count, results).run(batches)


def _read_entities(found: TextResults) -> Sequence[Entity]:
    return found["entities"] if "entities" in found else found["packed_entities"]


def _plan(text: PostText, language: str | NoResult) -> PostText | TextAnalysis:
    """Return the text to analyse, or the analysis of one that needs no call."""
    if text.is_blank:
        return TextAnalysis(text.language, NoResult("empty"), NoResult("empty"))
    if isinstance(language, NoResult):
        return TextAnalysis(text.language, language, language)
    if language not in SUPPORTED:
        return TextAnalysis(language, NoResult(UNSUPPORTED_LANGUAGE), NoResult(UNSUPPORTED_LANGUAGE))
    return PostText(language, text.text)
