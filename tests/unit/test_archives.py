import gzip
import io
import json
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photolake.archives import KEPT_OF_A_DOCUMENT, read_posts
from photolake.malformed import MalformedLine
from tests.unit.x.payloads import COLLECTED, v1_status, v2_page, v2_tweet


class Source(io.RawIOBase):
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
    refused: list[MalformedLine] = []
    file = io.BufferedReader(Source([content]))
    posts = read_posts(file, source="posts.jsonl", collected_at=COLLECTED, on_malformed=refused.append)
    return [post["text"] for post in posts], refused


def unexpected(line: MalformedLine) -> None:
    pytest.fail(line.message)


def lines(*values) -> bytes:
    return b"".join(json.dumps(value).encode() + b"\n" for value in values)


STATUSES = {"statuses": [v1_status(1), v1_status(2)]}
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
    ],
)
@pytest.mark.parametrize("packed", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_a_file_is_read_whatever_tool_wrote_it(content, packed):
    assert read(packed(content)) == (TWO, [])


@pytest.mark.parametrize("content", [b"", b"\n\n", gzip.compress(b"", mtime=0), b"[]", b"[\n]\n"])
def test_an_empty_file_has_no_posts(content):
    assert read(content) == ([], [])


def test_lines_of_our_own_archive_pass_as_they_are():
    archived = {"id": 1, "text": "kept", "source_platform": "bluesky", "source_json": None, "collected_at": "then"}
    file = io.BufferedReader(io.BytesIO(lines(archived, v1_status(1), [archived])))

    posts = list(read_posts(file, source="a", collected_at=COLLECTED, on_malformed=unexpected))

    assert (posts[0], posts[1]["text"], posts[2]) == (archived, "post 1", archived)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b'{"data": {"id": "3"', "Expecting ',' delimiter: line 1 column 20 (char 19)"),
        (b"\xff\xfe{}", "'utf-8' codec can't decode byte 0xff in position 0: invalid start byte"),
        (b'{"id": NaN}', "NaN is not JSON"),
        (b'{"id": ' + b"1" * 5000 + b"}", "Exceeds the limit"),
        (b'"text"', "expected an object or an array of them, got str"),
        (b'{"errors":[{"title":"Gone"}]}', "X answered with errors and no posts: Gone"),
        (b'{"data":{"id":"3"}}', "text: a post needs one"),
    ],
)
@pytest.mark.parametrize("at", [0, 1, 2])
def test_a_malformed_line_is_reported_with_its_place_and_the_others_are_read(line, message, at):
    content = lines(v1_status(1), v1_status(2)).splitlines(keepends=True)

    texts, [refused] = read(b"".join([*content[:at], line + b"\n", *content[at:]]))

    assert texts == TWO
    assert (refused.source, refused.line, refused.raw) == ("posts.jsonl", at + 1, line)
    assert message in refused.message


def test_a_line_nested_deeper_than_python_can_follow_is_malformed():
    deep = b"[" * 200_000

    texts, [refused] = read(lines(v1_status(1)) + deep + b"\n" + lines(v1_status(2)))

    assert (texts, refused.line, refused.raw) == (TWO, 2, deep)


def test_a_malformed_post_of_a_page_is_reported_alone():
    texts, [refused] = read(lines(v1_status(1), v2_page(v2_tweet(2), v2_tweet(3, lang=5))))

    assert texts == TWO
    assert refused == MalformedLine(
        "posts.jsonl",
        2,
        "lang: expected a string, got int",
        json.dumps({"data": v2_tweet(3, lang=5)}, separators=(",", ":")).encode(),
    )


def test_a_file_of_one_broken_line_is_one_malformed_line():
    assert read(b'{"data": ') == (
        [],
        [MalformedLine("posts.jsonl", 1, "Expecting value: line 1 column 10 (char 9)", b'{"data": ')],
    )


def test_a_broken_indented_document_is_one_malformed_line_at_the_place_where_it_breaks():
    content = json.dumps(STATUSES, indent=2).encode()[:-200]

    texts, [refused] = read(content)

    assert texts == []
    assert refused.line == content.count(b"\n") + 1
    assert refused.message.startswith("Unterminated string")
    assert refused.raw == content[:KEPT_OF_A_DOCUMENT]


def test_json_lines_that_begin_with_two_broken_ones_are_still_read():
    texts, refused = read(b"{broken\n{broken\n" + lines(v1_status(1), v1_status(2), {"statuses": []}))

    assert (texts, [line.line for line in refused]) == (TWO, [1, 2])


@pytest.mark.parametrize("cut", [1, 8, 40])
def test_a_gzip_file_that_is_cut_off_gives_what_could_be_unpacked_and_one_malformed_line(cut):
    packed = gzip.compress(lines(v1_status(1), v1_status(2), v1_status(3)))

    texts, [refused] = read(packed[:-cut])

    assert texts == ["post 1", "post 2", "post 3"][: len(texts)]
    assert texts
    assert refused.message.startswith("the gzip data is damaged from here on: Compressed file ended")
    assert refused.line == len(texts) + 1


def test_a_damaged_gzip_document_is_one_malformed_line():
    content = json.dumps(STATUSES, indent=2).encode()

    texts, [refused] = read(gzip.compress(content)[:-60])
    assert (texts, refused.message[:20]) == ([], "the gzip data is dam")

    texts, [refused] = read(gzip.compress(content)[:-4])
    assert (texts, refused.raw) == (TWO, b"")


@given(st.binary(max_size=200), st.booleans(), st.integers(0, 3))
def test_no_bytes_stop_the_reading(noise, packed, at):
    content = lines(v1_status(1), v1_status(2), v1_status(3)).splitlines(keepends=True)
    mixed = b"".join([*content[:at], noise.replace(b"\x1f", b"") + b"\n", *content[at:]])

    texts, _ = read(gzip.compress(mixed) if packed else mixed)

    assert texts == [*TWO, "post 3"]


def test_lines_are_read_in_constant_memory():
    line = lines(v1_status(1, extra="x" * 2000))
    file = io.BufferedReader(Source(line for _ in range(1500)))

    tracemalloc.start()
    count = len([post["id"] for post in read_posts(file, source="a", collected_at=COLLECTED, on_malformed=unexpected)])
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert (count, peak < 1_000_000) == (1500, True), f"{peak} bytes for {1500 * len(line)}"
