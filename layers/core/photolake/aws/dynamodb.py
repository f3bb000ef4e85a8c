"""DynamoDB tables with the key `id`: many items at a time, and conditional writes.

Limits: 100 keys a BatchGetItem and 25 items a BatchWriteItem, either of which may leave some unprocessed
(https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html, API_BatchWriteItem.html).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any

from photolake.aws.backoff import MAX_ATTEMPTS, iterate_attempts
from photolake.errors import DeliveryError

if TYPE_CHECKING:
    from botocore.exceptions import ClientError
    from mypy_boto3_dynamodb.service_resource import Table

MAX_KEYS = 100
MAX_WRITES = 25


def read_items(table: Table, ids: Iterable[str], sleep: Callable[[float], None]) -> Iterator[dict[str, Any]]:
    """Yield the items that exist for these ids, read consistently.

    DeliveryError: DynamoDB still leaves keys unprocessed after six attempts. `sleep` takes seconds.
    """
    remaining = iter(ids)
    while group := list(islice(remaining, MAX_KEYS)):
        pending: Any = {table.name: {"Keys": [{"id": item_id} for item_id in group], "ConsistentRead": True}}
        for _ in iterate_attempts(sleep):
            response = table.meta.client.batch_get_item(RequestItems=pending)
            yield from response["Responses"].get(table.name, [])
            pending = response.get("UnprocessedKeys")
            if not pending:
                break
        else:
            unread = len(pending[table.name]["Keys"])
            raise DeliveryError(f"{table.name} left {unread} keys unread after {MAX_ATTEMPTS} attempts")


def write_items(table: Table, items: Iterable[Mapping[str, Any]], sleep: Callable[[float], None]) -> None:
    """Put the items, whatever was there before.

    DeliveryError: DynamoDB still leaves items unprocessed after six attempts. `sleep` takes seconds.
    """
    remaining = iter(items)
    while group := list(islice(remaining, MAX_WRITES)):
        pending: Any = {table.name: [{"PutRequest": {"Item": item}} for item in group]}
        for _ in iterate_attempts(sleep):
            pending = table.meta.client.batch_write_item(RequestItems=pending).get("UnprocessedItems")
            if not pending:
                break
        else:
            refused = len(pending[table.name])
            raise DeliveryError(f"{table.name} still refuses {refused} items after {MAX_ATTEMPTS} attempts")


def is_condition_failure(error: ClientError) -> bool:
    """Whether DynamoDB refused a write because its condition did not hold."""
    return error.response["Error"]["Code"] == "ConditionalCheckFailedException"
