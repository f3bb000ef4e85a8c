"""Tables are read record by record, whatever tool wrote them, and a damaged record costs itself alone."""

import csv
import io
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photolake.post_files import table_lines
from photolake.post_files.compression import Decompressed
from photolake.post_files.documents import JsonDocument
from photolake.post_files.encodings import transcode
from photolake.post_files.tables import ROUNDED, find_table, read_table
from photolake.rejected import RejectedRecord

HEADER = "id,text\n"


def read_blocks(blocks, table, **given):
    return read_table(blocks, Decompressed(io.BufferedReader(io.BytesIO())), table, "a", **given)


def read(content: bytes, block=64, **given):
    """The objects, and the lines and messages of rejected records."""
    blocks = list(transcode(content[at : at + block] for at in range(0, len(content), block)))
    table = find_table(b"".join(blocks))
    assert table is not None
    found = list(read_blocks(iter(blocks), table, **given))
    values = [each.value for each in found if isinstance(each, JsonDocument)]
    return values, [(each.line, each.message) for each in found if isinstance(each, RejectedRecord)]


TWO = [{"id": "1", "text": "one"}, {"id": "2", "text": "two, and\nthree"}]


@pytest.mark.parametrize(
    "content",
    [
        'id,text\n1,one\n2,"two, and\nthree"\n',
        'id,text\r\n1,one\r\n2,"two, and\nthree"',
        'id;text\n1;one\n2;"two, and\nthree"\n',
        'id\ttext\n1\tone\n2\t"two, and\nthree"\n',
        'id|text\n1|one\n2|"two, and\nthree"\n',
        'sep=;\r\nid;text\r\n1;one\r\n2;"two, and\nthree"\r\n',
        '"id","text"\n"1","one"\n"2","two, and\nthree"\n',
        '\n\nid , text\n\n1,one\n\n2,"two, and\nthree"\n\n',
        'id,text\r1,one\r2,"two, and\nthree"\r',
    ],
    ids=["comma", "CRLF", "semicolon", "tab", "bar", "sep", "quoted", "blank lines", "CR"],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("block", [1, 7, 1 << 16])
def test_a_table_is_read_whatever_tool_wrote_it(content, encoding, block):
    assert read(content.encode(encoding), block) == (TWO, [])


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b'{"id": 1, "text": "x"}\n{"id": 2, "text": "y"}\n',
        b'[{"id": 1, "text": "x"}]',
        b'"{\\"id\\": 1, \\"text\\": 2}"\n"{\\"id\\": 2, \\"text\\": 3}"\n',
        b"window.YTD.tweets.part0 = [1,2]",
        b"2120124309304246273\n2120124309304246274\n",
        b"1,2\n3,4\n",
        b"Dear all, this is a text, in prose.\nIt has commas, too\n",
        b"id,text\n1,2,3\n",
        b"\x00\x01,\x02\n",
        b"<html><body>a, b</body></html>\n",
    ],
)
def test_what_is_not_a_table_is_not_taken_for_one(head):
    assert find_table(head) is None


def test_a_header_alone_is_a_table_without_records():
    assert read(HEADER.encode()) == ([], [])


def test_names_that_are_empty_or_repeated_are_told_apart():
    assert read(b",id,text,text\n0,1,a,b\n") == ([{"column 1": "0", "id": "1", "text": "a", "text 4": "b"}], [])


def test_a_record_with_another_number_of_columns_is_rejected_with_its_line():
    values, rejected = read(b"id,text\n1,one\n2,a,b\n3\n4,four\n")

    assert [value["id"] for value in values] == ["1", "4"]
    assert rejected == [(3, "3 columns, but the header has 2"), (4, "1 columns, but the header has 2")]


@pytest.mark.parametrize("damaged", [b'2,"never closed', b'2,"closed" later, "twice'])
def test_a_quote_too_much_costs_its_own_line(damaged):
    values, rejected = read(b"id,text\n1,one\n" + damaged + b'\n3,three\n4,"fo\nur"\n5,five\n')

    assert [value["id"] for value in values] == ["1", "3", "4", "5"]
    assert [line for line, _ in rejected] == [3]


def test_a_quote_that_is_not_closed_at_the_end_is_said():
    assert read(b'id,text\n1,one\n2,"two\n')[1] == [(3, "a quote is not closed")]


