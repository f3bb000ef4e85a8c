"""Makes a transaction of moto's DynamoDB cost the same with many items in its tables as with one.

To be able to roll back, moto copies each table that a transaction names, with all its items:
https://github.com/getmoto/moto/blob/master/moto/dynamodb/models/__init__.py. Puts and deletes replace whole items, so
a copy that shares them is enough.
"""

from __future__ import annotations

import copy
from collections import defaultdict
from typing import Any

from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.table import Table


def lower_transaction_cost() -> None:
    """Replace the copy for this process; what the API answers stays the same. One request at a time (`ServiceGate`)."""
    transact = DynamoDBBackend.transact_write_items

    def transact_with_shared_items(backend: DynamoDBBackend, transact_items: list[dict[str, Any]]) -> None:
        if any("Update" in item for item in transact_items):  # which changes an item in its place
            transact(backend, transact_items)
            return
        setattr(Table, "__deepcopy__", _copy_with_shared_items)  # noqa: B010 (moto's class has none)
        try:
            transact(backend, transact_items)
        finally:
            delattr(Table, "__deepcopy__")

    setattr(DynamoDBBackend, "transact_write_items", transact_with_shared_items)  # noqa: B010 (typed otherwise)


def _copy_with_shared_items(table: Any, _: Any) -> Any:
    copied = copy.copy(table)
    shared = {key: dict(found) if table.has_range_key else found for key, found in table.items.items()}
    copied.items = defaultdict(dict, shared)
    return copied
