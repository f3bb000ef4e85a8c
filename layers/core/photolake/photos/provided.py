"""Copies of photos that their owner provides, such as the media of an account archive, under `provided/` of the lake.

They stand in for a photo that its host does not have any more. Nothing is triggered by them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from photolake.aws.s3 import read_object
from photolake.errors import PermanentError
from photolake.images.ingest import MAX_PHOTO_BYTES

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

PREFIX = "provided/"
MESSAGE = "a copy that its owner provided, because the URL does not have it any more"
_SAFE_PATH = re.compile(r"(/[A-Za-z0-9_~-][A-Za-z0-9._~-]*){1,12}")
_FORMAT = re.compile(r"[a-z0-9]{2,5}")
_MISSING = frozenset({"gone", "http_401", "http_403"})


def is_missing(status: str) -> bool:
    """Whether a photo with this status may be replaced by a copy: its host does not have it, or keeps it back."""
    return status in _MISSING


def build_key(url: str) -> str | None:
    """Build the key of the copy of the photo at a URL; None for a URL of unusual characters.

    X writes one photo in two ways, `/media/A.jpg` and `/media/A?format=jpg&name=large`: both have the same key.
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    path, host = parts.path, parts.hostname or ""
    given = parse_qs(parts.query).get("format", [""])[0]
    if _FORMAT.fullmatch(given) and "." not in path.rpartition("/")[2]:
        path = f"{path}.{given}"
    return f"{PREFIX}{host}{path}" if host.isascii() and host and _SAFE_PATH.fullmatch(path) else None


class ProvidedPhotos:
    """The copies in a lake."""

    def __init__(self, s3: S3Client, bucket: str) -> None:
        """`bucket` is the lake's."""
        self._s3 = s3
        self._bucket = bucket

    def find(self, url: str) -> bytes | None:
        """Return the copy of the photo at a URL; None if there is none. PermanentError `too_large`."""
        key = build_key(url)
        if key is None:
            return None
        try:
            return read_object(self._s3, self._bucket, key, MAX_PHOTO_BYTES)
        except PermanentError as error:
            if error.status == "gone":
                return None
            raise
