"""S3 object-created events as they arrive in the body of an SQS message.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_plus

from aws_lambda_powertools.utilities.data_classes import S3Event

from photolake.errors import PermanentError

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.data_classes.s3_event import S3EventRecord

_TEST_EVENT = "s3:TestEvent"


@dataclass(frozen=True)
class S3Object:
    """An object that was created: `key` is decoded, `size` is in bytes, `event_time` ISO-8601."""

    bucket: str
    key: str
    size: int
    etag: str
    event_time: str

    @property
    def uri(self) -> str:
        """`s3://bucket/key`."""
        return f"s3://{self.bucket}/{self.key}"


def created_objects(body: str) -> list[S3Object]:
    """The objects whose creation this SQS message announces; events of other kinds are passed over.

    S3 sends an `s3:TestEvent`, which has no records, when notifications are first switched on: no objects.
    PermanentError: the body is not an S3 event.
    """
    event = _parse(body)
    if event.get("Event") == _TEST_EVENT:
        return []
    try:
        records = list(S3Event(dict(event)).records)
        return [_object(record) for record in records if record.event_name.startswith("ObjectCreated:")]
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise PermanentError("malformed_event", f"not an S3 event: {error!r}") from error


def _parse(body: str) -> Mapping[str, Any]:
    try:
        event = json.loads(body)
    except ValueError as error:
        raise PermanentError("malformed_event", f"the message is not JSON: {error}") from error
    if not isinstance(event, dict):
        raise PermanentError("malformed_event", f"the message is {type(event).__name__}, not an S3 event")
    return event


def _object(record: S3EventRecord) -> S3Object:
    created = record.s3.get_object
    return S3Object(
        bucket=record.s3.bucket.name,
        key=unquote_plus(created.key),  # Powertools leaves the key of a record form-encoded
        size=created.size,
        etag=created.etag,
        event_time=record.event_time,
    )
