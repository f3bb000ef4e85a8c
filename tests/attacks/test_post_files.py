"""Lines and files that are bombs, in files of posts and in objects of the archive; the posts around them are read."""

import gzip
import io
import json
import struct
import time
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pytest

from photolake.post_files.reader import read_entries
from photolake.post_formats.format import FileContext
from photolake.posts.archive_reader import read_chunks
from photolake.rejected import RejectedRecord

FIRST = 2030500000000000001
COLLECTED = "2026-03-08T09:00:00.000Z"


def post(number: int, **more: Any) -> bytes:
    created = {"created_at": "2026-03-08T04:24:59.000Z"}
    return json.dumps({"id": str(FIRST + number), "text": "good", "author_id": "7", **created, **more}).encode()


def archived(number: int, **more: Any) -> bytes:
    known = {"source_platform": "x", "collected_at": COLLECTED, "source_json": "{}", "text": "good"}
    return json.dumps({"id": FIRST + number, "id_str": str(FIRST + number), **known, **more}).encode()


def raw(values: str) -> bytes:
    """A post with these further members as text."""
    return b'{"id": "%d", "text": "bomb", "author_id": "7", %s}' % (FIRST + 1, values.encode())


DEEP = 200_000
LINES = {
    "open brackets": b"[" * DEEP,
    "open braces": b'{"a":' * DEEP,
    "brackets": b"[" * DEEP + b"]" * DEEP,
    "braces": b'{"a":' * DEEP + b"1" + b"}" * DEEP,
    "mixed nesting": b'[{"a":' * DEEP,
    "closing brackets": b"]" * DEEP,
    "a post with nested brackets": raw('"x": ' + "[" * DEEP + "]" * DEEP),
    "a post with nested braces": raw('"x": ' + '{"a":' * DEEP + "1" + "}" * DEEP),
    "a nested post of 900 levels": raw('"x": ' + "[" * 900 + "]" * 900),
    "an id of a million digits": b'{"id": ' + b"9" * 1_000_000 + b', "text": "x", "author_id": "7"}',
    "an id of a million digits as text": b'{"id": "' + b"9" * 1_000_000 + b'", "text": "x", "author_id": "7"}',
    "a member of a million digits": raw('"x": ' + "9" * 1_000_000),
    "a negative member of a million digits": raw('"x": -' + "9" * 1_000_000),
    "a fraction of a million digits": raw('"x": 0.' + "1" * 1_000_000),
    "an exponent of a million digits": raw('"x": 1e' + "9" * 1_000_000),
    "an exponent without bounds": raw('"x": 1e999'),
    "NaN": raw('"x": NaN'),
    "infinity": raw('"x": -Infinity'),
    "an id that is a float": b'{"id": 2.0305e18, "text": "x", "author_id": "7"}',
    "an id of 2^63": b'{"id": "9223372036854775808", "text": "x", "author_id": "7"}',
    "an id of 2^64": b'{"id": 18446744073709551616, "text": "x", "author_id": "7"}',
    "a negative id": b'{"id": "-1", "text": "x", "author_id": "7"}',
    "an id in digits of another script": '{"id": "\u0661\u0662\u0663", "text": "x", "author_id": "7"}'.encode(),
    "an id with an underscore": b'{"id": "1_000", "text": "x", "author_id": "7"}',
    "20,000 members": raw(", ".join(f'"k{number}": 1' for number in range(20_000))),
    "a member 100,000 times": raw(", ".join(['"k": 1'] * 100_000)),
    "an id twice": b'{"id": "1", "id": "2", "text": "a", "text": {"b": 1}, "author_id": "7"}',
    "a key of a megabyte": raw('"' + "k" * 1_000_000 + '": 1'),
    "a text of two megabytes": raw('"text": "' + "x" * 2_000_000 + '"'),
    "a megabyte of blanks": b" " * 1_000_000 + b"1",
    "a megabyte without a quote": b'"' + b"x" * 1_000_000,
    "a megabyte of backslashes": b'"' + b"\\" * 1_000_000,
    "100,000 commas": b"[" + b"," * 100_000 + b"]",
    "3,000 ones": b"[" + b"1," * 3_000 + b"1]",
    "3,000 empty objects": b"[" + b"{}," * 3_000 + b"{}]",
    "an escape cut off": b'{"id": "1", "text": "\\u12',
    "NUL bytes": bytes(1000),
    "NUL in a text": raw('"x": "\\u0000"'),
    "a NUL byte in a text": b'{"id": "1", "text": "a\0b", "author_id": "7"}',
    "control characters": b'{"id": "1", "text": "\x1b]0;x\x07", "author_id": "7"}',
    "UTF-8 that is not": b'{"id": "1", "text": "\xff\xfe\xc0\x80", "author_id": "7"}',
    "UTF-8 of a surrogate": b'{"id": "1", "text": "\xed\xa0\x80", "author_id": "7"}',
    "overlong UTF-8": b'{"id": "1", "text": "\xc0\xaf", "author_id": "7"}',
    "the beginning of gzip": b"\x1f\x8b\x08\0",
    "a text": b"hello",
    "a number": b"1" * 5000,
    "HTML": b"<html><script>alert(1)</script>",
    "XML with entities": b'<!DOCTYPE a [<!ENTITY a "a"><!ENTITY b "&a;&a;">]>',
    "Python's pickle": b"\x80\x04cposix\nsystem\n(S'id'\ntR.",
    "null": b"null",
    "names of Python": raw('"__class__": "x", "__proto__": {"a": 1}, "constructor": {"prototype": 1}'),
    "users in users": raw('"user": ' + '{"user": ' * 500 + "1" + "}" * 500),
    "10,000 media": raw('"attachments": {"media_keys": [' + ", ".join(['"3_1"'] * 10_000) + "]}"),
    "a retweet in a retweet": raw('"retweeted_status": ' + '{"retweeted_status": ' * 300 + "1" + "}" * 300),
}  # fmt: skip
PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "plain": bytes,
    "gzip": gzip.compress,
    "zstd": lambda data: pa.compress(data, "zstd", asbytes=True),
    "many gzip members": lambda data: b"".join(gzip.compress(line + b"\n") for line in data.split(b"\n")),
}


