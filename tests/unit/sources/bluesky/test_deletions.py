"""Deleted posts and removed accounts become rows of the deletions table."""

import json

import pytest

from photolake.collect.deletions import DeletionStore
from photolake.errors import RowError
from photolake.rows.schema import HiveType, TableSchema
from tests.resolved_template import table_input

COLUMNS = table_input("DeletionsTable")["StorageDescriptor"]["Columns"]
TABLE = TableSchema("deletions", {column["Name"]: HiveType.parse(column["Type"]) for column in COLUMNS})
ROWS = [
    {
        "id": number,
        "id_str": f"at://{number}",
        "source_platform": "bluesky",
        "reason": "deleted by its author",
        "deleted_at": "2026-11-18T12:00:00.000Z",
    }
    for number in (1, 2)
]


class FakeS3:
    def __init__(self):
        self.objects = {}

    def put_object(self, *, Bucket, Key, Body, ContentType):  # noqa: N803 (boto3's names)
        assert (Bucket, ContentType) == ("lake", "application/x-ndjson")
        self.objects[Key] = Body


@pytest.fixture
def s3():
    return FakeS3()


def test_rows_become_one_object_of_json_lines_under_deletions(s3):
    assert DeletionStore(s3, "lake").put(ROWS) == 2

    [(key, body)] = s3.objects.items()
    assert key.startswith("deletions/")
    assert [json.loads(line) for line in body.splitlines()] == ROWS
    for row in ROWS:
        TABLE.check(row)


def test_the_same_rows_again_are_the_same_object_and_other_rows_another(s3):
    store = DeletionStore(s3, "lake")

    store.put(ROWS)
    store.put([*reversed(ROWS), ROWS[0]])
    assert len(s3.objects) == 1

    store.put(ROWS[:1])
    assert len(s3.objects) == 2


def test_no_rows_are_no_object(s3):
    assert DeletionStore(s3, "lake").put([]) == 0
    assert s3.objects == {}


@pytest.mark.parametrize("number", [None, "5", True])
def test_a_row_that_no_view_would_see_is_refused(s3, number):
    with pytest.raises(RowError, match=r"deletions\.id: expected bigint"):
        DeletionStore(s3, "lake").put([{**ROWS[0], "id": number}])

    assert s3.objects == {}
