"""Lifecycle rules and times to live are carried out as AWS documents them."""

import datetime as dt
import time
from typing import Any

import boto3
import pytest
from hypothesis import given
from hypothesis import strategies as st
from moto import mock_aws

from laptop_cloud.services.expiry.expirer import Expirer, PacedClock
from laptop_cloud.services.expiry.lifecycle import (
    LifecycleRule,
    UnknownRuleError,
    find_object_expiry,
    find_upload_expiry,
)
from laptop_cloud.services.expiry.worker import ExpiryWorker

DAY = dt.timedelta(days=1)
moments = st.datetimes(dt.datetime(2020, 1, 1), dt.datetime(2030, 1, 1), timezones=st.just(dt.UTC))


def rule(prefix: str = "", days: int | None = None, abort: int | None = None, **more: Any) -> dict[str, Any]:
    written: dict[str, Any] = {"ID": prefix, "Status": "Enabled", "Filter": {"Prefix": prefix}, **more}
    if days is not None:
        written["Expiration"] = {"Days": days}
    if abort is not None:
        written["AbortIncompleteMultipartUpload"] = {"DaysAfterInitiation": abort}
    return written


def read(*rules: dict[str, Any]) -> list[LifecycleRule]:
    return [found for each in rules if (found := LifecycleRule.read(each))]


def test_the_example_of_the_documentation_of_s3():
    created = dt.datetime(2014, 1, 15, 10, 30, tzinfo=dt.UTC)

    assert find_object_expiry(read(rule("logs/", 3)), "logs/a", created) == dt.datetime(2014, 1, 19, tzinfo=dt.UTC)


@given(moments, st.integers(1, 4000))
def test_an_object_expires_at_midnight_less_than_a_day_after_its_days_and_never_before(created, days):
    expiry = find_object_expiry(read(rule(days=days)), "a", created)

    assert expiry is not None
    assert (expiry.hour, expiry.minute, expiry.second, expiry.microsecond) == (0, 0, 0, 0)
    assert dt.timedelta(0) <= expiry - (created + days * DAY) < DAY


def test_the_first_of_several_rules_counts_and_those_of_other_prefixes_or_uploads_do_not():
    rules = read(rule("a/", 9), rule("a/b/", 2), rule("c/", 1), rule(abort=1), rule("a/", 1, Status="Disabled"))
    created = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)

    assert find_object_expiry(rules, "a/b/c", created) == dt.datetime(2026, 3, 4, tzinfo=dt.UTC)
    assert find_object_expiry(rules, "a/c", created) == dt.datetime(2026, 3, 11, tzinfo=dt.UTC)
    assert find_object_expiry(rules, "d", created) is None
    assert find_upload_expiry(rules, "d", created) == dt.datetime(2026, 3, 3, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("more", "named"),
    [
        ({"Transitions": [{"Days": 1, "StorageClass": "GLACIER"}]}, "Transitions"),
        ({"Filter": {"Tag": {"Key": "a", "Value": "b"}}}, "Filter.Tag"),
        ({"Expiration": {"Date": "2030-01-01"}}, "Expiration.Date"),
    ],
)
def test_a_rule_that_cannot_be_carried_out_is_refused(more, named):
    with pytest.raises(UnknownRuleError, match=f"^Not available locally: {named} of the lifecycle rule x/$"):
        LifecycleRule.read({**rule("x/", 1), **more})


def test_a_faster_clock_leaves_times_before_its_start_alone():
    start = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
    clock = PacedClock(start, 8640)

    assert clock.convert(start - DAY) == start - DAY
    assert clock.convert(start + dt.timedelta(seconds=10)) == start + DAY


class Aws:
    """S3 and DynamoDB in memory, and an expirer whose clock a test sets."""

    def __init__(self) -> None:
        make: Any = boto3.client
        self.clients = {name: make(name, "us-east-1") for name in ("s3", "dynamodb")}
        self.s3, self.dynamodb = self.clients["s3"], self.clients["dynamodb"]
        self.now = dt.datetime.now(dt.UTC)
        self.after = dt.timedelta(0)
        clients: Any = self.clients.__getitem__
        self.expirer = Expirer(clients, lambda: self.now + self.after, PacedClock(self.now))

    def expire(self, after: dt.timedelta) -> Any:
        self.after = after
        return self.expirer.run()


