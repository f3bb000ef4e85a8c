"""Rejected records: lines, posts and rows that cannot be processed, stored under `errors/malformed/` for a redrive."""

from __future__ import annotations

import base64
import datetime as dt
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from photolake.clock import format_utc, utc_now
from photolake.rows.json_text import MAX_SOURCE_BYTES

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

    from photolake.aws.firehose import DeliveryStream

PREFIX = "errors/malformed/"
PART_BYTES = 4_000_000
# What is stored of a record that is too long to be a post.
MAX_CUT_BYTES = 4_096


@dataclass(frozen=True)
class RejectedRecord:
    """A line, post or row that cannot be processed: its bytes, and a message that says what is wrong with it.

    `source` is the `s3://` URI or file it is from, and `line` counts from 1; the store names those that have neither.
    """

    raw: bytes
    message: str
    source: str = ""
    line: int = 0


Reject = Callable[[RejectedRecord], object]


def reject_row(row: Mapping[str, Any], error: Exception, source: str = "", line: int = 0) -> RejectedRecord:
    """Make a rejected record of a post that does not fit its table, as its source sent it."""
    raw = str(row.get("source_json") or "").encode("utf-8", "replace")
    return RejectedRecord(raw[:MAX_SOURCE_BYTES], f"post {row.get('id_str') or row.get('id')}: {error}", source, line)


def deliver_or_reject(
    stream: DeliveryStream,
    rows: Iterable[Mapping[str, Any]],
    reject: Reject,
    describe: Callable[[Mapping[str, Any], Exception], RejectedRecord] = reject_row,
) -> int:
    """Deliver the rows that fit, pass each of the others to `reject`, and return how many were delivered.

    `describe` makes the rejected record of a row. Errors are those of `DeliveryStream.put`.
    """
    return stream.put(rows, on_rejected=lambda row, error: reject(describe(row, error)))


class RejectedStore:
    """Stores the rejected records of a source as JSON lines: one object, or parts of about 4 MB.

    The keys follow from the source alone, so that a source that is read again overwrites what it left before.
    """

    def __init__(self, s3: S3Client, bucket: str, clock: Callable[[], dt.datetime] = utc_now) -> None:
        """`bucket` is the lake's, whatever the source of the records."""
        self._s3 = s3
        self._bucket = bucket
        self._clock = clock

    def put_unnamed(self, folder: str, records: Sequence[RejectedRecord]) -> int:
        """Store records that are from no file, in a folder, named by their content; return how many."""
        digest = sha256(b"\n".join(record.raw for record in records)).hexdigest()[:16]
        source = f"{folder}/{digest}"
        with self.open_writer(source) as writer:
            for line, record in enumerate(records, start=1):
                writer.add(replace(record, source=source, line=line))
        return writer.count

    @contextmanager
    def open_writer(self, source: str) -> Iterator[RejectedWriter]:
        """Take the records one by one, in the order of the source. They are stored even if the block fails."""
        writer = RejectedWriter(self._s3, self._bucket, source, self._clock)
        try:
            yield writer
        finally:
            writer.flush()


class RejectedWriter:
    """Gathers the rejected records of a source and stores a part when it is full, so that memory stays small.

    `uris` are those of the objects stored so far, `count` is the number of records.
    """

    def __init__(self, s3: S3Client, bucket: str, source: str, clock: Callable[[], dt.datetime]) -> None:
        self._s3 = s3
        self._bucket = bucket
        self._source = source
        self._clock = clock
        self._pending: list[bytes] = []
        self._pending_bytes = 0
        self.uris: list[str] = []
        self.count = 0

    def add(self, record: RejectedRecord) -> None:
        """Add a record."""
        line = {
            "source": record.source,
            "line": record.line,
            "message": record.message,
            "rawData": base64.b64encode(record.raw).decode("ascii"),
            "recorded_at": format_utc(self._clock()),
        }
        encoded = json.dumps(line).encode("ascii") + b"\n"
        self._pending.append(encoded)
        self._pending_bytes += len(encoded)
        self.count += 1
        if self._pending_bytes >= PART_BYTES:
            self.flush()

    def flush(self) -> None:
        """Store the pending records, if there are any."""
        if self._pending:
            key = part_key(self._source, len(self.uris) + 1)
            self._s3.put_object(
                Bucket=self._bucket,
                Key=key,
                Body=b"".join(self._pending),
                ContentType="application/x-ndjson",
            )
            self.uris.append(f"s3://{self._bucket}/{key}")
            self._pending, self._pending_bytes = [], 0


def part_key(source: str, part: int) -> str:
    """Return the key of a part (from 1) of a source's rejected records.

    `s3://bucket/tweets/a.gz` gives `errors/malformed/tweets/a.gz.jsonl`, then `errors/malformed/tweets/a.gz.2.jsonl`.
    """
    name = source.removeprefix("s3://").partition("/")[2] if source.startswith("s3://") else source.lstrip("/")
    return f"{PREFIX}{name}.jsonl" if part == 1 else f"{PREFIX}{name}.{part}.jsonl"
