"""Files of posts in every format and compression, valid and damaged."""

import gzip
import io
import json
import tracemalloc
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from photolake.post_files.reader import read_entries
from photolake.post_formats.format import FileContext, Notice
from photolake.rejected import MAX_CUT_BYTES, RejectedRecord
from tests.builders.x_payloads import COLLECTED, v1_status, v2_page, v2_tweet

CONTEXT = FileContext("a", COLLECTED)


class Pipe(io.RawIOBase):
    """A stream that cannot seek, as a pipe."""

    def __init__(self, chunks):
        super().__init__()
        self._chunks = iter(chunks)
        self._rest = b""

    def readable(self):
        return True

    def readinto(self, buffer):
        self._rest = self._rest or next(self._chunks, b"")
        taken = self._rest[: len(buffer)]
        buffer[: len(taken)] = taken
        self._rest = self._rest[len(taken) :]
        return len(taken)


def read(content: bytes):
    """The texts of the posts, and the malformed lines."""
    found = [entry.content for entry in read_entries(opened([content]), FileContext("posts.jsonl", COLLECTED))]
    posts = [each["text"] for each in found if isinstance(each, dict)]
    return posts, [each for each in found if isinstance(each, RejectedRecord)]


def posts_of(content: bytes, **given) -> list[Any]:
    """The posts; there is nothing else."""
    found = [entry.content for entry in read_entries(opened([content]), FileContext("a", COLLECTED, **given))]
    posts = [each for each in found if isinstance(each, dict)]
    assert posts == found
    return posts


def zstandard(content: bytes) -> bytes:
    return bytes(pa.compress(content, "zstd", asbytes=True))


def opened(chunks):
    return io.BufferedReader(Pipe(chunks))


def lines(*values) -> bytes:
    return b"".join(json.dumps(value).encode() + b"\n" for value in values)


STATUSES = {"statuses": [v1_status(1), v1_status(2)]}
TWEETS = [{"tweet": v1_status(1)}, {"tweet": v1_status(2)}]
TWO = ["post 1", "post 2"]


@pytest.mark.parametrize(
    "content",
    [
        lines(v1_status(1), v1_status(2)),
        lines(v2_page(v2_tweet(1), v2_tweet(2))),
        lines({"data": v2_tweet(1)}, {"data": v2_tweet(2)}),
        lines([v1_status(1), v1_status(2)]),
        lines(STATUSES),
        lines(STATUSES).strip(),
        json.dumps(STATUSES, indent=2).encode(),
        json.dumps(STATUSES, indent=2).replace("\n", "\r\n").encode(),
        json.dumps([v1_status(1), v1_status(2)], indent=1).encode(),
        b"[" + lines(v1_status(1)).strip() + b",\n" + lines(v1_status(2)) + b"]",
        b"[\n" + lines(v1_status(1)).strip() + b",\n" + lines(v1_status(2)) + b"]\n",
        b"\xef\xbb\xbf" + lines(v1_status(1), v1_status(2)),
        b"\xef\xbb\xbf" + json.dumps(STATUSES, indent=2).encode(),
        b"\n\r\n" + lines(v1_status(1)) + b"\r\n  \n" + lines(v1_status(2)).replace(b"\n", b"\r\n"),
        b"window.YTD.tweets.part0 = " + json.dumps(TWEETS, indent=2).encode(),
        b"\xef\xbb\xbfwindow.YTD.tweet.part12=\n" + json.dumps(TWEETS).encode() + b" ;\n",
    ],
    ids=[
        "statuses by line",
        "page",
        "stream",
        "array",
        "search",
        "no newline",
        "indented",
        "CRLF",
        "indented array",
        "array by line",
        "array by line, brackets apart",
        "BOM",
        "BOM, indented",
        "blank lines",
        "account archive",
        "account archive, BOM, semicolon",
    ],
)
@pytest.mark.parametrize("packed", [bytes, gzip.compress, zstandard], ids=["plain", "gzip", "zstandard"])
def test_a_file_is_read_whatever_tool_wrote_it(content, packed):
    assert read(packed(content)) == (TWO, [])


