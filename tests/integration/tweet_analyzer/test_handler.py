"""The handler against moto's S3, SQS, DynamoDB and Glue, with Comprehend and Firehose in memory."""

import base64
import gzip
import importlib
import json
from collections import Counter
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote_plus

import boto3
import pytest
from moto import mock_aws
from samtranslator.yaml_helper import yaml_parse

from photolake.aws.s3 import S3Object
from photolake.aws.sqs import MessageQueue
from photolake.backfill.waiting import PayableImages, WaitingAnnouncer
from photolake.images.registry import ImageRegistry
from photolake.posts.waiting_objects import WaitingObjects
from photolake.spending.ledger import SpendingLedger
from photolake.spending.limits import SpendingLimits
from photolake.spending.purse import Purse
from tests.builders.dynamodb_tables import template_table
from tests.cloudwatch import printed_metrics, shown_of
from tests.fakes.client_error import client_error
from tests.fakes.comprehend import FakeComprehend

ROOT = Path(__file__).parents[3]
BUCKET = "lake"
KEY = "tweets/dt=2022-10-14/a+b.gz"
COLLECTED = "2022-10-14T10:00:00.000Z"
FIRST_ID = 1_580_661_436_132_757_506  # given out on 2022-10-13
PHOTO = {"id": "77", "type": "photo", "media_url_https": "https://pbs.twimg.com/media/77.jpg", "ext_alt_text": "A cat"}
CONTEXT = SimpleNamespace(
    function_name="tweet_analyzer",
    memory_limit_in_mb=512,
    invoked_function_arn="arn:aws:lambda:us-east-1:123456789012:function:tweet_analyzer",
    aws_request_id="1",
    get_remaining_time_in_millis=lambda: 600_000,
)


class FakeFirehose:
    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []
        self.fails = False

    def put_record_batch(self, *, DeliveryStreamName, Records):  # noqa: N803 (boto3's names)
        assert DeliveryStreamName == "posts-stream"
        if self.fails:
            raise ConnectionError("no route to Firehose")
        self.rows += [json.loads(line) for record in Records for line in record["Data"].splitlines()]
        return {"FailedPutCount": 0, "RequestResponses": [{"RecordId": "1"} for _ in Records]}


