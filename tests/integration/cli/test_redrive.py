"""`photolake redrive` over dead-letter queues on moto."""

import gzip
import json
import re
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from moto import mock_aws
from typer.testing import CliRunner

from photolake.aws.s3 import build_created_event
from photolake.clock import utc_now
from photolake_cli import cloud as clouds
from photolake_cli import main
from photolake_cli.cloud import Cloud
from photolake_cli.redrive import queues
from photolake_cli.redrive.flows import FLOWS
from tests.fakes.message_moves import SqsWithMoves

REGION: Any = "us-east-1"


@pytest.fixture(scope="module")
def aws():
    """A lake, and CloudWatch Logs without a line."""
    with mock_aws():
        names: Any = ("sqs", "logs", "s3")
        clients: dict[str, Any] = {name: boto3.client(name, REGION) for name in names}
        for flow in FLOWS:
            clients["logs"].create_log_group(logGroupName=flow.logs)
        clients["s3"].create_bucket(Bucket="lake")
        yield SimpleNamespace(**clients)


@pytest.fixture
def stack(aws, monkeypatch):
    """The stack with empty queues; its SQS moves messages."""
    for url in aws.sqs.list_queues().get("QueueUrls", []):
        aws.sqs.delete_queue(QueueUrl=url)
    urls = {}
    for flow in FLOWS:
        urls[flow.dead_letters] = aws.sqs.create_queue(QueueName=flow.dead_letters)["QueueUrl"]
        target = f"arn:aws:sqs:{REGION}:123456789012:{flow.dead_letters}"
        policy = json.dumps({"deadLetterTargetArn": target, "maxReceiveCount": 5})
        urls[flow.queue] = aws.sqs.create_queue(QueueName=flow.queue, Attributes={"RedrivePolicy": policy})["QueueUrl"]
    sqs = SqsWithMoves(aws.sqs)
    cloud = Cloud(
        "the stack lake in us-east-1",
        "lake",
        boto3.Session(region_name=REGION),
        {"ImageApis": "labels,text", "SampleRate": "1", "LakeBucketName": "lake"},
        lambda name: urls.get(name, name),
    )
    clients = {"sqs": sqs, "logs": aws.logs, "s3": aws.s3}
    monkeypatch.setattr(Cloud, "client", lambda self, service: clients[service])
    monkeypatch.setattr(clouds, "connect", lambda stack, region, state: cloud)
    monkeypatch.setattr(queues, "_POLL_SECONDS", 0.01)
    return SimpleNamespace(sqs=sqs, urls=urls, s3=aws.s3)


def run(*arguments, status=0, **options):
    result = CliRunner().invoke(main.app, ["redrive", "--stack", "lake", *arguments], **options)
    assert result.exit_code == status, result.output
    return result


def send(stack, queue, message):
    body = message if isinstance(message, str) else json.dumps(message)
    return stack.sqs.send_message(QueueUrl=stack.urls[queue], MessageBody=body)["MessageId"]


def announce(key, size=0):
    return build_created_event("lake", key, utc_now(), size=size)


def bodies(stack, queue):
    found: list[Any] = []
    while messages := stack.sqs.receive_message(
        QueueUrl=stack.urls[queue], MaxNumberOfMessages=10, VisibilityTimeout=600
    ).get("Messages"):
        found += messages
    return [message["Body"] for message in found]


def test_a_dry_run_shows_what_failed_and_the_price_and_moves_nothing(stack):
    for start in range(0, 40, 10):
        entries = [
            {"Id": str(number), "MessageBody": json.dumps(announce(f"images/aa/{number}.jpg"))}
            for number in range(start, start + 10)
        ]
        stack.sqs.send_message_batch(QueueUrl=stack.urls["ImageDeadLetterQueue"], Entries=entries)

    output = " ".join(run("--dry-run").output.split())

    assert "ImageDeadLetterQueue image_analyzer 40" in output
    assert "30 of 40 messages were looked at" in output
    assert "30 × unknown: the log does not name the message" in output
    assert re.search(r"for example s3://lake/images/aa/\d+\.jpg", output)
    assert "at most 40 photos for 2 APIs: $0.08" in output
    assert len(bodies(stack, "ImageDeadLetterQueue")) == 40


def test_money_is_asked_for_before_anything_moves(stack):
    send(stack, "ImageDeadLetterQueue", announce("images/aa/1.jpg"))

    refused = run(status=1).output

    assert "Nothing has been sent. To spend that in the stack lake in us-east-1: --yes" in " ".join(refused.split())
    assert len(bodies(stack, "ImageDeadLetterQueue")) == 1


