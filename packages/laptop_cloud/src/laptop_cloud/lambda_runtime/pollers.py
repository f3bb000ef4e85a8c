"""Lambda's event source mappings: from an SQS queue to a function, as the template asks for them.

MaximumConcurrency is not imitated: there is one process a function, so a batch is done before the next is fetched.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

if TYPE_CHECKING:
    from laptop_cloud.lambda_runtime.functions import InvocationResult

# Instead of the queue's visibility timeout, which is hours on AWS.
_RETRY_SECONDS = 1
# How long an empty receive waits, and so the longest wait of `stop` for an idle poller.
_RECEIVE_SECONDS = 1
_SQS_BATCH = 10

Invoke = Callable[[str, bytes], "InvocationResult"]


@dataclass(frozen=True)
class QueueSource:
    """One event source mapping; `window` in seconds, `partial_failures`: the function reports batchItemFailures."""

    queue_arn: str
    queue_url: str
    function: str
    batch_size: int
    window: float
    partial_failures: bool


class Pollers:
    """Polls every queue that feeds a function, each in a thread; windows are shortened by `scale`.

    `prepare` gets the name of each function that a queue feeds, so that its handler is imported when messages come.
    """

    def __init__(
        self, sqs: Any, invoke: Invoke, scale: float, prepare: Callable[[str], None] = lambda function: None
    ) -> None:
        self._sqs = sqs
        self._invoke = invoke
        self._scale = scale
        self._prepare = prepare
        self._sources: list[QueueSource] = []
        self._threads: list[threading.Thread] = []
        self._stopping = threading.Event()

    def queue_arns(self) -> frozenset[str]:
        """The queues that feed a function."""
        return frozenset(source.queue_arn for source in self._sources)

    def add(self, source: QueueSource) -> None:
        """Add a queue before the start."""
        self._sources.append(source)
        self._prepare(source.function)

    def start(self) -> None:
        """Start polling."""
        self._threads = [
            threading.Thread(target=self._poll_until_stopped, args=(source,), name=source.queue_arn, daemon=True)
            for source in self._sources
        ]
        for thread in self._threads:
            thread.start()

    def stop(self, grace: float) -> None:
        """Stop receiving, and wait up to `grace` seconds for running batches."""
        self._stopping.set()
        deadline = time.monotonic() + grace
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))

    def poll(self, source: QueueSource) -> int:
        """Receive a batch, run the function on it, and settle each message; returns how many there were."""
        messages = self._receive_batch(source)
        if not messages:
            return 0
        event = {"Records": [build_sqs_record(message, source.queue_arn) for message in messages]}
        answer = self._invoke(source.function, json.dumps(event).encode())
        failed = find_failed_ids(answer, {message["MessageId"] for message in messages}, source.partial_failures)
        self._settle_messages(source, messages, failed)
        return len(messages)

    def _poll_until_stopped(self, source: QueueSource) -> None:
        while not self._stopping.is_set():
            try:
                self.poll(source)
            except (BotoCoreError, ClientError):
                # What was received becomes visible again; the queue is gone only when everything stops.
                self._stopping.wait(_RETRY_SECONDS)

    def _receive_batch(self, source: QueueSource) -> list[Mapping[str, Any]]:
        messages: list[Mapping[str, Any]] = []
        deadline: float | None = None
        while len(messages) < source.batch_size and not self._stopping.is_set():
            received = self._sqs.receive_message(
                QueueUrl=source.queue_url,
                MaxNumberOfMessages=min(_SQS_BATCH, source.batch_size - len(messages)),
                WaitTimeSeconds=0 if messages else _RECEIVE_SECONDS,
                AttributeNames=["All"],
                MessageAttributeNames=["All"],
            ).get("Messages", [])
            messages = [*messages, *received]
            deadline = deadline or time.monotonic() + source.window * self._scale
            if not messages or (not received and time.monotonic() >= deadline):
                break
            if not received:
                self._stopping.wait(max(0.0, deadline - time.monotonic()))
        return messages

    def _settle_messages(
        self, source: QueueSource, messages: Sequence[Mapping[str, Any]], failed: frozenset[str]
    ) -> None:
        entries = [
            {"Id": str(index), "ReceiptHandle": message["ReceiptHandle"]} for index, message in enumerate(messages)
        ]
        pairs = list(zip(entries, messages, strict=True))
        done = [entry for entry, message in pairs if message["MessageId"] not in failed]
        retried = [
            {**entry, "VisibilityTimeout": _RETRY_SECONDS} for entry, message in pairs if message["MessageId"] in failed
        ]
        for start in range(0, len(done), _SQS_BATCH):
            self._sqs.delete_message_batch(QueueUrl=source.queue_url, Entries=done[start : start + _SQS_BATCH])
        for start in range(0, len(retried), _SQS_BATCH):
            batch = retried[start : start + _SQS_BATCH]
            self._sqs.change_message_visibility_batch(QueueUrl=source.queue_url, Entries=batch)


def build_sqs_record(message: Mapping[str, Any], queue_arn: str) -> dict[str, Any]:
    """A received message as Lambda passes it to a function."""
    attributes = message.get("MessageAttributes", {})
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": message.get("Attributes", {}),
        "messageAttributes": {
            name: {"stringValue": value.get("StringValue"), "dataType": value["DataType"]}
            for name, value in attributes.items()
        },
        "md5OfBody": message["MD5OfBody"],
        "eventSource": "aws:sqs",
        "eventSourceARN": queue_arn,
        "awsRegion": queue_arn.split(":")[3],
    }


def find_failed_ids(answer: InvocationResult, sent: set[str], partial_failures: bool) -> frozenset[str]:
    """The messages to deliver again: those the function reported, or all when it failed or its report is not sound.

    https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
    """
    if answer.error:
        return frozenset(sent)
    if not partial_failures:
        return frozenset()
    try:
        report = json.loads(answer.payload)
        items = (report or {}).get("batchItemFailures") or []
        reported = {item["itemIdentifier"] for item in items}
    except (ValueError, AttributeError, TypeError, KeyError):
        return frozenset(sent)
    return frozenset(reported) if reported <= sent else frozenset(sent)
