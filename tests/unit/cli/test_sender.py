"""Sending files of posts: every entry is accounted for, also when a run is interrupted."""

import datetime as dt
import gzip
import json
from contextlib import suppress
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from photolake.aws import firehose
from photolake.aws.firehose import DeliveryStream
from photolake.collect.deletions import DeletionStore
from photolake.rejected import RejectedStore
from photolake.rows.schema import TableSchema
from photolake_cli.collect import deletions, post_check, sender
from photolake_cli.collect import tally as tallies
from photolake_cli.collect.files import find_files
from photolake_cli.collect.formats import probe_file
from photolake_cli.collect.journal import Checkpoint
from photolake_cli.collect.pacing import Pace
from photolake_cli.collect.post_check import PostCheck
from photolake_cli.collect.sender import Callbacks, FileSender
from photolake_cli.collect.tally import Problem, count_repeated
from tests import resolved_template
from tests.builders.bluesky_events import ANN, BOB, account, commit, create, tid, uri

FIRST = 2030000000000000001
EARLIEST = dt.date(2019, 1, 1)
S3: Any = None


class InterruptionError(Exception):
    """What ends a run."""


class FakeFirehose:
    """Keeps the rows; ends the run at call number `ends_at`."""

    def __init__(self):
        self.rows = []
        self.calls = 0
        self.ends_at = None

    def put_record_batch(self, DeliveryStreamName, Records):  # noqa: N803 (boto3's names)
        self.calls += 1
        if self.calls == self.ends_at:
            raise InterruptionError
        self.rows += [json.loads(line) for record in Records for line in record["Data"].splitlines()]
        return {"FailedPutCount": 0, "RequestResponses": []}

    @property
    def ids(self):
        return [row["id"] for row in self.rows]


class FakeS3:
    def __init__(self):
        self.objects = {}

    def put_object(self, Bucket, Key, Body, ContentType):  # noqa: N803
        self.objects[Key] = [json.loads(line) for line in Body.splitlines()]

    @property
    def places(self):
        return [(line["source"], line["line"]) for lines in self.objects.values() for line in lines]


class FakeGlue:
    def get_table(self, DatabaseName, Name):  # noqa: N803
        return {"Table": resolved_template.table_input("RawTweetsTable")}


@cache
def raw_tweets():
    glue: Any = FakeGlue()
    return TableSchema.from_glue(glue, "landing", "raw_tweets")


class FakeTime:
    def __init__(self):
        self.now = 0.0
        self.pauses = []

    def __call__(self):
        return self.now

    def sleep(self, seconds):
        self.pauses.append(seconds)
        self.now += seconds


class Parts:
    def __init__(self, limit=300):
        self.firehose, self.s3, self.time = FakeFirehose(), FakeS3(), FakeTime()
        firehose: Any = self.firehose
        s3: Any = self.s3
        self.sender = FileSender(
            DeliveryStream(firehose, "tweets"),
            PostCheck(raw_tweets(), EARLIEST),
            RejectedStore(s3, "lake"),
            DeletionStore(s3, "lake"),
            Pace(900, self.time, limit),
            self.time.sleep,
        )


@pytest.fixture
def parts():
    return Parts()


def post(number, **more):
    return {"id": str(FIRST + number), "text": f"post {number}", "author_id": "7", **more}


def on_day(day):
    """A post of the day so many days after 2020-01-01."""
    ms = int(dt.datetime(2020, 1, 1, 12, tzinfo=dt.UTC).timestamp() * 1000) + day * 86_400_000
    return {"id": str((ms - 1288834974657) << 22), "text": f"day {day}"}


def lines(*values):
    return "".join(value + "\n" if isinstance(value, str) else json.dumps(value) + "\n" for value in values)


def file_of(path, content):
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    (file,) = find_files(str(path), S3)
    return replace(file, author=probe_file(file).author)


def amounts(tally):
    assert tally.is_balanced
    return (tally.read, tally.sent, tally.repeated, tally.rejected, tally.notices.total(), tally.sent_before)


