"""What Firehose refuses when a stream is created."""

from __future__ import annotations

from typing import Any

import pytest

from laptop_cloud.services.firehose.configuration import find_problems
from laptop_cloud_testing.firehose import (
    conversion,
    deaggregation,
    extraction,
    posts_configuration,
    processor,
    schema,
    tweets_configuration,
)


def is_posts(database: str, table: str) -> bool:
    return (database, table) == ("landing", "posts")


def processing(*processors: dict[str, Any]) -> dict[str, Any]:
    return {"Enabled": True, "Processors": list(processors)}


@pytest.mark.parametrize(
    "configuration",
    [
        tweets_configuration(),
        posts_configuration(),
        tweets_configuration(Prefix="", ErrorOutputPrefix=""),
        tweets_configuration(BufferingHints={"SizeInMBs": 1, "IntervalInSeconds": 0}),
        tweets_configuration(ProcessingConfiguration=processing(processor("AppendDelimiterToRecord"))),
        tweets_configuration(Prefix="a/!{timestamp:'year='yyyy'/hour='HH}/!{firehose:random-string}/"),
        tweets_configuration(FileExtension=".json.gz"),
        posts_configuration(
            ProcessingConfiguration=processing(
                deaggregation(SubRecordType="DELIMITED", Delimiter="IyMjIw=="), extraction()
            )
        ),
        tweets_configuration(DataFormatConversionConfiguration={"Enabled": False}),
    ],
)
def test_a_sound_configuration_has_no_problems(configuration: dict[str, Any]) -> None:
    assert find_problems(configuration, table_exists=is_posts) == []


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        (
            {"BufferingHints": {"SizeInMBs": 5, "IntervalInSeconds": 300}},
            "SizeInMBs must be at least 64 with data format",
        ),
        ({"BufferingHints": {"SizeInMBs": 63, "IntervalInSeconds": 300}}, "SizeInMBs must be at least 64 with dynamic"),
        ({"BufferingHints": {"SizeInMBs": 129, "IntervalInSeconds": 300}}, "SizeInMBs must be between 1 and 128"),
        (
            {"BufferingHints": {"SizeInMBs": 64, "IntervalInSeconds": 901}},
            "IntervalInSeconds must be between 0 and 900",
        ),
        ({"BufferingHints": {"SizeInMBs": 64, "IntervalInSeconds": 10}}, "IntervalInSeconds must be at least 60"),
        ({"BufferingHints": {"SizeInMBs": 64}}, "BufferingHints must give both"),
        ({"CompressionFormat": "GZIP"}, "CompressionFormat must be UNCOMPRESSED with data format conversion"),
        ({"CompressionFormat": "ZIP"}, "CompressionFormat ZIP is not available locally"),
        ({"ErrorOutputPrefix": ""}, "ErrorOutputPrefix cannot be null when Prefix contains expressions"),
        ({"ErrorOutputPrefix": "errors/!{timestamp:yyyy}/"}, "must contain !{firehose:error-output-type}"),
        (
            {"Prefix": "a/dt=!{partitionKeyFromQuery:dt}/!{firehose:error-output-type}/"},
            "Prefix must not contain !{firehose:error-output-type}",
        ),
        ({"Prefix": "posts/"}, "makes the partition key dt, which Prefix does not use"),
        (
            {"Prefix": "a/!{partitionKeyFromQuery:dt}/!{partitionKeyFromQuery:lang}/"},
            "uses the partition key lang, which MetadataExtractionQuery does not make",
        ),
        ({"Prefix": "a/!{partitionKeyFromQuery:dt}/!{timestamp:YYYY}/"}, "has the timestamp format 'YYYY'"),
        ({"Prefix": "a/!{partitionKeyFromQuery:dt}/!{time:yyyy}/"}, "unknown namespace 'time'"),
        ({"Prefix": "a/!{partitionKeyFromQuery:dt}/!{firehose:uuid}/"}, "unknown expression !{firehose:uuid}"),
        ({"Prefix": "a/!{partitionKeyFromQuery:dt}/!{dt}/"}, "contains '!{' outside"),
        ({"Prefix": "a/!{partitionKeyFromLambda:dt}/"}, "takes keys from a Lambda function"),
        ({"DynamicPartitioningConfiguration": {"Enabled": False}}, "but dynamic partitioning is not enabled"),
        ({"DynamicPartitioningConfiguration": {"Enabled": False}}, "RecordDeAggregation needs dynamic partitioning"),
        ({"ProcessingConfiguration": processing(deaggregation())}, "needs a MetadataExtraction processor"),
        (
            {"ProcessingConfiguration": {**processing(deaggregation(), extraction()), "Enabled": False}},
            "needs a MetadataExtraction processor",
        ),
        (
            {"ProcessingConfiguration": processing(deaggregation(SubRecordType="XML"), extraction())},
            "SubRecordType must be JSON or DELIMITED, not XML",
        ),
        (
            {"ProcessingConfiguration": processing(deaggregation(SubRecordType="DELIMITED"), extraction())},
            "SubRecordType DELIMITED needs a Delimiter in base64",
        ),
        (
            {"ProcessingConfiguration": processing(extraction(engine="JQ-1.7"))},
            "JsonParsingEngine must be JQ-1.6, not JQ-1.7",
        ),
        (
            {
                "ProcessingConfiguration": processing(
                    processor("MetadataExtraction", MetadataExtractionQuery="{dt: .dt}")
                )
            },
            "JsonParsingEngine must be JQ-1.6, not None",
        ),
        (
            {"ProcessingConfiguration": processing(extraction(query="{dt: .dt"))},
            "MetadataExtractionQuery must make one",
        ),
        ({"ProcessingConfiguration": processing(extraction(query=".dt"))}, "MetadataExtractionQuery must make one"),
        ({"ProcessingConfiguration": processing(extraction(), processor("Enrich"))}, "Enrich is not a processor"),
        (
            {"ProcessingConfiguration": processing(extraction(), processor("Lambda", LambdaArn="arn"))},
            "the processor Lambda is not available locally",
        ),
        (
            {"DataFormatConversionConfiguration": conversion(SchemaConfiguration=schema(TableName="tweets"))},
            "SchemaConfiguration names landing.tweets, which is not a table in Glue",
        ),
        (
            {"DataFormatConversionConfiguration": conversion(SchemaConfiguration=schema(RoleARN="", TableName=""))},
            "SchemaConfiguration lacks RoleARN, TableName",
        ),
        (
            {"DataFormatConversionConfiguration": conversion(InputFormatConfiguration={})},
            "must name exactly one deserializer",
        ),
        (
            {
                "DataFormatConversionConfiguration": conversion(
                    InputFormatConfiguration={"Deserializer": {"HiveJsonSerDe": {}}}
                )
            },
            "a deserializer other than OpenXJsonSerDe is not available locally",
        ),
        (
            {
                "DataFormatConversionConfiguration": conversion(
                    OutputFormatConfiguration={"Serializer": {"ParquetSerDe": {"Compression": "ZSTD"}}}
                )
            },
            "must be SNAPPY, GZIP or UNCOMPRESSED",
        ),
        ({"BucketARN": "lake"}, "BucketARN must be the ARN of a bucket"),
        ({"RoleARN": ""}, "RoleARN is required"),
        ({"FileExtension": "parquet"}, "FileExtension must begin with a dot"),
        ({"CustomTimeZone": "Asia/Tokyo"}, "CustomTimeZone other than UTC is not available locally"),
    ],
)
def test_what_aws_refuses_is_named(changes: dict[str, Any], problem: str) -> None:
    found = find_problems(posts_configuration(**changes), table_exists=is_posts)

    assert [text for text in found if problem in text], found


def test_every_problem_is_listed_at_once() -> None:
    configuration = posts_configuration(
        BufferingHints={"SizeInMBs": 5, "IntervalInSeconds": 10}, CompressionFormat="GZIP", ErrorOutputPrefix=""
    )

    assert find_problems(configuration, table_exists=is_posts) == [
        "SizeInMBs must be at least 64 with data format conversion, not 5",
        "IntervalInSeconds must be at least 60 with data format conversion, not 10",
        "SizeInMBs must be at least 64 with dynamic partitioning, not 5",
        "IntervalInSeconds must be at least 60 with dynamic partitioning, not 10",
        "ErrorOutputPrefix cannot be null when Prefix contains expressions",
        "dynamic partitioning needs an ErrorOutputPrefix",
        "CompressionFormat must be UNCOMPRESSED with data format conversion; the serializer compresses",
    ]
