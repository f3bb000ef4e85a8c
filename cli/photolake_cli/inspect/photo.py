"""The bytes of one photo: a file, an object in S3, or a URL."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from photolake.aws.s3 import read_object
from photolake.errors import PermanentError, RetryableError
from photolake.images.ingest import MAX_PHOTO_BYTES
from photolake.photos.download import Downloader
from photolake.photos.urls import ANY_HOST
from photolake_cli.errors import CommandError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_URLS = ("https://", "http://")


def read_photo(name: str, connect_s3: Callable[[], S3Client], download: Callable[[str], bytes] | None = None) -> bytes:
    """Read the photo with this name; CommandError, which begins with the name, if that is not possible.

    `download` is for URLs; unless given, it takes any public host over https, and never an address of a private
    network: for a photo there, download it yourself and inspect the file.
    """
    try:
        if name.startswith("s3://"):
            bucket, _, key = name.removeprefix("s3://").partition("/")
            if not bucket or not key:
                raise CommandError(f"{name} is not s3://BUCKET/KEY")
            return read_object(connect_s3(), bucket, key, MAX_PHOTO_BYTES)
        if name.startswith(_URLS):
            return (download or Downloader([ANY_HOST]).download)(name)
        return _read_file(Path(name))
    except (PermanentError, RetryableError) as error:
        raise CommandError(f"{name}: {error}") from error


def _read_file(path: Path) -> bytes:
    if path.is_dir():
        raise CommandError(f"{path} is a folder. To analyse all photos in it: photolake drop {path}")
    if path.exists() and not path.is_file():
        raise CommandError(f"{path} is neither a file nor a folder")
    try:
        with path.open("rb") as file:
            data = file.read(MAX_PHOTO_BYTES + 1)
    except FileNotFoundError:
        raise CommandError(f"There is no file {path}") from None
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}") from error
    if len(data) > MAX_PHOTO_BYTES:
        raise CommandError(f"{path} is larger than {MAX_PHOTO_BYTES >> 20} MiB")
    return data
