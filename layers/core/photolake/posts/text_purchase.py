"""Buys what is not known yet of texts: several batches at once, and every result is cached whatever else fails."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from photolake.errors import DeliveryError
from photolake.posts.comprehend import BATCH_SIZE, UNDETERMINED, Api, NoResult

if TYPE_CHECKING:
    from photolake.posts.comprehend import Comprehend, Detection, Response
    from photolake.posts.text_cache import Entity, PostText, Sentiment, TextCache, TextResults

# Connections that botocore keeps for a client: 10. The client's adaptive retry holds all threads to the rate at which
# Comprehend stops throttling.
BATCHES_AT_ONCE = 8

Failures = Mapping[tuple["PostText", Api], NoResult]
"""Why a text has no result of an API."""


@dataclass(frozen=True)
class TextBatch:
    """Distinct texts of one language for one call."""

    api: Api
    language: str
    texts: Sequence[PostText]


class TextPurchase:
    """Adds what is missing to the results of some texts. Threads only ask Comprehend; this one counts and caches."""

    def __init__(
        self,
        comprehend: Comprehend,
        cache: TextCache,
        on_count: Callable[[str, int], None],
        results: dict[PostText, TextResults],
    ) -> None:
        """`on_count` receives ComprehendCalls, ComprehendUnits (what is billed) and TextsBought."""
        self._comprehend = comprehend
        self._cache = cache
        self._on_count = on_count
        self._results = results
        self._failures: dict[tuple[PostText, Api], NoResult] = {}
        self._awaited: Counter[PostText] = Counter()
        self._uncached: set[PostText] = set()

    def run(self, apis: Sequence[Api]) -> Failures:
        """Buy the missing results of these APIs, and return why some are still missing.

        A text is cached when all its batches have come back. After an error no further batch is sent, and the first
        error is raised when every result that was bought is in the cache.
        """
        batches = list_batches(self._results, apis)
        self._awaited.update(text for batch in batches for text in batch.texts)
        errors: list[BaseException] = []
        with ThreadPoolExecutor(max_workers=BATCHES_AT_ONCE) as pool:
            futures = {pool.submit(self._detect, batch): batch for batch in batches}
            for future in as_completed(futures):
                if future.cancelled():
                    continue
                error = future.exception() or self._take(futures[future], *future.result())
                if error:
                    errors.append(error)
                    for each in futures:
                        each.cancel()
        if error := self._write(list(self._uncached)):
            errors.append(error)
        if errors:
            raise errors[0]
        return self._failures

    def _detect(self, batch: TextBatch) -> tuple[Detection, list[Any]]:
        """Return what Comprehend found, as it is and as the cache holds it."""
        detection = self._comprehend.detect(batch.api, [text.text for text in batch.texts], batch.language)
        read = _READERS[batch.api]
        return detection, [result if isinstance(result, NoResult) else read(result) for result in detection.results]

    def _take(self, batch: TextBatch, detection: Detection, found: Sequence[Any]) -> Exception | None:
        """Keep what a batch brought; return what ended it, or kept its results out of the cache."""
        self._on_count("ComprehendCalls", detection.calls)
        self._on_count("ComprehendUnits", detection.units)
        for text, result in zip(batch.texts, found, strict=True):
            if isinstance(result, NoResult):
                self._failures[text, batch.api] = result
            else:
                self._results[text][batch.api] = result
                self._uncached.add(text)
        self._awaited.subtract(batch.texts)
        error = self._write([text for text in batch.texts if text in self._uncached and not self._awaited[text]])
        return detection.error or error

    def _write(self, texts: Sequence[PostText]) -> Exception | None:
        """Cache the results of these texts; return the error if that fails."""
        self._uncached.difference_update(texts)
        self._on_count("TextsBought", sum(text.language != UNDETERMINED for text in texts))
        try:
            self._cache.write({text: self._results[text] for text in texts})
        except (DeliveryError, ClientError, BotoCoreError) as error:
            return error
        return None


def list_batches(results: Mapping[PostText, TextResults], apis: Sequence[Api]) -> list[TextBatch]:
    """Return the batches for the missing results, those for the same texts one after another."""
    positions = {text: position for position, text in enumerate(results)}
    batches = [
        TextBatch(api, texts[0].language, texts)
        for api in apis
        for texts in _group_by_language(text for text, found in results.items() if api not in found)
    ]
    return sorted(batches, key=lambda batch: positions[batch.texts[0]])


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
