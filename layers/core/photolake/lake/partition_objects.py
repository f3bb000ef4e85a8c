"""The objects of a landing table's partitions, and which of them have been replaced.

A partition is `<table>/dt=<day>/`. Firehose puts objects there; a rewrite puts them into a folder of its own within,
`compacted-<when>-<first>-<id>/`, as Athena reads "all data stored in the folder"
(https://docs.aws.amazon.com/athena/latest/ug/tables-location-format.html). Names that begin with `_` or `.` are hidden
from it. So a folder can hold the list of the objects that it replaces, until they are deleted.
"""

from __future__ import annotations

import datetime as dt
import itertools
import json
import re
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from photolake.errors import DeliveryError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_REPLACED = "_replaced.json"
_KEY = re.compile(r"(?P<table>[a-z_]+)/dt=(?P<day>\d{4}-\d{2}-\d{2})/(?P<rest>.+)", re.ASCII)
_FOLDER = re.compile(r"compacted-\d{8}T\d{6}Z-(?P<first>\d{8})-[0-9a-f]+/", re.ASCII)
_DELETED_AT_ONCE = 1_000  # S3's limit for DeleteObjects


@dataclass(frozen=True)
class PartitionObject:
    """An object within a partition; `size` in bytes, `rest` is its key after the partition's prefix."""

    key: str
    size: int
    modified: dt.datetime
    table: str
    day: str
    rest: str

    @property
    def is_data(self) -> bool:
        """Whether Athena reads it: neither it nor a folder above it is hidden, and it is not empty."""
        return self.size > 0 and not any(part.startswith(("_", ".")) for part in self.rest.split("/"))

    @property
    def folder(self) -> str | None:
        """The folder of the rewrite that made it; None for what came by Firehose."""
        found = _FOLDER.match(self.rest)
        return found[0] if found else None

    @property
    def first(self) -> dt.date:
        """When the oldest of its rows arrived: a rewrite makes the object new, and its rows no younger."""
        found = _FOLDER.match(self.rest)
        return dt.datetime.strptime(found["first"], "%Y%m%d").date() if found else self.modified.date()

    @property
    def is_replaced_list(self) -> bool:
        """Whether it names the objects that the folder around it replaces."""
        return self.folder is not None and self.rest.endswith(f"/{_REPLACED}")


def find_prefix(table: str, day: str) -> str:
    """The prefix of a partition."""
    return f"{table}/dt={day}/"


def name_folder(now: dt.datetime, first: dt.date) -> str:
    """A name that no folder has; `first` is when the oldest of its rows arrived."""
    return f"compacted-{now:%Y%m%dT%H%M%SZ}-{first:%Y%m%d}-{uuid.uuid4().hex[:12]}/"


class PartitionObjects:
    """Lists and deletes objects of partitions in the lake bucket."""

    def __init__(self, s3: S3Client, bucket: str) -> None:
        self._s3 = s3
        self.bucket = bucket

    def list_objects(self, prefix: str) -> Iterator[PartitionObject]:
        """The objects below a prefix, by key; what lies in no partition is left out."""
        for page in self._s3.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=prefix):
            for item in page.get("Contents", []):
                if found := _KEY.fullmatch(item["Key"]):
                    place = (found["table"], found["day"], found["rest"])
                    yield PartitionObject(item["Key"], item["Size"], item["LastModified"], *place)

    def write_replaced(self, folder: str, keys: Sequence[str]) -> None:
        """Note in a folder (its whole key) which objects it replaces."""
        body = json.dumps({"keys": list(keys)}).encode()
        self._s3.put_object(Bucket=self.bucket, Key=f"{folder}{_REPLACED}", Body=body, ContentType="application/json")

    def read_replaced(self, key: str) -> list[str]:
        """The keys that such a note names; none if another run has deleted it."""
        try:
            found = json.loads(self._s3.get_object(Bucket=self.bucket, Key=key)["Body"].read())
        except self._s3.exceptions.NoSuchKey:
            return []
        return [str(replaced) for replaced in found["keys"]]

    def delete(self, keys: Iterable[str]) -> int:
        """Delete objects, also those that are gone already; DeliveryError if S3 refuses any. Returns how many."""
        count = 0
        remaining = iter(keys)
        while batch := list(itertools.islice(remaining, _DELETED_AT_ONCE)):
            response = self._s3.delete_objects(
                Bucket=self.bucket, Delete={"Objects": [{"Key": key} for key in batch], "Quiet": True}
            )
            if errors := response.get("Errors"):
                raise DeliveryError(f"S3 did not delete {len(errors)} of {len(batch)}: {errors[0].get('Code')}")
            count += len(batch)
        return count
