"""S3: object-created events as they arrive in SQS messages, and reading an object at once or in ranges.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
"""

from __future__ import annotations

import datetime as dt
import io
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import quote_plus, unquote_plus

from aws_lambda_powertools.utilities.data_classes import S3Event
from botocore.exceptions import ClientError

from photolake.aws.s3_metadata import read_metadata
from photolake.clock import format_utc
from photolake.errors import PermanentError

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.data_classes.s3_event import S3EventRecord
    from mypy_boto3_s3 import S3Client

    from photolake.rows.types import MetadataEntry

RANGE_BYTES = 1 << 20
REWRITTEN = "photolake-rewritten"
"""User metadata of an object that was written again without some of its records: the ETag that it had at first."""
_TEST_EVENT = "s3:TestEvent"
# What photolake names itself: archive objects by Firehose, images by their digest.
_OWN_KEY = re.compile(r"tweets/.*|images/[0-9a-f]{2}/[0-9a-f]{64}\.[a-z]+")


@dataclass(frozen=True)
class S3Object:
    """An object that was created: `key` is decoded, `size` is in bytes, `event_time` is ISO-8601.

    `turn` tells a later announcement of the same object from the first, which has none.
    """

    bucket: str
    key: str
    size: int
    etag: str
    event_time: str
    turn: str = ""

    @property
    def uri(self) -> str:
        """`s3://bucket/key`."""
        return f"s3://{self.bucket}/{self.key}"

    @property
    def logged_key(self) -> str:
        """The key for a log: without the words of the person who named a dropped or backfilled photo."""
        return self.key if _OWN_KEY.fullmatch(self.key) else f"{self.key.partition('/')[0]}/… ({self.etag})"

    @property
    def file_name(self) -> str:
        """The last part of the key; of a folder's placeholder, which ends in `/`, that of the folder."""
        return self.key.rstrip("/").rpartition("/")[2] or self.key


def parse_created_objects(body: str) -> list[S3Object]:
    """Return the objects whose creation an SQS message announces; events of other kinds are skipped.

    S3 sends an `s3:TestEvent`, which has no records, when notifications are first switched on.
    PermanentError: the body is not an S3 event.
    """
    event = _parse_event(body)
    if event.get("Event") == _TEST_EVENT:
        return []
    try:
        records = list(S3Event(dict(event)).records)
        return [_read_object(record) for record in records if record.event_name.startswith("ObjectCreated:")]
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise PermanentError("malformed_event", f"not an S3 event: {error!r}") from error


def name_created_objects(body: str) -> str:
    """Return the names of the objects that a message announces, to tell messages of the same ones."""
    return " ".join(created.uri for created in parse_created_objects(body))


def build_created_event(
    bucket: str, key: str, time: dt.datetime, size: int = 0, etag: str = "", turn: str = ""
) -> dict[str, Any]:
    """Build the event that announces an object, with the fields that `parse_created_objects` reads."""
    record = {
        "eventVersion": "2.1",
        "eventSource": "aws:s3",
        "eventName": "ObjectCreated:Put",
        "eventTime": format_utc(time),
        "s3": {"bucket": {"name": bucket}, "object": {"key": quote_plus(key, safe="/"), "size": size, "eTag": etag}},
        **({"turn": turn} if turn else {}),
    }
    return {"Records": [record]}


class SupportsRead(Protocol):
    """The body of a response."""

    def read(self) -> bytes:
        """Return all of it."""


@dataclass(frozen=True)
class OpenObject:
    """An object whose bytes have not been read yet: its size in bytes, and its user metadata."""

    size: int
    metadata: list[MetadataEntry]
    body: SupportsRead

    def read(self, max_bytes: int) -> bytes:
        """Return the object's bytes; PermanentError `too_large` before anything is read."""
        if self.size > max_bytes:
            raise PermanentError("too_large", f"the object has {self.size} bytes, more than {max_bytes}")
        return self.body.read()


@contextmanager
def open_object(s3: S3Client, bucket: str, key: str) -> Iterator[OpenObject]:
    """Open an object for the block; PermanentError `gone` if there is none."""
    try:
        response = s3.get_object(Bucket=bucket, Key=key)
    except s3.exceptions.NoSuchKey as error:
        raise PermanentError("gone", "the object was deleted before it could be read") from error
    with response["Body"] as body:
        yield OpenObject(response["ContentLength"], read_metadata(response["Metadata"]), body)


