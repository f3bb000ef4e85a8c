"""Budgets in the cache table."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import boto3
import pytest
from botocore.exceptions import ClientError

from photolake.images.cache import DailyBudget

if TYPE_CHECKING:
    from tests.fakes.image_pipeline import Lake

NOW = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)


def test_the_budget_of_a_day_is_taken_image_by_image(lake: Lake) -> None:
    budget = DailyBudget(lake.cache, 2)

    assert [budget.take(NOW) for _ in range(3)] == [True, True, False]
    assert budget.take(NOW + dt.timedelta(days=1))
    assert all(DailyBudget(lake.cache, 0).take(NOW) for _ in range(3))


def test_what_is_left_of_the_budget_is_told_without_taking_any(lake: Lake) -> None:
    budget = DailyBudget(lake.cache, 2)
    assert budget.count_left(NOW) == 2
    budget.take(NOW)

    assert budget.count_left(NOW) == 1
    assert budget.count_left(NOW + dt.timedelta(days=1)) == 2
    assert DailyBudget(lake.cache, 0).count_left(NOW) is None


def test_other_errors_of_the_table_are_raised(lake: Lake) -> None:
    missing = boto3.resource("dynamodb").Table("no-such-table")

    with pytest.raises(ClientError, match="ResourceNotFound"):
        DailyBudget(missing, 1).take(NOW)
