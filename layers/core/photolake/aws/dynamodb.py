"""Items of a DynamoDB table with the key `id`, read many at a time.

Limits: 100 keys a BatchGetItem, of which it may leave some unprocessed
(https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any

from photolake.aws.backoff import MAX_ATTEMPTS, attempts
from photolake.errors import DeliveryError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

MAX_KEYS = 100


def read_items(table: Table, ids: Iterable[str], sleep: Callable[[float], None]) -> Iterator[dict[str, Any]]:
    """The items there are of these ids, read consistently; DeliveryError if DynamoDB keeps leaving keys unprocessed."""
    remaining = iter(ids)
    while group := list(islice(remaining, MAX_KEYS)):
        yield from _read(table, group, sleep)


def _read(table: Table, ids: list[str], sleep: Callable[[float], None]) -> Iterator[dict[str, Any]]:
    pending: Any = {table.name: {"Keys": [{"id": item_id} for item_id in ids], "ConsistentRead": True}}
    for _ in attempts(sleep):
        response = table.meta.client.batch_get_item(RequestItems=pending)
        yield from response["Responses"].get(table.name, [])
        pending = response.get("UnprocessedKeys")
        if not pending:
            return
    raise DeliveryError(
        f"{table.name} left {len(pending[table.name]['Keys'])} keys unread after {MAX_ATTEMPTS} attempts"
    )
