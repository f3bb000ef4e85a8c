"""What tweet_analyzer reads from and writes to, in memory: an S3 bucket, a Firehose stream and a queue of messages."""

import base64
import io
import json
from typing import Any

from photolake.rejected import RejectedRecord
from tests.fakes.client_error import client_error


class FakeBucket:
    """Objects of one bucket, read by ranges; `etag` changes when an object is replaced in between."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.etag = '"1"'
        self.ranges: list[str] = []

    def put_object(self, *, Bucket, Key, Body, ContentType):  # noqa: N803 (boto3's names)
        assert (Bucket, ContentType) == ("lake", "application/x-ndjson")
        self.objects[Key] = Body

    def get_object(self, *, Bucket, Key, Range, IfMatch=None):  # noqa: N803
        assert Bucket == "lake"
        self.ranges.append(Range)
        first, last = (int(number) for number in Range.removeprefix("bytes=").split("-"))
        if Key not in self.objects:
            raise client_error("NoSuchKey", 404)
        if IfMatch not in (None, self.etag):
            raise client_error("PreconditionFailed", 412)
        if first >= len(self.objects[Key]):
            raise client_error("InvalidRange", 416)
        return {"ETag": self.etag, "Body": io.BytesIO(self.objects[Key][first : last + 1])}

    def rejected_records(self) -> list[RejectedRecord]:
        """All rejected records that are stored."""
        stored = [body for key, body in self.objects.items() if key.startswith("errors/malformed/")]
        lines = [json.loads(line) for body in stored for line in body.splitlines()]
        return [
            RejectedRecord(base64.b64decode(line["rawData"]), line["message"], line["source"], line["line"])
            for line in lines
        ]


class FakeFirehose:
    """Accepts every record; `calls` is the number of rows of each call."""

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []
        self.calls: list[int] = []

    def put_record_batch(self, *, DeliveryStreamName, Records):  # noqa: N803 (boto3's names)
        rows = [json.loads(line) for record in Records for line in record["Data"].splitlines()]
        self.calls.append(len(rows))
        self.rows += rows
        return {"FailedPutCount": 0, "RequestResponses": []}


class FakeQueue:
    """Takes messages."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []

    def send(self, messages):
        before = len(self.sent)
        self.sent += messages
        return len(self.sent) - before
