"""A stream's destination: its checked configuration, and the buffer group of each record."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from laptop_cloud.services.firehose import prefixes
from laptop_cloud.services.firehose.buffer import BufferGroup
from laptop_cloud.services.firehose.configuration import Configuration, read_buffering, read_conversion, read_processors
from laptop_cloud.services.firehose.records import (
    PROCESSING_FAILED,
    PartitionKeys,
    Record,
    RecordError,
    Splitter,
    split_delimited,
    split_json,
    split_subrecords,
)

MIB = 1024 * 1024


@dataclass(frozen=True)
class ConversionSchema:
    """Conversion to Parquet: the Glue table that gives the columns, and how."""

    database: str
    table: str
    fold_case: bool
    compression: str

    @classmethod
    def of(cls, configuration: Configuration) -> ConversionSchema | None:
        """Read the schema from a configuration without problems; None if it does not convert."""
        settings = read_conversion(configuration)
        if settings is None:
            return None
        named = settings["SchemaConfiguration"]
        deserializer = settings["InputFormatConfiguration"]["Deserializer"]["OpenXJsonSerDe"]
        serializer = settings["OutputFormatConfiguration"]["Serializer"]["ParquetSerDe"]
        return cls(
            database=named["DatabaseName"],
            table=named["TableName"],
            fold_case=deserializer.get("CaseInsensitive", True),
            compression=serializer.get("Compression", "SNAPPY"),
        )


@dataclass(frozen=True)
class StreamDestination:
    """A configuration without problems, read; sizes in bytes, the interval in seconds, both before scaling."""

    bucket: str
    prefix: str
    error_prefix: str
    extension: str
    max_bytes: int
    interval: int
    gzip: bool
    delimiter: bytes
    split: Splitter | None
    keys: PartitionKeys | None
    schema: ConversionSchema | None

    @classmethod
    def of(cls, configuration: Configuration) -> StreamDestination:
        """Read a configuration in which `problems` found none."""
        steps = read_processors(configuration)
        extraction = steps.get("MetadataExtraction")
        size, interval = read_buffering(configuration)
        gzip = configuration.get("CompressionFormat") == "GZIP"
        schema = ConversionSchema.of(configuration)
        prefix = configuration.get("Prefix", "")
        return cls(
            bucket=configuration["BucketARN"].rpartition(":")[2],
            prefix=prefixes.add_default_time(prefix),
            error_prefix=prefixes.choose_error_prefix(prefix, configuration.get("ErrorOutputPrefix")),
            # https://docs.aws.amazon.com/firehose/latest/dev/s3-object-name.html
            extension=configuration.get("FileExtension") or (".gz" if gzip else ".parquet" if schema else ""),
            max_bytes=size * MIB,
            interval=interval,
            gzip=gzip,
            delimiter=b"\n" if "AppendDelimiterToRecord" in steps else b"",
            split=_make_splitter(steps.get("RecordDeAggregation")),
            keys=PartitionKeys(extraction["MetadataExtractionQuery"]) if extraction is not None else None,
            schema=schema,
        )

    def route(self, data: bytes, now: float) -> Iterator[tuple[BufferGroup, Record]]:
        """De-aggregate a record that arrived at `now` (epoch seconds) and give each piece its group."""
        try:
            pieces = split_subrecords(data, self.split) if self.split else [data]
        except RecordError as error:
            yield route_failure(Record(data, now), error)
            return
        for piece in pieces:
            record = Record(piece, now)
            try:
                yield BufferGroup(keys=self._keys_of(record)), record
            except RecordError as error:
                yield route_failure(record, error)

    def _keys_of(self, record: Record) -> tuple[tuple[str, str], ...]:
        if self.keys is None:
            return ()
        keys = self.keys.of(record.data)
        if len(prefixes.evaluate_prefix(self.prefix, to_utc(record.arrived), keys)) > prefixes.MAX_EVALUATED:
            message = f"The evaluated prefix is longer than {prefixes.MAX_EVALUATED} characters."
            raise RecordError(PROCESSING_FAILED, "DynamicPartitioning.MetadataExtractionFailed", message)
        return tuple(sorted(keys.items()))


def route_failure(record: Record, error: RecordError) -> tuple[BufferGroup, Record]:
    """A failed record, and the buffer group of its error type."""
    failure = error.failure
    return BufferGroup(error_type=failure.kind), Record(record.data, record.arrived, failure)


def to_utc(seconds: float) -> datetime:
    """Read epoch seconds."""
    return datetime.fromtimestamp(seconds, UTC)


def _make_splitter(parameters: Mapping[str, str] | None) -> Splitter | None:
    if parameters is None:
        return None
    if parameters["SubRecordType"] == "DELIMITED":
        return partial(split_delimited, delimiter=base64.b64decode(parameters["Delimiter"]))
    return split_json