@pytest.mark.parametrize("content", [b"", b"\n\n", gzip.compress(b"", mtime=0), b"[]", b"[\n]\n"])
def test_an_empty_file_has_no_posts(content):
    assert read(content) == ([], [])


def test_lines_of_our_own_archive_are_read_as_they_are():
    archived = {"id": 1, "text": "kept", "source_platform": "bluesky", "source_json": None, "collected_at": "then"}

    posts = posts_of(lines(archived, v1_status(1), [archived]))

    assert (posts[0], posts[1]["text"], posts[2]) == (archived, "post 1", archived)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b'{"data": {"id": "3"', "Expecting ',' delimiter: line 1 column 20 (char 19)"),
        (b"\xff\xfe{}", "'utf-8' codec can't decode byte 0xff in position 0: invalid start byte"),
        (b'{"id": NaN}', "NaN is not valid JSON"),
        (b'{"id": ' + b"1" * 5000 + b"}", "Exceeds the limit"),
        (b'"text"', "expected an object or an array of them, got str"),
        (b'{"errors":[{"title":"Gone"}]}', "X answered with errors and no posts: Gone"),
        (b'{"data":{"id":"3"}}', "text: a post needs one"),
    ],
)
@pytest.mark.parametrize("at", [0, 1, 2])
def test_an_invalid_line_is_rejected_with_its_number_and_the_others_are_read(line, message, at):
    content = lines(v1_status(1), v1_status(2)).splitlines(keepends=True)

    texts, [refused] = read(b"".join([*content[:at], line + b"\n", *content[at:]]))

    assert texts == TWO
    assert (refused.source, refused.line, refused.raw) == ("posts.jsonl", at + 1, line)
    assert message in refused.message


def test_a_line_nested_too_deeply_is_rejected():
    deep = b"[" * 200_000

    texts, [refused] = read(lines(v1_status(1)) + deep + b"\n" + lines(v1_status(2)))

    assert (texts, refused.line, refused.raw) == (TWO, 2, deep)


def test_an_invalid_post_of_a_page_is_rejected_alone():
    texts, [refused] = read(lines(v1_status(1), v2_page(v2_tweet(2), v2_tweet(3, lang=5))))

    assert texts == TWO
    assert refused == RejectedRecord(
        json.dumps({"data": v2_tweet(3, lang=5)}, separators=(",", ":")).encode(),
        "lang: expected a string, got int",
        "posts.jsonl",
        2,
    )


def test_a_file_of_one_invalid_line_is_one_rejected_record():
    assert read(b'{"data": ') == (
        [],
        [RejectedRecord(b'{"data": ', "Expecting value: line 1 column 10 (char 9)", "posts.jsonl", 1)],
    )


def test_an_invalid_indented_document_is_one_rejected_record_with_the_line_of_the_error():
    content = json.dumps(STATUSES, indent=2).encode()[:-200]

    texts, [refused] = read(content)

    assert texts == []
    assert refused.line == content.count(b"\n") + 1
    assert refused.message.startswith("Unterminated string")
    assert refused.raw == content[:MAX_CUT_BYTES]


def test_json_lines_that_begin_with_two_invalid_ones_are_read():
    texts, refused = read(b"{broken\n{broken\n" + lines(v1_status(1), v1_status(2), {"statuses": []}))

    assert (texts, [line.line for line in refused]) == (TWO, [1, 2])


@pytest.mark.parametrize("cut", [1, 8, 40])
def test_a_truncated_gzip_file_gives_its_first_posts_and_one_rejected_record(cut):
    packed = gzip.compress(lines(v1_status(1), v1_status(2), v1_status(3)))

    texts, [refused] = read(packed[:-cut])

    assert texts == ["post 1", "post 2", "post 3"][: len(texts)]
    assert texts
    assert refused.message.startswith("the gzip data is damaged from here on: Compressed file ended")
    assert refused.line == len(texts) + 1


