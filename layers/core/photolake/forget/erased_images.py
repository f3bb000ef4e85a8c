"""Which images were erased in the last days, under `forgotten/images/`: SHA-256s, a line each.

A worker that was busy with one of them, or Firehose, may still write a row about it; the next passes look for that.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection
from hashlib import sha256
from typing import TYPE_CHECKING

from photolake.clock import utc_now

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

PREFIX = "forgotten/images/"
KEPT = dt.timedelta(days=3)
"""Firehose tries for a day to deliver, and a message that failed comes back within an hour."""


class ErasedImages:
    """The lists in a lake."""

    def __init__(self, s3: S3Client, bucket: str, clock: Callable[[], dt.datetime] = utc_now) -> None:
        self._s3 = s3
        self._bucket = bucket
        self._clock = clock

    def add(self, image_ids: Collection[str]) -> None:
        """Remember that these are going to be erased."""
        if image_ids:
            body = "".join(f"{image_id}\n" for image_id in sorted(image_ids)).encode("ascii")
            key = f"{PREFIX}{sha256(body).hexdigest()}.txt"
            self._s3.put_object(Bucket=self._bucket, Key=key, Body=body, ContentType="text/plain")

    def read(self) -> set[str]:
        """Return the images of the last three days, and drop older lists."""
        found: set[str] = set()
        pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=PREFIX)
        for item in [item for page in pages for item in page.get("Contents", [])]:
            if self._clock() - item["LastModified"] > KEPT:
                self._s3.delete_object(Bucket=self._bucket, Key=item["Key"])
            else:
                body = self._s3.get_object(Bucket=self._bucket, Key=item["Key"])["Body"].read()
                found |= set(body.decode("ascii").split())
        return found
