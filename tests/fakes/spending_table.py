"""The checkpoint table as the ledger of spending uses it: conditional updates of one item, each on its own."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from botocore.exceptions import ClientError

_CLAUSE = re.compile(r"attribute_(not_)?exists\((#\w+)\)|(#\w+) (<=|=) (:\w+)")


class FakeSpendingTable:
    """Items by their `id`. `before` is called before each update, and `after` once it is made; either may raise."""

    def __init__(self) -> None:
        self.items: dict[str, dict[str, Any]] = {}
        self.updates = 0
        self.before: Callable[[], None] = lambda: None
        self.after: Callable[[], None] = lambda: None
        self._lock = threading.Lock()

    @property
    def spent(self) -> dict[str, int]:
        """The counters of the only month."""
        (item,) = self.items.values()
        return {name: int(value) for name, value in item.items() if not name.startswith(("hold#", "id"))}

    @property
    def held(self) -> list[int]:
        """What workers hold that have not given back."""
        return [int(value) for item in self.items.values() for name, value in item.items() if name.startswith("hold#")]

    def get_item(self, *, Key: Mapping[str, str], ConsistentRead: bool) -> dict[str, Any]:  # noqa: N803 (boto3's names)
        assert ConsistentRead
        return {"Item": dict(self.items[Key["id"]])} if Key["id"] in self.items else {}

    def update_item(self, **request: Any) -> dict[str, Any]:
        self.before()
        with self._lock:
            self.updates += 1
            response = self._update(**request)
        self.after()
        return response

    def _update(
        self,
        *,
        Key: Mapping[str, str],  # noqa: N803
        UpdateExpression: str,  # noqa: N803
        ExpressionAttributeNames: Mapping[str, str],  # noqa: N803
        ExpressionAttributeValues: Mapping[str, int],  # noqa: N803
        ConditionExpression: str = "",  # noqa: N803
        ReturnValues: str = "NONE",  # noqa: N803
        ReturnValuesOnConditionCheckFailure: str = "NONE",  # noqa: N803
    ) -> dict[str, Any]:
        item = self.items.get(Key["id"], {})
        names, values = ExpressionAttributeNames, ExpressionAttributeValues
        used = set(re.findall(r"[#:]\w+", f"{UpdateExpression} {ConditionExpression}"))
        assert used == names.keys() | values.keys(), "DynamoDB refuses what is missing or not used"
        for part in filter(None, ConditionExpression.split(" AND ")):
            if not any(_holds(clause, item, names, values) for clause in part.split(" OR ")):
                raise _condition_failure(item)
        changed = {**Key, **item}
        for action, rest in re.findall(r"(ADD|SET|REMOVE) ((?:(?! (?:ADD|SET|REMOVE) ).)+)", UpdateExpression):
            for each in rest.split(", "):
                name, *others = re.findall(r"[#:]\w+", each)
                if action == "REMOVE":
                    changed.pop(names[name], None)
                elif action == "SET":
                    changed[names[name]] = Decimal(values[others[0]])
                else:
                    changed[names[name]] = Decimal(changed.get(names[name], 0)) + values[others[0]]
        self.items[Key["id"]] = changed
        return {"Attributes": changed} if ReturnValues == "ALL_NEW" else {}


def _holds(clause: str, item: Mapping[str, Any], names: Mapping[str, str], values: Mapping[str, int]) -> bool:
    found = _CLAUSE.search(clause)
    assert found, clause
    negation, existing, name, operator, value = found.groups()
    if existing:
        return (names[existing] in item) != bool(negation)
    if names[name] not in item:
        return False
    return bool(item[names[name]] <= values[value] if operator == "<=" else item[names[name]] == values[value])


def _condition_failure(item: Mapping[str, Any]) -> ClientError:
    typed = {name: {"S": value} if isinstance(value, str) else {"N": str(value)} for name, value in item.items()}
    response: Any = {
        "Error": {"Code": "ConditionalCheckFailedException", "Message": ""},
        **({"Item": typed} if item else {}),
    }
    return ClientError(response, "UpdateItem")