def test_every_entry_is_sent_repeated_rejected_or_a_notice(tmp_path, parts):
    page = {"data": [post(1), post(2), post(1)]}
    notice = {"delete": {"status": {"id": 5}}}
    file = file_of(tmp_path / "posts.jsonl", lines(page, "{broken", notice, post(3)))

    tally = parts.sender.send(file)

    assert amounts(tally) == (6, 4, 1, 1, 1, 0)
    assert parts.firehose.ids == [FIRST + number for number in (1, 2, 1, 3)]
    assert set(parts.s3.places) == {(str(tmp_path / "posts.jsonl"), 2)}
    assert [f"s3://lake/{key}" for key in parts.s3.objects] == tally.rejected_uris
    message = "Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"
    assert [*tally.problems.values()] == [Problem(message, line=2, count=1)]


def test_a_post_that_does_not_fit_the_table_is_rejected_and_its_neighbours_are_sent(tmp_path, parts):
    bad = post(2, public_metrics={"like_count": "many"})
    file = file_of(tmp_path / "posts.json", json.dumps({"data": [post(1), bad, post(3)]}))

    tally = parts.sender.send(file)

    assert amounts(tally) == (3, 2, 0, 1, 0, 0)
    assert parts.firehose.ids == [FIRST + 1, FIRST + 3]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ({"source_platform": "x", "source_json": "{}"}, "a post has an integer id"),
        ({"id": 5, "source_platform": "x", "source_json": "x" * 1_200_000}, "larger than a Firehose record"),
        (
            {"id": 5, "source_platform": "b", "source_json": "{}", "timestamp_ms": 1, "collected_at": "then"},
            "not a time",
        ),
        ({"id": 5, "source_platform": "x", "source_json": "{}", "colour": "red"}, "colour: there is no such column"),
    ],
)
def test_an_archive_line_that_cannot_be_sent_is_rejected_and_the_next_is_sent(tmp_path, parts, line, reason):
    tally = parts.sender.send(file_of(tmp_path / "archive.jsonl", lines(line, {"data": post(1)})))

    assert amounts(tally) == (2, 1, 0, 1, 0, 0)
    assert parts.firehose.ids == [FIRST + 1]
    (problem,) = tally.problems.values()
    assert reason in problem.message


def test_rejected_records_for_one_reason_are_counted_together_and_all_are_stored(tmp_path, parts):
    broken = ["{broken" + " " * number for number in range(25)]
    long = post(2, text="x" * 300_001)

    tally = parts.sender.send(file_of(tmp_path / "posts.jsonl", lines(*broken, post(1), long)))

    assert amounts(tally) == (27, 1, 0, 26, 0, 0)
    assert [(problem.line, problem.count) for problem in tally.problems.values()] == [(1, 25), (27, 1)]
    assert [line for _, line in parts.s3.places] == [*range(1, 26), 27]


def test_more_reasons_than_can_be_kept_are_counted_together(tmp_path, parts, monkeypatch):
    monkeypatch.setattr(tallies, "MAX_PROBLEMS", 2)
    wrong = (post(1, **{name: 5}) for name in ("text", "lang", "source", "created_at"))

    tally = parts.sender.send(file_of(tmp_path / "posts.jsonl", lines(*wrong)))

    assert [(problem.line, problem.count) for problem in tally.problems.values()] == [(1, 1), (2, 1), (3, 2)]
    assert tally.rejected == 4


def test_a_photo_without_a_url_is_counted(tmp_path, parts):
    known = {"media_key": "3_1", "type": "photo", "url": "https://pbs.example/1.jpg"}
    page = {
        "data": [post(1, attachments={"media_keys": ["3_1", "3_2"]}), post(2, attachments={"media_keys": ["7_3"]})],
        "includes": {"media": [known]},
    }

    assert parts.sender.send(file_of(tmp_path / "posts.jsonl", lines(page))).photos_without_url == 1


def test_rejected_records_of_two_files_with_one_name_are_stored_apart(tmp_path, parts):
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        parts.sender.send(file_of(tmp_path / folder / "posts.jsonl", "{broken\n"))

    assert len(parts.s3.objects) == 2


