"""Checks an `ExtendedS3DestinationConfiguration`: what Firehose refuses, and what is not available locally.

Neither CloudFormation's schema nor cfn-lint knows most of these rules. Sources:
https://docs.aws.amazon.com/firehose/latest/dev/s3-prefixes.html,
https://docs.aws.amazon.com/firehose/latest/dev/dynamic-partitioning.html,
https://docs.aws.amazon.com/firehose/latest/dev/record-format-conversion.html
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from laptop_cloud.services.firehose.prefixes import find_expressions, find_partition_keys, find_prefix_problems
from laptop_cloud.services.firehose.records import PartitionKeys

Configuration = Mapping[str, Any]
TableExists = Callable[[str, str], bool]

# What makes large objects has these lower bounds. That 60 s is one of them is UNVERIFIED on AWS for format conversion.
MIN_SIZE_MIB = 64
MIN_INTERVAL_SECONDS = 60
_ERROR_TYPE = ("firehose", "error-output-type")
_EXTENSION = re.compile(r"(\.[0-9a-z!\-_.*'()]{1,127})?")
_BUCKET = re.compile(r"arn:.*:s3:::[\w.\-]{1,255}")


def find_problems(extended_s3_configuration: Configuration, *, table_exists: TableExists) -> list[str]:
    """Every reason to refuse the configuration, as messages; empty if a stream can be created.

    Numbers and booleans must have their own types, as in an API call. `table_exists(database, table)` asks Glue.
    """
    configuration = extended_s3_configuration
    return [
        *_find_destination_problems(configuration),
        *_find_buffering_problems(configuration),
        *_find_prefix_problems(configuration),
        *_find_processor_problems(configuration),
        *_find_partitioning_problems(configuration),
        *_find_conversion_problems(configuration),
        *_find_schema_problems(configuration, table_exists),
    ]


def read_conversion(configuration: Configuration) -> Configuration | None:
    """The format conversion, if enabled; a conversion without `Enabled` is enabled."""
    settings: Configuration | None = configuration.get("DataFormatConversionConfiguration")
    return settings if settings is not None and settings.get("Enabled", True) else None


def is_partitioned(configuration: Configuration) -> bool:
    """Whether dynamic partitioning is enabled."""
    return bool(configuration.get("DynamicPartitioningConfiguration", {}).get("Enabled"))


def read_processors(configuration: Configuration) -> dict[str, dict[str, str]]:
    """The parameters of each enabled processor by its type."""
    processing = configuration.get("ProcessingConfiguration", {})
    listed = processing.get("Processors", []) if processing.get("Enabled") else []
    return {
        processor["Type"]: {
            parameter["ParameterName"]: parameter["ParameterValue"] for parameter in processor.get("Parameters", [])
        }
        for processor in listed
    }


def read_buffering(configuration: Configuration) -> tuple[int, int]:
    """The buffering hints as (MiB, seconds), with the service's defaults."""
    hints = configuration.get("BufferingHints", {})
    large = read_conversion(configuration) is not None or is_partitioned(configuration)
    return hints.get("SizeInMBs", 128 if large else 5), hints.get("IntervalInSeconds", 300)


def _find_destination_problems(configuration: Configuration) -> Iterator[str]:
    if not _BUCKET.fullmatch(configuration.get("BucketARN", "")):
        yield "BucketARN must be the ARN of a bucket"
    if not configuration.get("RoleARN"):
        yield "RoleARN is required"
    if not _EXTENSION.fullmatch(configuration.get("FileExtension", "")):
        yield "FileExtension must begin with a dot and hold only 0-9, a-z and !-_.*'()"
    if configuration.get("CustomTimeZone", "UTC") not in ("", "UTC"):
        yield "CustomTimeZone other than UTC is not available locally"
    if configuration.get("S3BackupMode", "Disabled") != "Disabled":
        yield "S3BackupMode is not available locally"
    if configuration.get("CompressionFormat", "UNCOMPRESSED") not in ("UNCOMPRESSED", "GZIP"):
        yield f"CompressionFormat {configuration['CompressionFormat']} is not available locally"


def _find_buffering_problems(configuration: Configuration) -> Iterator[str]:
    if len(set(configuration.get("BufferingHints", {})) & {"SizeInMBs", "IntervalInSeconds"}) == 1:
        yield "BufferingHints must give both SizeInMBs and IntervalInSeconds, or neither"
    size, interval = read_buffering(configuration)
    if not 1 <= size <= 128:
        yield f"SizeInMBs must be between 1 and 128, not {size}"
    if not 0 <= interval <= 900:
        yield f"IntervalInSeconds must be between 0 and 900, not {interval}"
    reasons = {
        "data format conversion": read_conversion(configuration) is not None,
        "dynamic partitioning": is_partitioned(configuration),
    }
    for reason in (reason for reason, applies in reasons.items() if applies):
        if size < MIN_SIZE_MIB:
            yield f"SizeInMBs must be at least {MIN_SIZE_MIB} with {reason}, not {size}"
        if interval < MIN_INTERVAL_SECONDS:
            yield f"IntervalInSeconds must be at least {MIN_INTERVAL_SECONDS} with {reason}, not {interval}"


def _find_prefix_problems(configuration: Configuration) -> Iterator[str]:
    prefix, error_prefix = configuration.get("Prefix", ""), configuration.get("ErrorOutputPrefix", "")
    for name, value in (("Prefix", prefix), ("ErrorOutputPrefix", error_prefix)):
        yield from (f"{name} {problem}" for problem in find_prefix_problems(value))
    if _ERROR_TYPE in find_expressions(prefix):
        yield "Prefix must not contain !{firehose:error-output-type}"
    if find_expressions(prefix) and not error_prefix:
        yield "ErrorOutputPrefix cannot be null when Prefix contains expressions"
    if error_prefix and _ERROR_TYPE not in find_expressions(error_prefix):
        yield "ErrorOutputPrefix must contain !{firehose:error-output-type}"
    if find_partition_keys(error_prefix):
        yield "ErrorOutputPrefix must not contain !{partitionKeyFromQuery:...}"


