"""Objects of JSON lines, gzip or plain, written again under their key without some lines; of any size."""

from __future__ import annotations

import gzip
import io
import tempfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, cast

from botocore.exceptions import ClientError

from photolake.aws.s3 import REWRITTEN, S3RangeReader
from photolake.errors import RetryableError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

MAX_LINE_BYTES = 4_000_000
"""Of a longer line, which no post has, each part of this size is a line."""
_SPOOL_BYTES = 32 << 20
_BLOCK_BYTES = 1 << 18
_GZIP_MAGIC = b"\x1f\x8b"
_CHANGED = frozenset({"PreconditionFailed", "ConditionalRequestConflict"})


@dataclass
class RewrittenObject:
    """How many lines were changed or left out, and how many stay. `damage` says what ended a damaged object."""

    erased: int = 0
    kept: int = 0
    damage: str = ""


@dataclass(frozen=True)
class LineObjects:
    """The objects of one bucket."""

    s3: S3Client
    bucket: str

    def read(self, key: str) -> Iterator[bytes]:
        """Yield the lines of an object up to any damage; PermanentError `gone` if there is none."""
        yield from self._read_lines(self._open(key)[1], RewrittenObject())

    def rewrite(self, key: str, edit: Callable[[bytes], bytes | None]) -> RewrittenObject:
        """Replace each line by what `edit` makes of it, None to leave it out; an object without lines is deleted.

        What follows damage cannot be read by anybody, and is lost. PermanentError `gone`: there is no such object.
        RetryableError: somebody has replaced it meanwhile.
        """
        reader, source = self._open(key)
        result = RewrittenObject()
        with tempfile.SpooledTemporaryFile(_SPOOL_BYTES) as target:
            is_gzip = isinstance(source, gzip.GzipFile)
            writer = gzip.GzipFile(fileobj=target, mode="wb", mtime=0) if is_gzip else target
            for line in self._read_lines(source, result):
                edited = edit(line)
                result.erased += edited != line
                result.kept += bool(edited and edited.strip())
                writer.write(edited or b"")
            if is_gzip:
                writer.close()
            if result.erased:
                self._replace(key, reader, cast("IO[bytes]", target), result)
        return result

    def _open(self, key: str) -> tuple[S3RangeReader, IO[bytes]]:
        reader = S3RangeReader(self.s3, self.bucket, key)
        body = io.BufferedReader(reader, _BLOCK_BYTES)
        is_gzip = body.peek(len(_GZIP_MAGIC)).startswith(_GZIP_MAGIC)
        return reader, cast("IO[bytes]", gzip.GzipFile(fileobj=body) if is_gzip else body)

    def _read_lines(self, source: IO[bytes], result: RewrittenObject) -> Iterator[bytes]:
        try:
            while line := source.readline(MAX_LINE_BYTES):
                yield line
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            result.damage = str(error)
        except ClientError as error:
            _raise_if_changed(error)
            raise

    def _replace(self, key: str, reader: S3RangeReader, target: IO[bytes], result: RewrittenObject) -> None:
        if not result.kept:
            self.s3.delete_object(Bucket=self.bucket, Key=key)
            return
        target.seek(0)
        try:
            self.s3.put_object(
                Bucket=self.bucket,
                Key=key,
                Body=target,
                IfMatch=reader.etag,
                Metadata={REWRITTEN: reader.first_etag},
            )
        except ClientError as error:
            _raise_if_changed(error)
            raise


def _raise_if_changed(error: ClientError) -> None:
    if error.response["Error"]["Code"] in _CHANGED:
        raise RetryableError("an object of lines has been replaced meanwhile") from error