def test_the_owner_of_an_account_archive_is_the_author_of_its_posts(tmp_path, parts):
    account = {"account": {"accountId": "7", "username": "ann"}}
    tweet = {"tweet": {"id_str": str(FIRST), "full_text": "bread", "favorite_count": "2"}}
    (tmp_path / "account.js").write_text(f"window.YTD.account.part0 = {json.dumps([account])}")
    content = f"window.YTD.tweets.part0 = {json.dumps([tweet, tweet], indent=2)}"

    read = parts.sender.send(file_of(tmp_path / "tweets.js", content))

    assert amounts(read) == (2, 2, 1, 0, 0, 0)
    assert [row["user"] for row in parts.firehose.rows] == [{"id": 7, "id_str": "7", "screen_name": "ann"}] * 2


def test_a_post_of_one_date_too_many_waits_until_the_buffers_are_emptied(tmp_path):
    parts = Parts(limit=2)
    pauses: list[float] = []
    file = file_of(tmp_path / "posts.jsonl", lines(*(on_day(day) for day in (0, 0, 1, 0, 2, 3, 3, 4))))

    tally = parts.sender.send(file, callbacks=Callbacks(on_pause=pauses.append))

    assert amounts(tally) == (8, 8, 3, 0, 0, 0)
    assert pauses == parts.time.pauses == [900, 900]
    assert [row["text"] for row in parts.firehose.rows] == [f"day {day}" for day in (0, 0, 1, 0, 2, 3, 3, 4)]


def test_dates_before_the_first_partition_are_one(tmp_path):
    parts = Parts(limit=1)

    parts.sender.send(file_of(tmp_path / "posts.jsonl", lines(*(on_day(-day) for day in range(400, 500)))))

    assert (len(parts.firehose.rows), parts.time.pauses) == (100, [])


def run_until_done(parts, file, calls_before_each_end):
    """Collect a file, be interrupted at those calls, and go on each time; gives the tallies that came to an end."""
    reached = [Checkpoint()]
    tallies = []
    for calls in [*calls_before_each_end, None]:
        parts.firehose.calls, parts.firehose.ends_at = 0, calls
        with suppress(InterruptionError):
            tallies.append(parts.sender.send(file, reached[-1], Callbacks(on_accepted=reached.append)))
    return reached[-1], tallies


KINDS = st.sampled_from(["post", "page", "broken", "notice", "misfit", "array"])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(
    kinds=st.lists(KINDS, max_size=25),
    ends=st.lists(st.integers(1, 4), max_size=3),
    at_once=st.integers(1, 5),
    form=st.sampled_from(["lines", "document"]),
    packed=st.booleans(),
)
def test_wherever_runs_end_every_post_is_sent_or_its_rejected_record_stored(
    tmp_path, monkeypatch, kinds, ends, at_once, form, packed
):
    monkeypatch.setattr(sender, "BATCH_POSTS", at_once)
    parts = Parts()
    values, sent, malformed = [], [], 0
    for number, kind in enumerate(kinds):
        ids = [10 * number + index for index in range(3 if kind in ("page", "array") else 1)]
        misfit = post(10 * number, lang=5)
        values.append(
            {
                "post": post(ids[0]),
                "page": {"data": [*(post(each) for each in ids), misfit]},
                "array": [*(post(each) for each in ids)],
                "broken": {"data": number},
                "notice": {"limit": {"track": 5}},
                "misfit": misfit,
            }[kind]
        )
        sent += [FIRST + each for each in ids] if kind in ("post", "page", "array") else []
        malformed += kind in ("page", "broken", "misfit")
    content = lines(*values) if form == "lines" else json.dumps(values, indent=1)
    file = file_of(tmp_path / "posts", gzip.compress(content.encode()) if packed else content)

    checkpoint, tallies = run_until_done(parts, file, ends)

    assert set(parts.firehose.ids) == set(sent)
    assert len(parts.firehose.ids) - len(sent) <= len(ends) * at_once
    kept = {(line["line"], line["rawData"]) for lines in parts.s3.objects.values() for line in lines}
    assert len(kept) == malformed
    assert checkpoint.is_done == (bool(sent) or not malformed)
    assert checkpoint.sent == len(sent)
    assert all(tally.is_balanced for tally in tallies)


