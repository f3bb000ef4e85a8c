"""The search index's table in memory: the operations that photolake calls, with their conditions and page sizes."""

from __future__ import annotations

import copy
import re
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from boto3.dynamodb.types import TypeSerializer

from tests.fakes.client_error import client_error

if TYPE_CHECKING:
    from collections.abc import Callable

    from boto3.dynamodb.conditions import ConditionBase

Key = tuple[str, str]


class FakeSearchTable:
    """Items by (pk, sk); at most `page` items a Query. `requests` counts the calls by operation."""

    name = "search"

    def __init__(self, page: int = 1000) -> None:
        self.items: dict[Key, dict[str, Any]] = {}
        self.page = page
        self.requests: dict[str, int] = {}
        self.meta = SimpleNamespace(client=self)

    def get_item(self, *, Key: Any, ConsistentRead: bool = False) -> dict[str, Any]:  # noqa: N803 (boto3's names)
        self._count("GetItem")
        item = self.items.get(_key(Key))
        return {"Item": copy.copy(item)} if item else {}

    def put_item(
        self,
        *,
        Item: Any,  # noqa: N803
        ConditionExpression: ConditionBase | None = None,  # noqa: N803
        ReturnValuesOnConditionCheckFailure: str = "NONE",  # noqa: N803
    ) -> None:
        self._count("PutItem")
        self._check(_key(Item), ConditionExpression)
        self.items[_key(Item)] = _stored(Item)

    def delete_item(self, *, Key: Any) -> None:  # noqa: N803
        self._count("DeleteItem")
        self.items.pop(_key(Key), None)

    def update_item(
        self,
        *,
        Key: Any,  # noqa: N803
        UpdateExpression: str,  # noqa: N803
        ConditionExpression: ConditionBase | None = None,  # noqa: N803
        ExpressionAttributeNames: Any = (),  # noqa: N803
        ExpressionAttributeValues: Any = (),  # noqa: N803
    ) -> None:
        self._count("UpdateItem")
        self._check(_key(Key), ConditionExpression)
        names, values = dict(ExpressionAttributeNames), dict(ExpressionAttributeValues)
        item = dict(self.items.get(_key(Key), Key))
        sets, _, removes = UpdateExpression.removeprefix("SET ").partition("REMOVE ")
        if UpdateExpression.startswith("REMOVE"):
            sets, removes = "", UpdateExpression.removeprefix("REMOVE ")
        for name, value in re.findall(r"(#?\w+) = (:\w+)", sets):
            item[names.get(name, name)] = values[value]
        for name in re.findall(r"\w+", removes):
            item.pop(name, None)
        self.items[_key(Key)] = item

    def query(
        self,
        *,
        KeyConditionExpression: ConditionBase,  # noqa: N803
        ScanIndexForward: bool = True,  # noqa: N803
        Limit: int | None = None,  # noqa: N803
        ExclusiveStartKey: Any = None,  # noqa: N803
        **_: Any,
    ) -> dict[str, Any]:
        self._count("Query")
        found = [key for key in sorted(self.items) if _holds(KeyConditionExpression, {"pk": key[0], "sk": key[1]})]
        if not ScanIndexForward:
            found.reverse()
        if ExclusiveStartKey:
            start = _key(ExclusiveStartKey)
            found = [key for key in found if (key > start if ScanIndexForward else key < start)]
        size = min(Limit or self.page, self.page)
        page = {"Items": [copy.copy(self.items[key]) for key in found[:size]]}
        if len(found) >= size and found[:size]:
            pk, sk = found[:size][-1]
            return {**page, "LastEvaluatedKey": {"pk": pk, "sk": sk}}
        return page

    def batch_get_item(self, *, RequestItems: Any) -> dict[str, Any]:  # noqa: N803
        self._count("BatchGetItem")
        keys = [_key(key) for key in RequestItems[self.name]["Keys"]]
        _check_batch(keys, 100)
        return {"Responses": {self.name: [copy.copy(self.items[key]) for key in keys if key in self.items]}}

    def batch_write_item(self, *, RequestItems: Any) -> dict[str, Any]:  # noqa: N803
        self._count("BatchWriteItem")
        writes = RequestItems[self.name]
        _check_batch(
            [_key(w["PutRequest"]["Item"] if "PutRequest" in w else w["DeleteRequest"]["Key"]) for w in writes], 25
        )
        for write in writes:
            if "PutRequest" in write:
                self.items[_key(write["PutRequest"]["Item"])] = _stored(write["PutRequest"]["Item"])
            else:
                self.items.pop(_key(write["DeleteRequest"]["Key"]), None)
        return {}

    def _count(self, operation: str) -> None:
        self.requests[operation] = self.requests.get(operation, 0) + 1

    def _check(self, key: Key, condition: ConditionBase | None) -> None:
        if condition is not None and not _holds(condition, self.items.get(key, {})):
            error = client_error("ConditionalCheckFailedException")
            if key in self.items:
                serialize = TypeSerializer().serialize
                present: Any = error.response
                present["Item"] = {name: serialize(value) for name, value in self.items[key].items()}
            raise error


class CrashError(Exception):
    """The worker dies."""


class DyingTable:
    """A table whose worker dies after some calls: just before one takes effect, or just after."""

    def __init__(self, table: FakeSearchTable, steps: int) -> None:
        self._table, self._steps = table, steps
        self.name, self.meta = table.name, table.meta.__class__(client=self)

    def __getattr__(self, name: str) -> Any:
        def call(**arguments: Any) -> Any:
            self._tick()
            result = getattr(self._table, name)(**arguments)
            self._tick()
            return result

        return call

    def _tick(self) -> None:
        self._steps -= 1
        if self._steps == -1:
            self.happen()

    def happen(self) -> None:
        """What comes at this step."""
        raise CrashError


class InterruptedTable(DyingTable):
    """A table at which something else happens after some calls, while the worker waits."""

    def __init__(self, table: FakeSearchTable, steps: int, happen: Callable[[], None]) -> None:
        super().__init__(table, steps)
        self._happen = happen

    @property
    def is_pending(self) -> bool:
        """Whether the worker ended before the step."""
        return self._steps > -1

    def happen(self) -> None:
        self._happen()


def _key(item: Any) -> Key:
    return item["pk"], item["sk"]


def _stored(item: Any) -> dict[str, Any]:
    for part in ("pk", "sk"):
        if not 1 <= len(item[part].encode()) <= (2048 if part == "pk" else 1024):
            raise client_error("ValidationException")
    return dict(item)


def _check_batch(keys: list[Key], limit: int) -> None:
    if not 1 <= len(keys) <= limit or len(set(keys)) != len(keys):
        raise client_error("ValidationException")


def _holds(condition: ConditionBase, item: dict[str, Any]) -> bool:
    expression = condition.get_expression()
    left, *rest = expression["values"]
    if expression["operator"] in ("AND", "OR"):
        combine = all if expression["operator"] == "AND" else any
        return combine(_holds(part, item) for part in expression["values"])
    actual = item.get(left.name)
    match expression["operator"], rest:
        case "attribute_not_exists", []:
            return actual is None
        case "=", [value]:
            return bool(actual == value)
        case "<", [value]:
            return actual is not None and bool(actual < value)
        case "<=", [value]:
            return actual is not None and bool(actual <= value)
        case "begins_with", [value]:
            return actual is not None and actual.startswith(value)
    raise NotImplementedError(expression["operator"])
