"""Jobs sent to an SQS queue, without losing one.

Limits: 10 messages and 1 MiB a call, 1 MiB a message
(https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html).
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any

from photolake.aws.backoff import attempts
from photolake.errors import DeliveryError

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import SendMessageBatchRequestEntryTypeDef

BATCH_SIZE = 10


class JobQueue:
    """An SQS queue that takes jobs as JSON messages, at least once each."""

    def __init__(self, client: SQSClient, url: str, sleep: Callable[[float], None] = time.sleep) -> None:
        """`sleep` takes seconds."""
        self._client = client
        self._url = url
        self._sleep = sleep

    def send(self, jobs: Iterable[Mapping[str, Any]]) -> int:
        """Send the jobs and return how many; DeliveryError if SQS still refuses some after six attempts."""
        sent = 0
        remaining = iter(jobs)
        while batch := list(islice(remaining, BATCH_SIZE)):
            # Escaped to ASCII: SQS refuses characters that XML 1.0 has no place for, such as U+FFFE.
            self._send_batch([json.dumps(job, separators=(",", ":")) for job in batch])
            sent += len(batch)
        return sent

    def _send_batch(self, bodies: list[str]) -> None:
        entries: list[SendMessageBatchRequestEntryTypeDef] = [
            {"Id": str(index), "MessageBody": body} for index, body in enumerate(bodies)
        ]
        for _ in attempts(self._sleep):
            failed = self._client.send_message_batch(QueueUrl=self._url, Entries=entries).get("Failed", [])
            if not failed:
                return
            refused = {failure["Id"] for failure in failed}
            entries = [entry for entry in entries if entry["Id"] in refused]
        raise DeliveryError(f"{self._url} still refuses {len(entries)} messages: {failed[0].get('Message')}")
