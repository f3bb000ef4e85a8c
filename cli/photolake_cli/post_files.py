"""Files of posts, on disk or in S3: their bytes, how far they have been read, and what tells them from another."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from photolake.aws.s3 import S3RangeReader
from photolake_cli.errors import CommandError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

BUFFER_BYTES = 1 << 16
_ABSENT = ("404", "NoSuchKey", "NoSuchBucket")
_FORBIDDEN = ("403", "AccessDenied")


@dataclass(frozen=True)
class PostFile:
    """A file of posts; `folder` and `base` are the two parts of its name, `identity` changes when its content does."""

    folder: str
    base: str
    size: int
    identity: str
    open_raw: Callable[[], io.RawIOBase]
    read_beside: Callable[[str], bytes | None]
    """Reads a small file of the same folder by its base name; None if there is none."""

    @property
    def name(self) -> str:
        """Its name as it was given, or a path below that."""
        return f"{self.folder}/{self.base}" if self.folder else self.base

    @property
    def malformed_name(self) -> str:
        """Where its malformed lines are kept: the same for the same file, another for its namesake elsewhere."""
        return f"collect/{hashlib.sha256(self.identity.partition(' ')[0].encode()).hexdigest()[:8]}/{self.base}"

    @contextmanager
    def opened(self) -> Iterator[Opened]:
        """Open it for reading bytes; CommandError if that fails, there or later."""
        try:
            raw = self.open_raw()
        except OSError as error:
            raise CommandError(_unreadable(self.name, error)) from error
        with raw:
            counted = _Counted(raw, self.name)
            yield Opened(io.BufferedReader(counted, BUFFER_BYTES), counted)


class _Counted(io.RawIOBase):
    """Bytes of a file, counted on the way."""

    def __init__(self, raw: io.RawIOBase, name: str) -> None:
        super().__init__()
        self.position = 0
        self._raw = raw
        self._name = name

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: Any, /) -> int | None:
        """Fill `buffer` with the next bytes."""
        try:
            read = self._raw.readinto(buffer)
        except OSError as error:
            raise CommandError(_unreadable(self._name, error)) from error
        self.position += read or 0
        return read


@dataclass(frozen=True)
class Opened:
    """A file that is being read."""

    file: io.BufferedReader[Any]
    counted: _Counted

    @property
    def position(self) -> int:
        """How many of its bytes, packed as they are, have been read from disk or S3."""
        return self.counted.position


def files_at(given: str, s3: S3Client) -> list[PostFile]:
    """The file, or every file below a folder, that is named by a path or an `s3://` URI; CommandError if none is."""
    if given.startswith("s3://"):
        return _objects_at(given, s3)
    path = Path(given)
    try:
        if path.is_dir():
            below = sorted(each for each in path.rglob("*") if each.is_file() and not _is_hidden(each, path))
            if not below:
                raise CommandError(f"{path} holds no file. Name a file of posts, or a folder with some in it")
            return [_local_file(each) for each in below]
        if path.exists() and not path.is_file():
            raise CommandError(
                f"{path} is no file but a pipe or device, and is read more than once: write it to a file"
            )
        return [_local_file(path)]
    except OSError as error:
        raise CommandError(_unreadable(given, error)) from error


def is_folder(given: str) -> bool:
    """Whether a path or URI names a folder."""
    if given.startswith("s3://"):
        key = given.removeprefix("s3://").partition("/")[2]
        return not key or key.endswith("/")
    return Path(given).is_dir()


def _is_hidden(path: Path, folder: Path) -> bool:
    return any(part.startswith(".") for part in path.relative_to(folder).parts)


def _local_file(path: Path) -> PostFile:
    status = path.stat()

    def beside(base: str) -> bytes | None:
        other = path.with_name(base)
        return other.read_bytes() if other.is_file() else None

    return PostFile(
        folder="" if str(path.parent) == "." else str(path.parent),
        base=path.name,
        size=status.st_size,
        identity=f"{path.resolve().as_uri()} {status.st_size} {status.st_mtime_ns}",
        open_raw=lambda: path.open("rb", buffering=0),
        read_beside=beside,
    )


def _unreadable(name: str, error: OSError) -> str:
    return f"{name} cannot be read: {error.strerror or error}. Name a file of posts, a folder of them or an s3:// URI"


def _objects_at(uri: str, s3: S3Client) -> list[PostFile]:
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    try:
        if key and not key.endswith("/"):
            head = s3.head_object(Bucket=bucket, Key=key)
            return [_object(s3, bucket, key, head["ContentLength"], head["ETag"])]
        pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=key)
        listed = [item for page in pages for item in page.get("Contents", []) if not item["Key"].endswith("/")]
    except ClientError as error:
        raise _s3_error(uri, bucket, error, s3) from error
    if not listed:
        raise CommandError(f"There is no object below {uri}. Those there are: aws s3 ls s3://{bucket}")
    return [_object(s3, bucket, item["Key"], item["Size"], item["ETag"]) for item in listed]


def _object(s3: S3Client, bucket: str, key: str, size: int, etag: str) -> PostFile:
    folder, _, base = f"s3://{bucket}/{key}".rpartition("/")

    def beside(other: str) -> bytes | None:
        try:
            sibling = f"{folder}/{other}".removeprefix(f"s3://{bucket}/")
            return s3.get_object(Bucket=bucket, Key=sibling)["Body"].read()
        except ClientError as error:
            if error.response["Error"]["Code"] in (*_ABSENT, *_FORBIDDEN):
                return None
            raise

    return PostFile(
        folder=folder,
        base=base,
        size=size,
        identity=f"s3://{bucket}/{key} {size} {etag}",
        open_raw=lambda: S3RangeReader(s3, bucket, key),
        read_beside=beside,
    )


def _s3_error(uri: str, bucket: str, error: ClientError, s3: S3Client) -> CommandError:
    code = error.response["Error"]["Code"]
    if code == "NoSuchBucket" or (code == "404" and not _has_bucket(s3, bucket)):
        return CommandError(f"There is no bucket {bucket}. Those there are: aws s3 ls")
    if code in _ABSENT:
        return CommandError(f"There is no object {uri}; for all below it say {uri}/. Look: aws s3 ls {uri}")
    if code in _FORBIDDEN:
        return CommandError(f"You may not read {uri}. Ask its owner for s3:GetObject and s3:ListBucket on {bucket}")
    return CommandError(f"{uri} cannot be read: {error}")


def _has_bucket(s3: S3Client, bucket: str) -> bool:
    """S3 answers a HEAD of an object the same if there is no such bucket."""
    try:
        s3.head_bucket(Bucket=bucket)
    except ClientError as error:
        return error.response["Error"]["Code"] not in _ABSENT
    return True
