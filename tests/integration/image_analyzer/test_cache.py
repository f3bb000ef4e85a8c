"""Leases and budgets in the cache table."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import boto3
import pytest
from botocore.exceptions import ClientError

from photolake.errors import RetryableError
from photolake.images.cache import AnalysisLease, DailyBudget

if TYPE_CHECKING:
    from tests.fakes.image_pipeline import Lake

NOW = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)


def lease(lake: Lake, seconds_later: float = 0) -> AnalysisLease:
    """The lease of another worker, at a later time."""
    return AnalysisLease(lake.cache, lambda: NOW + dt.timedelta(seconds=seconds_later))


def test_a_lease_that_is_held_is_refused_for_this_image_only(lake: Lake) -> None:
    with lease(lake).hold("aa", 60), lease(lake).hold("bb", 60):
        with pytest.raises(RetryableError, match="aa"), lease(lake, 59).hold("aa", 60):
            pytest.fail("two workers hold the lease")
        (item,) = [item for item in lake.cache.scan()["Items"] if item["id"] == "lease#aa"]
        assert item["expiration"] == NOW.timestamp() + 60

    assert lake.cache.scan()["Items"] == []


def test_a_lease_is_given_back_when_the_work_fails(lake: Lake) -> None:
    with pytest.raises(ValueError, match="broken"), lease(lake).hold("aa", 60):
        raise ValueError("broken")

    with lease(lake).hold("aa", 60):
        assert len(lake.cache.scan()["Items"]) == 1


def test_an_expired_lease_is_taken_over_and_its_worker_does_not_end_the_new_one(lake: Lake) -> None:
    late = lease(lake).hold("aa", 60)
    late.__enter__()

    with lease(lake, 62).hold("aa", 60):
        late.__exit__(None, None, None)
        with pytest.raises(RetryableError), lease(lake, 63).hold("aa", 60):
            pytest.fail("two workers hold the lease")


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
    with pytest.raises(ClientError, match="ResourceNotFound"), AnalysisLease(missing).hold("aa", 60):
        pytest.fail("there is no lease")