def test_quotes_in_a_field_that_are_not_doubled_are_read():
    assert read(b'id,text\n1,"one" and "two"\n2,say "three"\n') == (
        [{"id": "1", "text": 'one and "two"'}, {"id": "2", "text": 'say "three"'}],
        [],
    )


def test_a_quote_that_is_never_closed_is_not_read_to_the_end(monkeypatch):
    monkeypatch.setattr(table_lines, "MAX_RECORD_BYTES", 1000)
    many = b"".join(b"%d,x\n" % number for number in range(1000))

    values, [(line, message)] = read(HEADER.encode() + b'0,"x\n' + many)

    assert len(values) == 1000
    assert (line, message) == (2, "a quote is not closed")


def test_a_line_too_long_costs_itself_alone(monkeypatch):
    monkeypatch.setattr(table_lines, "MAX_RECORD_BYTES", 10_000)

    values, [(line, message)] = read(HEADER.encode() + b"1," + b"x" * 50_000 + b"\n2,y\n", block=4096)

    assert (values, line, message) == (
        [{"id": "2", "text": "y"}],
        2,
        "longer than 10,000 bytes; its beginning is kept",
    )


def test_a_table_is_read_in_constant_memory():
    row = b'12345,"' + b"x" * 1000 + b'\n"\n'

    def blocks():
        yield HEADER.encode()
        for _ in range(100):
            yield row * 64

    table = find_table(HEADER.encode())
    assert table
    tracemalloc.start()
    count = sum(1 for _ in read_blocks(blocks(), table))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert (count, peak < 1_000_000) == (6400, True)


def test_a_record_in_windows_1252_is_read_and_said():
    content = HEADER.encode() + "1,café\n".encode("cp1252") + "2,café\n".encode()
    table = find_table(content)
    assert table

    first, second = (each for each in read_blocks(iter([content]), table) if isinstance(each, JsonDocument))

    assert (first.value["text"], first.notice) == ("café", "records in Windows-1252")
    assert (second.value["text"], second.notice) == ("café", "")


def test_a_header_that_comes_again_is_said():
    content = b"id,text\n1,one\nid,text\n2,two\n"
    table = find_table(content)
    assert table

    found = [each for each in read_blocks(iter([content]), table) if isinstance(each, JsonDocument)]

    assert [(each.value, each.notice) for each in found][1] == ([], "repeated headers")


@pytest.mark.parametrize(
    ("ids", "is_rounded"),
    [
        (["2120124309304240000", "2120124309304250000"], True),
        (["2120124309304240000", "2120124309304250000", "2120124309304250001"], False),
        (["2120124309304240000"], False),
        (["10000", "20000"], False),
    ],
)
def test_ids_that_a_spreadsheet_rounded_are_rejected(ids, is_rounded):
    values, rejected = read(HEADER.encode() + b"".join(f"{each},x\n".encode() for each in ids))

    assert [message for _, message in rejected] == [ROUNDED] * len(ids) * is_rounded
    assert len(values) + len(rejected) == len(ids)


def test_reading_goes_on_at_a_line():
    assert read(b'id,text\n1,"a\nb"\n2,x\n3,y\n', first_line=4)[0] == [
        {"id": "2", "text": "x"},
        {"id": "3", "text": "y"},
    ]


TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0\r"), max_size=12)


@given(st.lists(st.tuples(TEXTS, TEXTS), max_size=6), st.sampled_from([",", ";", "\t"]), st.integers(1, 50))
def test_what_a_csv_writer_writes_is_read_again(rows, delimiter, block):
    written = io.StringIO()
    csv.writer(written, delimiter=delimiter).writerows([("name", "text"), *rows])

    values, rejected = read(written.getvalue().encode(), block)

    kept = [row for row in rows if row != ("name", "text")]
    assert (values, rejected) == ([{"name": first, "text": second} for first, second in kept], [])


@given(st.binary(max_size=300), st.integers(1, 100))
def test_no_bytes_end_the_reading_of_a_table(noise, block):
    content = HEADER.encode() + b"1,one\n" + noise
    table = find_table(HEADER.encode())
    assert table
    blocks = (content[at : at + block] for at in range(0, len(content), block))

    found = list(read_blocks(blocks, table))

    assert found
