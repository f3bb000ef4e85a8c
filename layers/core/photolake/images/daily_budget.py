"""The daily limit on how many images are analysed."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

_KEEP = dt.timedelta(days=3)


class DailyBudget:
    """Counts images by UTC day in the cache table, under `budget#<date>`; a limit of 0 is none."""

    def __init__(self, table: Table, limit: int) -> None:
        """`limit` is in images a day."""
        self._table = table
        self._limit = limit

    def take(self, now: dt.datetime) -> bool:
        """Take one unit of the day of `now` (UTC), in one conditional write; False if none is left."""
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
                    ":expiration": int((now + _KEEP).timestamp()),
                },
            )
        except self._table.meta.client.exceptions.ConditionalCheckFailedException:
            return False
        return True
