"""How many posts may still be bought, a run and a month."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

from photolake.clock import utc_now
from photolake.collect.source import UsedUpError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

NEAR = 0.8


@dataclass
class RunAllowance:
    """So many posts a run, of all sources that share it; the page that crosses the limit is kept whole."""

    limit: int
    spent: int = 0

    def check(self) -> None:
        """Raise UsedUpError `max_posts` if the limit is reached."""
        if self.spent >= self.limit:
            raise UsedUpError("max_posts")

    def spend(self, posts: int) -> None:
        """Count posts that a source has answered with; they are paid for, whatever becomes of them."""
        self.spent += posts


class MonthlyAllowance:
    """So many posts a calendar month (UTC), counted in a DynamoDB table (key `id`) under `budget#<platform>#<month>`.

    Counted by atomic additions, so runs that overlap count together; each of them may cross the limit by one page.
    """

    def __init__(self, table: Table, platform: str, limit: int, clock: Callable[[], dt.datetime] = utc_now) -> None:
        """A `limit` of 0 is none; what is bought is counted all the same, for the day a limit is set."""
        self._table = table
        self._platform = platform
        self._clock = clock
        self.limit = limit

    def check(self) -> None:
        """Raise UsedUpError `monthly_budget` if the limit is reached."""
        if self.left() == 0:
            self.refuse(f"the {self.limit:,} posts of MonthlyPostBudget are bought")

    def refuse(self, reason: str) -> NoReturn:
        """Raise UsedUpError `monthly_budget` for this reason, with what to do."""
        raise UsedUpError(
            "monthly_budget", f"{reason}: narrow the query, raise MonthlyPostBudget, or wait for the next month (UTC)"
        )

    def left(self) -> int | None:
        """How many posts may still be bought this month; None for any number."""
        return max(self.limit - self._bought(), 0) if self.limit else None

    def notice(self) -> str | None:
        """A warning once most of the month's posts are bought."""
        bought = self._bought() if self.limit else 0
        if not self.limit or bought < NEAR * self.limit:
            return None
        return f"{bought:,} of the {self.limit:,} posts of MonthlyPostBudget are bought"

    def spend(self, posts: int) -> None:
        """Count posts that a source has answered with; they are paid for, whatever becomes of them."""
        if posts:
            self._table.update_item(
                Key=self._key(), UpdateExpression="ADD posts :posts", ExpressionAttributeValues={":posts": posts}
            )

    def _bought(self) -> int:
        item = self._table.get_item(Key=self._key(), ConsistentRead=True).get("Item") or {}
        return int(str(item.get("posts", 0)))

    def _key(self) -> dict[str, str]:
        return {"id": f"budget#{self._platform}#{self._clock():%Y-%m}"}
