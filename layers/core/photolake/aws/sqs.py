"""SQS: messages sent without losing one, and batches of messages in a function.

Limits: 10 messages and 1 MiB a call, 1 MiB a message
(https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html).
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response

from photolake.aws.backoff import iterate_attempts
from photolake.errors import DeliveryError
from photolake.logged_error import describe_error

if TYPE_CHECKING:
    from aws_lambda_powertools import Logger, Metrics
    from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
    from aws_lambda_powertools.utilities.typing import LambdaContext
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import SendMessageBatchRequestEntryTypeDef

BATCH_SIZE = 10
BATCHES_AT_ONCE = 8


class MessageQueue:
    """An SQS queue that takes messages as JSON, at least once each."""

    def __init__(self, client: SQSClient, url: str, sleep: Callable[[float], None] = time.sleep) -> None:
        """`sleep` takes seconds."""
        self._client = client
        self._url = url
        self._sleep = sleep

    def send(self, messages: Iterable[Mapping[str, Any]], delay_seconds: int = 0) -> int:
        """Send the messages, several batches at once, and return how many.

        DeliveryError: SQS still refuses some after six attempts; the other batches have been sent.

        They arrive after `delay_seconds`, at most 900.
        """
        batches = list(_group_bodies(messages))
        with ThreadPoolExecutor(max_workers=BATCHES_AT_ONCE) as pool:
            for future in [pool.submit(self._send_batch, bodies, delay_seconds) for bodies in batches]:
                future.result()
        return sum(map(len, batches))

    def count_messages(self) -> int:
        """Return about how many messages are in the queue, in work, or delayed."""
        names: Any = [
            "ApproximateNumberOfMessages",
            "ApproximateNumberOfMessagesNotVisible",
            "ApproximateNumberOfMessagesDelayed",
        ]
        attributes = self._client.get_queue_attributes(QueueUrl=self._url, AttributeNames=names)["Attributes"]
        return sum(int(attributes[name]) for name in names)

    def _send_batch(self, bodies: list[str], delay_seconds: int) -> None:
        entries: list[SendMessageBatchRequestEntryTypeDef] = [
            {"Id": str(index), "MessageBody": body, "DelaySeconds": delay_seconds} for index, body in enumerate(bodies)
        ]
        for _ in iterate_attempts(self._sleep):
            failed = self._client.send_message_batch(QueueUrl=self._url, Entries=entries).get("Failed", [])
            if not failed:
                return
            refused = {failure["Id"] for failure in failed}
            entries = [entry for entry in entries if entry["Id"] in refused]
        raise DeliveryError(f"{self._url} still refuses {len(entries)} messages: {failed[0].get('Message')}")


def _group_bodies(messages: Iterable[Mapping[str, Any]]) -> Iterator[list[str]]:
    # json.dumps escapes to ASCII: SQS refuses characters that XML 1.0 does not allow, such as U+FFFE.
    bodies = (json.dumps(message, separators=(",", ":")) for message in messages)
    while group := list(islice(bodies, BATCH_SIZE)):
        yield group


def process_messages(
    event: dict[str, Any], handle: Callable[..., Any], context: LambdaContext, logger: Logger, metrics: Metrics
) -> PartialItemFailureResponse:
    """Call `handle` with each record (and `lambda_context`, if it has that parameter).

    A message for which it raises goes back to the queue, and in the end to the dead-letter queue: it is logged, and
    counted by the metric `Failures`. The other messages of the batch are done.
    """
    processor = BatchProcessor(EventType.SQS, raise_on_entire_batch_failure=False)
    response = process_partial_response(event, handle, processor, context)
    for failure, (_, error, _) in zip(response["batchItemFailures"], processor.exceptions, strict=True):
        reason = describe_error(error) if error else "unknown"
        logger.error("message goes back to the queue", message_id=failure["itemIdentifier"], error=reason)
    metrics.add_metric("Failures", MetricUnit.Count, len(response["batchItemFailures"]))
    return response
