"""JSON to Parquet by the columns of a Glue table."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from laptop_cloud.services.firehose.column_types import ColumnType, read_columns
from laptop_cloud.services.firehose.conversion import read_rows, write_parquet
from laptop_cloud.services.firehose.records import RecordError
from laptop_cloud_testing.firehose import POSTS_COLUMNS, FakeGlue, lines, read_parquet

if TYPE_CHECKING:
    from pathlib import Path

COLUMNS = read_columns(FakeGlue(posts=POSTS_COLUMNS).get_table("landing", "posts")["Table"])
POST = {
    "id": 2**62 + 1,
    "text": "Grüße 👋",
    "score": 0.5,
    "verified": True,
    "user": {"name": "Ada", "followers_count": 7},
    "tags": [{"text": "sea", "indices": [0, 4]}, {"text": None, "indices": []}],
}
NOTHING = dict.fromkeys(POSTS_COLUMNS)


def fit(kind: str, value: Any) -> Any:
    return read_rows(json.dumps({"v": value}).encode(), {"v": ColumnType.parse(kind)})[0]["v"]


def failure_of(data: bytes) -> tuple[str, str]:
    with pytest.raises(RecordError) as raised:
        read_rows(data, COLUMNS)
    assert raised.value.failure.kind == "format-conversion-failed"
    return raised.value.failure.code, raised.value.failure.message


def test_the_partition_key_is_not_in_the_file() -> None:
    assert list(COLUMNS) == list(POSTS_COLUMNS)


def test_a_row_is_read_back_as_it_was_put() -> None:
    assert read_parquet(write_parquet(read_rows(lines(POST), COLUMNS), COLUMNS)) == [POST]


def test_duckdb_reads_the_file_as_the_table_says(tmp_path: Path) -> None:
    file = tmp_path / "posts.parquet"
    file.write_bytes(write_parquet(read_rows(lines(POST, {}), COLUMNS), COLUMNS))

    with duckdb.connect() as connection:
        found = connection.execute("select * from read_parquet(?)", [str(file)]).fetchall()
        types = connection.execute("describe select * from read_parquet(?)", [str(file)]).fetchall()

    assert found == [tuple(POST.values()), (None,) * 6]
    assert {name: kind for name, kind, *_ in types} == {
        "id": "BIGINT",
        "text": "VARCHAR",
        "score": "DOUBLE",
        "verified": "BOOLEAN",
        "user": 'STRUCT("name" VARCHAR, followers_count BIGINT)',
        "tags": 'STRUCT("text" VARCHAR, indices BIGINT[])[]',
    }


@pytest.mark.parametrize("compression", ["SNAPPY", "GZIP", "UNCOMPRESSED"])
def test_every_compression_is_readable(compression: str) -> None:
    assert read_parquet(write_parquet(read_rows(lines(POST), COLUMNS), COLUMNS, compression)) == [POST]


def test_keys_are_compared_in_lower_case_unknown_ones_dropped_and_missing_ones_null() -> None:
    data = lines({"ID": 1, "dt": "2026-01-02", "User": {"NAME": "Ada", "x": 1}, "other": [1]})

    assert read_rows(data, COLUMNS) == [{**NOTHING, "id": 1, "user": {"name": "Ada", "followers_count": None}}]


def test_keys_are_compared_exactly_when_the_serde_says_so() -> None:
    assert read_rows(lines({"ID": 1, "text": "a"}), COLUMNS, fold_case=False) == [{**NOTHING, "text": "a"}]


def test_one_record_may_hold_several_objects() -> None:
    assert [row["id"] for row in read_rows(b'{"id":1}{"id":2}\n{"id":3}\n', COLUMNS)] == [1, 2, 3]


@pytest.mark.parametrize(
    ("kind", "value", "fitted"),
    [
        ("string", 12, "12"),
        ("string", 1.5, "1.5"),
        ("string", True, "true"),
        ("bigint", "-12", -12),
        ("bigint", 3.0, 3),
        ("double", 3, 3.0),
        ("double", "1e3", 1000.0),
        ("boolean", "True", True),
        ("array<bigint>", None, None),
    ],
)
def test_scalars_are_coerced_as_openx_does(kind: str, value: Any, fitted: Any) -> None:
    assert fit(kind, value) == fitted


def test_a_scalar_silently_becomes_an_array_and_an_array_fills_a_struct_by_position() -> None:
    assert fit("array<string>", "sea") == ["sea"]
    assert fit("struct<name:string,n:bigint>", ["Ada", 7, "beyond"]) == {"name": "Ada", "n": 7}
    assert fit("struct<name:string,n:bigint>", ["Ada"]) == {"name": "Ada", "n": None}


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("string", {"a": 1}),
        ("string", ["a"]),
        ("bigint", "twelve"),
        ("bigint", ""),
        ("bigint", 1.5),
        ("bigint", True),
        ("bigint", 2**63),
        ("bigint", "9999999999999999999"),
        ("double", "nan"),
        ("double", True),
        ("double", 10**400),
        ("boolean", 1),
        ("boolean", "yes"),
        ("array<string>", {"a": 1}),
        ("struct<a:bigint>", "x"),
        ("array<struct<a:bigint>>", [{"a": "x"}]),
    ],
)
def test_what_openx_would_bend_is_refused(kind: str, value: Any) -> None:
    with pytest.raises(RecordError) as raised:
        fit(kind, value)
    assert raised.value.failure.code == "DataFormatConversion.MalformedData"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"{broken", "ParseError"),
        (b'{"id":1} {', "ParseError"),
        (b'{"score":NaN}', "ParseError"),
        (b'{"text":"\n"}', "ParseError"),
        (b"\xff", "ParseError"),
        (b'{"a":' * 100_000, "ParseError"),
        (b'{"id":' + b"9" * 5000 + b"}", "ParseError"),
        (b"", "MalformedData"),
        (b" \n", "MalformedData"),
        (b"[]", "MalformedData"),
        (b'"text"', "MalformedData"),
        (b'{"id":1,"ID":2}', "MalformedData"),
        (b'{"score":1e999}', "MalformedData"),
        (rb'{"text":"\ud83d"}', "MalformedData"),
    ],
)
def test_a_record_that_is_not_a_json_object_fails_with_the_services_code(data: bytes, code: str) -> None:
    assert failure_of(data)[0] == f"DataFormatConversion.{code}"


def test_a_mismatch_names_its_place() -> None:
    assert failure_of(lines({"tags": [{"indices": ["x"]}]}))[1] == (
        "Data does not match the schema. tags[].indices[]: expected bigint, got str"
    )


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*POSTS_COLUMNS, "x"]), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from([*POSTS_COLUMNS, "dt", "name", "ID"]), ANYTHING, max_size=6))
def test_whatever_comes_is_converted_or_refused(row: dict[str, Any]) -> None:
    try:
        rows = read_rows(lines(row), COLUMNS)
    except RecordError:
        return
    assert len(read_parquet(write_parquet(rows, COLUMNS))) == 1
