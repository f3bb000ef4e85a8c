"""Renders a batch as S3 objects: one of delivered records, one of failed records."""

from __future__ import annotations

import base64
import gzip
import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from laptop_cloud.services.firehose import prefixes
from laptop_cloud.services.firehose.buffer import BufferedBatch, BufferGroup
from laptop_cloud.services.firehose.conversion import read_rows, write_parquet
from laptop_cloud.services.firehose.destination import ConversionSchema, StreamDestination, to_utc
from laptop_cloud.services.firehose.records import CONVERSION_FAILED, Failure, Record, RecordError

if TYPE_CHECKING:
    from laptop_cloud.services.firehose.column_types import Columns

CONTENT_TYPE = "application/octet-stream"


@dataclass(frozen=True)
class StreamVersion:
    """What object names say of the stream: its name, and its version, which grows with every update."""

    name: str
    number: int


@dataclass(frozen=True)
class DeliveredObject:
    """One object to put. `records` counts those in it; `failed` tells that it lies under the error prefix."""

    bucket: str
    key: str
    body: bytes
    records: int
    failed: bool
    content_encoding: str = ""

    def put_arguments(self) -> dict[str, Any]:
        """The arguments of PutObject."""
        encoding = {"ContentEncoding": self.content_encoding} if self.content_encoding else {}
        return {"Bucket": self.bucket, "Key": self.key, "Body": self.body, "ContentType": CONTENT_TYPE, **encoding}


@dataclass(frozen=True)
class Renderer:
    """Renders the batches of one stream version at one destination."""

    version: StreamVersion
    destination: StreamDestination

    def render_lines(self, batch: BufferedBatch) -> DeliveredObject:
        """Concatenate the records in order of arrival."""
        body = b"".join(record.data + self.destination.delimiter for record in batch.records)
        if self.destination.gzip:
            return self._build_data_object(batch, gzip.compress(body, mtime=0), len(batch.records), "gzip")
        return self._build_data_object(batch, body, len(batch.records))

    def render_parquet(
        self, batch: BufferedBatch, schema: ConversionSchema, columns: Columns, now: float
    ) -> list[DeliveredObject]:
        """Convert to Parquet; records that do not fit the columns go to the error prefix."""
        rows: list[Mapping[str, Any]] = []
        good: list[Record] = []
        bad: list[Record] = []
        for record in batch.records:
            try:
                rows += read_rows(record.data, columns, fold_case=schema.fold_case)
                good.append(record)
            except RecordError as error:
                bad.append(Record(record.data, record.arrived, error.failure))
        objects = [self.render_failures(bad, now)] if bad else []
        if not good:
            return objects
        try:
            body = write_parquet(rows, columns, schema.compression)
        except pa.ArrowException as error:
            code = "DataFormatConversion.ConversionFailureException"
            return [*objects, self.render_all_failed(good, Failure(CONVERSION_FAILED, code, str(error)), now)]
        # Firehose labels Snappy Parquet so, although the body is a plain Parquet file (seen on AWS).
        encoding = "hadoop-snappy" if schema.compression == "SNAPPY" else ""
        return [*objects, self._build_data_object(batch, body, len(good), encoding)]

    def render_all_failed(self, records: Sequence[Record], failure: Failure, now: float) -> DeliveredObject:
        """Send every record to the error prefix for the same reason."""
        return self.render_failures([Record(record.data, record.arrived, failure) for record in records], now)

    def render_failures(self, records: Sequence[Record], now: float) -> DeliveredObject:
        """Write failed records of one error-output-type as JSON lines under the error prefix."""
        body = "".join(self._build_error_line(record, record.failure, now) for record in records if record.failure)
        kind = next(record.failure.kind for record in records if record.failure)
        key = self._build_key(self.destination.error_prefix, records[0].arrived, BufferGroup(error_type=kind))
        return DeliveredObject(self.destination.bucket, key, body.encode(), len(records), failed=True)

    def _build_data_object(
        self, batch: BufferedBatch, body: bytes, records: int, content_encoding: str = ""
    ) -> DeliveredObject:
        prefix, arrived = self.destination.prefix, batch.records[0].arrived
        key = self._build_key(prefix, arrived, batch.group) + self.destination.extension
        return DeliveredObject(
            self.destination.bucket, key, body, records, failed=False, content_encoding=content_encoding
        )

    def _build_key(self, prefix: str, arrived: float, group: BufferGroup) -> str:
        when = to_utc(arrived)
        evaluated = prefixes.evaluate_prefix(prefix, when, dict(group.keys), group.error_type)
        return f"{evaluated}{self.version.name}-{self.version.number}-{when:%Y-%m-%d-%H-%M-%S}-{uuid.uuid4()}"

    def _build_error_line(self, record: Record, failure: Failure, now: float) -> str:
        # Conversion and processing name their error fields differently:
        # https://docs.aws.amazon.com/firehose/latest/dev/record-format-conversion-error-handling.html
        # https://docs.aws.amazon.com/firehose/latest/dev/data-transformation-failure-handling.html
        names = ("errorCode", "errorMessage")
        if failure.kind == CONVERSION_FAILED:
            names = ("lastErrorCode", "lastErrorMessage")
        line: dict[str, Any] = {
            "attemptsMade": 1,
            "arrivalTimestamp": round(record.arrived * 1000),
            names[0]: failure.code,
            names[1]: failure.message,
            "attemptEndingTimestamp": round(now * 1000),
            "rawData": base64.b64encode(record.data).decode(),
        }
        if failure.kind == CONVERSION_FAILED:
            line |= {"sequenceNumber": None, "subSequenceNumber": None, "dataCatalogTable": self._describe_table()}
        return json.dumps(line) + "\n"

    def _describe_table(self) -> dict[str, str] | None:
        schema = self.destination.schema
        if schema is None:
            return None
        return {"databaseName": schema.database, "tableName": schema.table, "versionId": "LATEST"}
