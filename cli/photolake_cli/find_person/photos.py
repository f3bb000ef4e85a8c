"""Finds the photos to search, in folders and in S3, and reads them."""

from __future__ import annotations

import os
import platform
import stat
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from botocore.exceptions import ClientError

from photolake.errors import PermanentError
from photolake.people.photo import SearchedPhoto
from photolake_cli.collect.files import explain_s3_error
from photolake_cli.errors import CommandError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

HEAD_BYTES = 1 << 16
"""Enough for the format and, but for long metadata, the size in pixels."""
MAX_BYTES = 64 << 20
"""More than a photo of 50 megapixels has, the largest that is read."""

CanReadInPlace = Callable[[str], bool]


def list_photos(places: Sequence[str], s3: S3Client, can_read_in_place: CanReadInPlace) -> list[SearchedPhoto]:
    """List the files and objects at these paths and URIs, each once; CommandError for a place without any.

    `can_read_in_place` says of a bucket whether Rekognition can read it.
    """
    photos: dict[str, SearchedPhoto] = {}
    for place in places:
        found = _list_objects(place, s3, can_read_in_place) if place.startswith("s3://") else _list_files(place)
        photos.update((photo.identity, photo) for photo in found)
    return list(photos.values())


def name_place(place: str) -> str:
    """A URI that is the same for every run, and another one on another machine."""
    if place.startswith("s3://"):
        return place
    path = Path(place).resolve()
    return f"file://{platform.node()}{quote(bytes(path))}"


def read_portrait(name: str, s3: S3Client) -> bytes:
    """The bytes of the portrait; CommandError if it cannot be read."""
    found = _list_objects(name, s3, lambda bucket: False) if name.startswith("s3://") else _list_files(name)
    portrait = next((photo for photo in found if photo.name in (name, str(Path(name)))), None)
    if portrait is None:
        raise CommandError(f"{name} is not a file. Name one photo of the person")
    try:
        return portrait.read()
    except PermanentError as error:
        raise CommandError(f"{name}: {error.message}. Name another photo of the person") from error


def _list_files(place: str) -> Iterator[SearchedPhoto]:
    path = Path(place)
    advice = "Name a folder of photos, a photo or an s3:// URI"
    try:
        kind = path.stat().st_mode
    except OSError as error:
        raise CommandError(f"{place} cannot be read: {error.strerror or error}. {advice}") from error
    if stat.S_ISDIR(kind):
        found = list(_walk_folder(path))
        if not found:
            raise CommandError(f"{place} holds no file. {advice}")
        yield from found
    elif stat.S_ISREG(kind):
        yield _describe_file(path)
    else:
        raise CommandError(f"{place} is a pipe or a device. {advice}")


def _walk_folder(path: Path) -> Iterator[SearchedPhoto]:
    """Yield the files below a folder, and what cannot be read there; what is hidden is left out."""
    problems: list[OSError] = []
    for folder, subfolders, names in os.walk(path, onerror=problems.append):
        subfolders[:] = sorted(name for name in subfolders if not name.startswith("."))
        for name in sorted(names):
            if not name.startswith("."):
                yield _describe_file(Path(folder, name))
        for linked in (Path(folder, name) for name in subfolders):
            if linked.is_symlink():
                yield _describe_unreadable(str(linked), "it is a link to a folder. Name that folder too: --in")
    for problem in problems:
        yield _describe_unreadable(os.fsdecode(problem.filename), problem.strerror or str(problem))


def _describe_file(path: Path) -> SearchedPhoto:
    try:
        status = path.stat()
    except OSError as error:
        return _describe_unreadable(str(path), error.strerror or str(error))
    if not stat.S_ISREG(status.st_mode):
        return _describe_unreadable(str(path), "it is a pipe or a device")
    identity = _identify_file(path, status)
    return SearchedPhoto(
        name=str(path),
        identity=identity,
        size=status.st_size,
        read=partial(_read_file, path, identity, MAX_BYTES),
        read_head=partial(_read_file, path, identity, HEAD_BYTES, is_head=True),
    )


def _describe_unreadable(name: str, reason: str) -> SearchedPhoto:
    """A file or folder that cannot be read, so that the search tells it."""

    def read() -> bytes:
        raise PermanentError("unreadable", reason)

    return SearchedPhoto(name, Path(name).absolute().as_uri(), 0, read, read)


def _identify_file(path: Path, status: os.stat_result) -> str:
    return f"{path.resolve().as_uri()} {status.st_size} {status.st_mtime_ns}"


def _read_file(path: Path, identity: str, limit: int, is_head: bool = False) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(limit if is_head else limit + 1)
        if _identify_file(path, path.stat()) != identity:
            raise PermanentError("changed", "it was changed during the search")
    except FileNotFoundError as error:
        raise PermanentError("gone", "it was deleted during the search") from error
    except OSError as error:
        raise PermanentError("unreadable", error.strerror or str(error)) from error
    return _check_length(data, limit)


def _check_length(data: bytes, limit: int) -> bytes:
    if len(data) > limit:
        raise PermanentError("too_large", f"it has more than {limit >> 20} MiB")
    return data


def _list_objects(uri: str, s3: S3Client, can_read_in_place: CanReadInPlace) -> Iterator[SearchedPhoto]:
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    if not bucket:
        raise CommandError(f"{uri} names no bucket: s3://bucket/prefix")
    count = 0
    try:
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=key):
            for item in page.get("Contents", []):
                if not item["Key"].endswith("/"):
                    count += 1
                    yield _describe_object(s3, bucket, item, can_read_in_place(bucket))
    except ClientError as error:
        raise explain_s3_error(uri, bucket, error, s3) from error
    if not count:
        raise CommandError(f"There is no object whose name begins with {uri}. List them: aws s3 ls s3://{bucket}")


def _describe_object(s3: S3Client, bucket: str, item: Any, in_place: bool) -> SearchedPhoto:
    key, etag = item["Key"], item["ETag"]
    return SearchedPhoto(
        name=f"s3://{bucket}/{key}",
        identity=f"s3://{bucket}/{key} {item['Size']} {etag}",
        size=item["Size"],
        read=partial(_read_object, s3, bucket, key, etag),
        read_head=partial(_read_object, s3, bucket, key, etag, f"bytes=0-{HEAD_BYTES - 1}"),
        place=(bucket, key) if in_place else None,
    )


def _read_object(s3: S3Client, bucket: str, key: str, etag: str, span: str = "") -> bytes:
    wanted: dict[str, Any] = {"Range": span} if span else {}
    try:
        response = s3.get_object(Bucket=bucket, Key=key, IfMatch=etag, **wanted)
        with response["Body"] as body:
            return _check_length(body.read(MAX_BYTES + 1), MAX_BYTES)
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code == "InvalidRange":  # an object without any byte
            return b""
        if code == "NoSuchKey":
            raise PermanentError("gone", "it was deleted during the search") from error
        if code == "PreconditionFailed":
            raise PermanentError("changed", "it was replaced during the search") from error
        if code in ("AccessDenied", "InvalidObjectState"):  # the latter: it is archived in Glacier
            raise PermanentError("unreadable", error.response["Error"].get("Message", code)) from error
        raise