def test_a_run_that_goes_on_sends_nothing_twice_that_was_accepted(tmp_path, parts, monkeypatch):
    monkeypatch.setattr(sender, "BATCH_POSTS", 2)
    file = file_of(tmp_path / "posts.jsonl", lines({"data": [post(1), post(2), post(3)]}, "{broken", post(4), post(5)))

    checkpoint, (tally,) = run_until_done(parts, file, [2])

    assert parts.firehose.ids == [FIRST + number for number in range(1, 6)]
    assert amounts(tally) == (4, 3, 0, 1, 0, 2)
    assert checkpoint == Checkpoint(checkpoint.place, sent=5, is_done=True)
    assert set(parts.s3.places) == {(str(tmp_path / "posts.jsonl"), 2)}


def test_a_row_that_only_the_stream_finds_too_large_is_rejected_with_its_line(parts, tmp_path, monkeypatch):
    monkeypatch.setattr(post_check, "ALWAYS_FITS_BYTES", 10**9)
    monkeypatch.setattr(firehose, "MAX_RECORD_BYTES", 20_000)
    file = file_of(tmp_path / "posts.jsonl", lines(post(1), post(2, text="x" * 30_000), post(3)))

    tally = parts.sender.send(file)

    assert amounts(tally) == (3, 2, 0, 1, 0, 0)
    assert parts.s3.places == [(file.name, 2)]


def test_posts_that_two_files_hold_are_repeated(tmp_path, parts):
    both = [parts.sender.send(file_of(tmp_path / name, lines(post(1), post(2), post(2)))) for name in ("a", "b")]

    assert [tally.repeated for tally in both] == [1, 1]
    assert count_repeated(both) == 4


def test_a_file_of_rejected_records_alone_gets_no_checkpoint(tmp_path, parts):
    reached: list[Checkpoint] = []
    tally = parts.sender.send(
        file_of(tmp_path / "posts.jsonl", lines("{broken", {"limit": {"track": 5}})),
        callbacks=Callbacks(on_accepted=reached.append),
    )

    assert (tally.holds_no_post, reached) == (True, [])


def deletions_of(parts):
    kept = [row for key, rows in parts.s3.objects.items() if key.startswith("deletions/") for row in rows]
    return sorted({row["id_str"]: row["reason"] for row in kept}.items())


def bluesky_events():
    """Two posts of Ann, then her removal, one more post of hers; a post of Bob, which he deletes."""
    second = tid(clock=1)
    return [
        create(did=ANN),
        account(did=ANN, active=False, status="deleted"),
        create(did=BOB),
        create(did=ANN, rkey=second),
        commit("delete", did=BOB),
        account(did=ANN, active=False, status="deactivated"),
        account(did=ANN, active=True),
        create(did=ANN, rkey=tid(clock=2)),
    ]


EXPECTED_DELETIONS = [
    (uri(ANN), "account deactivated"),
    (uri(ANN, tid(clock=1)), "account deactivated"),
    (uri(BOB), "deleted by its author"),
]


def test_the_deletions_in_a_file_of_bluesky_events_are_stored(tmp_path, parts):
    file = file_of(tmp_path / "jetstream.jsonl", lines(*bluesky_events()))

    tally = parts.sender.send(file)

    assert amounts(tally) == (8, 4, 0, 0, 1, 0)
    assert tally.deletions == 3
    assert deletions_of(parts) == EXPECTED_DELETIONS


@pytest.mark.parametrize("ends_at", [1, 2, 3, 4])
@pytest.mark.parametrize("at_once", [1, 2])
def test_no_deletion_is_lost_wherever_a_run_ends(tmp_path, parts, monkeypatch, ends_at, at_once):
    monkeypatch.setattr(sender, "BATCH_POSTS", at_once)
    file = file_of(tmp_path / "jetstream.jsonl", lines(*bluesky_events()))

    checkpoint, _ = run_until_done(parts, file, [ends_at, 1])

    assert checkpoint.is_done
    assert deletions_of(parts) == EXPECTED_DELETIONS


def test_many_deletions_are_stored_in_batches(tmp_path, parts, monkeypatch):
    monkeypatch.setattr(deletions, "BATCH_ROWS", 2)
    events = [commit("delete", rkey=tid(clock=number)) for number in range(5)]

    parts.sender.send(file_of(tmp_path / "deletes.jsonl", lines(*events)))

    assert [len(rows) for rows in parts.s3.objects.values()] == [2, 2, 1]
