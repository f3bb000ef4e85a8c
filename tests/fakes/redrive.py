"""A lake in memory whose error objects are redriven: S3, the streams, and the tables of the template."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import io
import json
from collections.abc import Callable, Mapping
from typing import Any

from photolake.aws.firehose import DeliveryStream
from photolake.partition import compute_post_dt
from photolake.rows.schema import HiveType, TableSchema
from photolake_cli.collect.pacing import Pace
from photolake_cli.redrive.lake import ErrorLake, Target
from photolake_cli.redrive.marks import MarkStore
from photolake_cli.redrive.objects import MALFORMED, list_objects
from photolake_cli.redrive.rules import PostRule, RowRule, find_post_day, read_day
from photolake_cli.redrive.sending import Redriver
from tests.builders.raw_tweets import RAW_TWEETS
from tests.fakes.client_error import client_error
from tests.resolved_template import table_input

EARLIEST = dt.date(2020, 1, 1)
STORED_AT = "2026-11-20T15:00:00.000Z"


def read_table(logical_id: str, name: str) -> TableSchema:
    """A landing table of the template, its partition included."""
    table = table_input(logical_id)
    columns = [*table["StorageDescriptor"]["Columns"], *table.get("PartitionKeys", [])]
    return TableSchema(name, {column["Name"]: HiveType.parse(column["Type"]) for column in columns})


class MemoryS3:
    """Objects by their key; `before_put` may raise."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.before_put: Callable[[], None] = lambda: None

    def get_object(self, *, Bucket: str, Key: str, Range: str = "", **_: Any) -> dict[str, Any]:  # noqa: N803
        if Key not in self.objects:
            raise client_error("NoSuchKey", 404)
        body = self.objects[Key]
        start = int(Range.removeprefix("bytes=").partition("-")[0] or 0)
        if Range and start >= len(body):
            raise client_error("InvalidRange", 416)
        return {"Body": io.BytesIO(body[start:]), "ETag": self._etag(Key)}

    def put_object(self, *, Bucket: str, Key: str, Body: bytes, ContentType: str) -> None:  # noqa: N803
        self.before_put()
        self.objects[Key] = Body

    def get_paginator(self, _: str) -> MemoryS3:
        return self

    def paginate(self, *, Bucket: str, Prefix: str) -> list[dict[str, Any]]:  # noqa: N803
        found = [{"Key": key, "ETag": self._etag(key)} for key in sorted(self.objects) if key.startswith(Prefix)]
        return [{"Contents": found}]

    def _etag(self, key: str) -> str:
        return f'"{hashlib.sha256(self.objects[key]).hexdigest()}"'


class MemoryFirehose:
    """Rows by stream; `before_put` may raise."""

    def __init__(self) -> None:
        self.rows: dict[str, list[Any]] = {}
        self.before_put: Callable[[], None] = lambda: None

    def put_record_batch(self, *, DeliveryStreamName: str, Records: Any) -> dict[str, Any]:  # noqa: N803
        self.before_put()
        lines = [line for record in Records for line in record["Data"].splitlines()]
        self.rows.setdefault(DeliveryStreamName, []).extend(map(json.loads, lines))
        return {"FailedPutCount": 0, "RequestResponses": []}


class MemoryCollectedPosts:
    """Posts of Bluesky that are recorded; those of `full` authors are not."""

    def __init__(self) -> None:
        self.posts: set[Any] = set()
        self.full: set[str] = set()

    def add(self, posts: Any) -> set[Any]:
        given = set(posts)
        refused = {post for post in given if post.did in self.full}
        self.posts |= given - refused
        return refused


class FakeTime:
    """A clock that sleeping moves."""

    def __init__(self) -> None:
        self.now = 0.0
        self.pauses: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds


class RedriveLake:
    """A lake with error objects; `lake` is what a redrive takes."""

    def __init__(self, days: int = 300) -> None:
        self.s3, self.firehose, self.time = MemoryS3(), MemoryFirehose(), FakeTime()
        self.collected = MemoryCollectedPosts()
        s3: Any = self.s3
        firehose: Any = self.firehose
        collected: Any = self.collected
        tables = {
            "tweets": RAW_TWEETS,
            "posts": read_table("PostsTable", "posts"),
            "photos": read_table("PhotosTable", "photos"),
            "analyses": read_table("AnalysesTable", "analyses"),
        }
        self.table = RAW_TWEETS
        targets: dict[str, Target] = {}
        for kind, table in tables.items():
            stream = DeliveryStream(firehose, kind, sleep=lambda _: None)
            find_day = find_post_day(self.check) if kind == "tweets" else read_day
            rule = RowRule(table, find_day)
            targets[kind] = Target(rule, stream, Pace(900, self.time, days), kind == "tweets")
        posts = PostRule(self.check, tables["posts"], EARLIEST)
        targets[MALFORMED] = Target(posts, targets["tweets"].stream, targets["tweets"].pace, True)
        self.lake = ErrorLake(s3, "lake", MarkStore(s3, "lake"), targets, collected, self.time.sleep)

    def check(self, post: Any, _size: int) -> str:
        self.table.check(post)
        return compute_post_dt(post, EARLIEST)

    def put_lines(self, key: str, *lines: Mapping[str, Any] | bytes) -> None:
        """Store an error object of these lines."""
        encoded = [line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines]
        self.s3.objects[key] = b"".join(line + b"\n" for line in encoded)

    def redrive(self, *names: str, deliver: bool = True) -> dict[str, tuple[int, ...]]:
        """Redrive, and give for each kind records, repeated, before, accepted, rejected, rows."""
        redriver = Redriver(self.lake, deliver)
        for _ in redriver.run(list(list_objects(self.lake.s3, "lake", names))):
            pass
        self.tallies = redriver.tallies
        return {
            kind: (each.records, each.repeated, each.before, each.accepted, each.rejected, each.rows)
            for kind, each in redriver.tallies.items()
        }

    @property
    def rows(self) -> dict[str, list[Any]]:
        return self.firehose.rows


def rejected_line(raw: bytes | str, message: str = "no", source: str = "posts.jsonl", line: int = 1) -> dict[str, Any]:
    """A line of `errors/malformed/`."""
    encoded = raw.encode() if isinstance(raw, str) else raw
    return {
        "source": source,
        "line": line,
        "message": message,
        "rawData": base64.b64encode(encoded).decode(),
        "recorded_at": STORED_AT,
    }


def firehose_line(row: Mapping[str, Any] | bytes, code: str = "DataFormatConversion.InvalidSchema") -> dict[str, Any]:
    """A line of what Firehose could not deliver."""
    raw = row if isinstance(row, bytes) else json.dumps(row).encode()
    return {
        "attemptsMade": 1,
        "arrivalTimestamp": 1_795_003_200_000,
        "lastErrorCode": code,
        "lastErrorMessage": "The record does not fit.",
        "attemptEndingTimestamp": 1_795_003_200_000,
        "rawData": base64.b64encode(raw).decode(),
    }