class Stack:
    """The function and what stands around it."""

    def __init__(self) -> None:
        self.s3 = boto3.client("s3")
        self.sqs = boto3.client("sqs")
        self.table, self.images, self.checkpoints = (
            boto3.resource("dynamodb").Table(name) for name in ("cache", "images", "checkpoints")
        )
        self.queue = ""
        self.firehose = FakeFirehose()
        self.comprehend = FakeComprehend()
        self.app: Any = None

    def create(self) -> None:
        self.s3.create_bucket(Bucket=BUCKET)
        self.queue = self.sqs.create_queue(QueueName="photo-jobs")["QueueUrl"]
        template_table("CacheTable", "cache")
        template_table("CheckpointTable", "checkpoints")
        template_table("ImagesTable", "images")
        glue = boto3.client("glue")
        glue.create_database(DatabaseInput={"Name": "landing"})
        table = yaml_parse((ROOT / "template.yaml").read_text())["Resources"]["PostsTable"]["Properties"]["TableInput"]
        columns: Any = {"Columns": table["StorageDescriptor"]["Columns"]}
        glue.create_table(
            DatabaseName="landing",
            TableInput={"Name": "posts", "StorageDescriptor": columns, "PartitionKeys": table["PartitionKeys"]},
        )

    def reset(self) -> None:
        self.firehose.__init__()  # type: ignore[misc]
        self.comprehend.__init__()  # type: ignore[misc]
        for table in (self.table, self.images, self.checkpoints):
            for item in table.scan()["Items"]:
                table.delete_item(Key={"id": item["id"]})
        for stored in self.s3.list_objects_v2(Bucket=BUCKET).get("Contents", []):
            self.s3.delete_object(Bucket=BUCKET, Key=stored["Key"])
        self.jobs()

    def put(self, *lines: Any, data: bytes | None = None, key: str = KEY) -> dict[str, Any]:
        """Store an archive object and return the record of the message that announces it."""
        written = [line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines]
        body = gzip.compress(b"\n".join(written) + b"\n") if data is None else data
        etag = self.s3.put_object(Bucket=BUCKET, Key=key, Body=body, ContentEncoding="gzip")["ETag"].strip('"')
        event: dict[str, Any] = json.loads((ROOT / "events/tweet_analyzer_sqs.json").read_text())
        (record,) = event["Records"]
        announced = json.loads(record["body"])
        announced["Records"][0]["s3"] |= {
            "bucket": {"name": BUCKET},
            "object": {"key": quote_plus(key), "size": len(body), "eTag": etag},
        }
        return {**record, "messageId": f"message {key}", "body": json.dumps(announced)}

    def handle(self, *records: dict[str, Any]) -> list[str]:
        """Invoke the function and return the messages that go back to the queue."""
        response = self.app.lambda_handler({"Records": list(records)}, CONTEXT)
        return [failure["itemIdentifier"] for failure in response["batchItemFailures"]]

    def jobs(self) -> list[dict[str, Any]]:
        messages = self.sqs.receive_message(QueueUrl=self.queue, MaxNumberOfMessages=10).get("Messages", [])
        for message in messages:
            self.sqs.delete_message(QueueUrl=self.queue, ReceiptHandle=message["ReceiptHandle"])
        return [json.loads(message["Body"]) for message in messages]

    def malformed(self) -> list[dict[str, Any]]:
        body = self.s3.get_object(Bucket=BUCKET, Key=f"errors/malformed/{KEY}.jsonl")["Body"].read()
        return [json.loads(line) for line in body.splitlines()]


@pytest.fixture(scope="module")
def running():
    environment = {
        "POWERTOOLS_SERVICE_NAME": "tweet_analyzer",
        "LANDING_DATABASE": "landing",
        "POSTS_STREAM": "posts-stream",
        "CACHE_TABLE": "cache",
        "IMAGES_TABLE": "images",
        "CHECKPOINT_TABLE": "checkpoints",
        "MONTHLY_BUDGETS": "1000,0,0,0",
        "SAMPLE_RATE": "1",
        "EARLIEST_DATE": "2020-01-01",
        "TEXT_CACHE_DAYS": "30",
        "PACK_ENTITIES": "false",
    }
    with mock_aws(), pytest.MonkeyPatch.context() as patch:
        stack = Stack()
        stack.create()
        client = boto3.client
        fakes = {"comprehend": stack.comprehend, "firehose": stack.firehose}
        patch.setattr(boto3, "client", lambda name, **options: fakes.get(name) or client(name, **options))
        for name, value in {**environment, "PHOTO_JOBS_QUEUE": stack.queue}.items():
            patch.setenv(name, value)
        stack.app = importlib.import_module("functions.tweet_analyzer.app")
        yield stack


@pytest.fixture
def stack(running: Stack) -> Stack:
    running.reset()
    return running


def post(number: int, **values: Any) -> dict[str, Any]:
    return {
        "id": FIRST_ID + number,
        "id_str": str(FIRST_ID + number),
        "text": f"text {number}",
        "lang": "en",
        "source_platform": "x",
        "collected_at": COLLECTED,
        "source_json": '{"big": true}',
        **values,
    }


