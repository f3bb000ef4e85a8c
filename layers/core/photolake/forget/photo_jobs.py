"""Erases the photo jobs of deleted posts from a dead-letter queue. Those in the queue itself are worked off by then."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from photolake.errors import PhotolakeError
from photolake.forget.record_ids import find_post_ids
from photolake.photos.job import PhotoJob

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import MessageTypeDef

LOOK_SECONDS = 300
"""For how long a message that is looked at is hidden, unless it is given back before."""
_RECEIVED = 10  # messages at a time, the most that SQS gives
_EMPTY_RECEIVES = 3  # SQS asks some of its servers only, which may have none


@dataclass(frozen=True)
class PhotoJobEraser:
    """Looks at every message of the queue at `url`."""

    sqs: SQSClient
    url: str
    check_time: Callable[[], None]

    def erase(self, deleted: Collection[int], counts: Counter[str]) -> None:
        """Delete the jobs of deleted posts, and give the others back."""
        others: list[MessageTypeDef] = []
        empty = 0
        try:
            while empty < _EMPTY_RECEIVES:
                self.check_time()
                received = self.sqs.receive_message(
                    QueueUrl=self.url, MaxNumberOfMessages=_RECEIVED, VisibilityTimeout=LOOK_SECONDS
                ).get("Messages", [])
                empty += not received
                dead = [message for message in received if _is_of(message, deleted)]
                others += [message for message in received if message not in dead]
                self._send(self.sqs.delete_message_batch, dead)
                counts["photo jobs"] += len(dead)
        finally:
            for start in range(0, len(others), _RECEIVED):
                group = others[start : start + _RECEIVED]
                self._send(self.sqs.change_message_visibility_batch, group, VisibilityTimeout=0)

    def _send(self, operation: Callable[..., Any], messages: Sequence[MessageTypeDef], **values: int) -> None:
        """A message that SQS refuses to delete is found by the next pass; one to give back comes back by itself."""
        if messages:
            entries = [
                {"Id": str(index), "ReceiptHandle": message["ReceiptHandle"], **values}
                for index, message in enumerate(messages)
            ]
            operation(QueueUrl=self.url, Entries=entries)


def _is_of(message: MessageTypeDef, deleted: Collection[int]) -> bool:
    try:
        return PhotoJob.parse(message["Body"]).tweetid in deleted
    except PhotolakeError:
        return not find_post_ids(message["Body"].encode()).isdisjoint(deleted)
