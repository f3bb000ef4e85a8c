"""The cache of what Comprehend found in texts: a DynamoDB table with the key `id` and the time to live `expiration`.

An item may hold 400 KB; the results for 5,000 bytes of text are smaller, so bodies are plain JSON.
"""

from __future__ import annotations

import datetime as dt
import json
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, TypedDict

from photolake.aws.dynamodb import read_items, write_items
from photolake.clock import utc_now

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

Sentiment = tuple[str, float, float, float, float]
"""The sentiment, then its scores: positive, negative, neutral, mixed."""
Entity = tuple[str, str, float | None, int, int]
"""Text, type, score, begin offset and end offset."""


class TextResults(TypedDict, total=False):
    """The results for one text, as the cache holds them; of a text whose language is unknown, only `language`.

    `packed_entities` were found in a document with other texts, `entities` in the text alone.
    """

    language: str
    sentiment: Sentiment
    entities: Sequence[Entity]
    packed_entities: Sequence[Entity]


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


class TextCache:
    """Reads and writes the results for texts. Only one thread may use it, because boto3's Table is made for one."""

    def __init__(
        self,
        table: Table,
        days: int,
        clock: Callable[[], dt.datetime] = utc_now,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Results expire after `days`; `sleep` takes seconds."""
        self._table = table
        self._time = dt.timedelta(days=days)
        self._clock = clock
        self._sleep = sleep

    def read(self, texts: Iterable[PostText]) -> dict[PostText, TextResults]:
        """Return the cached results of each distinct text, which may be none.

        DeliveryError: DynamoDB still leaves keys unprocessed after six attempts.
        """
        by_key = {text.cache_key: text for text in dict.fromkeys(texts)}
        results: dict[PostText, TextResults] = {text: {} for text in by_key.values()}
        now = self._clock().timestamp()
        for item in read_items(self._table, by_key, self._sleep):
            if item["expiration"] > now:  # DynamoDB deletes an expired item within some days
                results[by_key[item["id"]]] = json.loads(item["body"])
        return results

    def write(self, results: Mapping[PostText, TextResults]) -> None:
        """Replace the results of each text; DeliveryError if DynamoDB still leaves some out after six attempts."""
        expiration = int((self._clock() + self._time).timestamp())
        items = (
            {
                "id": text.cache_key,
                "body": json.dumps(found, ensure_ascii=False, separators=(",", ":")),
                "expiration": expiration,
            }
            for text, found in results.items()
        )
        write_items(self._table, items, self._sleep)