def test_messages_go_back_to_their_queue_once(stack):
    photos = [announce(f"images/aa/{number}.jpg") for number in range(11)]
    for photo in photos:
        send(stack, "ImageDeadLetterQueue", photo)
    send(stack, "BackfillDeadLetterQueue", {"job": "s3://album/2019/", "token": "a"})

    first = json.loads(run("--yes", "--json").stdout)
    second = json.loads(run("--yes", "--json").stdout)

    moved = {each["queue"]: (each["messages"], each["moved"], each["status"]) for each in first["queues"]}
    assert moved == {
        "TweetDeadLetterQueue": (0, 0, None),
        "PhotoJobDeadLetterQueue": (0, 0, None),
        "ImageDeadLetterQueue": (11, 11, "COMPLETED"),
        "BackfillDeadLetterQueue": (1, 1, "COMPLETED"),
    }
    assert [each["moved"] for each in second["queues"]] == [0, 0, 0, 0]
    assert sorted(bodies(stack, "ImageQueue")) == sorted(map(json.dumps, photos))
    assert bodies(stack, "BackfillQueue") == [json.dumps({"job": "s3://album/2019/", "token": "a"})]


def test_only_the_named_queue_is_moved_and_an_unknown_one_is_refused(stack):
    send(stack, "ImageDeadLetterQueue", announce("images/aa/1.jpg"))
    send(stack, "BackfillDeadLetterQueue", {"job": "s3://album/2019/", "token": "a"})

    assert "There is no queue or function posts" in run("posts", status=1).output
    run("backfill")

    assert len(bodies(stack, "BackfillQueue")) == 1
    assert bodies(stack, "ImageQueue") == []


def test_the_price_of_archive_objects_is_that_of_their_posts(stack):
    media = [{"id": "7", "id_str": "7", "type": "photo", "media_url_https": "https://pbs.twimg.com/media/7.jpg"}]
    post = {
        "id": 2030500000000000001,
        "id_str": "2030500000000000001",
        "text": "I love this!",
        "lang": "en",
        "source_platform": "x",
        "source_json": "{}",
        "extended_entities": {"media": media},
    }
    stack.s3.put_object(Bucket="lake", Key="tweets/a.gz", Body=gzip.compress(json.dumps(post).encode()))
    send(stack, "TweetDeadLetterQueue", announce("tweets/a.gz"))
    send(stack, "TweetDeadLetterQueue", announce("tweets/deleted.gz"))

    output = " ".join(run("--dry-run").output.split())

    # Of two messages that were looked at, one object is left.
    assert "at most 1 posts with 3 units of text ($0.01) and 1 photos for 2 APIs ($0.01)" in output


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        ({"media_url": "https://pbs.twimg.com/7.jpg", "tweetid": 5, "post": {"text": "secret"}}, "the photo https"),
        ({"job": "s3://album/2019/"}, "the backfill of s3://album/2019/"),
        ("not JSON \x1b[2J", "not JSON \\x1b[2J"),
        ("[" * 100_000, "[[["),
    ],
)
def test_an_example_is_shown_in_short_without_text_of_a_post_or_what_a_terminal_obeys(stack, message, shown):
    send(stack, "PhotoJobDeadLetterQueue", message)

    output = run("--dry-run").output

    assert f"for example {shown}" in output
    assert "secret" not in output
    assert "\x1b[2J" not in output


def test_a_move_that_runs_already_is_followed(stack):
    send(stack, "BackfillDeadLetterQueue", {"job": "s3://album/2019/"})
    tasks = iter([[{"Status": "RUNNING"}], [{"Status": "COMPLETED", "ApproximateNumberOfMessagesMoved": 9}]])
    stack.sqs.list_message_move_tasks = lambda **_: {"Results": next(tasks)}
    stack.sqs.start_message_move_task = None

    document = json.loads(run("backfill", "--json").stdout)

    assert (document["queues"][0]["moved"], document["queues"][0]["status"]) == (9, "COMPLETED")


def test_a_move_that_fails_is_said_and_the_status_is_1(stack):
    send(stack, "BackfillDeadLetterQueue", {"job": "s3://album/2019/"})
    failed = {"Status": "FAILED", "FailureReason": "AccessDenied", "ApproximateNumberOfMessagesMoved": 0}
    tasks = iter([[], [failed]])
    stack.sqs.list_message_move_tasks = lambda **_: {"Results": next(tasks)}
    stack.sqs.start_message_move_task = lambda **_: {}

    result = run("backfill", "--json", status=1)

    (queue,) = json.loads(result.stdout)["queues"]
    assert (queue["moved"], queue["status"], queue["failure"]) == (0, "FAILED", "AccessDenied")
    assert "Not all messages were moved. Run the command again" in result.stderr
