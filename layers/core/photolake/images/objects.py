"""The S3 objects under images/: their names, their bytes, and the messages that announce them."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_plus

from photolake.clock import iso_utc
from photolake.errors import PermanentError
from photolake.photos.download import MAX_BYTES

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_IMAGE_KEY = re.compile(r"images/([0-9a-f]{2})/(\1[0-9a-f]{62})\.(?:jpg|png)")


def image_id_in(key: str) -> str | None:
    """The image_id that a key under images/ is named by; None for a photo dropped under a name of its own."""
    match = _IMAGE_KEY.fullmatch(key)
    return match[2] if match else None


def read_photo(s3: S3Client, bucket: str, key: str) -> bytes:
    """The object's bytes. PermanentError: `gone`, or `too_large` (over 15 MiB, told before anything is read)."""
    try:
        answer = s3.get_object(Bucket=bucket, Key=key)
    except s3.exceptions.NoSuchKey as error:
        raise PermanentError("gone", "the object was deleted before it could be read") from error
    with answer["Body"] as body:
        if answer["ContentLength"] > MAX_BYTES:
            raise PermanentError("too_large", f"{answer['ContentLength']} bytes; a photo may have {MAX_BYTES}")
        return body.read()


def announcement(bucket: str, key: str, time: dt.datetime) -> dict[str, Any]:
    """The S3 event that announced the object, as far as image_analyzer reads it."""
    record = {
        "eventVersion": "2.1",
        "eventSource": "aws:s3",
        "eventName": "ObjectCreated:Put",
        "eventTime": iso_utc(time),
        "s3": {"bucket": {"name": bucket}, "object": {"key": quote_plus(key, safe="/"), "size": 0, "eTag": ""}},
    }
    return {"Records": [record]}
