"""A DynamoDB table with the key `id`, in memory, as strict about batches as the service is."""

from __future__ import annotations

from collections.abc import Iterable
from types import SimpleNamespace
from typing import Any

from tests.fakes.client_error import client_error


class FakeTable:
    """Items by their `id`; `leave` is how many keys or items each of the next batches leaves unprocessed."""

    name = "cache"

    def __init__(self, leave: Iterable[int] = ()) -> None:
        self.items: dict[str, dict[str, Any]] = {}
        self.leave = list(leave)
        self.calls: list[int] = []
        self.meta = SimpleNamespace(client=self)

    def get_item(self, *, Key: dict[str, str], ConsistentRead: bool) -> dict[str, Any]:  # noqa: N803 (boto3's names)
        assert ConsistentRead
        return {"Item": dict(self.items[Key["id"]])} if Key["id"] in self.items else {}

    def put_item(self, *, Item: dict[str, Any]) -> None:  # noqa: N803
        self.items[Item["id"]] = Item

    def update_item(
        self,
        *,
        Key: Any,  # noqa: N803
        UpdateExpression: str,  # noqa: N803
        ExpressionAttributeValues: Any,  # noqa: N803
        ExpressionAttributeNames: Any = None,  # noqa: N803
    ) -> None:
        if UpdateExpression == "ADD posts :posts":
            item = self.items.setdefault(Key["id"], {"posts": 0})
            item["posts"] += ExpressionAttributeValues[":posts"]
            return
        verb, _, changes = UpdateExpression.partition(" ")
        assert verb == "SET"
        item = self.items.setdefault(Key["id"], dict(Key))
        for change in changes.split(", "):
            name, _, value = change.partition(" = ")
            item[(ExpressionAttributeNames or {}).get(name, name)] = ExpressionAttributeValues[value]

    def batch_get_item(self, *, RequestItems: Any) -> dict[str, Any]:  # noqa: N803
        keys = [key["id"] for key in RequestItems[self.name]["Keys"]]
        now, later = self._split(keys, 100, keys)
        found = [self.items[key] for key in now if key in self.items]
        unprocessed = {self.name: {**RequestItems[self.name], "Keys": [{"id": key} for key in later]}} if later else {}
        return {"Responses": {self.name: found}, "UnprocessedKeys": unprocessed}

    def batch_write_item(self, *, RequestItems: Any) -> dict[str, Any]:  # noqa: N803
        writes = RequestItems[self.name]
        now, later = self._split(writes, 25, [write["PutRequest"]["Item"]["id"] for write in writes])
        self.items |= {write["PutRequest"]["Item"]["id"]: write["PutRequest"]["Item"] for write in now}
        return {"UnprocessedItems": {self.name: later} if later else {}}

    def _split(self, entries: list[Any], limit: int, ids: list[str]) -> tuple[list[Any], list[Any]]:
        if not 1 <= len(entries) <= limit or len(set(ids)) != len(ids):
            raise client_error("ValidationException")
        self.calls.append(len(entries))
        left = self.leave.pop(0) if self.leave else 0
        return entries[: len(entries) - left], entries[len(entries) - left :]
