"""Rows of a query as Parquet objects in S3, as UNLOAD leaves them."""

from __future__ import annotations

import datetime
import secrets
import string
import tempfile
import uuid
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from laptop_cloud.services.athena.catalog import data_types
from laptop_cloud.services.athena.errors import QueryError
from laptop_cloud.services.athena.storage.object_reader import fit_array

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mypy_boto3_s3 import S3Client
    from sqlglot import exp

    from laptop_cloud.services.athena.sql.unload import Unload

_ROWS_PER_OBJECT = 1_000_000
_SPOOL_BYTES = 32 * 1024 * 1024


def check_output(s3: S3Client, unload: Unload, columns: Sequence[tuple[str, exp.DataType]]) -> pa.Schema:
    """The schema in which the rows will be written; QueryError if they cannot be, or the location holds data."""
    names = [name.lower() for name, _ in columns]
    if len(set(names)) < len(names):
        raise QueryError("DUPLICATE_COLUMN_NAME", "UNLOAD: a column name occurs twice")
    fields = [
        pa.field(name, data_types.to_arrow(data_types.from_hive(data_types.to_hive(kind)))) for name, kind in columns
    ]
    bucket, prefix = _split_location(unload.location)
    if s3.list_objects_v2(Bucket=bucket, Prefix=prefix, MaxKeys=1).get("KeyCount"):
        raise QueryError(
            "HIVE_PATH_ALREADY_EXISTS",
            f"Target directory for table already exists: {unload.location.rstrip('/')}. You may need to manually clean "
            "the data before retrying. Athena will not delete data in your account.",
        )
    return pa.schema(fields)


def write_objects(
    s3: S3Client, unload: Unload, schema: pa.Schema, batches: Iterable[pa.RecordBatch]
) -> tuple[list[str], int]:
    """Write the rows; returns the URIs of the objects, none for no rows, and the number of rows."""
    bucket, prefix = _split_location(unload.location)
    stem = _build_stem()
    uris: list[str] = []
    rows = 0
    for part in _split_batches(batches):
        with tempfile.SpooledTemporaryFile(_SPOOL_BYTES) as body:
            # Without Arrow's own schema in the footer, which no other writer would add.
            with pq.ParquetWriter(
                body, schema, compression=unload.compression, compression_level=unload.level, store_schema=False
            ) as writer:
                for batch in part:
                    writer.write_batch(_fit_batch(batch, schema))
                    rows += len(batch)
            body.seek(0)
            key = f"{prefix}{stem}_{uuid.uuid4()}"
            s3.put_object(Bucket=bucket, Key=key, Body=body)  # no upload_fileobj: it may be a client of botocore alone
            uris.append(f"s3://{bucket}/{key}")
    return uris, rows


def _fit_batch(batch: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    # DuckDB's sums and counts are wider than Trino's.
    arrays = [
        fit_array(values, field.type, field.name, len(batch))
        if pa.types.is_nested(field.type)
        else values.cast(field.type)
        for values, field in zip(batch.columns, schema, strict=True)
    ]
    return pa.record_batch(arrays, schema=schema)


def _split_batches(batches: Iterable[pa.RecordBatch]) -> Iterable[list[pa.RecordBatch]]:
    part: list[pa.RecordBatch] = []
    for batch in batches:
        if len(batch):
            part.append(batch)
        if sum(map(len, part)) >= _ROWS_PER_OBJECT:
            yield part
            part = []
    if part:
        yield part


def _build_stem() -> str:
    """The name of a query in Athena's engine, by which its objects begin: `20260301_120000_00042_ab3cd`."""
    letters = "".join(secrets.choice(string.ascii_lowercase + string.digits) for _ in range(5))
    return f"{datetime.datetime.now(datetime.UTC):%Y%m%d_%H%M%S}_{secrets.randbelow(100_000):05}_{letters}"


def _split_location(location: str) -> tuple[str, str]:
    bucket, _, prefix = location.removeprefix("s3://").partition("/")
    return bucket, prefix
