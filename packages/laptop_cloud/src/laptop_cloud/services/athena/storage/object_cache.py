"""The objects of tables, copied once from S3 to local Parquet files in the shape of the table."""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
from botocore.exceptions import ClientError

from laptop_cloud.services.athena.catalog import data_types
from laptop_cloud.services.athena.errors import QueryError
from laptop_cloud.services.athena.storage import object_reader
from laptop_cloud.services.athena.storage.partition_projection import Partition, read_layout

if TYPE_CHECKING:
    import datetime

    from mypy_boto3_s3 import S3Client

    from laptop_cloud.services.athena.catalog.glue_catalog import ExternalTable

_SPOOL_BYTES = 32 * 1024 * 1024


@dataclass(frozen=True)
class StoredObject:
    """One object of a table, and the partition it lies in."""

    bucket: str
    key: str
    etag: str
    size: int
    partition: Partition


class ObjectCache:
    """Fetches an object again only when its key, its ETag or the table's schema is new."""

    def __init__(self, s3: S3Client, folder: Path) -> None:
        self._s3 = s3
        self.folder = folder.resolve()
        self.folder.mkdir(parents=True, exist_ok=True)

    def objects(self, table: ExternalTable, now: datetime.datetime) -> list[StoredObject]:
        """The table's objects in all projected partitions, by key; names that start with `_` or `.` are hidden."""
        place = read_layout(table, now)
        pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=place.bucket, Prefix=place.prefix)
        found = []
        try:
            for page in pages:
                for entry in page.get("Contents", []):
                    partition = place.partition_of(entry["Key"])
                    if (
                        partition is not None
                        and entry["Size"]
                        and entry["Key"].rpartition("/")[2][:1] not in ("_", ".")
                    ):
                        found.append(StoredObject(place.bucket, entry["Key"], entry["ETag"], entry["Size"], partition))
        except ClientError as error:
            raise QueryError("HIVE_FILESYSTEM_ERROR", f"Failed to list {table.location}: {error}") from error
        return found

    def fetch_object(self, table: ExternalTable, stored: StoredObject) -> Path:
        """The Parquet file of an object, with its partition's values as columns."""
        path = self.folder / f"{_digest_object(table, stored)}.parquet"
        if not path.exists():
            self._copy_object(table, stored, path)
        return path

    def _copy_object(self, table: ExternalTable, stored: StoredObject, path: Path) -> None:
        keys = [pa.field(name, data_types.to_arrow(kind)) for name, kind in table.partition_keys.items()]
        schema = pa.schema([*object_reader.build_schema(table), *keys])
        with (
            tempfile.TemporaryDirectory(dir=self.folder) as scratch,
            tempfile.SpooledTemporaryFile(_SPOOL_BYTES) as body,
        ):
            shutil.copyfileobj(self._s3.get_object(Bucket=stored.bucket, Key=stored.key)["Body"], body)
            body.seek(0)
            target = Path(scratch) / path.name
            with pq.ParquetWriter(target, schema) as writer:
                for batch in object_reader.read_batches(table, stored.key, body):
                    constants = [
                        pa.array([value] * len(batch), pa.string()).cast(key.type)
                        for value, key in zip(stored.partition, keys, strict=True)
                    ]
                    writer.write_batch(pa.record_batch([*batch.columns, *constants], schema=schema))
            target.replace(path)


def _digest_object(table: ExternalTable, stored: StoredObject) -> str:
    parts = [
        stored.bucket,
        stored.key,
        stored.etag,
        stored.partition,
        table.format,
        sorted(table.serde_parameters.items()),
        table.signature,
    ]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