def test_a_file_of_good_and_bad_lines_becomes_rows_jobs_and_kept_lines(stack: Stack) -> None:
    retweet = {"type": "retweeted", "id": "1", "text": "t", "screen_name": "ada", "media": [PHOTO]}
    record = stack.put(
        post(0, text="Ada met Grace", extended_entities={"media": [PHOTO]}),
        b'{"id": 12, "text": "cut',
        post(0, text="Ada met Grace", extended_entities={"media": [PHOTO]}),
        post(1, text="RT Ada met Grace", extended_entities={"media": [PHOTO]}, referenced_tweets=[retweet]),
        post(2, lang=None, text="おはよう"),
        post(3, lang="no", text="hei"),
        post(4, text=None),
        post(5, user="ada"),
        post(6, text="😀" * 3000),
        b'{"text": "no id"}',
    )
    failures = stack.handle(record)

    assert failures == []
    assert [
        (row["id"] - FIRST_ID, row["dt"], row["language"], row["sentiment_status"], len(row["text_entities"] or []))
        for row in stack.firehose.rows
    ] == [
        (0, "2022-10-13", "en", "ok", 2),
        (0, "2022-10-13", "en", "ok", 2),
        (1, "2022-10-13", "en", "ok", 2),
        (2, "2022-10-13", "ja", "ok", 0),
        (3, "2022-10-13", "no", "unsupported_language", 0),
        (4, "2022-10-13", "en", "empty", 0),
        (6, "2022-10-13", "en", "ok", 0),
    ]
    assert not any("source_json" in row for row in stack.firehose.rows)
    assert {len(text.encode()) for _, _, text in stack.comprehend.answered if "😀" in text} == {5000}
    assert [(line["source"], line["line"]) for line in stack.malformed()] == [
        (f"s3://{BUCKET}/{KEY}", number) for number in (2, 8, 10)
    ]
    assert base64.b64decode(stack.malformed()[0]["rawData"]) == b'{"id": 12, "text": "cut'
    job = {
        "origin": "post",
        "source_platform": "x",
        "dt": "2022-10-13",
        "mediaid": "77",
        "media_url": "https://pbs.twimg.com/media/77.jpg",
        "alt_text": "A cat",
        "kind": "photo",
        "collected_at": COLLECTED,
    }
    people = [{"text": name, "type": "PERSON", "score": 0.75} for name in ("Ada", "Grace")]
    assert sorted(stack.jobs(), key=lambda job: job["tweetid"]) == [
        {
            **job,
            "tweetid": FIRST_ID + number,
            "post": {"id_str": str(FIRST_ID + number), "text": text, "entities": people},
        }
        for number, text in ((0, "Ada met Grace"), (0, "Ada met Grace"), (1, "RT Ada met Grace"))
    ]


def test_a_redelivered_event_of_a_finished_object_does_nothing(stack: Stack) -> None:
    record = stack.put(post(0), post(1))

    assert [stack.handle(record), stack.handle(record)] == [[], []]
    assert len(stack.firehose.rows) == 2
    assert sorted(stack.comprehend.calls) == [("BatchDetectEntities", 2), ("BatchDetectSentiment", 2)]


def test_an_object_that_was_replaced_is_analysed_again_but_its_texts_are_not_bought_again(stack: Stack) -> None:
    stack.handle(stack.put(post(0)))
    stack.handle(stack.put(post(0), post(7, text="text 0")))

    assert [row["id"] - FIRST_ID for row in stack.firehose.rows] == [0, 0, 7]
    assert sorted(stack.comprehend.calls) == [("BatchDetectEntities", 1), ("BatchDetectSentiment", 1)]


def test_a_message_that_fails_goes_back_alone_and_is_not_taken_for_finished(stack: Stack) -> None:
    good, bad = stack.put(post(0)), stack.put(post(1), key="tweets/bad.gz")
    stack.comprehend.call_errors = [client_error("AccessDeniedException")]

    assert stack.handle(bad, good) == ["message tweets/bad.gz"]
    assert stack.handle(bad, good) == []
    assert [row["id"] - FIRST_ID for row in stack.firehose.rows] == [0, 1]


def test_an_object_that_was_deleted_is_done(stack: Stack) -> None:
    record = stack.put(post(0))
    stack.s3.delete_object(Bucket=BUCKET, Key=KEY)

    assert stack.handle(record) == []
    assert stack.firehose.rows == []


