"""Buys what is not known yet of texts: several batches at once, and every result is cached whatever else fails."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from photolake.errors import DeliveryError
from photolake.posts.comprehend import UNDETERMINED, Api, NoResult
from photolake.posts.packed_entities import detect_packed

if TYPE_CHECKING:
    from photolake.posts.comprehend import Comprehend, Detection, Response
    from photolake.posts.text_batches import TextBatch
    from photolake.posts.text_cache import Entity, PostText, Sentiment, TextCache, TextResults

# Connections that botocore keeps for a client: 10. The client's adaptive retry holds all threads to the rate at which
# Comprehend stops throttling.
BATCHES_AT_ONCE = 8

Failures = Mapping[tuple["PostText", Api], NoResult]
"""Why a text has no result of an API."""


class TextPurchase:
    """Adds what is missing to the results of some texts. Threads only ask Comprehend; this one counts and caches."""

    def __init__(
        self,
        comprehend: Comprehend,
        cache: TextCache,
        on_count: Callable[[str, int], None],
        results: dict[PostText, TextResults],
    ) -> None:
        """`results`: what is known. `on_count` receives ComprehendCalls, ComprehendUnits (billed) and TextsBought."""
        self._comprehend = comprehend
        self._cache = cache
        self._on_count = on_count
        self._results = results
        self._failures: dict[tuple[PostText, Api], NoResult] = {}
        self._awaited: Counter[PostText] = Counter()
        self._uncached: set[PostText] = set()

    def run(self, batches: Sequence[TextBatch]) -> Failures:
        """Buy the results of these batches, and return why some are still missing.

        A text is cached when all its batches have come back. After an error no further batch is sent, and the first
        error is raised when every result that was bought is in the cache.
        """
        self._awaited.update(text for batch in batches for text in batch.texts)
        self._comprehend.purse.expect(sum(batch.units for batch in batches) * self._comprehend.unit_price)
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
        if batch.api == "entities":
            documents = [[text.text for text in document] for document in batch.documents]
            detection = detect_packed(self._comprehend, documents, batch.language)
        else:
            detection = self._comprehend.detect(batch.api, [text.text for text in batch.texts], batch.language)
        read = _READERS[batch.api]
        return detection, [result if isinstance(result, NoResult) else read(result) for result in detection.results]

    def _take(self, batch: TextBatch, detection: Detection, found: Sequence[Any]) -> Exception | None:
        """Keep what a batch brought; return what ended it, or kept its results out of the cache."""
        self._on_count("ComprehendCalls", detection.calls)
        self._on_count("ComprehendUnits", detection.units)
        for index, (text, result) in enumerate(zip(batch.texts, found, strict=True)):
            if isinstance(result, NoResult):
                self._failures[text, batch.api] = result
            else:
                self._results[text]["packed_entities" if index in detection.packed else batch.api] = result
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
