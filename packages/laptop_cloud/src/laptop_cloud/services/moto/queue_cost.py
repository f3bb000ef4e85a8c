"""Makes moto's SQS about as fast with hundreds of messages as with one.

For each message that it hands out, moto builds all attributes of the queue three times to read one of them. That counts
all messages, with four datetimes for each: a receive of ten messages out of six hundred takes 0.4 s of processor time.
https://github.com/getmoto/moto/blob/master/moto/sqs/models.py
"""

from __future__ import annotations

import time
from typing import Any

from moto.sqs import models


def lower_cost() -> None:
    """Replace the costly parts for this process; what the API answers stays the same."""
    # Not assignments, for which the replaced parts would have to be exported, and typed, like these.
    for owner, name, replacement in (
        (models, "unix_time", time.time),
        (models, "unix_time_millis", _read_milliseconds),
        (models.SQSBackend, "is_message_valid_based_on_retention_period", _is_retained),
    ):
        setattr(owner, name, replacement)


def _read_milliseconds() -> float:
    return time.time() * 1000


def _is_retained(backend: models.SQSBackend, queue_name: str, message: models.Message) -> bool:
    """Whether the message is younger than the queue's MessageRetentionPeriod."""
    queue: Any = backend.get_queue(queue_name)
    sent = float(message.sent_timestamp or 0) / 1000
    return sent + float(queue.message_retention_period) > time.time()
