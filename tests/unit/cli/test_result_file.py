"""The result file of Athena in S3: every value quoted, null nothing."""

import io

import pytest

from photolake_cli.errors import CommandError
from photolake_cli.query import result_file
from photolake_cli.query.result_file import read_result_file


class OneObject:
    """S3 with one object."""

    def __init__(self, body):
        self.body = body
        self.asked = None

    def get_object(self, Bucket, Key):  # noqa: N803
        self.asked = (Bucket, Key)
        return {"Body": io.BytesIO(self.body.encode())}


def test_null_empty_text_quotes_and_line_ends_are_told_apart():
    s3 = OneObject('"id","text"\n"1",\n"2",""\n"3","a ""b"", c\nd"\n"NaN","null"\n')

    pages = list(read_result_file(s3, "s3://lake/athena-results/a b.csv", 2))

    assert [row for page in pages for row in page] == [
        ("1", None),
        ("2", ""),
        ("3", 'a "b", c\nd'),
        ("NaN", "null"),
    ]
    assert s3.asked == ("lake", "athena-results/a b.csv")


def test_a_result_without_rows_has_none():
    assert list(read_result_file(OneObject('"id"\n'), "s3://lake/a.csv", 1)) == []


def test_a_large_result_comes_in_pages(monkeypatch):
    monkeypatch.setattr(result_file, "_BLOCK_BYTES", 1000)
    body = '"id","text"\n' + "".join(f'"{number}","{"x" * 50}"\n' for number in range(100))

    pages = list(read_result_file(OneObject(body), "s3://lake/a.csv", 2))

    assert len(pages) > 3
    assert [row[0] for page in pages for row in page] == [str(number) for number in range(100)]


def test_a_result_that_cannot_be_read_is_an_error_with_its_place():
    with pytest.raises(CommandError, match=r"The result at s3://lake/a\.csv cannot be read"):
        list(read_result_file(OneObject('"id"\n"1","2"\n'), "s3://lake/a.csv", 1))
