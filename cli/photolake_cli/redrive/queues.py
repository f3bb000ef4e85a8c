"""Dead-letter queues: what is in them, and moving it back.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-configure-dead-letter-queue-redrive.html
"""

from __future__ import annotations

import datetime as dt
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from photolake.aws.s3 import parse_created_objects
from photolake.errors import PermanentError
from photolake_cli.console import make_printable

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import (
        ChangeMessageVisibilityBatchRequestEntryTypeDef,
        ListMessageMoveTasksResultEntryTypeDef,
        MessageTypeDef,
    )

    from photolake_cli.cloud import Cloud
    from photolake_cli.redrive.flows import Flow

SAMPLE_MESSAGES = 30
# Until then nobody else can receive what is being looked at; it is given back at once.
_LOOK_SECONDS = 60
_RECEIVE_MESSAGES = 10
# Of a queue with few messages, SQS asks only some of its servers at a time.
_EMPTY_RECEIVES = 2
_POLL_SECONDS = 1.0
_MAX_DESCRIPTION = 300
_ENDED = ("COMPLETED", "CANCELLED", "FAILED")


@dataclass(frozen=True)
class DeadMessage:
    """A message in a dead-letter queue: `sent_at` is when it was sent first, to the queue of the function."""

    id: str
    body: str
    sent_at: dt.datetime

    def describe(self) -> str:
        """What it asks for, in short; the text of a post is not shown."""
        return make_printable(_describe_body(self.body))[:_MAX_DESCRIPTION]


@dataclass(frozen=True)
class MoveResult:
    """What became of a move: SQS's word for it, the messages moved, and why it failed."""

    status: str
    moved: int
    failure: str = ""

    @property
    def is_complete(self) -> bool:
        """Whether all messages were moved."""
        return self.status == "COMPLETED"


@dataclass(frozen=True)
class DeadLetterQueue:
    """The dead-letter queue of a flow, with the queue that its messages came from."""

    flow: Flow
    sqs: SQSClient
    url: str
    attributes: Mapping[str, str]
    """Those of SQS, as they were when the queue was opened."""
    origin_arn: str
    sleep: Callable[[float], None] = field(default=time.sleep, compare=False)

    @property
    def messages(self) -> int:
        """About how many messages it holds, those that somebody looks at included."""
        names = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")
        return sum(int(self.attributes[name]) for name in names)

    @property
    def retention(self) -> dt.timedelta:
        """How long after it was sent first a message is deleted."""
        return dt.timedelta(seconds=int(self.attributes["MessageRetentionPeriod"]))

    def read_sample(self, limit: int = SAMPLE_MESSAGES) -> list[DeadMessage]:
        """Look at up to `limit` messages, in no order, and leave them where they are."""
        found: dict[str, MessageTypeDef] = {}
        empty = 0
        try:
            while len(found) < min(limit, self.messages) and empty < _EMPTY_RECEIVES:
                received = self.sqs.receive_message(
                    QueueUrl=self.url,
                    MaxNumberOfMessages=min(_RECEIVE_MESSAGES, limit - len(found)),
                    VisibilityTimeout=_LOOK_SECONDS,
                    WaitTimeSeconds=1,
                    MessageSystemAttributeNames=["SentTimestamp"],
                ).get("Messages", [])
                empty += not received
                found.update({message["MessageId"]: message for message in received})
        finally:
            handles = [message["ReceiptHandle"] for message in found.values()]
            for start in range(0, len(handles), _RECEIVE_MESSAGES):
                self._give_back(handles[start : start + _RECEIVE_MESSAGES])
        return [_read_message(message) for message in found.values()]

    def move_back(self, on_progress: Callable[[int], object]) -> MoveResult:
        """Move all messages to the queue that they came from; `on_progress` gets how many are moved.

        A move that somebody has started before is followed. If this is interrupted, SQS goes on.
        """
        arn = self.attributes["QueueArn"]
        task = self._read_task(arn)
        if task is None or task["Status"] in _ENDED:
            self.sqs.start_message_move_task(SourceArn=arn, DestinationArn=self.origin_arn)
            task = self._read_task(arn)
        while task is not None and task["Status"] not in _ENDED:
            on_progress(task.get("ApproximateNumberOfMessagesMoved", 0))
            self.sleep(_POLL_SECONDS)
            task = self._read_task(arn)
        if task is None:
            return MoveResult("UNKNOWN", 0, "SQS does not list the move that was started")
        return MoveResult(
            task["Status"], task.get("ApproximateNumberOfMessagesMoved", 0), task.get("FailureReason", "")
        )

    def _give_back(self, handles: Sequence[str]) -> None:
        """Let others receive these messages again; one that SQS refuses comes back by itself."""
        entries: list[ChangeMessageVisibilityBatchRequestEntryTypeDef] = [
            {"Id": str(index), "ReceiptHandle": handle, "VisibilityTimeout": 0} for index, handle in enumerate(handles)
        ]
        self.sqs.change_message_visibility_batch(QueueUrl=self.url, Entries=entries)

    def _read_task(self, arn: str) -> ListMessageMoveTasksResultEntryTypeDef | None:
        tasks = self.sqs.list_message_move_tasks(SourceArn=arn, MaxResults=1).get("Results", [])
        return tasks[0] if tasks else None


def open_queue(flow: Flow, cloud: Cloud, sqs: SQSClient) -> DeadLetterQueue:
    """Open the dead-letter queue of a flow."""
    url = cloud.find_physical_id(flow.dead_letters)
    origin = sqs.get_queue_attributes(QueueUrl=cloud.find_physical_id(flow.queue), AttributeNames=["QueueArn"])
    attributes: Mapping[Any, str] = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    return DeadLetterQueue(flow, sqs, url, attributes, origin["Attributes"]["QueueArn"])


def _describe_body(body: str) -> str:
    try:
        message = json.loads(body)
        if isinstance(message, Mapping) and "Records" in message:
            return ", ".join(created.uri for created in parse_created_objects(body)) or body
    except (PermanentError, ValueError, RecursionError):
        return body
    if isinstance(message, Mapping) and "media_url" in message:
        return f"the photo {message['media_url']} of the post {message.get('tweetid')}"
    if isinstance(message, Mapping) and "job" in message:
        return f"the backfill of {message['job']}"
    return body


def _read_message(message: MessageTypeDef) -> DeadMessage:
    sent_ms = int(message["Attributes"]["SentTimestamp"])
    return DeadMessage(message["MessageId"], message["Body"], dt.datetime.fromtimestamp(sent_ms / 1000, dt.UTC))
