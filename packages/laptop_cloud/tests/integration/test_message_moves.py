"""Redrive of a dead-letter queue, through the operations of SQS."""

import json
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from moto import mock_aws
from werkzeug.test import Client

from laptop_cloud.services.moto.message_moves import MessageMoveEndpoint, MessageMoves

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

QUEUES = "arn:aws:sqs:us-east-1:123456789012:"
Call = Callable[..., tuple[int, dict[str, Any]]]


@pytest.fixture
def sqs() -> Iterator["SQSClient"]:
    with mock_aws():
        client = boto3.client("sqs")
        client.create_queue(QueueName="dead")
        policy = json.dumps({"deadLetterTargetArn": f"{QUEUES}dead", "maxReceiveCount": 1})
        client.create_queue(QueueName="jobs", Attributes={"RedrivePolicy": policy})
        yield client


@pytest.fixture
def call(sqs: "SQSClient") -> Call:
    def other(_environ: Any, start_response: Any) -> list[bytes]:
        start_response("200 OK", [("Content-Type", "application/json")])
        return [b'{"other": true}']

    client = Client(MessageMoveEndpoint(other, MessageMoves(lambda: sqs)))

    def send(operation: str, **request: Any) -> tuple[int, dict[str, Any]]:
        response = client.post("/", headers={"X-Amz-Target": f"AmazonSQS.{operation}"}, json=request)
        return response.status_code, response.get_json(force=True)

    return send


def _url(sqs: "SQSClient", name: str) -> str:
    return sqs.get_queue_url(QueueName=name)["QueueUrl"]


def _send(sqs: "SQSClient", count: int) -> None:
    for number in range(count):
        attributes: Any = {"number": {"StringValue": str(number), "DataType": "Number"}}
        sqs.send_message(QueueUrl=_url(sqs, "dead"), MessageBody=f"body {number}", MessageAttributes=attributes)


def _finish(call: Call) -> dict[str, Any]:
    task: dict[str, Any] = {}
    for _ in range(200):
        (task,) = call("ListMessageMoveTasks", SourceArn=f"{QUEUES}dead")[1]["Results"]
        if task["Status"] != "RUNNING":
            return task
        time.sleep(0.01)
    raise AssertionError(task)


@pytest.mark.parametrize("destination", [{}, {"DestinationArn": f"{QUEUES}jobs"}])
def test_all_messages_move_back_with_body_and_attributes(
    sqs: "SQSClient", call: Call, destination: dict[str, str]
) -> None:
    _send(sqs, 23)

    status, started = call("StartMessageMoveTask", SourceArn=f"{QUEUES}dead", **destination)
    task = _finish(call)

    assert (status, list(started)) == (200, ["TaskHandle"])
    assert {name: value for name, value in task.items() if name != "StartedTimestamp"} == {
        "Status": "COMPLETED",
        "SourceArn": f"{QUEUES}dead",
        **destination,
        "ApproximateNumberOfMessagesMoved": 23,
        "ApproximateNumberOfMessagesToMove": 23,
    }
    received: list[Any] = []
    while found := sqs.receive_message(
        QueueUrl=_url(sqs, "jobs"), MaxNumberOfMessages=10, MessageAttributeNames=["All"]
    ).get("Messages"):
        received += found
    assert sorted((int(each["MessageAttributes"]["number"]["StringValue"]), each["Body"]) for each in received) == [
        (number, f"body {number}") for number in range(23)
    ]
    assert sqs.receive_message(QueueUrl=_url(sqs, "dead")).get("Messages", []) == []


def test_only_the_dead_letter_queue_of_another_queue_can_be_moved(call: Call) -> None:
    status, refusal = call("StartMessageMoveTask", SourceArn=f"{QUEUES}jobs", DestinationArn=f"{QUEUES}dead")

    assert (status, refusal["__type"]) == (400, "com.amazonaws.sqs#AWS.SimpleQueueService.UnsupportedOperation")


def test_a_queue_that_does_not_exist_is_refused(call: Call) -> None:
    status, refusal = call("StartMessageMoveTask", SourceArn=f"{QUEUES}gone")

    assert (status, refusal["__type"]) == (400, "com.amazonaws.sqs#ResourceNotFoundException")


def test_a_task_that_has_ended_cannot_be_cancelled(sqs: "SQSClient", call: Call) -> None:
    _send(sqs, 1)
    started = call("StartMessageMoveTask", SourceArn=f"{QUEUES}dead")[1]
    _finish(call)

    assert call("CancelMessageMoveTask", TaskHandle=started["TaskHandle"])[0] == 400


def test_other_requests_pass_on(call: Call) -> None:
    assert call("SendMessage") == (200, {"other": True})
