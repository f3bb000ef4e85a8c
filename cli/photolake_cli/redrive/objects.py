"""Objects under `errors/`, and the records in them: rejected records, and what Firehose could not deliver.

Firehose's lines: https://docs.aws.amazon.com/firehose/latest/dev/record-format-conversion-error-handling.html
"""

from __future__ import annotations

import base64
import binascii
import gzip
import io
import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import IO, TYPE_CHECKING, Any

from photolake.aws.s3 import S3RangeReader
from photolake.errors import PermanentError
from photolake_cli.errors import CommandError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

ERRORS = "errors/"
MALFORMED = "malformed"
STREAM_KINDS = ("tweets", "posts", "photos", "analyses")
KINDS = (MALFORMED, *STREAM_KINDS)
# A record of 1,000 KiB in base64, and what stands around it.
MAX_LINE_BYTES = 4_000_000
_GZIP_MAGIC = b"\x1f\x8b"
_BLOCK_BYTES = 1 << 18
_DECODER = json.JSONDecoder()


@dataclass(frozen=True)
class ErrorObject:
    """An object under `errors/`."""

    key: str
    etag: str

    @property
    def kind(self) -> str:
        """`malformed`, or the name of the delivery stream that could not deliver; anything else is not known."""
        return self.key.split("/")[1] if self.key.count("/") > 1 else ""


@dataclass(frozen=True)
class ErrorRecord:
    """A record that could not be processed: its bytes, why, where it was read, when it was stored.

    `place` is the line of the error object, and of the file that the record is from. `raw` is None, and `reason` says
    why, if the line is not such a record.
    """

    raw: bytes | None
    reason: str
    place: str
    source: str = ""
    recorded_at: str = ""

    @cached_property
    def digest(self) -> str:
        """32 hex digits that equal records share."""
        return sha256(self.raw or b"").hexdigest()[:32]


def list_objects(s3: S3Client, bucket: str, names: Sequence[str]) -> Iterator[ErrorObject]:
    """Yield the objects of these kinds or with these prefixes of keys, each once; all without a name.

    CommandError for a name that is neither.
    """
    seen: set[str] = set()
    for prefix in [_find_prefix(name) for name in names] or [ERRORS]:
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
            for item in page.get("Contents", []):
                if item["Key"] not in seen:
                    seen.add(item["Key"])
                    yield ErrorObject(item["Key"], item["ETag"].strip('"'))


def _find_prefix(name: str) -> str:
    if name in KINDS:
        return f"{ERRORS}{name}/"
    if name.startswith(ERRORS):
        return name
    raise CommandError(
        f"{name} is neither a kind nor a prefix under {ERRORS}. Name one of: {', '.join(KINDS)}; or a prefix of keys, "
        f"such as {ERRORS}{MALFORMED}/collect/"
    )


def read_records(s3: S3Client, bucket: str, found: ErrorObject) -> Iterator[ErrorRecord]:
    """Yield the records of an object in constant memory; what is not a record is one with `raw` None.

    An object that has been deleted meanwhile has none.
    """
    body = io.BufferedReader(S3RangeReader(s3, bucket, found.key), _BLOCK_BYTES)
    try:
        is_gzip = body.peek(len(_GZIP_MAGIC)).startswith(_GZIP_MAGIC)
        lines: Any = gzip.GzipFile(fileobj=body) if is_gzip else body
        for number, line in enumerate(_read_lines(lines), start=1):
            yield from _read_line(line, f"{found.key}:{number}")
    except PermanentError:
        return
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        yield ErrorRecord(None, f"the object is damaged: {error}", found.key)


def _read_lines(file: IO[bytes]) -> Iterator[bytes]:
    """Yield the lines; one that is too long is cut there, which makes it unreadable."""
    while line := file.readline(MAX_LINE_BYTES):
        yield line
        while len(line) == MAX_LINE_BYTES and not line.endswith(b"\n"):
            line = file.readline(MAX_LINE_BYTES)


def _read_line(line: bytes, place: str) -> Iterator[ErrorRecord]:
    """Yield the records of a line; Firehose may write several without a line break between them."""
    text = line.decode("utf-8", "replace").strip()
    while text:
        try:
            value, end = _DECODER.raw_decode(text)
        except (ValueError, RecursionError):
            yield ErrorRecord(None, "the line is not JSON", place)
            return
        yield _build_record(value, place)
        text = text[end:].lstrip()


def _build_record(value: Any, place: str) -> ErrorRecord:
    if not isinstance(value, Mapping) or not isinstance(value.get("rawData"), str):
        return ErrorRecord(None, "the line has no rawData", place)
    try:
        raw = base64.b64decode(value["rawData"], validate=True)
    except (ValueError, binascii.Error):
        return ErrorRecord(None, "its rawData is not base64", place)
    reason = value.get("message") or value.get("lastErrorMessage") or value.get("lastErrorCode") or ""
    source = str(value.get("source") or "")
    origin = f" (from {source}:{value.get('line')})" if source else ""
    return ErrorRecord(raw, str(reason), f"{place}{origin}", source, str(value.get("recorded_at") or ""))
