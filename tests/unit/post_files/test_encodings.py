"""Texts in other encodings and compressions are read as what they are; what cannot be told is rejected by name."""

import bz2
import codecs
import gzip
import io
import json
import lzma
import tracemalloc
from typing import Any

import pytest
from backports import zstd

from photolake.post_files import documents
from photolake.post_files.compression import Decompressed
from photolake.post_files.documents import JsonDocument, read_documents
from photolake.post_files.encodings import BROKEN_UTF8, WINDOWS_1252
from photolake.rejected import MAX_CUT_BYTES, RejectedRecord

TEXT = "fresh bread, “ä” and 🍞"
POST = {"id": 5, "text": TEXT, "lang": "de"}
LINE = json.dumps(POST, ensure_ascii=False) + "\n"


def read(content: bytes) -> list[Any]:
    return list(read_documents(io.BufferedReader(io.BytesIO(content)), "a"))


def texts(found):
    return [each.value["text"] if isinstance(each, JsonDocument) else each.message for each in found]


@pytest.mark.parametrize("mark", [True, False])
@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_files_in_utf_16_and_utf_32_are_read(encoding, mark):
    content = (("\ufeff" if mark else "") + LINE * 2).encode(encoding)

    assert [each.value for each in read(content)] == [POST, POST]


def test_a_file_in_utf_16_that_is_cut_in_a_character_gives_its_whole_lines():
    content = codecs.BOM_UTF16_LE + (LINE * 2).encode("utf-16-le")

    first, second = read(content[:-11])

    assert (first.value, second.message) == (POST, f"byte {2 * len(LINE.encode()) - 3}: Expecting value")


@pytest.mark.parametrize(
    ("raw", "text", "notice"),
    [
        (TEXT.encode(), TEXT, ""),
        (b"\xed\xa0\xbc\xed\xbd\x9e and \xc3\xa4", "🍞 and ä", ""),
        ("Spaß “ä”".encode("cp1252"), "Spaß “ä”", WINDOWS_1252),
        ("naïve".encode("latin-1"), "naïve", WINDOWS_1252),
        ("🍞".encode() + b" cut \xc3", "🍞 cut \ufffd", BROKEN_UTF8),
        ("ä ö ü ".encode() + b"\xe4", "ä ö ü \ufffd", BROKEN_UTF8),
    ],
    ids=["UTF-8", "CESU-8", "Windows-1252", "Latin-1", "half a character", "half a character among umlauts"],
)
def test_a_line_in_another_encoding_is_read_among_its_neighbours(raw, text, notice):
    line = b'{"id": 5, "text": "' + raw + b'"}'

    before, found, after = read(LINE.encode() + line + b"\n" + LINE.encode())

    assert found == JsonDocument(2, line, {"id": 5, "text": text}, len(LINE.encode()), notice)
    assert (before.value, after.value) == (POST, POST)


@pytest.mark.parametrize("encoding", ["cp1251", "shift-jis", "euc-kr"])
def test_a_line_in_an_encoding_that_cannot_be_told_is_rejected(encoding):
    words = {"cp1251": "Свежий хлеб утром", "shift-jis": "焼きたてのパン", "euc-kr": "갓 구운 빵입니다"}[encoding]
    line = b'{"id": 5, "text": "' + words.encode(encoding) + b'"}'

    found, after = read(line + b"\n" + LINE.encode())

    assert found == RejectedRecord(
        line, "byte 0: neither UTF-8 nor Windows-1252: convert the file to UTF-8, as by iconv", "a", 1
    )
    assert after.value == POST


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b"\0" * 3000, "byte 66: 3,000 NUL bytes, as a crash leaves them"),
        (b'{"id": 5, "te\0\0\0\0"}', "byte 79: NUL bytes inside"),
        (b'{"id": NaN}', "NaN is not valid JSON"),
        (b"{'id': set()}", "byte 67: Python's or JavaScript's notation, with single quotes, not JSON"),
        (b"{id: 5}", "byte 67: JavaScript, with names that are not quoted, not JSON"),
        (b"<post id='5'/>", "byte 66: XML or HTML, not JSON"),
        (LINE.strip().encode("utf-16-le"), "UTF-16 within a file that is not, not JSON"),
        (b"// from the stream", "byte 66: a comment, not JSON"),
        (b'{"id": 5, "text": "cut off here', "byte 97: a string does not end on its line"),
    ],
)
def test_a_damaged_line_is_named_and_its_neighbours_are_read(line, message):
    before, found, after = read(LINE.encode() + line + b"\n" + LINE.encode())

    assert (before.value, after.value) == (POST, POST)
    assert (found.line, found.offset, found.raw) == (2, len(LINE.encode()), line)
    assert message in found.message


@pytest.mark.parametrize(
    "line",
    [
        repr(POST),
        repr(LINE.encode()),
        repr(LINE),
        json.dumps(LINE),
        json.dumps(POST, separators=(",\r\n", ":")),
        repr(POST) + ",",
    ],
    ids=["dict", "bytes", "string", "JSON twice", "over lines", "dict and comma"],
)
def test_what_python_wrote_instead_of_json_is_read(line):
    content = f"{line}\n{line}\n".encode()

    assert [each.value for each in read(content)] == [POST, POST]