def test_answers_outlive_a_delivery_that_failed_and_no_job_was_sent(stack: Stack) -> None:
    record = stack.put(post(0, extended_entities={"media": [PHOTO]}))
    stack.firehose.fails = True
    assert stack.handle(record) == [f"message {KEY}"]
    assert stack.jobs() == []

    stack.firehose.fails = False
    assert stack.handle(record) == []
    assert sorted(stack.comprehend.calls) == [("BatchDetectEntities", 1), ("BatchDetectSentiment", 1)]
    assert [job["mediaid"] for job in stack.jobs()] == ["77"]


def test_an_object_that_another_invocation_is_working_on_goes_back_to_the_queue(stack: Stack) -> None:
    record = stack.put(post(0))
    stack.handle(record)
    (marker,) = [item for item in stack.table.scan()["Items"] if str(item["id"]).startswith("archive#")]
    stack.table.put_item(Item={**marker, "status": "INPROGRESS", "in_progress_expiration": 9_999_999_999_999})

    assert stack.handle(record) == [f"message {KEY}"]
    assert len(stack.firehose.rows) == 1


def test_of_a_truncated_object_what_can_be_read_is_delivered(stack: Stack) -> None:
    whole = gzip.compress(b"".join(json.dumps(post(number)).encode() + b"\n" for number in range(400)))
    assert stack.handle(stack.put(data=whole[: len(whole) // 2])) == []

    (damage,) = stack.malformed()
    delivered = [row["id"] - FIRST_ID for row in stack.firehose.rows]
    assert delivered == list(range(damage["line"] - 1))
    assert len(delivered) > 50
    assert damage["message"].startswith("the gzip data is damaged from here on")


def test_an_empty_object_is_not_a_failure(stack: Stack) -> None:
    assert stack.handle(stack.put(data=b"")) == []
    assert stack.firehose.rows == []


def test_the_test_event_of_s3_is_acknowledged(stack: Stack) -> None:
    event = json.loads((ROOT / "events/tweet_analyzer_sqs_test_event.json").read_text())

    assert stack.handle(*event["Records"]) == []


def test_a_message_that_is_not_an_s3_event_goes_back_to_the_queue(stack: Stack) -> None:
    assert stack.handle({**stack.put(post(0)), "body": "hello"}) == [f"message {KEY}"]


def test_metrics_say_what_was_done_and_logs_hold_no_text(stack: Stack, capfd: pytest.CaptureFixture[str]) -> None:
    stack.handle(stack.put(post(0, text="a secret"), b"{", post(1, text="a secret")))
    printed = capfd.readouterr().out.splitlines()

    metrics = next(json.loads(line) for line in printed if "_aws" in line)
    counts = {"PostsAnalyzed": 2, "PostsRejected": 1, "TextsBought": 1, "TextsSaved": 1, "ComprehendCalls": 2}
    assert {name: sum(metrics[name]) for name in counts} == counts
    assert sum(metrics["Failures"]) == 0
    assert not any("secret" in line for line in printed)
    assert shown_of("tweet_analyzer") <= printed_metrics("\n".join(printed)).keys()


def test_posts_over_the_budget_are_delivered_and_analysed_when_there_is_money(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit_money(stack, monkeypatch, 1_000)  # of 2,400 for four texts of three units, by two APIs
    posts = [post(number, extended_entities={"media": [PHOTO]} if number == 3 else None) for number in range(4)]

    assert stack.handle(stack.put(*posts)) == []

    first = {row["id"]: (row["sentiment_status"], row["entities_status"]) for row in stack.firehose.rows}
    assert len(first) == 4
    assert Counter(status for statuses in first.values() for status in statuses) == {"ok": 3, "over_budget": 5}
    assert len(stack.jobs()) == 1
    (waiting,) = WaitingObjects(stack.images).list(10)
    assert (waiting.key, waiting.price) == (KEY, 1_500)
    assert sum(stack.comprehend.answered.values()) == 3

    assert announce_waiting(stack) == []  # the month has nothing for a text
    assert stack.handle(stack.put(*posts)) == []  # the same event again
    assert len(stack.firehose.rows) == 4

    limit_money(stack, monkeypatch, 2_400)
    stack.firehose.rows.clear()
    messages = announce_waiting(stack)
    assert stack.handle(*messages) == []
    assert stack.handle(*messages) == []

    assert [(row["sentiment_status"], row["entities_status"]) for row in stack.firehose.rows] == [("ok", "ok")] * 4
    assert set(stack.comprehend.answered.values()) == {1}
    assert list(WaitingObjects(stack.images).list(10)) == []
    assert stack.checkpoints.scan()["Items"][0]["total"] == 2_400


def test_an_object_that_has_to_wait_again_is_not_taken_for_done(stack: Stack) -> None:
    waiting = WaitingObjects(stack.images)
    created = S3Object(BUCKET, KEY, 9, "etag", "")
    waiting.add(created, 1, 300)
    (earlier,) = waiting.list(10)

    waiting.add(created, 2, 600)
    waiting.remove(replace(created, turn=earlier.turn))
    (later,) = waiting.list(10)
    assert (later.posts, later.price) == (2, 600)

    waiting.remove(replace(created, turn=later.turn))
    assert list(waiting.list(10)) == []


def limit_money(stack: Stack, monkeypatch: pytest.MonkeyPatch, limit: int) -> None:
    """Let the month have so many millionths of a dollar for texts."""
    purse = Purse(SpendingLedger(stack.checkpoints, SpendingLimits(limit)), "comprehend")
    monkeypatch.setattr(stack.app, "purse", purse)
    monkeypatch.setattr(stack.app.comprehend, "purse", purse)


def announce_waiting(stack: Stack) -> list[dict[str, Any]]:
    """What the daily run sends to the function."""
    url = stack.sqs.create_queue(QueueName="tweets")["QueueUrl"]
    announcer = WaitingAnnouncer(
        BUCKET,
        PayableImages(stack.app.purse._ledger, 5_000),
        ImageRegistry(stack.images),
        MessageQueue(stack.sqs, url),
        WaitingObjects(stack.images),
        MessageQueue(stack.sqs, url),
    )
    assert announcer.announce_images() == 0
    announcer.announce_objects()
    messages = stack.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
    for message in messages:
        stack.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    record: dict[str, Any] = json.loads((ROOT / "events/tweet_analyzer_sqs.json").read_text())["Records"][0]
    return [{**record, "messageId": str(number), "body": each["Body"]} for number, each in enumerate(messages)]


@pytest.mark.parametrize(
    "fault",
    [ValueError("Zebrafink"), UnicodeEncodeError("utf-8", "Zebrafink", 0, 1, "x"), client_error("ValidationException")],
)
def test_nothing_that_posts_say_is_logged(stack: Stack, fault: Exception, capfd: Any, caplog: Any) -> None:
    user = {"id": 7, "screen_name": "Zebrafink", "name": "Zebrafink", "description": "Zebrafink"}
    media = {**PHOTO, "media_url_https": "https://pbs.twimg.com/media/Zebrafink.jpg", "ext_alt_text": "Zebrafink"}
    posts = [
        post(0, text="Zebrafink", user=user, extended_entities={"media": [media]}),
        post(1, text=["Zebrafink"]),
        post(2, text="Zebrafink", Zebrafink="Zebrafink"),
    ]
    stack.comprehend.call_errors = [fault]

    stack.handle(stack.put(*posts, b"Zebrafink", b'{"text": "Zebrafink'))
    stack.handle(stack.put(*posts, b"Zebrafink", b'{"text": "Zebrafink'))

    printed = capfd.readouterr()
    logged = [vars(record) for record in caplog.records if record.name == stack.app.logger.name]
    assert any("message goes back" in str(each) or "archive object analyzed" in str(each) for each in logged)
    assert "Zebrafink" not in f"{logged}{printed.out}{printed.err}"
