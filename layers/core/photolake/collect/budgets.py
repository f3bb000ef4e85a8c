"""How many posts may still be bought: in a run, in a month, and with the month's money."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

from photolake.clock import utc_now
from photolake.errors import BudgetExhaustedError
from photolake.pricing import X_POST_USD, format_usd
from photolake.spending.limits import convert_to_dollars, convert_to_micros
from photolake.spending.purse import NO_LIMIT

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

    from photolake.spending.purse import Purse

# From this share of the monthly budget on, every run warns.
WARNING_SHARE = 0.8
POST_MICROS = convert_to_micros(X_POST_USD)
MONEY = "money"
"""The name of the budget in dollars."""


@dataclass
class RunBudget:
    """The posts that one run may buy, over all sources that share it. It may be exceeded by the rest of a page."""

    limit: int
    spent: int = 0

    def check(self) -> None:
        """Raise BudgetExhaustedError `max_posts` if the limit is reached."""
        if self.spent >= self.limit:
            raise BudgetExhaustedError("max_posts")

    def spend(self, posts: int) -> None:
        """Count posts that a source has returned; they are paid for, whether or not they are delivered."""
        self.spent += posts


class MonthlyBudget:
    """The posts of a platform that may be bought in a calendar month (UTC).

    They are counted in a DynamoDB table (key `id`) under `budget#<platform>#<month>`, by atomic additions, so that
    overlapping runs share the count. Each run may exceed the limit by one page.
    """

    def __init__(self, table: Table, platform: str, limit: int, clock: Callable[[], dt.datetime] = utc_now) -> None:
        """A `limit` of 0 means no limit; posts are counted all the same, in case one is set later."""
        self._table = table
        self._platform = platform
        self._clock = clock
        self.limit = limit

    def check(self) -> None:
        """Raise BudgetExhaustedError `monthly_budget` if the limit is reached."""
        if self.limit and self._read_bought() >= self.limit:
            self.raise_exhausted(f"the {self.limit:,} posts of MonthlyPostBudget are bought")

    def raise_exhausted(self, reason: str) -> NoReturn:
        """Raise BudgetExhaustedError `monthly_budget` for this reason, with what to do."""
        raise BudgetExhaustedError(
            "monthly_budget", f"{reason}: narrow the query, raise MonthlyPostBudget, or wait for the next month (UTC)"
        )

    def count_left(self) -> int | None:
        """Count the posts that may still be bought this month; None if there is no limit."""
        return max(self.limit - self._read_bought(), 0) if self.limit else None

    def make_warning(self) -> str | None:
        """Return a warning once most of the month's posts are bought, otherwise None."""
        bought = self._read_bought() if self.limit else 0
        if not self.limit or bought < WARNING_SHARE * self.limit:
            return None
        return f"{bought:,} of the {self.limit:,} posts of MonthlyPostBudget are bought"

    def spend(self, posts: int) -> None:
        """Count posts that a source has returned; they are paid for, whether or not they are delivered."""
        if posts:
            self._table.update_item(
                Key=self._key, UpdateExpression="ADD posts :posts", ExpressionAttributeValues={":posts": posts}
            )

    def _read_bought(self) -> int:
        item = self._table.get_item(Key=self._key, ConsistentRead=True).get("Item") or {}
        return int(str(item.get("posts", 0)))

    @property
    def _key(self) -> dict[str, str]:
        return {"id": f"budget#{self._platform}#{self._clock():%Y-%m}"}


class PostMoney:
    """The dollars that posts may cost: each page is paid for before it is asked for."""

    def __init__(self, purse: Purse = NO_LIMIT) -> None:
        """`purse` is that of X; `close` gives back what is left in it."""
        self._purse = purse

    def pay_ahead(self, posts: int) -> None:
        """Take the price of so many posts; BudgetExhaustedError `money` if the month does not have it."""
        if not self._purse.take(posts * POST_MICROS):
            self.raise_exhausted(f"the month has no {format_usd(convert_to_dollars(posts * POST_MICROS))} left for X")

    def refund(self, posts: int) -> None:
        """Put back what was paid ahead for posts that did not come."""
        self._purse.put_back(posts * POST_MICROS)

    def pay(self, posts: int) -> None:
        """Pay for posts that came without being asked for."""
        self._purse.charge(posts * POST_MICROS)

    def has_ready(self, posts: int) -> bool:
        """Keep the price of so many posts ready; False if the month does not have it."""
        return self._purse.keep(posts * POST_MICROS)

    def count_left(self) -> int | None:
        """Count the posts that the month still has money for; None if there is no limit."""
        left = self._purse.count_left()
        return None if left is None else left // POST_MICROS

    def make_warning(self) -> str | None:
        """Return a warning once most of the month's money is spent, otherwise None."""
        share = self._purse.read_share()
        if share < WARNING_SHARE:
            return None
        return f"{share:.0%} of MonthlyBudget or MonthlyXBudget is spent"

    def raise_exhausted(self, reason: str) -> NoReturn:
        """Raise BudgetExhaustedError `money` for this reason, with what to do."""
        raise BudgetExhaustedError(
            MONEY, f"{reason}: raise MonthlyBudget or MonthlyXBudget, or wait for the next month (UTC)"
        )

    def close(self) -> None:
        """Give back what is left."""
        self._purse.close()