def test_a_list_of_dicts_is_read_and_other_literals_are_not():
    assert [each.value for each in read(f"[{POST!r}, {POST!r}]".encode())] == [POST, POST]
    assert [type(each) for each in read(b"{'id': (1, 2)}\n{'id': b'a'}\n{1: 2}")] == [RejectedRecord] * 3


def test_a_line_break_in_a_string_is_a_part_of_it():
    content = b'{"id": 1, "text": "two\nlines"}\n' + LINE.encode()

    assert texts(read(content)) == ["two\nlines", TEXT]


PACKERS: dict[str, Any] = {
    "gzip": gzip.compress,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "Zstandard": zstd.compress,
}


@pytest.mark.parametrize("name", PACKERS)
def test_parts_that_were_compressed_one_by_one_are_one_file(name):
    packed = PACKERS[name](LINE.encode()) + PACKERS[name](LINE.encode())

    assert texts(read(packed)) == [TEXT, TEXT]


@pytest.mark.parametrize("name", PACKERS)
@pytest.mark.parametrize("damage", ["cut", "garbage"])
def test_compressed_data_is_read_up_to_the_damage_which_is_said(name, damage):
    packed = PACKERS[name](LINE.encode() * 3)
    packed = packed + b"garbage that follows" if damage == "garbage" else PACKERS[name](LINE.encode()) + packed[:-20]

    *found, last = read(packed)

    assert texts(found)[:1] == [TEXT]
    assert last.message.startswith(f"the {name} data is damaged from here on: ")


def test_zeros_after_compressed_data_are_padding():
    assert all(texts(read(PACKERS[name](LINE.encode()) + bytes(512))) == [TEXT] for name in ("gzip", "bzip2", "xz"))


def test_a_zstandard_file_with_the_longest_window_is_read():
    options = {
        int(zstd.CompressionParameter.window_log): 31,
        int(zstd.CompressionParameter.enable_long_distance_matching): 1,
    }
    compressor = zstd.ZstdCompressor(options=options)
    packed = compressor.compress(LINE.encode()) + compressor.flush()

    assert packed[5] >> 3 == 31 - 10
    assert texts(read(packed)) == [TEXT]


def test_xz_that_asks_for_too_much_memory_is_refused(monkeypatch):
    monkeypatch.setattr("photolake.post_files.compression._XZ_MEMORY_BYTES", 1000)

    (found,) = read(lzma.compress(LINE.encode()))

    assert found.message == "the xz data is damaged from here on: Memory usage limit exceeded"


@pytest.mark.parametrize("name", PACKERS)
def test_a_bomb_is_read_in_constant_memory(name):
    # Of xz 8 MiB are the dictionary of its usual preset.
    bomb = PACKERS[name](b" " * 12_000_000)
    tracemalloc.start()
    size = sum(len(block) for block in Decompressed(io.BufferedReader(io.BytesIO(bomb))))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert (size, peak < 10_000_000) == (12_000_000, True), peak


@pytest.fixture
def small(monkeypatch):
    """Reads values of up to 200 kB only."""
    monkeypatch.setattr(documents, "MAX_VALUE_BYTES", 200_000)


@pytest.mark.parametrize("indent", [None, 1])
def test_a_list_that_is_too_large_to_be_read_whole_is_read_post_by_post(small, indent):
    posts = [{**POST, "id": number} for number in range(6000)]
    content = json.dumps({"statuses": posts, "search_metadata": {"count": 6000}}, indent=indent).encode()

    *found, rest = read(content)

    assert [each.value["id"] for each in found] == [*range(6000)]
    assert "a member without its object" in rest.message


@pytest.mark.parametrize("indent", [None, 1])
def test_a_value_that_is_too_large_is_rejected_and_the_next_one_is_read(small, indent):
    large = json.dumps({"data": [{"text": TEXT, "id": number} for number in range(6000)]}, indent=indent)

    before, found, after = read((LINE + large + "\n" + LINE).encode())

    assert (before.value, after.value) == (POST, POST)
    assert "a value of more than 16 MB, which is not read as a whole" in found.message
    assert found.raw == large.encode() if len(large) <= 1_024_000 else found.raw == large.encode()[:MAX_CUT_BYTES]


def test_an_endless_line_is_rejected_in_constant_memory(small):
    def blocks():
        yield b'{"text": "'
        for _ in range(150):
            yield b"x" * 65536
        yield b'"}\n' + LINE.encode()

    class Endless(io.RawIOBase):
        parts = blocks()

        def readable(self):
            return True

        def readinto(self, buffer):
            part = next(self.parts, b"")
            buffer[: len(part)] = part
            return len(part)

    tracemalloc.start()
    found = list(read_documents(io.BufferedReader(Endless(), 1 << 17), "a"))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert texts(found)[-1] == TEXT
    assert (len(found), len(found[0].raw), peak < 6_000_000) == (2, MAX_CUT_BYTES, True), peak