def read_object(s3: S3Client, bucket: str, key: str, max_bytes: int) -> bytes:
    """Return the object's bytes. PermanentError `gone`, or `too_large` before anything is read."""
    with open_object(s3, bucket, key) as stored:
        return stored.read(max_bytes)


class S3RangeReader(io.RawIOBase):
    """A file over an S3 object, read in ranges, so that no connection idles while a chunk of posts is analysed.

    Every range after the first is requested with `IfMatch`: if the object is replaced meanwhile, S3 refuses.
    PermanentError `gone`: the object has been deleted.
    """

    def __init__(self, s3: S3Client, bucket: str, key: str, size: int | None = None) -> None:
        """The file can be sought in if its `size` in bytes is known."""
        super().__init__()
        self._size = size
        self._s3 = s3
        self._bucket = bucket
        self._key = key
        self._offset = 0
        self._etag = ""
        self._range = memoryview(b"")
        self._metadata: Mapping[str, str] = {}

    @property
    def etag(self) -> str:
        """The ETag of the object, in quotes; empty before anything is read."""
        return self._etag

    def is_rewritten(self, etag: str) -> bool:
        """Whether an event with this ETag announces an object without records that no event before has announced."""
        if not self._range:
            self._read_range()
        return self.first_etag != etag if etag and REWRITTEN in self._metadata else False

    @property
    def first_etag(self) -> str:
        """The ETag, without quotes, that the object had before it was rewritten; empty before anything is read."""
        return self._metadata.get(REWRITTEN, self._etag.strip('"'))

    def readable(self) -> bool:
        """Return True, as `io.BufferedReader` requires."""
        return True

    def seekable(self) -> bool:
        """Return whether the size is known."""
        return self._size is not None

    def tell(self) -> int:
        """Return the offset of the next byte."""
        return self._offset - len(self._range)

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Move to an offset; what has been read ahead is kept if the offset lies in it."""
        if self._size is None:
            raise io.UnsupportedOperation("the size of the object is not known")
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self.tell(), io.SEEK_END: self._size}[whence]
        skipped = base + offset - self.tell()
        if 0 <= skipped < len(self._range):
            self._range = self._range[skipped:]
        else:
            self._offset, self._range = base + offset, memoryview(b"")
        return base + offset

    def readinto(self, buffer: Any, /) -> int:
        """Fill `buffer` with the next bytes and return how many; 0 at the end of the object."""
        if not self._range:
            self._read_range()
        part = self._range[: len(buffer)]
        buffer[: len(part)] = part
        self._range = self._range[len(part) :]
        return len(part)

    def _read_range(self) -> None:
        """Read the next range; at the end of the object it stays empty."""
        condition: dict[str, Any] = {"IfMatch": self._etag} if self._etag else {}
        last = self._offset + RANGE_BYTES - 1
        try:
            response = self._s3.get_object(
                Bucket=self._bucket, Key=self._key, Range=f"bytes={self._offset}-{last}", **condition
            )
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code == "InvalidRange":  # the range begins at the end of the object
                return
            if code == "NoSuchKey":
                raise PermanentError("gone", f"s3://{self._bucket}/{self._key} has been deleted") from error
            raise
        self._etag, self._metadata = response["ETag"], response.get("Metadata", {})
        self._range = memoryview(response["Body"].read())
        self._offset += len(self._range)


def _parse_event(body: str) -> Mapping[str, Any]:
    try:
        event = json.loads(body)
    except ValueError as error:
        raise PermanentError("malformed_event", f"the message is not JSON: {error}") from error
    if not isinstance(event, dict):
        raise PermanentError("malformed_event", f"the message is {type(event).__name__}, not an S3 event")
    return event


def _read_object(record: S3EventRecord) -> S3Object:
    created = record.s3.get_object
    return S3Object(
        bucket=record.s3.bucket.name,
        key=unquote_plus(created.key),  # Powertools leaves the key of a record form-encoded
        size=created.size,
        etag=created.etag,
        event_time=record.event_time,
        turn=record.get("turn") or "",
    )