@pytest.fixture
def aws():
    with mock_aws():
        yield Aws()


def test_expired_objects_and_uploads_go_and_nothing_else(aws):
    for bucket in ("lake", "other"):
        aws.s3.create_bucket(Bucket=bucket)
        for key in ("old/a", "old/b c+ü", "new/a", "older"):
            aws.s3.put_object(Bucket=bucket, Key=key, Body=b"x")
    aws.s3.create_multipart_upload(Bucket="lake", Key="new/large")
    rules = {"Rules": [rule("old/", 3), rule(abort=7)]}
    aws.s3.put_bucket_lifecycle_configuration(Bucket="lake", LifecycleConfiguration=rules)

    assert aws.expire(3 * DAY - dt.timedelta(minutes=1)).objects == []
    assert aws.expire(4 * DAY).objects == ["lake/old/a", "lake/old/b c+ü"]
    assert aws.expire(9 * DAY).uploads == [], "seen for the first time on the third day"
    assert aws.expire(11 * DAY).uploads == ["lake/new/large"]
    left = [item["Key"] for item in aws.s3.list_objects_v2(Bucket="lake")["Contents"]]
    assert left == ["new/a", "older"]
    assert aws.s3.list_objects_v2(Bucket="other")["KeyCount"] == 4
    assert "Uploads" not in aws.s3.list_multipart_uploads(Bucket="lake")


def test_more_objects_than_one_request_deletes_expire(aws):
    aws.s3.create_bucket(Bucket="lake")
    for number in range(1005):
        aws.s3.put_object(Bucket="lake", Key=f"{number:04}", Body=b"")
    aws.s3.put_bucket_lifecycle_configuration(Bucket="lake", LifecycleConfiguration={"Rules": [rule(days=1)]})

    assert len(aws.expire(3 * DAY).objects) == 1005
    assert aws.s3.list_objects_v2(Bucket="lake")["KeyCount"] == 0


def test_items_expire_by_their_time_to_live_where_a_table_has_one(aws):
    now = int(aws.now.timestamp())
    values = {"past": {"N": str(now - 1)}, "later": {"N": str(now + 60)}, "text": {"S": "1"}, "ancient": {"N": "1"}}
    for table in ("cache", "registry"):
        aws.dynamodb.create_table(
            TableName=table,
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        )
        for name, value in values.items():
            aws.dynamodb.put_item(TableName=table, Item={"id": {"S": name}, "expiration": value})
        aws.dynamodb.put_item(TableName=table, Item={"id": {"S": "without"}})
    specification = {"AttributeName": "expiration", "Enabled": True}
    aws.dynamodb.update_time_to_live(TableName="cache", TimeToLiveSpecification=specification)

    assert aws.expire(dt.timedelta(0)).items == {"cache": 1}
    left = {item["id"]["S"] for item in aws.dynamodb.scan(TableName="cache")["Items"]}
    assert left == {"later", "text", "ancient", "without"}, "DynamoDB leaves times of more than five years ago"
    assert aws.dynamodb.scan(TableName="registry")["Count"] == 5


def test_a_worker_deletes_while_it_runs_and_says_what(aws, capsys):
    aws.s3.create_bucket(Bucket="lake")
    aws.s3.put_bucket_lifecycle_configuration(Bucket="lake", LifecycleConfiguration={"Rules": [rule("a/", 1)]})
    clients: Any = aws.clients.__getitem__
    worker = ExpiryWorker(clients, day_seconds=0.02)
    time.sleep(1.1)  # S3 tells times in whole seconds: the object is from after the start
    for key in ("a/x", "b/x"):
        aws.s3.put_object(Bucket="lake", Key=key, Body=b"x")

    worker.start()
    deadline = time.monotonic() + 10
    while aws.s3.list_objects_v2(Bucket="lake")["KeyCount"] > 1 and time.monotonic() < deadline:
        time.sleep(0.01)
    worker.stop()

    assert [item["Key"] for item in aws.s3.list_objects_v2(Bucket="lake")["Contents"]] == ["b/x"]
    assert "expired: lake/a/x" in capsys.readouterr().err
