"""Answers already paid for, kept until their image is done, so that a retry buys only what is missing."""

from __future__ import annotations

import datetime as dt
import gzip
import json
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, SupportsBytes, cast

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

    from photolake.images.rekognition_apis import ImageApi

# As long as a message can live in a queue (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html).
_KEEP = dt.timedelta(days=14)
# An item may hold 400 KB; 100 faces with every attribute are 82 KB of gzip.
_MAX_BODY_BYTES = 390_000


class Partials:
    """One gzipped answer per image and API in the cache table, under `partial#<image_id>#<api>`."""

    def __init__(self, table: Table, clock: Callable[[], dt.datetime]) -> None:
        """`clock` gives the time (UTC) from which an answer is kept for 14 days."""
        self._table = table
        self._clock = clock

    def load(self, image_id: str, apis: Iterable[ImageApi]) -> dict[str, dict[str, Any]]:
        """The answers kept for the image by API name; one that was given to another request does not count."""
        answers = {}
        for api in apis:
            item = self._table.get_item(Key={"id": _key(image_id, api)}, ConsistentRead=True).get("Item")
            if item and item["request"] == api.fingerprint:
                answers[api.name] = json.loads(gzip.decompress(bytes(cast("SupportsBytes", item["body"]))))
        return answers

    def store(self, image_id: str, api: ImageApi, answer: dict[str, Any]) -> None:
        """Keep an answer; one too large for an item is not kept, and a retry would buy it again."""
        body = gzip.compress(json.dumps(answer, separators=(",", ":")).encode())
        if len(body) > _MAX_BODY_BYTES:
            return
        expiration = int((self._clock() + _KEEP).timestamp())
        self._table.put_item(
            Item={"id": _key(image_id, api), "body": body, "request": api.fingerprint, "expiration": expiration}
        )


def _key(image_id: str, api: ImageApi) -> str:
    return f"partial#{image_id}#{api.name}"
