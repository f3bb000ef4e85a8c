"""Event source mappings: from an SQS queue to a function."""

import json
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from moto import mock_aws

from laptop_cloud.lambda_runtime.functions import InvocationResult
from laptop_cloud.lambda_runtime.pollers import Pollers, QueueSource

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

ACCOUNT_QUEUES = "arn:aws:sqs:us-east-1:123456789012:"


@pytest.fixture
def sqs() -> Iterator["SQSClient"]:
    with mock_aws():
        client = boto3.client("sqs")
        client.create_queue(QueueName="dead")
        policy = {"deadLetterTargetArn": f"{ACCOUNT_QUEUES}dead", "maxReceiveCount": 2}
        client.create_queue(
            QueueName="jobs", Attributes={"RedrivePolicy": json.dumps(policy), "VisibilityTimeout": "3600"}
        )
        yield client


def _source(sqs: "SQSClient", batch_size: int = 10, window: float = 0.0) -> QueueSource:
    url = sqs.get_queue_url(QueueName="jobs")["QueueUrl"]
    return QueueSource(f"{ACCOUNT_QUEUES}jobs", url, "worker", batch_size, window, partial_failures=True)


def _send(sqs: "SQSClient", *bodies: str) -> None:
    url = sqs.get_queue_url(QueueName="jobs")["QueueUrl"]
    for body in bodies:
        sqs.send_message(QueueUrl=url, MessageBody=body)


def _count(sqs: "SQSClient", queue: str) -> tuple[int, int]:
    url = sqs.get_queue_url(QueueName=queue)["QueueUrl"]
    found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    return int(found["ApproximateNumberOfMessages"]), int(found["ApproximateNumberOfMessagesNotVisible"])


class Worker:
    """A function that keeps the bodies it was given, and fails those that `refuses` picks."""

    def __init__(self, refuses: Callable[[str], bool] = lambda _: False) -> None:
        self.batches: list[list[str]] = []
        self._refuses = refuses

    def invoke(self, _name: str, payload: bytes) -> InvocationResult:
        records: list[dict[str, Any]] = json.loads(payload)["Records"]
        self.batches = [*self.batches, [record["body"] for record in records]]
        failed = [record["messageId"] for record in records if self._refuses(record["body"])]
        return InvocationResult(
            json.dumps({"batchItemFailures": [{"itemIdentifier": item} for item in failed]}).encode()
        )


def test_what_succeeded_is_deleted_and_what_failed_stays(sqs: "SQSClient"):
    worker = Worker(lambda body: body == "bad")
    _send(sqs, "good", "bad", "fine")

    handled = Pollers(sqs, worker.invoke, 1.0).poll(_source(sqs))

    assert handled == 3
    assert worker.batches == [["good", "bad", "fine"]]
    assert _count(sqs, "jobs") == (0, 1)


def test_a_failed_message_comes_back_soon_and_ends_in_the_dead_letter_queue(sqs: "SQSClient"):
    worker = Worker(lambda body: body == "bad")
    pollers = Pollers(sqs, worker.invoke, 1.0)
    _send(sqs, "bad", "good")

    while _count(sqs, "dead") == (0, 0):
        pollers.poll(_source(sqs))

    assert worker.batches == [["bad", "good"], ["bad"]]
    assert _count(sqs, "jobs") == (0, 0)
    assert _count(sqs, "dead") == (1, 0)


def test_a_function_error_keeps_the_whole_batch(sqs: "SQSClient"):
    _send(sqs, "a", "b")

    Pollers(sqs, lambda *_: InvocationResult(b'{"errorType": "X"}', "Unhandled"), 1.0).poll(_source(sqs))

    assert _count(sqs, "jobs") == (0, 2)


def test_a_batch_has_at_most_its_size(sqs: "SQSClient"):
    worker = Worker()
    _send(sqs, *(str(number) for number in range(25)))
    pollers = Pollers(sqs, worker.invoke, 1.0)

    while pollers.poll(_source(sqs, batch_size=12, window=0.01)):
        pass

    assert [len(batch) for batch in worker.batches] == [12, 12, 1]
    assert _count(sqs, "jobs") == (0, 0)


def test_an_empty_queue_calls_nobody(sqs: "SQSClient"):
    worker = Worker()

    assert Pollers(sqs, worker.invoke, 1.0).poll(_source(sqs)) == 0
    assert worker.batches == []


def test_started_pollers_work_until_they_are_stopped(sqs: "SQSClient"):
    worker = Worker()
    pollers = Pollers(sqs, worker.invoke, 0.0)
    pollers.add(_source(sqs, batch_size=1))
    _send(sqs, "a", "b", "c")

    pollers.start()
    while _count(sqs, "jobs") != (0, 0):
        pass
    pollers.stop(5.0)

    assert worker.batches == [["a"], ["b"], ["c"]]
    assert pollers.queue_arns() == {f"{ACCOUNT_QUEUES}jobs"}