def read(data: bytes) -> tuple[set[int], int]:
    """The numbers of the posts of a file, and how many records are rejected."""
    opened: Any = io.BytesIO(data)
    entries = read_entries(io.BufferedReader(opened), FileContext("x", COLLECTED))
    contents = [entry.content for entry in entries]
    rejected = sum(isinstance(content, RejectedRecord) for content in contents)
    return {row["id"] - FIRST for row in contents if isinstance(row, dict) and row.get("id")}, rejected


class Body(io.BytesIO):
    """An object's body, as S3 gives it."""


@pytest.mark.parametrize("pack", ["plain", "gzip"])
@pytest.mark.parametrize("name", LINES)
def test_a_line_that_is_a_bomb_costs_that_line(name, pack):
    started = time.process_time()
    numbers, _ = read(PACKERS[pack](b"\n".join([post(0), LINES[name], post(2), b""])))
    assert {0, 2} <= numbers
    assert time.process_time() - started < 10


@pytest.mark.parametrize("name", LINES)
def test_a_line_that_is_a_bomb_costs_that_line_of_an_archive_object(name):
    started = time.process_time()
    body: Any = Body(gzip.compress(b"\n".join([archived(0), LINES[name], archived(2), b""])))
    lines = [line for chunk in read_chunks("s3://lake/tweets/a.gz", body) for line in chunk]
    numbers = {line.post["id"] - FIRST for line in lines if not isinstance(line, RejectedRecord)}
    assert {0, 2} <= numbers
    assert time.process_time() - started < 10


ZEROS = bytes(5_000_000)
FILES = {
    "gzip of zeros": gzip.compress(ZEROS),
    "gzip of blank lines": gzip.compress(b"\n" * 200_000),
    "gzip in gzip": gzip.compress(gzip.compress(gzip.compress(post(0)))),
    "zstd of zeros": pa.compress(ZEROS, "zstd", asbytes=True),
    "zstd in gzip": gzip.compress(pa.compress(post(0), "zstd", asbytes=True)),
    "gzip of nothing": gzip.compress(b""),
    "the head of gzip": b"\x1f\x8b\x08\0",
    "gzip with a name without an end": b"\x1f\x8b\x08\x08" + bytes(6) + b"a" * 1_000_000,
    "gzip with an extra field without an end": b"\x1f\x8b\x08\x04" + bytes(6) + b"\xff\xff" + b"a" * 100,
    "gzip with a wrong length": gzip.compress(post(0))[:-4] + b"\xff\xff\xff\xff",
    "gzip with a wrong sum": gzip.compress(post(0))[:-8] + b"\xff" * 8,
    "gzip of another method": b"\x1f\x8b\x07\0" + bytes(100),
    "10,000 empty gzip members": gzip.compress(b"") * 10_000,
    "the head of zstd": b"\x28\xb5\x2f\xfd",
    "zstd with a window of 2^41": b"\x28\xb5\x2f\xfd\0\xff" + bytes(100),
    "zstd that says 2^63 bytes": b"\x28\xb5\x2f\xfd\xe0" + struct.pack("<Q", 2**63) + bytes(100),
    "10,000 skippable frames": b"\x50\x2a\x4d\x18\0\0\0\0" * 10_000,
    "zeros": ZEROS,
    "blanks": b" " * 5_000_000,
    "brackets": b"[" * 5_000_000,
    "quotes": b'"' * 1_500,
    "nothing": b"",
    "a line break": b"\n",
    "the mark of UTF-8": b"\xef\xbb\xbf",
    "the marks of UTF-16": b"\xff\xfe\0\0" * 1000,
    "an assignment without a value": b"window.YTD.tweets.part0 = ",
    "an assignment of brackets": b"window.YTD.tweets.part0 = " + b"[" * 200_000,
    "an assignment of a post cut off": b"window.YTD.tweets.part0 = [ {" + post(0)[:30],
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_a_bomb_is_read_to_its_end(name):
    started = time.process_time()
    numbers, rejected = read(FILES[name])
    assert numbers <= {0}
    assert rejected < 1_000
    assert time.process_time() - started < 20


@pytest.mark.parametrize("name", FILES)
def test_an_archive_object_that_is_a_bomb_is_read_to_its_end(name):
    started = time.process_time()
    body: Any = Body(FILES[name])
    lines = [line for chunk in read_chunks("s3://lake/tweets/a.gz", body) for line in chunk]
    assert all(isinstance(line, RejectedRecord) for line in lines if getattr(line, "post", None) is None)
    assert sum(len(line.raw) for line in lines) < 10_000_000
    assert time.process_time() - started < 20
