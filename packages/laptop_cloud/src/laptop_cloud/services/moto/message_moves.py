"""SQS's redrive of dead-letter queues, which moto does not have.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_StartMessageMoveTask.html
"""

from __future__ import annotations

import json
import threading
import time
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError
from werkzeug.wrappers import Request, Response

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import SendMessageBatchRequestEntryTypeDef

_TARGET = "AmazonSQS."
_BATCH = 10
_NOT_DLQ = "Source queue must be configured as a Dead Letter Queue."
_RUNNING = "There is already a task running. Only one active task is allowed for a source queue arn at a given time."


class MoveError(Exception):
    """A refusal, as SQS words it."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass
class _Task:
    handle: str
    source_arn: str
    destination_arn: str
    asked_destination: str | None
    to_move: int
    started_ms: int
    status: str = "RUNNING"
    moved: int = 0
    failure: str = ""

    def describe(self) -> dict[str, Any]:
        """The task as ListMessageMoveTasks gives it; only a running one has a handle."""
        found = {
            "TaskHandle": self.handle if self.status == "RUNNING" else None,
            "Status": self.status,
            "SourceArn": self.source_arn,
            "DestinationArn": self.asked_destination,
            "ApproximateNumberOfMessagesMoved": self.moved,
            "ApproximateNumberOfMessagesToMove": self.to_move,
            "FailureReason": self.failure or None,
            "StartedTimestamp": self.started_ms,
        }
        return {name: value for name, value in found.items() if value is not None}


class MessageMoves:
    """Start, List and CancelMessageMoveTask over the other operations of SQS.

    A task moves as many messages as its queue held at its start. Each gets a new id, and the clock of its retention
    starts again, as on AWS. MaxNumberOfMessagesPerSecond has no effect.
    """

    def __init__(self, make_client: Callable[[], SQSClient]) -> None:
        """`make_client` is called at the first request, when the server answers."""
        self._make_client = make_client
        self._tasks: list[_Task] = []
        self._lock = threading.Lock()

    def call(self, operation: str, request: Mapping[str, Any]) -> dict[str, Any]:
        """Answer one of the operations; MoveError if SQS would refuse it."""
        operations = {
            "StartMessageMoveTask": self._start,
            "ListMessageMoveTasks": self._list,
            "CancelMessageMoveTask": self._cancel,
        }
        return operations[operation](self._make_client(), request)

    def _start(self, sqs: SQSClient, request: Mapping[str, Any]) -> dict[str, Any]:
        source = request["SourceArn"]
        url = _find_queue(sqs, source, "SourceArn")
        destination = request.get("DestinationArn") or _find_origin(sqs, url)
        attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"])[
            "Attributes"
        ]
        task = _Task(
            uuid.uuid4().hex,
            source,
            destination,
            request.get("DestinationArn"),
            int(attributes["ApproximateNumberOfMessages"]),
            int(time.time() * 1000),
        )
        to_url = _find_queue(sqs, destination, "DestinationArn")
        if not sqs.list_dead_letter_source_queues(QueueUrl=url).get("queueUrls"):
            raise MoveError("AWS.SimpleQueueService.UnsupportedOperation", _NOT_DLQ)
        with self._lock:
            if any(each.status in ("RUNNING", "CANCELLING") for each in self._tasks if each.source_arn == source):
                raise MoveError("AWS.SimpleQueueService.UnsupportedOperation", _RUNNING)
            self._tasks.insert(0, task)
        threading.Thread(target=_run_task, args=(sqs, task, url, to_url), name=f"move-{source}", daemon=True).start()
        return {"TaskHandle": task.handle}

    def _list(self, sqs: SQSClient, request: Mapping[str, Any]) -> dict[str, Any]:
        _find_queue(sqs, request["SourceArn"], "SourceArn")
        found = [task.describe() for task in self._tasks if task.source_arn == request["SourceArn"]]
        return {"Results": found[: request.get("MaxResults", 1)]}

    def _cancel(self, _sqs: SQSClient, request: Mapping[str, Any]) -> dict[str, Any]:
        for task in self._tasks:
            if task.handle == request["TaskHandle"] and task.status == "RUNNING":
                task.status = "CANCELLING"
                return {"ApproximateNumberOfMessagesMoved": task.moved}
        raise MoveError("ResourceNotFoundException", "The specified task handle does not belong to a running task.")


def _run_task(sqs: SQSClient, task: _Task, source_url: str, destination_url: str) -> None:
    try:
        while task.moved < task.to_move and task.status == "RUNNING":
            moved = _move_batch(sqs, source_url, destination_url, min(_BATCH, task.to_move - task.moved))
            if not moved:
                break
            task.moved += moved
    except (BotoCoreError, ClientError) as error:
        task.failure, task.status = str(error), "FAILED"
    else:
        task.status = "CANCELLED" if task.status == "CANCELLING" else "COMPLETED"


def _move_batch(sqs: SQSClient, source_url: str, destination_url: str, size: int) -> int:
    received = sqs.receive_message(QueueUrl=source_url, MaxNumberOfMessages=size, MessageAttributeNames=["All"])
    messages = received.get("Messages", [])
    if not messages:
        return 0
    entries: list[SendMessageBatchRequestEntryTypeDef] = [
        {
            "Id": str(index),
            "MessageBody": message["Body"],
            "MessageAttributes": dict(message.get("MessageAttributes", {})),
        }
        for index, message in enumerate(messages)
    ]
    sent = sqs.send_message_batch(QueueUrl=destination_url, Entries=entries).get("Successful", [])
    done = [messages[int(each["Id"])] for each in sent]
    for message in done:
        sqs.delete_message(QueueUrl=source_url, ReceiptHandle=message["ReceiptHandle"])
    return len(done)


def _find_queue(sqs: SQSClient, arn: str, parameter: str) -> str:
    try:
        return sqs.get_queue_url(QueueName=arn.rpartition(":")[2])["QueueUrl"]
    except ClientError as error:
        message = f"The resource that you specified for the {parameter} parameter doesn't exist."
        raise MoveError("ResourceNotFoundException", message) from error


def _find_origin(sqs: SQSClient, url: str) -> str:
    """The queue whose messages end here; on AWS each message remembers its own."""
    origins = sqs.list_dead_letter_source_queues(QueueUrl=url).get("queueUrls", [])
    if not origins:
        raise MoveError("AWS.SimpleQueueService.UnsupportedOperation", _NOT_DLQ)
    if len(origins) > 1:
        message = "not available locally: a queue of dead letters of several queues, without a DestinationArn"
        raise MoveError("AWS.SimpleQueueService.UnsupportedOperation", message)
    return sqs.get_queue_attributes(QueueUrl=origins[0], AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]


class MessageMoveEndpoint:
    """Answers the three operations in SQS's JSON protocol, and passes every other request on to an application."""

    def __init__(self, application: WSGIApplication, moves: MessageMoves) -> None:
        self._application = application
        self._moves = moves

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """The answer."""
        operation = environ.get("HTTP_X_AMZ_TARGET", "").removeprefix(_TARGET)
        if not operation.endswith(("MessageMoveTask", "MessageMoveTasks")):
            return self._application(environ, start_response)
        try:
            body, status = self._moves.call(operation, json.loads(Request(environ).get_data() or b"{}")), 200
        except MoveError as error:
            body, status = {"__type": f"com.amazonaws.sqs#{error.code}", "message": error.message}, 400
        response = Response(json.dumps(body), status, content_type="application/x-amz-json-1.0")
        return response(environ, start_response)
