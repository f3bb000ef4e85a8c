"""What the cache table holds about images: leases, the budget of each day, and partial results. All of it expires."""

from __future__ import annotations

import datetime as dt
import gzip
import json
import math
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, SupportsBytes, cast

from boto3.dynamodb.conditions import Attr
from botocore.exceptions import ClientError

from photolake.aws.dynamodb import is_condition_failure
from photolake.clock import utc_now
from photolake.errors import RetryableError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

    from photolake.images.rekognition_apis import ImageApi

_BUDGET_RETENTION = dt.timedelta(days=3)
# As long as a message can live in a queue (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html).
_RESULT_RETENTION = dt.timedelta(days=14)
# An item may hold 400 KB; 100 faces with every attribute are 82 KB of gzip.
_MAX_RESULT_BYTES = 390_000


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


class AnalysisLease:
    """Keeps two workers from analysing the same image at once, by an item `lease#<image_id>`."""

    def __init__(self, table: Table, clock: Callable[[], dt.datetime] = utc_now) -> None:
        self._table = table
        self._clock = clock

    @contextmanager
    def hold(self, image_id: str, seconds: float) -> Iterator[str]:
        """Hold the lease for the block, or until it expires after `seconds`, should this worker die or be slow.

        Gives the id of the one who holds it, another each time. RetryableError: another worker holds it.
        """
        key, owner, now = f"lease#{image_id}", uuid.uuid4().hex, self._clock().timestamp()
        try:
            self._table.put_item(
                Item={"id": key, "owner": owner, "expiration": math.ceil(now + seconds)},
                ConditionExpression=Attr("id").not_exists() | Attr("expiration").lt(math.floor(now)),
            )
        except ClientError as error:
            if is_condition_failure(error):
                raise RetryableError(f"another worker is analysing the image {image_id}") from error
            raise
        try:
            yield owner
        finally:
            try:
                self._table.delete_item(Key={"id": key}, ConditionExpression=Attr("owner").eq(owner))
            except ClientError as error:
                if not is_condition_failure(error):  # else it expired, and another worker has it
                    raise


class PartialResults:
    """Responses already paid for, kept until their image is done, so that a retry buys only what is missing.

    One gzipped response for each image and API, under `partial#<image_id>#<api>`, for 14 days.
    """

    def __init__(self, table: Table, clock: Callable[[], dt.datetime] = utc_now) -> None:
        self._table = table
        self._clock = clock

    def load(self, image_id: str, apis: Iterable[ImageApi]) -> dict[str, dict[str, Any]]:
        """Return the stored responses by API name; the response to another request of an API does not count."""
        responses = {}
        for api in apis:
            item = self._table.get_item(Key={"id": f"partial#{image_id}#{api.name}"}, ConsistentRead=True).get("Item")
            if item and item["request"] == api.digest:
                responses[api.name] = json.loads(gzip.decompress(bytes(cast("SupportsBytes", item["body"]))))
        return responses

    def store(self, image_id: str, api: ImageApi, response: dict[str, Any]) -> None:
        """Store a response; one too large for an item is not stored, and a retry would buy it again."""
        body = gzip.compress(json.dumps(response, separators=(",", ":")).encode())
        if len(body) > _MAX_RESULT_BYTES:
            return
        expiration = int((self._clock() + _RESULT_RETENTION).timestamp())
        self._table.put_item(
            Item={
                "id": f"partial#{image_id}#{api.name}",
                "body": body,
                "request": api.digest,
                "expiration": expiration,
            }
        )
