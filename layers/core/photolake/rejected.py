"""Lines that could not be processed, kept under `errors/malformed/` with their origin, to be looked at and redriven."""

from __future__ import annotations

import base64
import datetime as dt
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any, NamedTuple

from photolake.clock import iso_utc, utc_now

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

PREFIX = "errors/malformed/"
PART_BYTES = 4_000_000
# A post that a source gave is kept whole; a line of somebody else's archive may be of any length.
MAX_KEPT_BYTES = 300_000


class Refused(NamedTuple):
    """What came and is no post that can be delivered: the bytes, and what is wrong with them."""

    raw: bytes
    message: str


def misfit(row: Mapping[str, Any], error: Exception) -> Refused:
    """A post whose row cannot be delivered, as its source sent it."""
    raw = str(row.get("source_json") or "").encode("utf-8", "replace")
    return Refused(raw[:MAX_KEPT_BYTES], f"post {row.get('id_str') or row.get('id')}: {error}")


@dataclass(frozen=True)
class MalformedLine:
    """A line that is no post: `source` is the `s3://` URI or file, `line` counts from 1, `raw` is what stood there."""

    source: str
    line: int
    message: str
    raw: bytes


class MalformedStore:
    """The malformed lines of each source as JSON lines in one object, or in parts of about 4 MB if there are many.

    The keys follow from the source alone, so a source that is read again overwrites what it left before.
    """

    def __init__(self, s3: S3Client, bucket: str, clock: Callable[[], dt.datetime] = utc_now) -> None:
        """`bucket` is where the lines go, whatever their source."""
        self._s3 = s3
        self._bucket = bucket
        self._clock = clock

    def put(self, source: str, lines: Iterable[MalformedLine]) -> int:
        """Store all malformed lines of a source and return how many."""
        with self.writer(source) as writer:
            for line in lines:
                writer.add(line)
        return writer.count

    def keep(self, place: str, refused: Sequence[Refused]) -> int:
        """Store what has no file and no line, under a name that follows from its content; `place` is its source's."""
        digest = sha256(b"\n".join(raw for raw, _ in refused)).hexdigest()[:16]
        source = f"{place}/{digest}"
        lines = enumerate(refused, start=1)
        return self.put(source, (MalformedLine(source, number, message, raw) for number, (raw, message) in lines))

    @contextmanager
    def writer(self, source: str) -> Iterator[MalformedWriter]:
        """Take the lines one by one, in the order of the source; what was added is stored even if the block fails."""
        writer = MalformedWriter(self._put_part, source, self._clock)
        try:
            yield writer
        finally:
            writer.flush()

    def _put_part(self, key: str, body: bytes) -> None:
        self._s3.put_object(Bucket=self._bucket, Key=key, Body=body, ContentType="application/x-ndjson")


class MalformedWriter:
    """Collects one source's malformed lines and stores a part whenever it is full, so memory stays small."""

    def __init__(self, put_part: Callable[[str, bytes], None], source: str, clock: Callable[[], dt.datetime]) -> None:
        """`put_part` stores an object, given its key and body."""
        self._put_part = put_part
        self._source = source
        self._clock = clock
        self._pending: list[bytes] = []
        self._pending_bytes = 0
        self._parts = 0
        self.count = 0

    def add(self, line: MalformedLine) -> None:
        """Keep a line."""
        record = {
            "source": line.source,
            "line": line.line,
            "message": line.message,
            "rawData": base64.b64encode(line.raw).decode("ascii"),
            "recorded_at": iso_utc(self._clock()),
        }
        encoded = json.dumps(record).encode("ascii") + b"\n"
        self._pending.append(encoded)
        self._pending_bytes += len(encoded)
        self.count += 1
        if self._pending_bytes >= PART_BYTES:
            self.flush()

    def flush(self) -> None:
        """Store the pending lines, if there are any."""
        if self._pending:
            self._parts += 1
            self._put_part(part_key(self._source, self._parts), b"".join(self._pending))
            self._pending, self._pending_bytes = [], 0


def part_key(source: str, part: int) -> str:
    """The key of a part (from 1) of a source's malformed lines.

    `s3://bucket/tweets/a.gz` gives `errors/malformed/tweets/a.gz.jsonl`, then `errors/malformed/tweets/a.gz.2.jsonl`.
    """
    name = source.removeprefix("s3://").partition("/")[2] if source.startswith("s3://") else source.lstrip("/")
    return f"{PREFIX}{name}.jsonl" if part == 1 else f"{PREFIX}{name}.{part}.jsonl"
