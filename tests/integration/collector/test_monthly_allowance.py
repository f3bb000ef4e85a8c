"""What the collector has bought, in DynamoDB."""

import datetime as dt

import boto3
import pytest
from moto import mock_aws

from photolake.collecting.allowances import MonthlyAllowance

NOW = dt.datetime(2026, 11, 20, tzinfo=dt.UTC)


@pytest.fixture
def table():
    with mock_aws():
        yield boto3.resource("dynamodb").create_table(
            TableName="checkpoints",
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        )


def test_posts_are_counted_by_the_month_over_all_runs(table):
    one, other = (MonthlyAllowance(table, "x", 100, lambda: NOW) for _ in range(2))
    one.spend(60)
    other.spend(30)

    assert (one.left(), other.left()) == (10, 10)
    assert table.scan()["Items"] == [{"id": "budget#x#2026-11", "posts": 90}]
