"""What the collector has bought, in DynamoDB."""

import datetime as dt

import pytest
from moto import mock_aws

from photolake.collect.budgets import MonthlyBudget
from tests.builders.dynamodb_tables import template_table

NOW = dt.datetime(2026, 11, 20, tzinfo=dt.UTC)


@pytest.fixture
def table():
    with mock_aws():
        yield template_table("CheckpointTable", "checkpoints")


def test_posts_are_counted_by_the_month_over_all_runs(table):
    one, other = (MonthlyBudget(table, "x", 100, lambda: NOW) for _ in range(2))
    one.spend(60)
    other.spend(30)

    assert (one.count_left(), other.count_left()) == (10, 10)
    assert table.scan()["Items"] == [{"id": "budget#x#2026-11", "posts": 90}]
