"""Reading the archive: an object of JSON lines, gzip or plain, of any size, in constant memory."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

from botocore.exceptions import ClientError

from photolake.errors import PermanentError
from photolake.post_files.compression import BLOCK_BYTES, Unpacked
from photolake.rejected import MalformedLine

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

MAX_LINE_BYTES = 1_024_000  # a Firehose record: no archived line is longer
KEPT_OF_LONG_LINE = 4_096
RANGE_BYTES = 1 << 20
_SURROGATE_ESCAPE = re.compile(r"\\u[dD][89a-fA-F]")


@dataclass(frozen=True)
class ArchiveLine:
    """A line that holds a post: `number` counts from 1, `raw` is the line as it stood, `post` has an integer `id`."""

    source: str
    number: int
    raw: bytes
    post: Mapping[str, Any]


class S3Ranges(io.RawIOBase):
    """An S3 object read in ranges, so that no connection idles while a chunk of posts is being analysed.

    A later range is asked for with `IfMatch`: an object that is replaced meanwhile is an error, not a mixture.
    """

    def __init__(self, s3: S3Client, bucket: str, key: str) -> None:
        """Nothing is asked for before the first read."""
        super().__init__()
        self._s3 = s3
        self._bucket = bucket
        self._key = key
        self._offset = 0
        self._etag = ""
        self._range = memoryview(b"")

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: Any, /) -> int:
        """Fill `buffer` with the next bytes; 0 at the end of the object."""
        if not self._range:
            self._range = memoryview(self._next_range())
        taken = self._range[: len(buffer)]
        buffer[: len(taken)] = taken
        self._range = self._range[len(taken) :]
        return len(taken)

    def _next_range(self) -> bytes:
        wanted = f"bytes={self._offset}-{self._offset + RANGE_BYTES - 1}"
        condition: dict[str, Any] = {"IfMatch": self._etag} if self._etag else {}
        try:
            answer = self._s3.get_object(Bucket=self._bucket, Key=self._key, Range=wanted, **condition)
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code == "InvalidRange":  # S3's answer to a range that begins at the end
                return b""
            if code == "NoSuchKey":
                raise PermanentError("gone", f"s3://{self._bucket}/{self._key} has been deleted") from error
            raise
        self._etag = answer["ETag"]
        data = answer["Body"].read()
        self._offset += len(data)
        return data


def read_lines(source: str, body: io.RawIOBase) -> Iterator[ArchiveLine | MalformedLine]:
    """Yield each line of the object, in order; blank lines are passed over.

    Gzip is told by its first two bytes; `body` must not come in single bytes. A gzip stream that is cut off or damaged
    yields what could be read and then one MalformedLine; so does, in its place, a line that is too long, not UTF-8, not
    a JSON object, or without an integer `id`. Half a surrogate pair becomes U+FFFD, as nothing later could encode it.
    """
    blocks = Unpacked(io.BufferedReader(body, BLOCK_BYTES))
    number, cut = 0, b""
    for number, raw in enumerate(_split(blocks), start=1):
        line = _line(source, number, raw)
        if blocks.damage and isinstance(line, MalformedLine):
            number, cut = number - 1, raw
        elif line is not None:
            yield line
    if blocks.damage:
        yield MalformedLine(source, number + 1, blocks.damage, cut)


def _split(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """Lines without their newline; of a line over the limit only the beginning is kept, still longer than the limit."""
    pending = bytearray()
    for block in blocks:
        head, *tails = block.split(b"\n")
        if len(pending) <= MAX_LINE_BYTES:
            pending += head
        for tail in tails:
            yield bytes(pending)
            pending[:] = tail
    if pending:
        yield bytes(pending)


def _line(source: str, number: int, raw: bytes) -> ArchiveLine | MalformedLine | None:
    if len(raw) > MAX_LINE_BYTES:
        message = f"longer than {MAX_LINE_BYTES} bytes; its first {KEPT_OF_LONG_LINE} are kept"
        return MalformedLine(source, number, message, raw[:KEPT_OF_LONG_LINE])
    if not raw.strip():
        return None
    try:
        return ArchiveLine(source, number, raw, _post(raw))
    except (ValueError, RecursionError) as error:
        return MalformedLine(source, number, str(error), raw)


def _post(raw: bytes) -> dict[str, Any]:
    text = raw.decode("utf-8-sig")
    post = json.loads(text, parse_constant=_refuse_constant)
    if not isinstance(post, dict):
        raise ValueError(f"expected a JSON object, got {type(post).__name__}")
    if type(post.get("id")) is not int:
        raise ValueError("the post has no integer id")
    return _without_lone_surrogates(post) if _SURROGATE_ESCAPE.search(text) else post


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _without_lone_surrogates(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [_without_lone_surrogates(item) for item in value]
    if isinstance(value, dict):
        return {_without_lone_surrogates(key): _without_lone_surrogates(item) for key, item in value.items()}
    return value
