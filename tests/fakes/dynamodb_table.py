"""The part of a DynamoDB table that needs no expressions, in memory."""

from __future__ import annotations

from typing import Any


class FakeTable:
    """Items by their `id`."""

    def __init__(self) -> None:
        self.items: dict[str, dict[str, Any]] = {}

    def get_item(self, *, Key: dict[str, str], ConsistentRead: bool) -> dict[str, Any]:  # noqa: N803 (boto3's names)
        assert ConsistentRead
        return {"Item": dict(self.items[Key["id"]])} if Key["id"] in self.items else {}

    def put_item(self, *, Item: dict[str, Any]) -> None:  # noqa: N803
        self.items[Item["id"]] = Item
