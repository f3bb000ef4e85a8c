"""Budgets of a run and of a month."""

import datetime as dt
from typing import Any

import pytest

from photolake.collect.budgets import MonthlyBudget, RunBudget
from photolake.errors import BudgetExhaustedError
from tests.fakes.dynamodb_table import FakeTable

NOVEMBER = dt.datetime(2026, 11, 30, 23, 59, tzinfo=dt.UTC)
DECEMBER = NOVEMBER + dt.timedelta(minutes=1)


def monthly(limit, spent=0, *, table=None, now=NOVEMBER):
    bought: Any = table or FakeTable()
    allowance = MonthlyBudget(bought, "x", limit, lambda: now)
    allowance.spend(spent)
    return allowance


def test_a_runs_allowance_is_used_up_at_its_limit():
    allowance = RunBudget(3)
    allowance.spend(2)
    allowance.check()
    allowance.spend(5)

    with pytest.raises(BudgetExhaustedError) as caught:
        allowance.check()

    assert (caught.value.budget, str(caught.value)) == ("max_posts", "")


def test_a_months_allowance_is_used_up_at_its_limit_and_says_what_to_do():
    monthly(100, 99).check()

    with pytest.raises(
        BudgetExhaustedError, match=r"100 posts of MonthlyPostBudget are bought: .*raise MonthlyPostBudget"
    ) as caught:
        monthly(100, 100).check()

    assert caught.value.budget == "monthly_budget"


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

    assert (one.count_left(), other.count_left()) == (10, 10)


def test_without_a_limit_all_may_be_bought_and_is_counted():
    table = FakeTable()
    allowance = monthly(0, 10_000, table=table)

    allowance.check()
    assert (allowance.count_left(), allowance.make_warning()) == (None, None)
    assert monthly(10_000, table=table).count_left() == 0


def test_nothing_bought_writes_nothing():
    table = FakeTable()

    monthly(5, 0, table=table)

    assert table.items == {}


@pytest.mark.parametrize(("spent", "notice"), [(79, None), (80, "80 of the 100 posts of MonthlyPostBudget are bought")])
def test_a_limit_that_is_near_is_said(spent, notice):
    assert monthly(100, spent).make_warning() == notice
