"""The text cache: what Comprehend has answered, so that the same text in the same language is bought once.

An item may hold 400 KB. The responses for 5,000 bytes of text are smaller, so bodies are plain JSON.
"""

from __future__ import annotations

import datetime as dt
import json
import time
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from photolake.aws.dynamodb import read_items, write_items
from photolake.clock import utc_now

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

    from photolake.posts.documents import Document


class TextCache:
    """Answers by document, in a DynamoDB table with the key `id` and the time to live `expiration`."""

    def __init__(
        self,
        table: Table,
        ttl_days: int,
        clock: Callable[[], dt.datetime] = utc_now,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Answers are forgotten after `ttl_days`; `sleep` takes seconds."""
        self._table = table
        self._ttl = dt.timedelta(days=ttl_days)
        self._clock = clock
        self._sleep = sleep

    def get(self, documents: Iterable[Document]) -> dict[Document, dict[str, Any]]:
        """The answers known for these documents; DeliveryError if DynamoDB keeps leaving keys unprocessed."""
        by_key = {document.cache_key: document for document in documents}
        now = self._clock().timestamp()
        items = list(read_items(self._table, by_key, self._sleep))
        # DynamoDB deletes an expired item when it gets to it, some days later.
        return {by_key[item["id"]]: json.loads(item["body"]) for item in items if item["expiration"] > now}

    def put(self, answers: Mapping[Document, Mapping[str, Any]]) -> None:
        """Keep the answers; DeliveryError if DynamoDB still refuses some after six attempts."""
        expiration = int((self._clock() + self._ttl).timestamp())
        items = (
            {"id": document.cache_key, "body": _json(answer), "expiration": expiration}
            for document, answer in answers.items()
        )
        write_items(self._table, items, self._sleep)


def _json(answer: Mapping[str, Any]) -> str:
    return json.dumps(answer, ensure_ascii=False, separators=(",", ":"))
