"""Files of posts, on disk or in S3: finds them, reads their bytes, and knows when their content has changed."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from photolake.aws.s3 import S3RangeReader
from photolake.clock import format_utc, utc_now
from photolake.post_formats.format import FileContext
from photolake_cli.errors import CommandError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

BUFFER_BYTES = 1 << 16
_ABSENT = ("404", "NoSuchKey", "NoSuchBucket")
_FORBIDDEN = ("403", "AccessDenied")


@dataclass(frozen=True)
class PostFile:
    """A file of posts; `folder` and `base` are the two parts of its name, `identity` changes when its content does.

    `author` wrote all posts, as a v1.1 user, if this is a part of an account archive.
    """

    folder: str
    base: str
    size: int
    identity: str
    open_raw: Callable[[], io.RawIOBase]
    read_sibling: Callable[[str], bytes | None]
    """Reads a small file of the same folder by its base name; None if there is none."""
    author: Mapping[str, Any] | None = None

    @property
    def name(self) -> str:
        """Its name as it was given, or a path below that."""
        return f"{self.folder}/{self.base}" if self.folder else self.base

    @property
    def rejected_name(self) -> str:
        """The name that its rejected records are stored under; files of one name in two folders have two."""
        return f"collect/{hashlib.sha256(self.identity.partition(' ')[0].encode()).hexdigest()[:8]}/{self.base}"

    def make_context(self) -> FileContext:
        """What is known of its posts, besides what it holds; they are collected now."""
        return FileContext(self.name, format_utc(utc_now()), self.author)

    @contextmanager
    def open(self, buffer_bytes: int = BUFFER_BYTES) -> Iterator[OpenFile]:
        """Open it for reading bytes; CommandError if opening or reading fails."""
        try:
            raw = self.open_raw()
        except OSError as error:
            raise CommandError(_describe_read_error(self.name, error)) from error
        with raw:
            counted = _CountedReader(raw, self.name)
            yield OpenFile(io.BufferedReader(counted, buffer_bytes), counted)


class _CountedReader(io.RawIOBase):
    """Counts the bytes that are read from a file."""

    def __init__(self, raw: io.RawIOBase, name: str) -> None:
        super().__init__()
        self.position = 0
        self._raw = raw
        self._name = name

    def readable(self) -> bool:
        """Always, as io.BufferedReader asks for it."""
        return True

    def readinto(self, buffer: Any, /) -> int | None:
        """Fill `buffer` with the next bytes."""
        try:
            read = self._raw.readinto(buffer)
        except OSError as error:
            raise CommandError(_describe_read_error(self._name, error)) from error
        self.position += read or 0
        return read


@dataclass(frozen=True)
class OpenFile:
    """A file that is being read."""

    file: io.BufferedReader[Any]
    counted: _CountedReader

    @property
    def position(self) -> int:
        """How many of its bytes, as stored, have been read from disk or S3."""
        return self.counted.position


def find_files(name: str, s3: S3Client) -> list[PostFile]:
    """The file, or all files below a folder, at a path or an `s3://` URI; CommandError if there are none."""
    if name.startswith("s3://"):
        return _find_objects(name, s3)
    path = Path(name)
    try:
        if path.is_dir():
            below = sorted(each for each in path.rglob("*") if each.is_file() and not _is_hidden(each, path))
            if not below:
                raise CommandError(f"{path} holds no file. Name a file of posts, or a folder of them")
            return [_local_file(each) for each in below]
        if path.exists() and not path.is_file():
            raise CommandError(f"{path} is a pipe or a device, which cannot be read twice: write it to a file first")
        return [_local_file(path)]
    except OSError as error:
        raise CommandError(_describe_read_error(name, error)) from error


def is_folder(name: str) -> bool:
    """Whether a path or URI names a folder."""
    if name.startswith("s3://"):
        key = name.removeprefix("s3://").partition("/")[2]
        return not key or key.endswith("/")
    return Path(name).is_dir()


def _is_hidden(path: Path, folder: Path) -> bool:
    return any(part.startswith(".") for part in path.relative_to(folder).parts)


def _local_file(path: Path) -> PostFile:
    status = path.stat()

    def read_sibling(base: str) -> bytes | None:
        other = path.with_name(base)
        return other.read_bytes() if other.is_file() else None

    return PostFile(
        folder="" if str(path.parent) == "." else str(path.parent),
        base=path.name,
        size=status.st_size,
        identity=f"{path.resolve().as_uri()} {status.st_size} {status.st_mtime_ns}",
        open_raw=lambda: path.open("rb", buffering=0),
        read_sibling=read_sibling,
    )


def _describe_read_error(name: str, error: OSError) -> str:
    return f"{name} cannot be read: {error.strerror or error}. Name a file of posts, a folder of them or an s3:// URI"


def _find_objects(uri: str, s3: S3Client) -> list[PostFile]:
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    try:
        if key and not key.endswith("/"):
            head = s3.head_object(Bucket=bucket, Key=key)
            return [_object(s3, bucket, key, head["ContentLength"], head["ETag"])]
        pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=key)
        listed = [item for page in pages for item in page.get("Contents", []) if not item["Key"].endswith("/")]
    except ClientError as error:
        raise explain_s3_error(uri, bucket, error, s3) from error
    if not listed:
        raise CommandError(f"There is no object below {uri}. List the objects: aws s3 ls s3://{bucket}")
    return [_object(s3, bucket, item["Key"], item["Size"], item["ETag"]) for item in listed]


def _object(s3: S3Client, bucket: str, key: str, size: int, etag: str) -> PostFile:
    folder, _, base = f"s3://{bucket}/{key}".rpartition("/")

    def read_sibling(other: str) -> bytes | None:
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
        read_sibling=read_sibling,
    )


def explain_s3_error(uri: str, bucket: str, error: ClientError, s3: S3Client) -> CommandError:
    """The error for the user if an object or a prefix cannot be read."""
    code = error.response["Error"]["Code"]
    if code == "NoSuchBucket" or (code == "404" and not _bucket_exists(s3, bucket)):
        return CommandError(f"There is no bucket {bucket}. List the buckets: aws s3 ls")
    if code in _ABSENT:
        return CommandError(f"There is no object {uri}. For all objects below it: {uri}/; list them: aws s3 ls {uri}")
    if code in _FORBIDDEN:
        return CommandError(f"You may not read {uri}. Ask its owner for s3:GetObject and s3:ListBucket on {bucket}")
    return CommandError(f"{uri} cannot be read: {error}")


def _bucket_exists(s3: S3Client, bucket: str) -> bool:
    """S3 answers a HEAD of an object with the same 404 whether the object or the bucket is missing."""
    try:
        s3.head_bucket(Bucket=bucket)
    except ClientError as error:
        return error.response["Error"]["Code"] not in _ABSENT
    return True
