"""In-memory stand-ins for what the local Firehose talks to, and configurations in the shape of the template's."""

from __future__ import annotations

import base64
import gzip
import io
import json
from collections.abc import Callable, Mapping
from typing import Any, cast

import pyarrow.parquet as pq
from botocore.exceptions import ClientError

from laptop_cloud.services.firehose.service import FirehoseService

BUCKET = "lake"
START = 1_790_000_000.0  # 2026-09-21T14:13:20Z

POSTS_COLUMNS = {
    "id": "bigint",
    "text": "string",
    "score": "double",
    "verified": "boolean",
    "user": "struct<name:string,followers_count:bigint>",
    "tags": "array<struct<text:string,indices:array<bigint>>>",
}


class FakeClock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> float:
        return self.now


class FakeS3:
    """Keeps objects; `failures` many puts fail first, each after or before the object was stored."""

    def __init__(self) -> None:
        self.objects: dict[str, dict[str, Any]] = {}
        self.failures = 0
        self.stores_before_failing = False

    def put_object(self, **arguments: Any) -> dict[str, Any]:
        failing = self.failures > 0
        if not failing or self.stores_before_failing:
            self.objects[arguments["Key"]] = arguments
        if failing:
            self.failures -= 1
            raise ClientError({"Error": {"Code": "SlowDown", "Message": "Please reduce your rate"}}, "PutObject")
        return {}

    def stored(self, prefix: str = "") -> list[str]:
        return sorted(key for key in self.objects if key.startswith(prefix))

    def body(self, key: str) -> bytes:
        stored = self.objects[key]
        body: bytes = stored["Body"]
        return gzip.decompress(body) if stored.get("ContentEncoding") == "gzip" else body

    def rows(self, prefix: str = "") -> list[dict[str, Any]]:
        return [row for key in self.stored(prefix) if key.endswith(".parquet") for row in read_parquet(self.body(key))]

    def errors(self, prefix: str = "errors/") -> list[dict[str, Any]]:
        lines = [line for key in self.stored(prefix) for line in self.body(key).splitlines()]
        return [{**json.loads(line), "rawData": base64.b64decode(json.loads(line)["rawData"])} for line in lines]


class FakeGlue:
    """A catalog of one database, `landing`."""

    def __init__(self, **tables: Mapping[str, str]) -> None:
        self.tables: dict[str, Mapping[str, str]] = dict(tables)

    def get_table(self, DatabaseName: str, Name: str) -> dict[str, Any]:  # noqa: N803 (boto3's names)
        if DatabaseName != "landing" or Name not in self.tables:
            raise ClientError({"Error": {"Code": "EntityNotFoundException", "Message": Name}}, "GetTable")
        columns = [{"Name": name, "Type": kind} for name, kind in self.tables[Name].items()]
        partitions = [{"Name": "dt", "Type": "string"}]
        return {"Table": {"Name": Name, "StorageDescriptor": {"Columns": columns}, "PartitionKeys": partitions}}


class Firehose:
    """A service over the fakes, called without a server."""

    def __init__(self, scale: float = 1.0, refuse: Callable[[str, int], bool] = lambda _stream, _index: False) -> None:
        self.s3 = FakeS3()
        self.glue = FakeGlue(posts=POSTS_COLUMNS)
        self.clock = FakeClock()
        self.service = FirehoseService(
            cast("Any", self.s3),
            cast("Any", self.glue),
            "123456789012",
            "us-east-1",
            scale=scale,
            clock=self.clock,
            refuse=refuse,
            sleep=lambda _seconds: None,
        )

    def call(self, operation: str, **request: Any) -> dict[str, Any]:
        return self.service.service().operations[operation](request)

    def create(self, name: str, configuration: Mapping[str, Any]) -> None:
        self.call("CreateDeliveryStream", DeliveryStreamName=name, ExtendedS3DestinationConfiguration=configuration)

    def put(self, name: str, *records: bytes) -> dict[str, Any]:
        return self.call("PutRecordBatch", DeliveryStreamName=name, Records=[{"Data": data} for data in records])

    def wait(self, seconds: float) -> bool:
        self.clock.now += seconds
        return self.service.deliver_due()


def read_parquet(body: bytes) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = pq.read_table(io.BytesIO(body)).to_pylist()
    return rows


def tweets_configuration(**changes: Any) -> Any:
    """Gzip JSON lines by arrival, without processors."""
    return {
        "BucketARN": f"arn:aws:s3:::{BUCKET}",
        "RoleARN": "arn:aws:iam::123456789012:role/delivery",
        "Prefix": "tweets/dt=!{timestamp:yyyy-MM-dd}/",
        "ErrorOutputPrefix": "errors/tweets/!{firehose:error-output-type}/!{timestamp:yyyy-MM-dd}/",
        "BufferingHints": {"SizeInMBs": 5, "IntervalInSeconds": 60},
        "CompressionFormat": "GZIP",
        **changes,
    }


def posts_configuration(**changes: Any) -> Any:
    """De-aggregated, partitioned by `dt`, converted to Parquet."""
    return {
        "BucketARN": f"arn:aws:s3:::{BUCKET}",
        "RoleARN": "arn:aws:iam::123456789012:role/delivery",
        "Prefix": "posts/dt=!{partitionKeyFromQuery:dt}/",
        "ErrorOutputPrefix": "errors/posts/!{firehose:error-output-type}/!{timestamp:yyyy-MM-dd}/",
        "BufferingHints": {"SizeInMBs": 128, "IntervalInSeconds": 300},
        "CompressionFormat": "UNCOMPRESSED",
        "DynamicPartitioningConfiguration": {"Enabled": True, "RetryOptions": {"DurationInSeconds": 300}},
        "ProcessingConfiguration": {"Enabled": True, "Processors": [deaggregation(), extraction()]},
        "DataFormatConversionConfiguration": conversion(),
        **changes,
    }


def deaggregation(**parameters: str) -> dict[str, Any]:
    return processor("RecordDeAggregation", **{"SubRecordType": "JSON", **parameters})


def extraction(query: str = "{dt: .dt}", engine: str = "JQ-1.6") -> dict[str, Any]:
    return processor("MetadataExtraction", MetadataExtractionQuery=query, JsonParsingEngine=engine)


def processor(kind: str, **parameters: str) -> dict[str, Any]:
    listed = [{"ParameterName": name, "ParameterValue": value} for name, value in parameters.items()]
    return {"Type": kind, "Parameters": listed}


def conversion(**changes: Any) -> dict[str, Any]:
    return {
        "Enabled": True,
        "InputFormatConfiguration": {"Deserializer": {"OpenXJsonSerDe": {"CaseInsensitive": True}}},
        "OutputFormatConfiguration": {"Serializer": {"ParquetSerDe": {"Compression": "SNAPPY"}}},
        "SchemaConfiguration": schema(),
        **changes,
    }


def schema(**changes: str) -> dict[str, str]:
    named = {
        "CatalogId": "123456789012",
        "Region": "us-east-1",
        "RoleARN": "arn:aws:iam::123456789012:role/delivery",
        "DatabaseName": "landing",
        "TableName": "posts",
        "VersionId": "LATEST",
    }
    return {name: value for name, value in (named | changes).items() if value}


def lines(*rows: Mapping[str, Any]) -> bytes:
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)
