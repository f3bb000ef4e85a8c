"""Prefixes, de-aggregation and partition keys."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from laptop_cloud.services.firehose import prefixes
from laptop_cloud.services.firehose.records import (
    Failure,
    PartitionKeys,
    RecordError,
    split_delimited,
    split_json,
    split_subrecords,
)

ARRIVED = datetime(2026, 9, 21, 14, 13, 20, tzinfo=UTC)
JSON_OBJECTS = st.dictionaries(
    st.text(max_size=4), st.none() | st.booleans() | st.integers() | st.text(max_size=8), max_size=3
)


@pytest.mark.parametrize(
    ("prefix", "evaluated"),
    [
        ("tweets/dt=!{timestamp:yyyy-MM-dd}/", "tweets/dt=2026-09-21/"),
        ("!{timestamp:yyyy}/!{timestamp:MM}/!{timestamp:HH.mm.ss}/", "2026/09/14.13.20/"),
        ("!{timestamp:'year='yyyy'/day='dd''}/", "year=2026/day=21'/"),
        ("a/dt=!{partitionKeyFromQuery:dt}/", "a/dt=2026-01-02/"),
        ("errors/!{firehose:error-output-type}/", "errors/processing-failed/"),
        ("plain/", "plain/"),
    ],
)
def test_a_prefix_is_evaluated_at_the_arrival_of_the_oldest_record(prefix: str, evaluated: str) -> None:
    assert prefixes.evaluate_prefix(prefix, ARRIVED, {"dt": "2026-01-02"}, "processing-failed") == evaluated


def test_every_random_string_is_another_one_of_eleven_characters() -> None:
    first, second = prefixes.evaluate_prefix("!{firehose:random-string}/!{firehose:random-string}", ARRIVED, {}).split(
        "/"
    )

    assert (len(first), len(second)) == (11, 11)
    assert first != second


@pytest.mark.parametrize(
    ("prefix", "completed"),
    [
        ("", "!{timestamp:yyyy/MM/dd/HH/}"),
        ("raw", "raw!{timestamp:yyyy/MM/dd/HH/}"),
        ("raw/!{firehose:random-string}/", "raw/!{firehose:random-string}/!{timestamp:yyyy/MM/dd/HH/}"),
        ("raw/!{timestamp:yyyy}/", "raw/!{timestamp:yyyy}/"),
        ("raw/!{partitionKeyFromQuery:dt}/", "raw/!{partitionKeyFromQuery:dt}/"),
    ],
)
def test_a_prefix_without_a_time_gets_the_hour(prefix: str, completed: str) -> None:
    assert prefixes.add_default_time(prefix) == completed


@pytest.mark.parametrize(
    ("data", "pieces"),
    [
        (b'{"a":1}{"a":2}', [b'{"a":1}', b'{"a":2}']),
        (b'{"a":1}\n{"a":2}\n', [b'{"a":1}', b'{"a":2}']),
        (b'  {"a":"}{"}\r\n\n {"b":"\xc3\xa9"} ', [b'{"a":"}{"}', b'{"b":"\xc3\xa9"}']),
        (b'{"a":1}{broken\n{"a":2}', [b'{"a":1}', b"{broken", b'{"a":2}']),
        (b'{"a":NaN}\n{"a":2}', [b'{"a":NaN}', b'{"a":2}']),
        (b'\xff\xfe\n{"a":2}', [b"\xff\xfe", b'{"a":2}']),
        (b'[{"a":1},{"a":2}]', [b'[{"a":1},{"a":2}]']),
        (b"[" * 100_000, [b"[" * 100_000]),
        (b" \n ", []),
    ],
)
def test_json_is_split_into_values_and_what_is_broken_stands_alone(data: bytes, pieces: list[bytes]) -> None:
    assert split_json(data) == pieces


@given(st.lists(JSON_OBJECTS), st.sampled_from(["", "\n", " ", "\r\n"]))
def test_concatenated_objects_come_out_as_they_went_in(objects: list[dict[str, object]], separator: str) -> None:
    data = separator.join(json.dumps(item, ensure_ascii=False) for item in objects).encode()

    assert [json.loads(piece) for piece in split_json(data)] == objects


def test_a_delimiter_is_cut_out() -> None:
    assert split_delimited(b"a####b####", b"####") == [b"a", b"b"]


def test_five_hundred_lines_are_split_and_one_more_is_too_many() -> None:
    assert len(split_subrecords(b"{}\n" * 500, split_json)) == 500
    with pytest.raises(RecordError) as raised:
        split_subrecords(b"{}\n" * 501, split_json)
    assert raised.value.failure == Failure(
        "processing-failed",
        "DynamicPartitioning.DeAggregationRecordCountLimitExceeded",
        "The record holds 501 records; at most 500 can be de-aggregated.",
    )


def test_keys_are_text() -> None:
    keys = PartitionKeys("{dt: .dt, year: .year, live: .live}")

    assert keys.of(b'{"dt":"2026-01-02","year":2026,"live":true}') == {
        "dt": "2026-01-02",
        "year": "2026",
        "live": "true",
    }
    assert keys.names() == {"dt", "year", "live"}


@pytest.mark.parametrize(
    "data",
    [
        b"{}",
        b'{"dt":null}',
        b'{"dt":""}',
        b'{"dt":["x"]}',
        b'{"dt":{}}',
        b"[1]",
        b"{broken",
        b"",
        b"\xff",
        b'{"dt":"x"} {}',
    ],
)
def test_a_record_without_a_usable_key_fails(data: bytes) -> None:
    with pytest.raises(RecordError) as raised:
        PartitionKeys("{dt: .dt}").of(data)
    assert raised.value.failure.kind == "processing-failed"
    assert raised.value.failure.code == "DynamicPartitioning.MetadataExtractionFailed"
