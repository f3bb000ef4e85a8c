"""What the benchmark takes from template.yaml: settings, batches, tables; and events in their real shape."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import quote_plus

from tests.resolved_template import ROOT, environment, properties, transformed

BUCKET = "LakeBucket"
ACCOUNT = "123456789012"
METHOD_2019 = "method_2019"


@dataclass(frozen=True)
class Function:
    """A function that an SQS queue feeds, as the template has it."""

    name: str
    queue: str
    prefix: str | None  # of the objects that S3 announces in its queue
    batch_size: int
    window_seconds: float
    concurrency: int
    timeout_seconds: float
    memory_mb: int
    variables: Mapping[str, str]
    module: str
    event: str  # of events/, whose record its messages have


_SOURCES = {
    "tweet_analyzer": ("TweetAnalyzerFunction", "Tweets", "TweetQueue", "tweets/"),
    "photo_fetcher": ("PhotoFetcherFunction", "Jobs", "PhotoJobQueue", None),
    "image_analyzer": ("ImageAnalyzerFunction", "Images", "ImageQueue", "images/"),
}


def read_functions() -> dict[str, Function]:
    """Read the three functions between the archive and the analyses, in the order of the data."""
    return {name: _read_function(name) for name in _SOURCES}


def describe_2019() -> Function:
    """The function of 2019: started by an object of collected posts; 900 seconds, 256 MB."""
    return Function(
        name=METHOD_2019,
        queue="Queue2019",
        prefix=None,
        batch_size=1,
        window_seconds=0.0,
        concurrency=1,
        timeout_seconds=900.0,
        memory_mb=256,
        variables={},
        module="bench.pipeline.method_2019",
        event="tweet_analyzer",
    )


def read_tables() -> dict[str, dict[str, Any]]:
    """Return the properties of the DynamoDB tables, by their names here: the logical ids."""
    resources = transformed().document["Resources"].items()
    return {name: properties(name) for name, each in resources if each["Type"] == "AWS::DynamoDB::Table"}


def read_glue_tables() -> dict[str, dict[str, Any]]:
    """Return what GetTable responds for each landing table, by its name."""
    resources = transformed().document["Resources"].items()
    inputs = [properties(name)["TableInput"] for name, each in resources if each["Type"] == "AWS::Glue::Table"]
    return {each["Name"]: each for each in inputs}


def build_message(function: str, number: int, body: str) -> dict[str, Any]:
    """Return a record of an event: that of events/, with another body."""
    return {**_read_record(function), "messageId": f"{function}-{number}", "body": body}


def announce_object(function: str, key: str, size: int, etag: str) -> str:
    """Return the body of the message by which S3 announces an object."""
    body: dict[str, Any] = json.loads(_read_record(function)["body"])
    body["Records"][0]["s3"]["bucket"]["name"] = BUCKET
    body["Records"][0]["s3"]["object"] |= {"key": quote_plus(key, safe="/"), "size": size, "eTag": etag}
    return json.dumps(body)


@cache
def _read_record(function: str) -> dict[str, Any]:
    event = json.loads((ROOT / "events" / f"{function}_sqs.json").read_text())
    record: dict[str, Any] = event["Records"][0]
    return record


def _read_function(name: str) -> Function:
    logical_id, event, queue, prefix = _SOURCES[name]
    function, source = properties(logical_id), properties(f"{logical_id}{event}")
    return Function(
        name=name,
        queue=queue,
        prefix=prefix,
        batch_size=int(source["BatchSize"]),
        window_seconds=float(source.get("MaximumBatchingWindowInSeconds", 0)),
        concurrency=int(source["ScalingConfig"]["MaximumConcurrency"]),
        timeout_seconds=float(function["Timeout"]),
        memory_mb=int(function["MemorySize"]),
        variables=environment(name),
        module=f"functions.{name}.app",
        event=name,
    )
