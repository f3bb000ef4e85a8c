"""The S3 objects under images/: their names and their bytes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

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
