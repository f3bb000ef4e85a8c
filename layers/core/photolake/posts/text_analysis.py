"""Sentiment and entities of many texts at once: each distinct text in each language is bought once.

Results are cached in a DynamoDB table with the key `id` and the time to live `expiration`. An item may hold 400 KB; the
results for 5,000 bytes of text are smaller, so bodies are plain JSON.
"""

from __future__ import annotations

import datetime as dt
import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import islice
from typing import TYPE_CHECKING, Any, TypedDict

from photolake.aws.dynamodb import read_items, write_items
from photolake.clock import utc_now
from photolake.posts.comprehend import (
    BATCH_SIZE,
    SUPPORTED,
    UNDETERMINED,
    UNSUPPORTED_LANGUAGE,
    Api,
    NoResult,
    clip_text,
    read_language_tag,
)

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

    from photolake.posts.comprehend import Comprehend, Response
    from photolake.rows.types import TextColumns

Sentiment = tuple[str, float, float, float, float]
"""The sentiment, then its scores: positive, negative, neutral, mixed."""
Entity = tuple[str, str, float | None, int, int]
"""Text, type, score, begin offset and end offset."""


class TextResults(TypedDict, total=False):
    """The results for one text, as the cache holds them; of a text whose language is unknown, only `language`."""

    language: str
    sentiment: Sentiment
    entities: Sequence[Entity]


@dataclass(frozen=True)
class PostText:
    """The text of a post as it is sent to Comprehend, and its language; `und` before detection."""

    language: str
    text: str

    @property
    def is_blank(self) -> bool:
        """Whether there is nothing to analyse; Comprehend refuses an empty text."""
        return not self.text.strip()

    @property
    def cache_key(self) -> str:
        """`text#<language>#<sha256 of the text as sent>`."""
        return f"text#{self.language}#{sha256(self.text.encode('utf-8')).hexdigest()}"


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
        cache: Table,
        cache_days: int,
        on_count: Callable[[str, int], None],
        clock: Callable[[], dt.datetime] = utc_now,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Cached results expire after `cache_days`; `sleep` takes seconds.

        `on_count` receives `TextsBought`, and `TextsSaved`: texts whose results were there already.
        """
        self._comprehend = comprehend
        self._cache = cache
        self._cache_time = dt.timedelta(days=cache_days)
        self._on_count = on_count
        self._clock = clock
        self._sleep = sleep

    def analyze(self, texts: Iterable[tuple[str | None, str | None]]) -> list[TextAnalysis]:
        """Return one analysis for each (text, language tag of its source), in order.

        RetryableError: Comprehend is not available; the results bought before are in the cache. DeliveryError: the
        cache still leaves keys or items unprocessed after six attempts.
        """
        sources = [PostText(read_language_tag(tag), clip_text(text or "")) for text, tag in texts]
        detected = self._read_cache(text for text in sources if text.language == UNDETERMINED and not text.is_blank)
        failures = self._buy(detected, ("language",))
        plans = [
            _plan(text, failures.get((text, "language")) or detected.get(text, {}).get("language", text.language))
            for text in sources
        ]
        wanted = [plan for plan in plans if isinstance(plan, PostText)]
        results = self._read_cache(wanted)
        missing = sum("sentiment" not in found or "entities" not in found for found in results.values())
        self._on_count("TextsSaved", len(wanted) - missing)
        failures = self._buy(results, ("sentiment", "entities"))
        return [
            TextAnalysis(
                plan.language,
                failures.get((plan, "sentiment")) or results[plan]["sentiment"],
                failures.get((plan, "entities")) or results[plan]["entities"],
            )
            if isinstance(plan, PostText)
            else plan
            for plan in plans
        ]

    def _read_cache(self, texts: Iterable[PostText]) -> dict[PostText, TextResults]:
        """Return the cached results of each distinct text, which may be none."""
        by_key = {text.cache_key: text for text in texts}
        results: dict[PostText, TextResults] = {text: {} for text in by_key.values()}
        now = self._clock().timestamp()
        for item in read_items(self._cache, by_key, self._sleep):
            if item["expiration"] > now:  # DynamoDB deletes an expired item within some days
                results[by_key[item["id"]]] = json.loads(item["body"])
        return results

    def _buy(self, results: dict[PostText, TextResults], apis: Sequence[Api]) -> dict[tuple[PostText, Api], NoResult]:
        """Add the missing results of these APIs to `results`, and return why some are still missing.

        What one call returned is cached even if the next one fails.
        """
        failures: dict[tuple[PostText, Api], NoResult] = {}
        for batch in _group_by_language(text for text, found in results.items() if not found.keys() >= set(apis)):
            bought: set[PostText] = set()
            try:
                for api in apis:
                    missing = [text for text in batch if api not in results[text]]
                    found = self._comprehend.detect(api, [text.text for text in missing], batch[0].language)
                    for text, result in zip(missing, found, strict=True):
                        if isinstance(result, NoResult):
                            failures[text, api] = result
                        else:
                            results[text][api] = _READERS[api](result)
                            bought.add(text)
            finally:
                write_items(self._cache, [self._cache_item(text, results[text]) for text in bought], self._sleep)
                if "language" not in apis:
                    self._on_count("TextsBought", len(bought))
        return failures

    def _cache_item(self, text: PostText, results: TextResults) -> dict[str, Any]:
        body = json.dumps(results, ensure_ascii=False, separators=(",", ":"))
        return {
            "id": text.cache_key,
            "body": body,
            "expiration": int((self._clock() + self._cache_time).timestamp()),
        }


def _plan(text: PostText, language: str | NoResult) -> PostText | TextAnalysis:
    """Return the text to analyse, or the analysis of one that needs no call."""
    if text.is_blank:
        return TextAnalysis(text.language, NoResult("empty"), NoResult("empty"))
    if isinstance(language, NoResult):
        return TextAnalysis(text.language, language, language)
    if language not in SUPPORTED:
        return TextAnalysis(language, NoResult(UNSUPPORTED_LANGUAGE), NoResult(UNSUPPORTED_LANGUAGE))
    return PostText(language, text.text)


def _group_by_language(texts: Iterable[PostText]) -> Iterator[list[PostText]]:
    """Yield the texts of each language in batches for one call."""
    by_language: dict[str, list[PostText]] = {}
    for text in texts:
        by_language.setdefault(text.language, []).append(text)
    for group in by_language.values():
        remaining = iter(group)
        while batch := list(islice(remaining, BATCH_SIZE)):
            yield batch


def _read_language(response: Response) -> str:
    best = max(response["Languages"], key=lambda language: language.get("Score", 0.0), default=None)
    return str(best["LanguageCode"]) if best else UNDETERMINED


def _read_sentiment(response: Response) -> Sentiment:
    scores = response["SentimentScore"]
    return response["Sentiment"], scores["Positive"], scores["Negative"], scores["Neutral"], scores["Mixed"]


def _read_entities(response: Response) -> list[Entity]:
    # `Score` is optional in the service's model.
    return [
        (
            entity.get("Text"),
            entity.get("Type"),
            entity.get("Score"),
            entity.get("BeginOffset"),
            entity.get("EndOffset"),
        )
        for entity in response["Entities"]
    ]


_READERS: Mapping[Api, Callable[[Response], Any]] = {
    "language": _read_language,
    "sentiment": _read_sentiment,
    "entities": _read_entities,
}
