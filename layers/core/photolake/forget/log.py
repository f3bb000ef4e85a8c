"""The log of what was erased, under `forgotten/`: one object for each pass that erased something, without content."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

PREFIX = "forgotten/passes/"


@dataclass(frozen=True)
class ForgetEntry:
    """A pass: when it began and ended, and how many of each kind it erased.

    `deletions` are those that the lake had at its end, ids alone.
    """

    number: int
    began_at: str
    ended_at: str
    deletions: int
    counts: Mapping[str, int]


class ForgetLog:
    """The entries of a lake. They stay."""

    def __init__(self, s3: S3Client, bucket: str) -> None:
        self._s3 = s3
        self._bucket = bucket

    def add(self, entry: ForgetEntry) -> None:
        """Write an entry; the same pass has the same key."""
        self._s3.put_object(
            Bucket=self._bucket,
            Key=f"{PREFIX}{entry.number:08}.json",
            Body=json.dumps(asdict(entry), sort_keys=True).encode(),
            ContentType="application/json",
        )

    def read(self) -> list[ForgetEntry]:
        """Return all entries, the first pass first."""
        pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=PREFIX)
        keys = [item["Key"] for page in pages for item in page.get("Contents", [])]
        return [
            ForgetEntry(**json.loads(self._s3.get_object(Bucket=self._bucket, Key=key)["Body"].read())) for key in keys
        ]
