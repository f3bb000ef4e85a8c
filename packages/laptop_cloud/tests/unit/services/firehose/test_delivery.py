"""From put to object: buffering, names, conversion, errors, retries."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from laptop_cloud.server.aws_json import ServiceError
from laptop_cloud.services.firehose.service import DeliveryError
from laptop_cloud.services.firehose.stream import StreamCounters
from laptop_cloud_testing.firehose import (
    BUCKET,
    START,
    Firehose,
    conversion,
    deaggregation,
    extraction,
    lines,
    posts_configuration,
    processor,
    tweets_configuration,
)

NOTHING = {"id": None, "text": None, "score": None, "verified": None, "user": None, "tags": None}


@pytest.fixture
def firehose() -> Firehose:
    return Firehose()


@pytest.fixture
def tweets(firehose: Firehose) -> Firehose:
    firehose.create("tweets", tweets_configuration())
    return firehose


@pytest.fixture
def posts(firehose: Firehose) -> Firehose:
    firehose.create("posts", posts_configuration())
    return firehose


def partitioned_text(*steps: dict[str, Any]) -> Any:
    """Partitioned, but delivered as it came."""
    return posts_configuration(
        ProcessingConfiguration={"Enabled": True, "Processors": [deaggregation(), extraction(), *steps]},
        DataFormatConversionConfiguration={"Enabled": False},
    )


def test_records_are_joined_as_they_came_and_gzipped(tweets: Firehose) -> None:
    tweets.put("tweets", b'{"id":1}\n', b"anything", b"\xff")
    tweets.wait(60)

    (key,) = tweets.s3.stored()
    assert tweets.s3.body(key) == b'{"id":1}\nanything\xff'
    assert {name: value for name, value in tweets.s3.objects[key].items() if name != "Body"} == {
        "Bucket": BUCKET,
        "Key": key,
        "ContentType": "application/octet-stream",
        "ContentEncoding": "gzip",
    }
    suffix = r"tweets-1-2026-09-21-14-13-20-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.gz"
    assert re.fullmatch(rf"tweets/dt=2026-09-21/{suffix}", key)


def test_nothing_is_delivered_before_the_interval_is_over(tweets: Firehose) -> None:
    tweets.put("tweets", b"a")
    tweets.wait(59.9)
    assert tweets.s3.stored() == []
    assert tweets.service.count_buffered() == {"tweets": 1}

    tweets.wait(0.1)
    assert len(tweets.s3.stored()) == 1
    assert tweets.service.count_buffered() == {"tweets": 0}


def test_a_full_buffer_is_delivered_at_once(tweets: Firehose) -> None:
    for _ in range(6):
        tweets.put("tweets", b"x" * 1_000_000)
    tweets.service.deliver_due()

    (key,) = tweets.s3.stored()
    assert len(tweets.s3.body(key)) == 6_000_000


def test_hints_are_shortened_by_the_scale() -> None:
    firehose = Firehose(scale=0.01)
    firehose.create("tweets", tweets_configuration())
    firehose.put("tweets", b"a")
    firehose.wait(0.6)
    firehose.put("tweets", b"x" * 60_000)
    firehose.service.deliver_due()

    assert len(firehose.s3.stored()) == 2


def test_the_extension_can_be_chosen_and_a_delimiter_appended(firehose: Firehose) -> None:
    delimited = {"Enabled": True, "Processors": [processor("AppendDelimiterToRecord")]}
    firehose.create(
        "tweets",
        tweets_configuration(
            CompressionFormat="UNCOMPRESSED", FileExtension=".jsonl", ProcessingConfiguration=delimited
        ),
    )
    firehose.put("tweets", b"a", b"b")
    firehose.service.flush()

    (key,) = firehose.s3.stored()
    assert key.endswith(".jsonl")
    assert firehose.s3.body(key) == b"a\nb\n"
    assert "ContentEncoding" not in firehose.s3.objects[key]


def test_lines_are_deaggregated_partitioned_and_converted(posts: Firehose) -> None:
    posts.put(
        "posts", lines({"id": 1, "dt": "2026-01-01"}, {"id": 2, "dt": "2026-01-02"}), b'{"id":3,"dt":"2026-01-01"}'
    )
    posts.wait(300)

    first, second = posts.s3.stored()
    assert first.startswith("posts/dt=2026-01-01/posts-1-2026-09-21-14-13-20-")
    assert first.endswith(".parquet")
    assert posts.s3.objects[first]["ContentEncoding"] == "hadoop-snappy"
    assert posts.s3.rows(first) == [{**NOTHING, "id": 1}, {**NOTHING, "id": 3}]
    assert posts.s3.rows(second) == [{**NOTHING, "id": 2}]
    assert posts.service.counters() == {"posts": StreamCounters(records=2, lines=3, objects=2, failed=0)}


def test_each_partition_has_its_own_buffer_and_interval(posts: Firehose) -> None:
    posts.put("posts", lines({"dt": "2026-01-01"}))
    posts.wait(200)
    posts.put("posts", lines({"dt": "2026-01-02"}))
    posts.wait(100)
    assert len(posts.s3.stored("posts/dt=2026-01-01/")) == 1
    assert posts.s3.stored("posts/dt=2026-01-02/") == []
    assert posts.service.count_buffered() == {"posts": 1}


def test_deaggregation_drops_newlines_unless_a_delimiter_is_appended(firehose: Firehose) -> None:
    firehose.create("bare", partitioned_text())
    firehose.create("lines", partitioned_text(processor("AppendDelimiterToRecord")))
    for name in ("bare", "lines"):
        firehose.put(name, b'{"dt":"d"}\n{"dt":"d","b":1}\n')
    firehose.service.flush()

    bare, delimited = (firehose.s3.body(key) for key in firehose.s3.stored("posts/dt=d/"))
    assert bare == b'{"dt":"d"}{"dt":"d","b":1}'
    assert delimited == b'{"dt":"d"}\n{"dt":"d","b":1}\n'


def test_a_line_that_does_not_fit_the_table_fails_alone(posts: Firehose) -> None:
    bad = b'{"id":"x","dt":"2026-01-01"}'
    posts.put("posts", lines({"id": 1, "dt": "2026-01-01"}) + bad + b"\n" + lines({"id": 2, "dt": "2026-01-01"}))
    posts.wait(300)

    (key,) = posts.s3.stored("errors/")
    assert key.startswith("errors/posts/format-conversion-failed/2026-09-21/posts-1-2026-09-21-14-13-20-")
    assert [row["id"] for row in posts.s3.rows("posts/")] == [1, 2]
    assert posts.s3.errors() == [
        {
            "attemptsMade": 1,
            "arrivalTimestamp": START * 1000,
            "lastErrorCode": "DataFormatConversion.MalformedData",
            "lastErrorMessage": "Data does not match the schema. id: expected bigint, got str",
            "attemptEndingTimestamp": (START + 300) * 1000,
            "rawData": bad,
            "sequenceNumber": None,
            "subSequenceNumber": None,
            "dataCatalogTable": {"databaseName": "landing", "tableName": "posts", "versionId": "LATEST"},
        }
    ]
    assert posts.service.counters() == {"posts": StreamCounters(records=1, lines=3, objects=1, failed=1)}


def test_a_line_without_a_key_goes_to_the_error_prefix(posts: Firehose) -> None:
    posts.put("posts", b'{"id":1}\n{broken\n{"id":2,"dt":"2026-01-01"}\n')
    posts.wait(300)

    assert [row["id"] for row in posts.s3.rows("posts/")] == [2]
    errors = posts.s3.errors("errors/posts/processing-failed/2026-09-21/")
    assert [error["rawData"] for error in errors] == [b'{"id":1}', b"{broken"]
    assert {error["errorCode"] for error in errors} == {"DynamicPartitioning.MetadataExtractionFailed"}


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b'{"dt":"d"}\n' * 501, "DynamicPartitioning.DeAggregationRecordCountLimitExceeded"),
        (b" \n", "DynamicPartitioning.MetadataExtractionFailed"),
        (b"", "DynamicPartitioning.MetadataExtractionFailed"),
        (lines({"dt": "d" * 600}).rstrip(), "DynamicPartitioning.MetadataExtractionFailed"),
    ],
)
def test_a_record_that_cannot_be_partitioned_fails_whole(posts: Firehose, data: bytes, code: str) -> None:
    posts.put("posts", data)
    posts.wait(300)

    assert posts.s3.stored("posts/") == []
    assert [(error["rawData"], error["errorCode"]) for error in posts.s3.errors()] == [(data, code)]


def test_the_five_hundred_and_first_partition_goes_to_the_error_prefix(posts: Firehose) -> None:
    posts.put("posts", lines(*({"dt": f"d{number}"} for number in range(500))))
    posts.put("posts", lines({"dt": "one too many"}, {"dt": "d7"}))
    posts.wait(300)

    assert len(posts.s3.stored("posts/")) == 500
    (error,) = posts.s3.errors("errors/posts/activePartitionExceeded/")
    assert error["errorCode"] == "DynamicPartitioning.ActivePartitionsLimitExceeded"
    assert json.loads(error["rawData"]) == {"dt": "one too many"}


def test_a_delivered_partition_makes_room(posts: Firehose) -> None:
    posts.put("posts", lines(*({"dt": f"d{number}"} for number in range(500))))
    posts.wait(300)
    posts.put("posts", lines({"dt": "next"}))
    posts.wait(300)

    assert len(posts.s3.stored("posts/dt=next/")) == 1
    assert posts.s3.errors() == []


def test_failed_records_have_a_derived_prefix_when_none_is_configured(firehose: Firehose) -> None:
    firehose.create(
        "plain",
        tweets_configuration(
            Prefix="plain/",
            ErrorOutputPrefix="",
            CompressionFormat="UNCOMPRESSED",
            BufferingHints={"SizeInMBs": 64, "IntervalInSeconds": 60},
            DataFormatConversionConfiguration=conversion(),
        ),
    )
    firehose.put("plain", b"{broken", b'{"id":1}')
    firehose.wait(60)

    assert [key.rpartition("/")[0] for key in firehose.s3.stored()] == [
        "plain/2026/09/21/14",
        "plain/format-conversion-failed/2026/09/21/14",
    ]


def test_columns_added_to_the_table_are_used_at_the_next_delivery(posts: Firehose) -> None:
    posts.put("posts", lines({"dt": "d", "lang": "en"}))
    posts.glue.tables["posts"] = {"lang": "string"}
    posts.wait(300)

    assert posts.s3.rows() == [{"lang": "en"}]


@pytest.mark.parametrize(
    ("tables", "code"),
    [({}, "EntityNotFound"), ({"posts": {"when": "timestamp"}}, "InvalidSchema")],
)
def test_records_whose_table_is_gone_or_strange_go_to_the_error_prefix(
    posts: Firehose, tables: dict[str, dict[str, str]], code: str
) -> None:
    posts.put("posts", lines({"dt": "d"}))
    posts.glue.tables = dict(tables)
    posts.wait(300)

    assert [error["lastErrorCode"] for error in posts.s3.errors()] == [f"DataFormatConversion.{code}"]


@pytest.mark.parametrize("stored", [False, True])
def test_a_failed_put_is_kept_and_tried_again_under_the_same_key(tweets: Firehose, stored: bool) -> None:
    tweets.s3.failures = 2
    tweets.s3.stores_before_failing = stored
    tweets.put("tweets", b"a")

    assert not tweets.wait(60)
    assert tweets.service.count_buffered() == {"tweets": 1}
    assert not tweets.service.deliver_due()
    assert tweets.service.deliver_due()
    assert [tweets.s3.body(key) for key in tweets.s3.stored()] == [b"a"]
    assert tweets.service.count_buffered() == {"tweets": 0}


def test_stop_delivers_what_is_buffered_and_refuses_more(tweets: Firehose) -> None:
    tweets.put("tweets", b"a")
    tweets.service.stop()

    assert [tweets.s3.body(key) for key in tweets.s3.stored()] == [b"a"]
    with pytest.raises(ServiceError, match="shutting down"):
        tweets.put("tweets", b"b")


def test_stop_names_what_it_could_not_deliver(tweets: Firehose) -> None:
    tweets.s3.failures = 3
    tweets.put("tweets", b"a", b"b")

    with pytest.raises(DeliveryError, match=r"\{'tweets': 2\}"):
        tweets.service.stop()
