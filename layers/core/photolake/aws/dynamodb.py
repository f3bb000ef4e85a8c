"""DynamoDB tables: for several threads, many items at a time, and conditional writes.

Limits: 100 keys a BatchGetItem and 25 items a BatchWriteItem, either of which may leave some unprocessed
(https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html, API_BatchWriteItem.html).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

from boto3.dynamodb.transform import TransformationInjector, copy_dynamodb_params
from boto3.dynamodb.types import TypeDeserializer

from photolake.aws.backoff import MAX_ATTEMPTS, iterate_attempts
from photolake.errors import DeliveryError

if TYPE_CHECKING:
    from botocore.exceptions import ClientError
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.service_resource import Table

MAX_KEYS = 100
MAX_WRITES = 25


class SharedTable:
    """The operations of boto3's Table on a client, which threads may share; a Table they may not.

    https://docs.aws.amazon.com/boto3/latest/guide/resources.html#multithreading-or-multiprocessing-with-resources
    """

    def __init__(self, client: DynamoDBClient, name: str) -> None:
        """`client` is one of `take_python_values`."""
        self.name = name
        self.meta = SimpleNamespace(client=client)

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        call = getattr(self.meta.client, operation)
        return lambda **request: call(TableName=self.name, **request)


def take_python_values(client: DynamoDBClient) -> Callable[[str], Table]:
    """Let a client of its own take and give Python values and conditions; return what makes its tables by their name.

    boto3 does the same to the client of a resource, but all its requests share one builder of conditions, which gives
    the same placeholder to the conditions of two threads.
    """
    events = client.meta.events
    events.register("provide-client-params.dynamodb", copy_dynamodb_params)
    events.register("before-parameter-build.dynamodb", _transform_input)
    events.register("after-call.dynamodb", _transform_output)
    return lambda name: cast("Table", SharedTable(client, name))


def _transform_input(params: dict[str, Any], model: Any, **_: Any) -> None:
    injector = TransformationInjector()
    injector.inject_condition_expressions(params, model)
    injector.inject_attribute_value_input(params, model)


def _transform_output(parsed: dict[str, Any], model: Any, **_: Any) -> None:
    TransformationInjector().inject_attribute_value_output(parsed, model)


def read_items(table: Table, ids: Iterable[str], sleep: Callable[[float], None]) -> Iterator[dict[str, Any]]:
    """Yield the items that exist for these ids in a table with the key `id`, as `read_keys` does."""
    return read_keys(table, ({"id": item_id} for item_id in ids), sleep)


def read_keys(
    table: Table, keys: Iterable[Mapping[str, str]], sleep: Callable[[float], None], is_consistent: bool = True
) -> Iterator[dict[str, Any]]:
    """Yield the items that exist for these distinct keys.

    DeliveryError: DynamoDB still leaves keys unprocessed after six attempts. `sleep` takes seconds.
    """
    remaining = iter(keys)
    while group := list(islice(remaining, MAX_KEYS)):
        pending: Any = {table.name: {"Keys": group, "ConsistentRead": is_consistent}}
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
    """Put the items, whatever was there before; their keys are distinct.

    DeliveryError: DynamoDB still leaves items unprocessed after six attempts. `sleep` takes seconds.
    """
    _write(table, ({"PutRequest": {"Item": item}} for item in items), sleep)


def delete_items(table: Table, keys: Iterable[Mapping[str, str]], sleep: Callable[[float], None]) -> None:
    """Delete the items of these distinct keys, if they exist; errors as in `write_items`."""
    _write(table, ({"DeleteRequest": {"Key": key}} for key in keys), sleep)


def _write(table: Table, requests: Iterable[Mapping[str, Any]], sleep: Callable[[float], None]) -> None:
    remaining = iter(requests)
    while group := list(islice(remaining, MAX_WRITES)):
        pending: Any = {table.name: group}
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


def read_present_item(item: Mapping[str, Any]) -> dict[str, Any]:
    """Return the item that was there, as errors give it: boto3 does not convert them from DynamoDB's typed JSON."""
    deserialize = TypeDeserializer().deserialize
    return {name: deserialize(value) for name, value in item.items()}
