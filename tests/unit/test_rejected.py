import base64
import datetime as dt
import json
from collections.abc import Iterator
from typing import Any

import pytest

from photolake.rejected import RejectedRecord, RejectedStore, reject_row
from photolake.rows.json_text import MAX_SOURCE_BYTES

SOURCE = "s3://lake/tweets/2026/11/20/a.gz"
FIRST = "errors/malformed/tweets/2026/11/20/a.gz.jsonl"
NOW = dt.datetime(2026, 11, 20, 10, 0, 0, 250_000, tzinfo=dt.UTC)


class Bucket:
    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}

    def put_object(self, *, Bucket, Key, Body, ContentType):  # noqa: N803 (boto3's names)
        assert (Bucket, ContentType) == ("lake", "application/x-ndjson")
        self.objects[Key] = Body

    def lines(self, key: str) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.objects[key].splitlines()]


@pytest.fixture
def bucket() -> Bucket:
    return Bucket()


def put_all(store, source, records):
    """Store records through a writer, and return how many."""
    with store.open_writer(source) as writer:
        for record in records:
            writer.add(record)
    return writer.count


def store_in(bucket: Any) -> RejectedStore:
    return RejectedStore(bucket, "lake", lambda: NOW)


def test_lines_are_kept_with_their_origin_and_bytes(bucket: Bucket) -> None:
    stored = put_all(store_in(bucket), SOURCE, [RejectedRecord(b'{"a\xff', "not JSON", SOURCE, 3)])

    assert stored == 1
    assert bucket.lines(FIRST) == [
        {
            "source": SOURCE,
            "line": 3,
            "message": "not JSON",
            "rawData": base64.b64encode(b'{"a\xff').decode(),
            "recorded_at": "2026-11-20T10:00:00.250Z",
        }
    ]


def test_a_source_without_malformed_lines_leaves_no_object(bucket: Bucket) -> None:
    assert put_all(store_in(bucket), SOURCE, []) == 0
    assert bucket.objects == {}


def test_many_lines_are_stored_in_parts_and_again_over_the_same_parts(bucket: Bucket) -> None:
    lines = [RejectedRecord(b"x" * 900_000, "too long", SOURCE, number) for number in range(1, 11)]
    for _ in range(2):
        assert put_all(store_in(bucket), SOURCE, lines) == 10

    assert sorted(bucket.objects) == [
        f"errors/malformed/tweets/2026/11/20/a.gz{part}.jsonl" for part in (".2", ".3", "")
    ]
    assert [
        line["line"] for part in ("", ".2", ".3") for line in bucket.lines(FIRST.replace(".gz", f".gz{part}"))
    ] == list(range(1, 11))


def test_lines_are_stored_although_the_reading_fails_later(bucket: Bucket) -> None:
    def lines() -> Iterator[RejectedRecord]:
        yield RejectedRecord(b"x", "not JSON", SOURCE, 1)
        raise OSError("broken")

    with pytest.raises(OSError, match="broken"):
        put_all(store_in(bucket), SOURCE, lines())

    assert [line["line"] for line in bucket.lines(FIRST)] == [1]


def test_what_has_no_file_is_kept_under_a_name_of_its_content_and_the_same_again_under_the_same(
    bucket: Bucket,
) -> None:
    store = store_in(bucket)
    for refused in (
        [RejectedRecord(b"a", "no JSON"), RejectedRecord(b"b", "no id")],
        [RejectedRecord(b"a", "no JSON")],
    ) * 2:
        assert store.put_unnamed("x/stream", refused) == len(refused)

    first, second = bucket.objects
    assert first.startswith("errors/malformed/x/stream/")
    assert [(line["line"], line["message"]) for line in bucket.lines(first)] == [(1, "no JSON"), (2, "no id")]
    assert f"errors/malformed/{bucket.lines(second)[0]['source']}.jsonl" == second


def test_a_row_that_cannot_be_delivered_is_kept_as_its_source_sent_it() -> None:
    row = {"id": 5, "id_str": "5", "source_json": '{"text":"é"}'}

    assert reject_row(row, ValueError("too large")) == RejectedRecord(b'{"text":"\xc3\xa9"}', "post 5: too large")
    assert reject_row({"id": 6, "source_json": "half \ud83d"}, ValueError("no")) == RejectedRecord(
        b"half ?", "post 6: no"
    )
    assert reject_row({"id": None}, ValueError("no id")) == RejectedRecord(b"", "post None: no id")
    assert len(reject_row({"source_json": "x" * 10**6}, ValueError("too large")).raw) == MAX_SOURCE_BYTES


def test_a_file_is_a_source_too(bucket: Bucket) -> None:
    put_all(store_in(bucket), "/data/posts.jsonl", [RejectedRecord(b"x", "not JSON", "/data/posts.jsonl", 1)])

    assert list(bucket.objects) == ["errors/malformed/data/posts.jsonl.jsonl"]
