"""Files of posts into the stream, with an account of every line."""

import json
from typing import Any

import pytest

from photolake.columns import Table
from photolake.delivery import DeliveryStream
from photolake_cli.collecting import FileCollector
from photolake_cli.errors import CommandError
from tests import resolved_template


class FakeFirehose:
    def __init__(self):
        self.rows = []

    def put_record_batch(self, DeliveryStreamName, Records):  # noqa: N803 (boto3's names)
        self.rows += [json.loads(line) for record in Records for line in record["Data"].splitlines()]
        return {"FailedPutCount": 0, "RequestResponses": []}


class FakeMalformedStore:
    def __init__(self):
        self.stored = {}

    def put(self, source, lines):
        self.stored[source] = list(lines)


class FakeGlue:
    def get_table(self, DatabaseName, Name):  # noqa: N803
        return {"Table": resolved_template.table_input("RawTweetsTable")}


def post(number, **more):
    return {
        "id": str(number),
        "text": f"post {number}",
        "created_at": "2026-03-01T12:00:00.000Z",
        "author_id": "7",
        **more,
    }


@pytest.fixture
def parts():
    firehose: Any = FakeFirehose()
    malformed: Any = FakeMalformedStore()
    glue: Any = FakeGlue()
    table = Table.from_glue(glue, "landing", "raw_tweets")
    return firehose, malformed, FileCollector(DeliveryStream(firehose, "tweets", table), malformed)


def test_every_line_is_sent_repeated_or_set_aside(tmp_path, parts):
    firehose, malformed, collector = parts
    path = tmp_path / "posts.jsonl"
    page = {"data": [post(2030000000000000001), post(2030000000000000002), post(2030000000000000001)]}
    path.write_text(json.dumps(page) + "\n{broken\n")

    account = collector.collect(path, lambda number: None)

    assert (account.sent, account.repeated, len(account.malformed)) == (3, 1, 1)
    assert [row["id_str"] for row in firehose.rows] == [
        "2030000000000000001",
        "2030000000000000002",
        "2030000000000000001",
    ]
    (stored,) = malformed.stored.values()
    assert [(line.source, line.line, line.raw) for line in stored] == [(str(path), 2, b"{broken")]


def test_a_post_that_does_not_fit_the_table_is_set_aside_and_its_neighbours_sent(tmp_path, parts):
    firehose, _, collector = parts
    path = tmp_path / "posts.jsonl"
    bad = post(2030000000000000002, public_metrics={"like_count": "many"})
    path.write_text(json.dumps({"data": [post(2030000000000000001), bad, post(2030000000000000003)]}))

    account = collector.collect(path, lambda number: None)

    assert account.sent + len(account.malformed) == 3
    assert {row["id"] for row in firehose.rows} >= {2030000000000000001, 2030000000000000003}


def test_a_file_that_cannot_be_read_is_named(tmp_path, parts):
    with pytest.raises(CommandError, match=r"missing\.jsonl cannot be read"):
        parts[2].collect(tmp_path / "missing.jsonl", lambda number: None)


def test_files_of_one_name_in_two_folders_keep_their_malformed_lines_apart(tmp_path, parts):
    _, malformed, collector = parts
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "posts.jsonl").write_text("{broken\n")
        collector.collect(tmp_path / folder / "posts.jsonl", lambda number: None)

    assert len(malformed.stored) == 2


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ({"source_platform": "x", "source_json": "{}"}, "a post has an integer id"),
        ({"id": 5, "source_platform": "x", "source_json": "x" * 1_200_000}, "larger than a Firehose record"),
    ],
)
def test_an_archive_line_that_cannot_be_sent_is_set_aside_and_the_next_sent(tmp_path, parts, line, reason):
    firehose, malformed, collector = parts
    path = tmp_path / "archive.jsonl"
    path.write_text(json.dumps(line) + "\n" + json.dumps({"data": post(2030000000000000001)}) + "\n")

    account = collector.collect(path, lambda number: None)

    assert [row["id"] for row in firehose.rows] == [2030000000000000001]
    assert reason in account.malformed[0].message
    assert list(malformed.stored.values()) == [account.malformed]
