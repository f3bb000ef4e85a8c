import datetime as dt
from typing import Any

import pytest

from photolake.collect.budgets import MonthlyAllowance, RunAllowance
from photolake.collect.source import UsedUpError
from tests.fakes.dynamodb_table import FakeTable

NOVEMBER = dt.datetime(2026, 11, 30, 23, 59, tzinfo=dt.UTC)
DECEMBER = NOVEMBER + dt.timedelta(minutes=1)


def monthly(limit, spent=0, *, table=None, now=NOVEMBER):
    bought: Any = table or FakeTable()
    allowance = MonthlyAllowance(bought, "x", limit, lambda: now)
    allowance.spend(spent)
    return allowance


def test_a_runs_allowance_is_used_up_at_its_limit():
    allowance = RunAllowance(3)
    allowance.spend(2)
    allowance.check()
    allowance.spend(5)

    with pytest.raises(UsedUpError) as caught:
        allowance.check()

    assert (caught.value.allowance, str(caught.value)) == ("max_posts", "")


def test_a_months_allowance_is_used_up_at_its_limit_and_says_what_to_do():
    monthly(100, 99).check()

    with pytest.raises(
        UsedUpError, match=r"100 posts of MonthlyPostBudget are bought: .*raise MonthlyPostBudget"
    ) as caught:
        monthly(100, 100).check()

    assert caught.value.allowance == "monthly_budget"


def test_the_next_month_has_an_allowance_of_its_own():
    table = FakeTable()
    monthly(100, 130, table=table)

    monthly(100, table=table, now=DECEMBER).check()

    assert table.items == {"budget#x#2026-11": {"posts": 130}}


def test_runs_that_overlap_count_together():
    table = FakeTable()
    one, other = monthly(100, table=table), monthly(100, table=table)
    one.spend(60)
    other.spend(30)

    assert (one.left(), other.left()) == (10, 10)


def test_without_a_limit_all_may_be_bought_and_is_counted():
    table = FakeTable()
    allowance = monthly(0, 10_000, table=table)

    allowance.check()
    assert (allowance.left(), allowance.notice()) == (None, None)
    assert monthly(10_000, table=table).left() == 0


def test_nothing_bought_writes_nothing():
    table = FakeTable()

    monthly(5, 0, table=table)

    assert table.items == {}


@pytest.mark.parametrize(("spent", "notice"), [(79, None), (80, "80 of the 100 posts of MonthlyPostBudget are bought")])
def test_a_limit_that_is_near_is_said(spent, notice):
    assert monthly(100, spent).notice() == notice
