import json

import pytest

from photolake.aws.s3 import S3Object, parse_created_objects
from photolake.errors import PermanentError


def event(name: str = "ObjectCreated:Put", key: str = "tweets/a.gz") -> dict[str, object]:
    return {
        "eventVersion": "2.1",
        "eventSource": "aws:s3",
        "awsRegion": "us-east-1",
        "eventTime": "2026-11-20T10:00:00.000Z",
        "eventName": name,
        "s3": {"bucket": {"name": "lake"}, "object": {"key": key, "size": 12, "eTag": "abc", "sequencer": "0A"}},
    }


def body(*events: dict[str, object]) -> str:
    return json.dumps({"Records": events})


def test_created_objects_are_told_with_their_keys_decoded() -> None:
    encoded = body(event(key="tweets/dt%3D2026-11-20/a+b%2Bc.gz"), event("ObjectCreated:CompleteMultipartUpload"))

    assert parse_created_objects(encoded) == [
        S3Object("lake", "tweets/dt=2026-11-20/a b+c.gz", 12, "abc", "2026-11-20T10:00:00.000Z"),
        S3Object("lake", "tweets/a.gz", 12, "abc", "2026-11-20T10:00:00.000Z"),
    ]
    assert parse_created_objects(encoded)[1].uri == "s3://lake/tweets/a.gz"


@pytest.mark.parametrize("name", ["ObjectRemoved:Delete", "LifecycleExpiration:Delete", "ObjectTagging:Put"])
def test_other_events_are_passed_over(name: str) -> None:
    assert parse_created_objects(body(event(name), event())) == parse_created_objects(body(event()))


def test_the_test_event_announces_nothing() -> None:
    test_event = {"Service": "Amazon S3", "Event": "s3:TestEvent", "Time": "2026-11-20T10:00:00.000Z", "Bucket": "lake"}

    assert parse_created_objects(json.dumps(test_event)) == []


@pytest.mark.parametrize(
    "malformed",
    [
        "",
        "not JSON",
        "[]",
        "{}",
        '{"Records": null}',
        '{"Records": ["x"]}',
        body({"eventName": None}),
        body({"eventName": "ObjectCreated:Put"}),
        body({**event(), "s3": {"bucket": {"name": "lake"}, "object": {"key": "a", "size": "many"}}}),
    ],
)
def test_a_body_that_is_not_an_s3_event_is_a_permanent_error(malformed: str) -> None:
    with pytest.raises(PermanentError, match=r"not an S3 event|not JSON") as raised:
        parse_created_objects(malformed)
    assert raised.value.status == "malformed_event"
