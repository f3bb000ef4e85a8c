"""Everything in the lake expires, or there is a reason why not; on the laptop it really does."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from moto import mock_aws

from laptop_cloud.services.expiry.expirer import Expirer, PacedClock
from laptop_cloud.stack.creators.s3 import create_bucket
from tests.resolved_template import ROOT, delivery_streams, properties, transformed

# Prefixes that are kept for good.
WITHOUT_RULE = {
    "copies": "an export stays wherever it is for as long as whoever made it keeps it",
    "deletions": "a post that is deleted must not come back while any copy of its row may still be there",
    "forgotten": "the log without content that a post was forgotten",
}
STREAM = {"StreamImage": "123456789012.dkr.ecr.us-east-1.amazonaws.com/photolake:1", "StreamSubnets": "subnet-12345678"}
LAKE = "arn:aws:s3:::lakebucket/"
_ASSIGNED = re.compile(r'^_?[A-Z_]*PREFIX[A-Z_]*(?:: [^=]+)? = "([a-z][a-z_-]*)/', re.MULTILINE)


def rules() -> dict[str, int]:
    """The days of each rule that lets objects expire, by its prefix without the slash."""
    found = properties("LakeBucket")["LifecycleConfiguration"]["Rules"]
    return {rule["Prefix"].rstrip("/"): int(rule["ExpirationInDays"]) for rule in found if "ExpirationInDays" in rule}


def list_granted() -> Iterator[str]:
    """Where roles of the template may put objects: the first part of the key."""
    for name, resource in transformed().document["Resources"].items():
        if resource["Type"] not in ("AWS::IAM::Role", "AWS::IAM::ManagedPolicy", "AWS::IAM::Policy"):
            continue
        if resource.get("Condition", "HasStream") != "HasStream":
            continue
        given = properties(name, **STREAM)
        documents = [policy["PolicyDocument"] for policy in given.get("Policies", [])]
        documents += [given["PolicyDocument"]] if "PolicyDocument" in given else []
        for statement in (each for document in documents for each in document["Statement"]):
            if not isinstance(statement, dict):
                continue
            actions, places = statement["Action"], statement["Resource"]
            if {"s3:PutObject", "s3:*"} & set([actions] if isinstance(actions, str) else actions):
                for place in [places] if isinstance(places, str) else places:
                    if place.startswith(LAKE):
                        yield place.removeprefix(LAKE).partition("/")[0]


def list_written_in_code() -> Iterator[str]:
    """Prefixes that the library and the command name as theirs."""
    for folder in ("layers/core/photolake", "cli/photolake_cli"):
        for path in (ROOT / folder).rglob("*.py"):
            if "put_object" in (text := path.read_text()) or "PREFIX" in text:
                yield from _ASSIGNED.findall(text)


def list_prefixes() -> set[str]:
    streams = delivery_streams().values()
    delivered = {stream[name].partition("/")[0] for stream in streams for name in ("Prefix", "ErrorOutputPrefix")}
    output = properties("Workgroup")["WorkGroupConfiguration"]["ResultConfiguration"]["OutputLocation"]
    return {*list_granted(), *list_written_in_code(), *delivered, output.rstrip("/").rpartition("/")[2]}


def test_prefixes_are_found_in_roles_streams_the_workgroup_and_the_code() -> None:
    assert {"tweets", "posts", "photos", "analyses", "errors", "athena-results"} <= list_prefixes()
    assert {"images", "responses"} <= set(list_granted())
    assert {"deletions", "provided", "redriven", "images", "errors"} <= set(list_written_in_code())


def test_every_prefix_that_is_written_to_has_a_rule_or_a_reason() -> None:
    assert list_prefixes() - rules().keys() - WITHOUT_RULE.keys() == set()


def test_no_prefix_has_both_a_rule_and_a_reason_to_have_none() -> None:
    assert rules().keys() & WITHOUT_RULE.keys() == set()


def test_every_rule_is_for_a_prefix_that_is_written_to() -> None:
    assert {prefix.partition("/")[0] for prefix in rules()} - list_prefixes() == set()


@pytest.fixture
def s3() -> Iterator[Any]:
    with mock_aws():
        yield boto3.client("s3", "us-east-1")


def test_at_each_midnight_exactly_the_objects_whose_days_are_over_are_deleted(s3: Any) -> None:
    given = {"LifecycleConfiguration": properties("LakeBucket")["LifecycleConfiguration"]}
    context: Any = SimpleNamespace(client=lambda service: s3, name=str, region="us-east-1")
    create_bucket("lake", given, context)
    kept: dict[str, int | None] = {**rules(), **dict.fromkeys(WITHOUT_RULE)}
    keys = {f"{prefix}/dt=2026-03-01/a b+ü.gz": days for prefix, days in kept.items()}
    for key in keys:
        s3.put_object(Bucket="lake", Key=key, Body=b"x")
    s3.create_multipart_upload(Bucket="lake", Key="images/large")
    created = s3.list_objects_v2(Bucket="lake")["Contents"][0]["LastModified"].replace(
        minute=0, second=0, microsecond=0
    )
    other: Any = boto3.client("dynamodb", "us-east-1")
    clients: Any = {"s3": s3, "dynamodb": other}.__getitem__
    clock = SimpleNamespace(now=created)
    expirer = Expirer(clients, lambda: clock.now, PacedClock(created))
    expirer.run()  # sees the upload
    midnight = created.replace(hour=0) + dt.timedelta(days=1)
    second = dt.timedelta(seconds=1)

    for days in sorted({each for each in kept.values() if each}):
        end = midnight + dt.timedelta(days=days)
        for now, is_over in ((end - second, False), (end, True)):
            clock.now = now
            expirer.run()
            left = {item["Key"] for item in s3.list_objects_v2(Bucket="lake")["Contents"]}
            assert left == {key for key, kept_for in keys.items() if not kept_for or kept_for > days - (not is_over)}, (
                f"{days} days"
            )
    assert left == {key for key, days in keys.items() if days is None}
    assert "Uploads" not in s3.list_multipart_uploads(Bucket="lake")
