"""The operations of the API: answers, limits, refusals, versions."""

from __future__ import annotations

from typing import Any

import botocore.session
import pytest
from botocore.validate import ParamValidator

from laptop_cloud.server.aws_json import ServiceError
from laptop_cloud_testing.firehose import Firehose, conversion, posts_configuration, schema, tweets_configuration


@pytest.fixture
def firehose() -> Firehose:
    return Firehose()


@pytest.fixture
def tweets(firehose: Firehose) -> Firehose:
    firehose.create("tweets", tweets_configuration())
    return firehose


def test_every_answer_fits_the_shape_that_botocore_has_of_it(firehose: Firehose) -> None:
    model = botocore.session.get_session().get_service_model("firehose")
    named = {"DeliveryStreamName": "posts"}
    calls: list[tuple[str, dict[str, Any]]] = [
        ("CreateDeliveryStream", {**named, "ExtendedS3DestinationConfiguration": posts_configuration()}),
        ("PutRecord", {**named, "Record": {"Data": b"{}"}}),
        ("PutRecordBatch", {**named, "Records": [{"Data": b"{}"}]}),
        (
            "UpdateDestination",
            {
                **named,
                "CurrentDeliveryStreamVersionId": "1",
                "DestinationId": "destinationId-000000000001",
                "ExtendedS3DestinationUpdate": {"FileExtension": ".snappy.parquet"},
            },
        ),
        ("DescribeDeliveryStream", named),
        ("ListDeliveryStreams", {}),
        ("DeleteDeliveryStream", named),
    ]
    for operation, request in calls:
        shapes: Any = model.operation_model(operation)
        response = firehose.call(operation, **request)

        assert ParamValidator().validate(request, shapes.input_shape).generate_report() == ""
        assert ParamValidator().validate(response, shapes.output_shape).generate_report() == ""
    assert {operation for operation, _ in calls} == set(firehose.service.service().operations)


def test_refused_entries_are_counted_and_not_taken() -> None:
    firehose = Firehose(refuse=lambda stream, index: stream == "tweets" and index == 1)
    firehose.create("tweets", tweets_configuration())
    response = firehose.put("tweets", b"a", b"b", b"c")
    firehose.service.flush()

    assert response["FailedPutCount"] == 1
    assert [sorted(reply) for reply in response["RequestResponses"]] == [
        ["RecordId"],
        ["ErrorCode", "ErrorMessage"],
        ["RecordId"],
    ]
    assert response["RequestResponses"][1]["ErrorCode"] == "ServiceUnavailableException"
    assert [firehose.s3.body(key) for key in firehose.s3.stored()] == [b"ac"]


@pytest.mark.parametrize(
    ("records", "message"),
    [
        ([b"x"] * 501, "1 to 500 records"),
        ([], "1 to 500 records"),
        ([b"x" * 1_024_001], "at most 1024000 bytes"),
        ([b"x" * 1_000_000] * 5, "at most 4194304 bytes"),
    ],
)
def test_a_call_over_the_limits_is_refused_whole(tweets: Firehose, records: list[bytes], message: str) -> None:
    with pytest.raises(ServiceError, match=message) as raised:
        tweets.put("tweets", *records)

    assert raised.value.code == "InvalidArgumentException"
    assert tweets.service.count_buffered() == {"tweets": 0}


