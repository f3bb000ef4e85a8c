"""What the cache table holds about images: the budget of each day, and partial results. All of it expires."""

from __future__ import annotations

import datetime as dt
import gzip
import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, SupportsBytes, cast

from botocore.exceptions import ClientError

from photolake.aws.dynamodb import is_condition_failure
from photolake.clock import utc_now

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

_BUDGET_RETENTION = dt.timedelta(days=3)
# As long as a message can live in a queue (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html).
_RESULT_RETENTION = dt.timedelta(days=14)
# An item may hold 400 KB; 100 faces with every attribute are 82 KB of gzip.
_MAX_RESULT_BYTES = 390_000
_NOT_RESPONSES = frozenset({"id", "expiration"})


class DailyBudget:
    """Counts images by UTC day, under `budget#<date>`."""

    def __init__(self, table: Table, limit: int) -> None:
        """`limit` is in images a day, 0 for no limit."""
        self._table = table
        self._limit = limit

    def count_left(self, now: dt.datetime) -> int | None:
        """Return how many images are left of the budget of the day of `now` (UTC); None for no limit."""
        if not self._limit:
            return None
        item = self._table.get_item(Key={"id": f"budget#{now.date().isoformat()}"}, ConsistentRead=True).get("Item")
        return self._limit - int(str(item["images"])) if item else self._limit

    def take(self, now: dt.datetime) -> bool:
        """Take one image from the budget of the day of `now` (UTC); False if none is left."""
        if not self._limit:
            return True
        try:
            self._table.update_item(
                Key={"id": f"budget#{now.date().isoformat()}"},
                UpdateExpression="ADD images :one SET expiration = :expiration",
                ConditionExpression="attribute_not_exists(images) OR images < :limit",
                ExpressionAttributeValues={
                    ":one": 1,
                    ":limit": self._limit,
                    ":expiration": int((now + _BUDGET_RETENTION).timestamp()),
                },
            )
        except ClientError as error:
            if not is_condition_failure(error):
                raise
            return False
        return True


class PartialResults:
    """Responses already paid for, kept until their image is done, so that a retry buys only what is missing.

    One item for each image, `partial#<image_id>`, for 14 days: gzipped responses by the digest of their request.
    """

    def __init__(self, table: Table, clock: Callable[[], dt.datetime] = utc_now) -> None:
        self._table = table
        self._clock = clock

    def load(self, image_id: str) -> dict[str, dict[str, Any]]:
        """Return the stored responses by the digest of their request."""
        item = self._table.get_item(Key={"id": f"partial#{image_id}"}, ConsistentRead=True).get("Item", {})
        bodies = {name: value for name, value in item.items() if name not in _NOT_RESPONSES}
        return {name: json.loads(gzip.decompress(bytes(cast("SupportsBytes", body)))) for name, body in bodies.items()}

    def store(self, image_id: str, responses: Mapping[str, Mapping[str, Any]]) -> None:
        """Add responses to those that are stored; one too large for the item is not, and a retry would buy it again."""
        values: dict[str, Any] = {":expiration": int((self._clock() + _RESULT_RETENTION).timestamp())}
        names: dict[str, str] = {}
        left = _MAX_RESULT_BYTES
        for digest, response in responses.items():
            body = gzip.compress(json.dumps(response, separators=(",", ":")).encode())
            if len(body) <= left:
                left -= len(body)
                names[f"#r{len(names)}"] = digest
                values[f":r{len(names) - 1}"] = body
        if names:
            changes = ", ".join(f"{name} = {name.replace('#', ':')}" for name in names)
            self._table.update_item(
                Key={"id": f"partial#{image_id}"},
                UpdateExpression=f"SET expiration = :expiration, {changes}",
                ExpressionAttributeNames=names,
                ExpressionAttributeValues=values,
            )
