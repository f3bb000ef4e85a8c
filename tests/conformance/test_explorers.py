"""What `photolake export atlas`, `coco` and `gexf` select has the same values on both engines."""

import json
from typing import Any

import pytest

from photolake_cli.explorers.lake import ImageReader
from tests.conformance.comparison import as_athena


@pytest.fixture
def reader(earliest):
    no_client: Any = None
    return ImageReader(no_client, earliest.isoformat(), "2100-01-01", print)


def read_rows(answer):
    """The rows in their order, nested values as JSON and numbers as numbers."""
    return [[read_value(text) for text in row] for row in answer.rows]


def read_value(text):
    try:
        return None if text is None else json.loads(text)
    except ValueError:
        return text


def test_both_engines_select_the_same_images(reader, lake, trino):
    found = read_rows(lake.query(reader.statement))

    assert len(found) > 100
    assert {type(value) for value in found[0]} >= {str, list}
    assert read_rows(as_athena(trino.query(reader.statement, lake.database))) == found


def test_both_engines_count_the_same_images(reader, lake, trino):
    [[images, pixels]] = read_rows(lake.query(reader.count_statement))

    assert images > 100
    assert read_rows(as_athena(trino.query(reader.count_statement, lake.database))) == [[images, pytest.approx(pixels)]]


def test_both_engines_select_the_same_hashtags(reader, lake, trino):
    found = read_rows(lake.query(reader.hashtag_statement))

    assert len(found) > 50
    assert read_rows(as_athena(trino.query(reader.hashtag_statement, lake.database))) == found