def test_a_damaged_gzip_document_is_one_rejected_record():
    content = json.dumps(STATUSES, indent=2).encode()

    texts, [refused] = read(gzip.compress(content)[:-60])
    assert (texts, refused.message[:20]) == ([], "the gzip data is dam")

    texts, [refused] = read(gzip.compress(content)[:-4])
    assert (texts, refused.raw) == (TWO, b"")


MAGIC = b"\x1f\xb5"  # without these bytes nothing looks like gzip or Zstandard


@given(st.binary(max_size=200), st.booleans(), st.integers(0, 3))
def test_no_bytes_end_the_reading(noise, packed, at):
    content = lines(v1_status(1), v1_status(2), v1_status(3)).splitlines(keepends=True)
    mixed = b"".join([*content[:at], noise.translate(None, MAGIC) + b"\n", *content[at:]])

    texts, _ = read(gzip.compress(mixed) if packed else mixed)

    assert texts == [*TWO, "post 3"]


def test_lines_are_read_in_constant_memory():
    line = lines(v1_status(1, extra="x" * 2000))
    file = opened(line for _ in range(1500))

    tracemalloc.start()
    count = sum(not isinstance(entry.content, Notice) for entry in read_entries(file, CONTEXT))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert (count, peak < 1_000_000) == (1500, True), f"{peak} bytes for {1500 * len(line)}"


def test_zstandard_of_several_frames_is_one_file():
    assert read(zstandard(lines(v1_status(1))) + zstandard(lines(v1_status(2)))) == (TWO, [])


@pytest.mark.parametrize("cut", [1, 8])
def test_a_truncated_zstandard_file_gives_all_but_its_last_posts(cut):
    statuses = [v1_status(number) for number in range(60)]
    packed = zstandard(lines(*statuses)) + zstandard(lines(v1_status(60)))

    texts, refused = read(packed[:-cut])

    lost = len(lines(*statuses[len(texts) :]))
    assert texts == [f"post {number}" for number in range(len(texts))]
    assert lost < 4096 + len(lines(v1_status(0)))
    assert refused[-1].message.startswith("the Zstandard data is damaged from here on: ")


def test_an_error_of_the_disk_is_not_reported_as_damage():
    class Failing(Pipe):
        def readinto(self, buffer):
            return super().readinto(buffer) or self.fail()

        def fail(self):
            raise OSError(5, "Input/output error")

    packed = zstandard(lines(*([v1_status(1)] * 5)))
    with pytest.raises(OSError, match="Input/output error"):
        list(read_entries(io.BufferedReader(Failing([packed[:20]])), CONTEXT))


def test_posts_that_twarc_collected_keep_its_time():
    page = {**v2_page(v2_tweet(1)), "__twarc": {"retrieved_at": "2022-03-01T12:00:00+00:00"}}

    posts = posts_of(lines(page, v2_page(v2_tweet(2))))

    assert [post["collected_at"] for post in posts] == ["2022-03-01T12:00:00.000Z", COLLECTED]


def test_the_posts_of_an_account_archive_get_their_author():
    status = {name: value for name, value in v1_status(1).items() if name != "user"}

    (post,) = posts_of(lines([{"tweet": status}]), author={"id_str": "7", "screen_name": "ann"})

    assert post["user"] == {"id": 7, "id_str": "7", "screen_name": "ann"}


MIXED = [
    v2_page(v2_tweet(1), v2_tweet(2, lang=5), v2_tweet(3)),
    {"delete": {}},
    [v1_status(4), {"data": 5}],
    v2_page(v2_tweet(6)),
]


@pytest.mark.parametrize(
    "content",
    [lines(*MIXED) + b"{broken\n", json.dumps(MIXED, indent=1).encode(), gzip.compress(lines(*MIXED))[:-9]],
    ids=["lines", "document", "cut off"],
)
def test_after_any_position_the_rest_is_read(content):
    everything = list(read_entries(opened([content]), CONTEXT))

    assert len({entry.position for entry in everything}) == len(everything) >= 6
    for number, entry in enumerate(everything, 1):
        rest = list(read_entries(opened([content]), CONTEXT, entry.position))
        assert rest == everything[number:]