def test_an_update_delivers_what_is_buffered_by_the_old_destination(tweets: Firehose) -> None:
    tweets.put("tweets", b"old")
    tweets.call(
        "UpdateDestination",
        DeliveryStreamName="tweets",
        CurrentDeliveryStreamVersionId="1",
        DestinationId="destinationId-000000000001",
        ExtendedS3DestinationUpdate={"Prefix": "new/!{timestamp:yyyy}/"},
    )
    tweets.put("tweets", b"new")
    tweets.wait(60)

    (new,) = tweets.s3.stored("new/2026/tweets-2-")
    (old,) = tweets.s3.stored("tweets/dt=2026-09-21/tweets-1-")
    assert (tweets.s3.body(new), tweets.s3.body(old)) == (b"new", b"old")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"CurrentDeliveryStreamVersionId": "2"}, "ConcurrentModificationException"),
        ({"DestinationId": "destinationId-2"}, "InvalidArgumentException"),
        ({"DeliveryStreamName": "posts"}, "ResourceNotFoundException"),
        ({"ExtendedS3DestinationUpdate": {"ErrorOutputPrefix": ""}}, "InvalidArgumentException"),
        (
            {"ExtendedS3DestinationUpdate": {"DynamicPartitioningConfiguration": {"Enabled": True}}},
            "InvalidArgumentException",
        ),
    ],
)
def test_an_update_that_aws_would_refuse_changes_nothing(tweets: Firehose, change: dict[str, Any], code: str) -> None:
    request = {
        "DeliveryStreamName": "tweets",
        "CurrentDeliveryStreamVersionId": "1",
        "DestinationId": "destinationId-000000000001",
        "ExtendedS3DestinationUpdate": {"Prefix": "new/!{timestamp:yyyy}/"},
    }
    with pytest.raises(ServiceError) as raised:
        tweets.call("UpdateDestination", **(request | change))

    assert raised.value.code == code
    description = tweets.call("DescribeDeliveryStream", DeliveryStreamName="tweets")["DeliveryStreamDescription"]
    assert description["VersionId"] == "1"


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        ({"ExtendedS3DestinationConfiguration": posts_configuration(CompressionFormat="GZIP")}, "must be UNCOMPRESSED"),
        (
            {
                "ExtendedS3DestinationConfiguration": posts_configuration(
                    DataFormatConversionConfiguration=conversion(SchemaConfiguration=schema(TableName="strange"))
                )
            },
            "landing.strange are not available locally",
        ),
        ({}, "Exactly one destination"),
        ({"DeliveryStreamType": "KinesisStreamAsSource"}, "other than DirectPut"),
        ({"S3DestinationConfiguration": {}}, "S3DestinationConfiguration is not available locally"),
        ({"DeliveryStreamName": "two words"}, "is not a name"),
    ],
)
def test_a_stream_that_aws_would_refuse_is_not_created(
    firehose: Firehose, request_: dict[str, Any], message: str
) -> None:
    firehose.glue.tables["strange"] = {"when": "timestamp"}
    with pytest.raises(ServiceError, match=message) as raised:
        firehose.call("CreateDeliveryStream", **({"DeliveryStreamName": "posts"} | request_))

    assert raised.value.code == "InvalidArgumentException"
    assert firehose.call("ListDeliveryStreams") == {"DeliveryStreamNames": [], "HasMoreDeliveryStreams": False}


def test_a_name_is_taken_once_and_a_deleted_stream_is_gone(tweets: Firehose) -> None:
    with pytest.raises(ServiceError) as taken:
        tweets.create("tweets", tweets_configuration())
    assert taken.value.code == "ResourceInUseException"

    tweets.call("DeleteDeliveryStream", DeliveryStreamName="tweets")
    with pytest.raises(ServiceError) as gone:
        tweets.put("tweets", b"a")
    assert gone.value.code == "ResourceNotFoundException"


def test_deleting_a_stream_says_what_it_discards(tweets: Firehose, caplog: pytest.LogCaptureFixture) -> None:
    tweets.put("tweets", b"a", b"b")
    tweets.call("DeleteDeliveryStream", DeliveryStreamName="tweets")

    assert caplog.messages == ["tweets was deleted with 2 buffered records"]


def test_streams_are_listed_page_by_page(firehose: Firehose) -> None:
    for name in ("b", "c", "a"):
        firehose.create(name, tweets_configuration())

    assert firehose.call("ListDeliveryStreams", Limit=2) == {
        "DeliveryStreamNames": ["a", "b"],
        "HasMoreDeliveryStreams": True,
    }
    assert firehose.call("ListDeliveryStreams", ExclusiveStartDeliveryStreamName="b") == {
        "DeliveryStreamNames": ["c"],
        "HasMoreDeliveryStreams": False,
    }
