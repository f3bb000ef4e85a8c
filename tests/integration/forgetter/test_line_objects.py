"""Objects of lines written again, on moto."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import boto3
import pytest
from moto import mock_aws

from photolake.aws.s3 import S3RangeReader
from photolake.errors import PermanentError, RetryableError
from photolake.forget.line_objects import LineObjects, RewrittenObject

KEY = "tweets/dt=2026-03-10/a.jsonl.gz"
LINES = b'{"id": 1}\n{"id": 2}\n\n{"id": 3}'


@pytest.fixture
def s3() -> Iterator[Any]:
    with mock_aws():
        client = boto3.client("s3")
        client.create_bucket(Bucket="lake")
        yield client


def put(s3: Any, body: bytes) -> str:
    return str(s3.put_object(Bucket="lake", Key=KEY, Body=body)["ETag"].strip('"'))


def read(s3: Any) -> bytes:
    return bytes(s3.get_object(Bucket="lake", Key=KEY)["Body"].read())


def without(word: bytes) -> Any:
    return lambda line: None if word in line else line


@pytest.mark.parametrize("pack", [bytes, lambda body: gzip.compress(body[:12]) + gzip.compress(body[12:])])
def test_an_object_keeps_its_other_lines_and_its_compression(s3: Any, pack: Any) -> None:
    put(s3, pack(LINES))

    assert LineObjects(s3, "lake").rewrite(KEY, without(b"2")) == RewrittenObject(erased=1, kept=2)

    body = read(s3)
    assert (gzip.decompress(body) if pack is not bytes else body) == b'{"id": 1}\n\n{"id": 3}'


def test_an_object_of_which_nothing_goes_is_not_touched_and_one_of_which_all_goes_is_deleted(s3: Any) -> None:
    put(s3, LINES)
    objects = LineObjects(s3, "lake")

    assert objects.rewrite(KEY, without(b"9")) == RewrittenObject(erased=0, kept=3)
    assert "Metadata" not in s3.head_object(Bucket="lake", Key=KEY) or read(s3) == LINES
    assert objects.rewrite(KEY, without(b"id")) == RewrittenObject(erased=3, kept=0)
    with pytest.raises(PermanentError, match="deleted"):
        objects.rewrite(KEY, without(b"id"))


def test_what_lies_before_damage_is_kept(s3: Any) -> None:
    lines = "".join(f'{{"id": 1, "text": "{sha256(bytes(number)).hexdigest()}"}}\n' for number in range(500))
    put(s3, gzip.compress(b'{"id": 2}\n' + lines.encode())[:-8_000])

    result = LineObjects(s3, "lake").rewrite(KEY, without(b'"id": 2'))

    assert result.damage
    assert gzip.decompress(read(s3)).count(b'"id": 1') > 10


def test_an_object_that_is_replaced_meanwhile_stays(s3: Any) -> None:
    put(s3, LINES)

    def replace(line: bytes) -> None:
        put(s3, b"another\n")

    with pytest.raises(RetryableError, match="replaced meanwhile"):
        LineObjects(s3, "lake").rewrite(KEY, replace)
    assert read(s3) == b"another\n"


def test_only_the_event_of_the_first_version_announces_what_is_new(s3: Any) -> None:
    objects = LineObjects(s3, "lake")
    first = put(s3, LINES)
    assert not S3RangeReader(s3, "lake", KEY).is_rewritten(first)
    etags = [first]
    for word in (b"2", b"3"):
        objects.rewrite(KEY, without(word))
        etags.append(s3.head_object(Bucket="lake", Key=KEY)["ETag"].strip('"'))

    readers = [S3RangeReader(s3, "lake", KEY) for _ in etags]

    assert [reader.is_rewritten(etag) for reader, etag in zip(readers, etags, strict=True)] == [False, True, True]
    assert readers[0].read() == read(s3)
    assert not S3RangeReader(s3, "lake", KEY).is_rewritten("")