def _find_processor_problems(configuration: Configuration) -> Iterator[str]:
    for kind, parameters in read_processors(configuration).items():
        if kind == "RecordDeAggregation":
            yield from _find_deaggregation_problems(parameters)
        elif kind == "MetadataExtraction":
            yield from _find_extraction_problems(parameters)
        elif kind in ("Lambda", "Decompression", "CloudWatchLogProcessing"):
            yield f"the processor {kind} is not available locally"
        elif kind != "AppendDelimiterToRecord":
            yield f"{kind} is not a processor"
        elif parameters.get("Delimiter", "\\n") != "\\n":
            yield "a Delimiter other than \\n is not available locally"


def _find_deaggregation_problems(parameters: Mapping[str, str]) -> Iterator[str]:
    kind = parameters.get("SubRecordType")
    if kind not in ("JSON", "DELIMITED"):
        yield f"SubRecordType must be JSON or DELIMITED, not {kind}"
    if kind == "DELIMITED" and not _is_base64(parameters.get("Delimiter", "")):
        yield "SubRecordType DELIMITED needs a Delimiter in base64"


def _is_base64(delimiter: str) -> bool:
    try:
        return bool(base64.b64decode(delimiter, validate=True))
    except binascii.Error:
        return False


def _find_extraction_problems(parameters: Mapping[str, str]) -> Iterator[str]:
    if parameters.get("JsonParsingEngine") != "JQ-1.6":
        yield f"JsonParsingEngine must be JQ-1.6, not {parameters.get('JsonParsingEngine')}"
    try:
        PartitionKeys(parameters.get("MetadataExtractionQuery", "")).names()
    except ValueError as error:
        yield f"MetadataExtractionQuery must make one object, also of an empty one: {error}"


def _find_partitioning_problems(configuration: Configuration) -> Iterator[str]:
    used = find_partition_keys(configuration.get("Prefix", ""))
    parameters = read_processors(configuration)
    if not is_partitioned(configuration):
        if used:
            yield "Prefix contains !{partitionKeyFromQuery:...}, but dynamic partitioning is not enabled"
        if "RecordDeAggregation" in parameters:
            yield "RecordDeAggregation needs dynamic partitioning"
        if "MetadataExtraction" in parameters:
            yield "MetadataExtraction needs dynamic partitioning"
        return
    if not configuration.get("ErrorOutputPrefix"):
        yield "dynamic partitioning needs an ErrorOutputPrefix"
    if "MetadataExtraction" not in parameters:
        yield "dynamic partitioning needs a MetadataExtraction processor"
        return
    made = _read_query_keys(parameters["MetadataExtraction"])
    for key in sorted(used - made):
        yield f"Prefix uses the partition key {key}, which MetadataExtractionQuery does not make"
    for key in sorted(made - used):
        yield f"MetadataExtractionQuery makes the partition key {key}, which Prefix does not use"


def _read_query_keys(parameters: Mapping[str, str]) -> set[str]:
    try:
        return PartitionKeys(parameters.get("MetadataExtractionQuery", "")).names()
    except ValueError:
        return set()


def _find_conversion_problems(configuration: Configuration) -> Iterator[str]:
    settings = read_conversion(configuration)
    if settings is None:
        return
    if configuration.get("CompressionFormat", "UNCOMPRESSED") != "UNCOMPRESSED":
        yield "CompressionFormat must be UNCOMPRESSED with data format conversion; the serializer compresses"
    deserializer = settings.get("InputFormatConfiguration", {}).get("Deserializer", {})
    serializer = settings.get("OutputFormatConfiguration", {}).get("Serializer", {})
    if len(deserializer) != 1:
        yield "InputFormatConfiguration must name exactly one deserializer"
    elif "OpenXJsonSerDe" not in deserializer:
        yield "a deserializer other than OpenXJsonSerDe is not available locally"
    elif set(deserializer["OpenXJsonSerDe"]) - {"CaseInsensitive"}:
        yield "options of OpenXJsonSerDe other than CaseInsensitive are not available locally"
    if len(serializer) != 1:
        yield "OutputFormatConfiguration must name exactly one serializer"
    elif "ParquetSerDe" not in serializer:
        yield "a serializer other than ParquetSerDe is not available locally"
    elif serializer["ParquetSerDe"].get("Compression", "SNAPPY") not in ("SNAPPY", "GZIP", "UNCOMPRESSED"):
        yield "the Compression of ParquetSerDe must be SNAPPY, GZIP or UNCOMPRESSED"


def _find_schema_problems(configuration: Configuration, table_exists: TableExists) -> Iterator[str]:
    settings = read_conversion(configuration)
    if settings is None:
        return
    schema = settings.get("SchemaConfiguration", {})
    missing = [name for name in ("RoleARN", "DatabaseName", "TableName") if not schema.get(name)]
    if missing:
        yield f"SchemaConfiguration lacks {', '.join(missing)}"
    elif not table_exists(schema["DatabaseName"], schema["TableName"]):
        yield f"SchemaConfiguration names {schema['DatabaseName']}.{schema['TableName']}, which is not a table in Glue"
    if schema.get("VersionId", "LATEST") != "LATEST":
        yield "a VersionId other than LATEST is not available locally"
