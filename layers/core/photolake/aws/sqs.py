"""SQS: messages sent without losing one, and the messages of a batch handled at once in a function.

Limits: 10 messages and 1 MiB a call, 1 MiB a message
(https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html).
"""

from __future__ import annotations

import json
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import wraps
from itertools import islice
from threading import Lock
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response

from photolake.aws.backoff import iterate_attempts
from photolake.errors import DeliveryError, PhotolakeError, RetryableError
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


@dataclass(frozen=True)
class MessagePool:
    """How the messages of a batch are handled at once, by `workers` threads.

    Messages whose bodies are of the same `group` come one after another, in their order; a body for which it raises a
    PhotolakeError is of none. A message that would begin with less than `least_seconds` left of the invocation goes
    back to the queue.
    """

    workers: int
    group: Callable[[str], str]
    least_seconds: float


ONE_BY_ONE = MessagePool(1, lambda body: "", 0)


def process_messages(
    event: dict[str, Any],
    handle: Callable[..., Any],
    context: LambdaContext,
    logger: Logger,
    metrics: Metrics,
    pool: MessagePool = ONE_BY_ONE,
) -> PartialItemFailureResponse:
    """Call `handle` with each record (and `lambda_context`, if it has that parameter).

    A message for which it raises goes back to the queue, and in the end to the dead-letter queue: it is logged, and
    counted by the metric `Failures`. The other messages of the batch are done.
    """
    processor = _PoolProcessor(pool)
    response = process_partial_response(event, _start_in_time(handle, context, pool.least_seconds), processor, context)
    for failure, (_, error, _) in zip(response["batchItemFailures"], processor.exceptions, strict=True):
        reason = describe_error(error) if error else "unknown"
        logger.error("message goes back to the queue", message_id=failure["itemIdentifier"], error=reason)
    metrics.add_metric("Failures", MetricUnit.Count, len(response["batchItemFailures"]))
    return response


class _PoolProcessor(BatchProcessor):
    """Powertools' processor, which knows the messages by the order in which they fail, for several threads."""

    def __init__(self, pool: MessagePool) -> None:
        super().__init__(EventType.SQS, raise_on_entire_batch_failure=False)
        self._pool = pool
        self._lock = Lock()

    def process(self) -> list[tuple[Any, ...]]:
        groups: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for record in self.records:
            groups[self._name_group(record)].append(record)
        with ThreadPoolExecutor(max_workers=self._pool.workers) as pool:
            futures = [pool.submit(self._process_group, records) for records in groups.values()]
        return [result for future in futures for result in future.result()]

    def failure_handler(self, record: Any, exception: Any) -> Any:
        with self._lock:  # the error and its message are two lists
            return super().failure_handler(record, exception)

    def _process_group(self, records: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
        return [self._process_record(record) for record in records]

    def _name_group(self, record: dict[str, Any]) -> str:
        try:
            return self._pool.group(record["body"])
        except PhotolakeError:  # whoever handles it will say so
            return f"message {record['messageId']}"


def _start_in_time(handle: Callable[..., Any], context: LambdaContext, least_seconds: float) -> Callable[..., Any]:
    @wraps(handle)  # Powertools looks at its parameters
    def handle_in_time(*arguments: Any, **options: Any) -> Any:
        if (left := context.get_remaining_time_in_millis() / 1000) < least_seconds:
            raise RetryableError(f"not begun: {left:.0f} seconds are left of this invocation")
        return handle(*arguments, **options)

    return handle_in_time
