"""Lines of archive objects, from gzip and plain data, in chunks."""

import gzip
import io
import json
import tracemalloc
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photolake.aws.s3 import S3RangeReader
from photolake.posts.archive_reader import MAX_LINE_BYTES, ArchiveLine, read_chunks
from photolake.rejected import RejectedRecord
from tests.fakes.archive_analysis import FakeBucket

SOURCE = "s3://lake/tweets/a.gz"


class Trickle(io.RawIOBase):
    """A body that hands out a few bytes at a time, as a network does."""

    def __init__(self, data: bytes, step: int = 7) -> None:
        super().__init__()
        self._data = io.BytesIO(data)
        self._step = step

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        taken = self._data.read(min(self._step, len(buffer)))
        buffer[: len(taken)] = taken
        return len(taken)


def read(data: bytes, step: int = 7) -> list[ArchiveLine | RejectedRecord]:
    return [line for chunk in read_chunks(SOURCE, Trickle(data, step)) for line in chunk]


def numbers(lines: list[ArchiveLine | RejectedRecord]) -> list[tuple[str, int]]:
    return [("bad", line.line) if isinstance(line, RejectedRecord) else ("post", line.number) for line in lines]


POSTS = st.lists(st.fixed_dictionaries({"id": st.integers(), "text": st.text()}))


@given(POSTS, st.booleans(), st.integers(min_value=2, max_value=200))
def test_every_post_is_read_back_whether_packed_or_not(posts: list[dict[str, Any]], packed: bool, step: int) -> None:
    data = b"".join(json.dumps(post).encode() + b"\n" for post in posts)
    lines = read(gzip.compress(data) if packed else data, step)

    assert [line.post for line in lines if isinstance(line, ArchiveLine)] == posts
    assert numbers(lines) == [("post", number) for number in range(1, len(posts) + 1)]


def test_a_line_carries_its_source_number_and_bytes() -> None:
    assert read(b'\n{"id": 1}\r\n') == [ArchiveLine(SOURCE, 2, b'{"id": 1}\r', {"id": 1})]


def test_a_file_of_several_gzip_members_is_read_to_its_end() -> None:
    data = gzip.compress(b'{"id": 1}\n{"id"') + gzip.compress(b": 2}\n") + bytes(16)

    assert numbers(read(data)) == [("post", 1), ("post", 2)]


@pytest.mark.parametrize("data", [b"", gzip.compress(b""), b"\n \r\n\n"], ids=["nothing", "empty gzip", "blank lines"])
def test_an_object_without_posts_yields_nothing(data: bytes) -> None:
    assert read(data) == []


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b'{"id": 1', "Expecting ',' delimiter"),
        (b'{"id": 1, "text": "\xff"}', "can't decode byte 0xff"),
        (b"[1]", "expected a JSON object, got list"),
        (b'{"text": "no id"}', "the post has no integer id"),
        (b'{"id": "1"}', "the post has no integer id"),
        (b'{"id": true}', "the post has no integer id"),
        (b'{"id": 1, "x": NaN}', "NaN is not valid JSON"),
        (b'{"id": 1, "x": ' + b"9" * 5000 + b"}", "integer string conversion"),
        (b'{"id": 1, "x": ' + b"[" * 100_000, "recursion"),
    ],
)
def test_a_line_without_a_post_is_rejected_and_its_neighbours_are_read(raw: bytes, message: str) -> None:
    before, rejected, after = read(gzip.compress(b'{"id": 1}\n' + raw + b'\n{"id": 3}\n'), step=4096)

    assert isinstance(rejected, RejectedRecord)
    assert (rejected.source, rejected.line, rejected.raw) == (SOURCE, 2, raw)
    assert message in rejected.message
    assert numbers([before, after]) == [("post", 1), ("post", 3)]


def test_a_line_over_the_limit_is_rejected_and_never_held_whole() -> None:
    longest = b'{"id": 1, "text": "' + b"x" * (MAX_LINE_BYTES - 21) + b'"}'
    too_long = b'{"id": 2, "text": "' + b"y" * 40_000_000 + b'"}'
    data = gzip.compress(longest + b"\n" + too_long + b'\n{"id": 3}\n', 1)
    del too_long

    tracemalloc.start()
    first, rejected, last = read(data, step=1 << 20)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert numbers([first, rejected, last]) == [("post", 1), ("bad", 2), ("post", 3)]
    assert rejected == RejectedRecord(
        b'{"id": 2, "text": "' + b"y" * 4077, "longer than 1024000 bytes; its first 4096 are kept", SOURCE, 2
    )
    assert peak < 12_000_000


@given(POSTS.filter(bool), st.data())
def test_a_truncated_gzip_gives_the_lines_before_the_end_and_one_rejected_record(posts: list[Any], data: Any) -> None:
    packed = gzip.compress(b"".join(json.dumps(post).encode() + b"\n" for post in posts))
    cut = data.draw(st.integers(min_value=2, max_value=len(packed) - 1))
    *whole, last = read(packed[:cut])

    assert isinstance(last, RejectedRecord)
    assert "the gzip data is damaged from here on" in last.message
    assert [line.post for line in whole if isinstance(line, ArchiveLine)] == posts[: len(whole)]
    assert last.line == len(whole) + 1


def test_a_damaged_gzip_gives_the_lines_before_the_damage_and_one_rejected_record() -> None:
    packed = bytearray(gzip.compress(b"".join(b'{"id": %d}\n' % number for number in range(50_000))))
    packed[len(packed) // 2] ^= 0xFF
    *whole, last = read(bytes(packed), step=4096)

    assert isinstance(last, RejectedRecord)
    assert all(isinstance(line, ArchiveLine) for line in whole[:1000])


def test_half_a_surrogate_pair_becomes_a_replacement_character_and_a_whole_pair_stays() -> None:
    (line,) = read(rb'{"id": 1, "text": "\ud83d\ude00 \ud83d", "tags": ["\ude00"], "\\ud83d": null}')

    assert isinstance(line, ArchiveLine)
    assert line.post == {"id": 1, "text": "😀 \ufffd", "tags": ["\ufffd"], "\\ud83d": None}


def bucket_with(data: bytes) -> Any:
    bucket = FakeBucket()
    bucket.objects["tweets/a.gz"] = data
    return bucket


@pytest.mark.parametrize("size", [0, 1, (1 << 20) - 1, 1 << 20, (1 << 21) + 5])
def test_an_object_is_read_in_ranges(size: int) -> None:
    bucket = bucket_with(bytes(range(256)) * (size // 256) + bytes(size % 256))

    assert S3RangeReader(bucket, "lake", "tweets/a.gz").readall() == bucket.objects["tweets/a.gz"]
    assert len(bucket.ranges) == size // (1 << 20) + (2 if size % (1 << 20) else 1)


def test_an_object_that_is_replaced_while_it_is_read_is_an_error() -> None:
    bucket = bucket_with(bytes(3 << 20))
    body = S3RangeReader(bucket, "lake", "tweets/a.gz")
    body.read(10)
    bucket.etag = '"2"'

    with pytest.raises(Exception, match="PreconditionFailed"):
        body.readall()


def test_a_chunk_has_at_most_500_lines_and_ends_with_the_line_that_reaches_4_mb() -> None:
    small = b'{"id": 1}\n' * 600
    large = b'{"id": 1, "text": "' + b"x" * 999_000 + b'"}\n'

    assert [len(chunk) for chunk in read_chunks(SOURCE, Trickle(small, 4096))] == [500, 100]
    assert [len(chunk) for chunk in read_chunks(SOURCE, Trickle(large * 6, 4096))] == [5, 1]
