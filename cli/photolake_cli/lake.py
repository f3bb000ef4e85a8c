"""The rows of the landing tables with all their types, read from their Parquet objects day by day.

A duplicate row always lies in the partition of its twin, so the newest copy of each row is found within a day. The
objects are read directly: Athena writes rows and arrays as text that cannot be read back, and would charge for it.
"""

from __future__ import annotations

import gzip
import io
import json
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

import pyarrow.parquet

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_BATCH_ROWS = 500
_SAMPLE_OBJECTS = 5
_READ_AHEAD = 4

Row = dict[str, Any]
Version = tuple[str, str]
_POST_COLUMNS = ["id", "id_str", "text", "text_entities", "collected_at", "processed_at"]


@dataclass(frozen=True)
class Lake:
    """The lake bucket."""

    s3: S3Client
    bucket: str

    def list_days(self) -> list[str]:
        """The days with analyses or photos, the newest first."""
        found = {day for table in ("analyses", "photos") for day in self._list_partitions(table)}
        return sorted(found, reverse=True)

    def estimate_rows(self, table: str) -> int:
        """About how many rows a table has, by the size of its objects and the rows of a few of them."""
        sizes = dict(self._list_objects(f"{table}/"))
        sample = list(islice(sizes, _SAMPLE_OBJECTS))
        if not sample:
            return 0
        rows: int = sum(self._open(key).metadata.num_rows for key in sample)
        return round(rows * sum(sizes.values()) / sum(sizes[key] for key in sample))

    def read_analyses(self, day: str) -> Iterator[Row]:
        """The newest row of each image of a day."""
        return self._read_newest("analyses", day, lambda row: row["image_id"], ("analyzed_at", "processed_at"))

    def read_photos(self, day: str) -> Iterator[Row]:
        """The newest row of each photo of a day; a name may have been given to several dropped photos."""
        return self._read_newest(
            "photos", day, lambda row: (row["source_key"], row["image_id"]), ("collected_at", "processed_at")
        )

    def read_posts(self, day: str, ids: set[int]) -> dict[int, Row]:
        """The newest row of each of these posts of a day: what a search can find it by."""
        posts: dict[int, Row] = {}
        for _, rows in self._iterate_objects(self._list_keys("posts", day), _POST_COLUMNS):
            for row in rows:
                known = posts.get(row["id"])
                if row["id"] in ids and (known is None or _version(known, _POSTED) <= _version(row, _POSTED)):
                    posts[row["id"]] = row
        return posts

    def read_deleted_posts(self) -> set[int]:
        """The ids of the posts that every view leaves out."""
        deleted: set[int] = set()
        for key, _ in self._list_objects("deletions/"):
            body = self.s3.get_object(Bucket=self.bucket, Key=key)["Body"].read()
            # Athena reads these too, by the name's ending.
            lines = gzip.decompress(body) if key.endswith(".gz") else body
            deleted.update(json.loads(line)["id"] for line in lines.splitlines() if line.strip())
        return deleted

    def _read_newest(
        self, table: str, day: str, identify: Callable[[Row], Any], version: Sequence[str]
    ) -> Iterator[Row]:
        """Two passes, so that memory holds keys and not rows: the first sees which copy is the newest."""
        newest: dict[Any, tuple[Version, str, int]] = {}
        keys = self._list_keys(table, day)
        identity = ["image_id"] if table == "analyses" else ["source_key", "image_id"]
        for key, rows in self._iterate_objects(keys, [*identity, *version]):
            for number, row in enumerate(rows):
                copy = (_version(row, version), key, number)
                newest[identify(row)] = max(copy, newest.get(identify(row), copy))
        for key, rows in self._iterate_objects(keys):
            for number, row in enumerate(rows):
                if newest[identify(row)][1:] == (key, number):
                    yield {**row, "dt": day}

    def _iterate_objects(
        self, keys: Iterable[str], columns: list[str] | None = None
    ) -> Iterator[tuple[str, Iterator[Row]]]:
        """Each object with its rows, while the next few are read: a day may have hundreds of small ones."""
        waiting: deque[tuple[str, Future[Any]]] = deque()
        pool = ThreadPoolExecutor(_READ_AHEAD)
        try:
            for key in keys:
                waiting.append((key, pool.submit(self._open, key)))
                if len(waiting) > _READ_AHEAD:
                    yield _take_rows(waiting, columns)
            while waiting:
                yield _take_rows(waiting, columns)
        finally:
            pool.shutdown(cancel_futures=True)

    def _open(self, key: str) -> Any:
        body = self.s3.get_object(Bucket=self.bucket, Key=key)["Body"].read()
        return pyarrow.parquet.ParquetFile(io.BytesIO(body))

    def _list_keys(self, table: str, day: str) -> list[str]:
        return [key for key, _ in self._list_objects(f"{table}/dt={day}/")]

    def _list_partitions(self, table: str) -> Iterator[str]:
        pages = self.s3.get_paginator("list_objects_v2").paginate(
            Bucket=self.bucket, Prefix=f"{table}/dt=", Delimiter="/"
        )
        for page in pages:
            for common in page.get("CommonPrefixes", []):
                yield common["Prefix"].removeprefix(f"{table}/dt=").rstrip("/")

    def _list_objects(self, prefix: str) -> Iterator[tuple[str, int]]:
        for page in self.s3.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=prefix):
            for item in page.get("Contents", []):
                # As Athena does, which hides the notes of a rewrite (photolake/lake/partition_objects.py).
                if item["Size"] and not item["Key"].rpartition("/")[2].startswith(("_", ".")):
                    yield item["Key"], item["Size"]


_POSTED = ("collected_at", "processed_at")


def _take_rows(waiting: deque[tuple[str, Future[Any]]], columns: list[str] | None) -> tuple[str, Iterator[Row]]:
    key, future = waiting.popleft()
    batches = future.result().iter_batches(_BATCH_ROWS, columns=columns)
    return key, (row for batch in batches for row in batch.to_pylist())


def _version(row: Mapping[str, Any], columns: Sequence[str]) -> Version:
    first, second = (row.get(column) or "" for column in columns)
    return first, second
