"""What a redrive of error objects needs of a lake: the objects, their marks, the rules, and the streams."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from photolake.aws.firehose import DeliveryStream
from photolake.rows.schema import TableSchema
from photolake.sources.bluesky.collected_posts import CollectedPosts
from photolake_cli.collect.pacing import Pace
from photolake_cli.collect.sender import open_sender, read_interval
from photolake_cli.redrive.marks import MarkStore
from photolake_cli.redrive.objects import MALFORMED, STREAM_KINDS
from photolake_cli.redrive.rules import PostRule, RowRule, find_post_day, read_day

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

    from photolake_cli.cloud import Cloud
    from photolake_cli.redrive.rules import Rule

_STREAM_IDS = {
    "tweets": "TweetsStream",
    "posts": "PostsStream",
    "photos": "PhotosStream",
    "analyses": "AnalysesStream",
}
_TABLES = {"tweets": "raw_tweets", "posts": "posts", "photos": "photos", "analyses": "analyses"}


@dataclass(frozen=True)
class Target:
    """Where the records of one kind go: the rule that they must pass, and the stream that takes their rows.

    `buys` says whether their rows are analysed again, which may cost something. `pace` limits the days at a time.
    """

    rule: Rule
    stream: DeliveryStream
    pace: Pace
    buys: bool


@dataclass(frozen=True)
class ErrorLake:
    """The objects under `errors/` and what takes their records, by kind."""

    s3: S3Client
    bucket: str
    marks: MarkStore
    targets: Mapping[str, Target]
    collected: CollectedPosts
    sleep: Callable[[float], None] = time.sleep


def open_lake(cloud: Cloud) -> ErrorLake:
    """Open the lake of a cloud."""
    s3, glue, firehose = cloud.client("s3"), cloud.client("glue"), cloud.client("firehose")
    bucket, database = cloud.values["LakeBucketName"], cloud.values["LandingDatabaseName"]
    names = {kind: cloud.find_physical_id(logical_id) for kind, logical_id in _STREAM_IDS.items()}
    streams = {kind: DeliveryStream(firehose, name) for kind, name in names.items()}
    tables = {kind: TableSchema.from_glue(glue, database, table) for kind, table in _TABLES.items()}
    interval = read_interval(firehose, names["posts"]) * cloud.time_scale
    paces = {kind: Pace(interval, time.monotonic) for kind in STREAM_KINDS}
    check = open_sender(cloud).check.find_partition
    earliest = dt.date.fromisoformat(cloud.values["EarliestDate"])
    days = {kind: find_post_day(check) if kind == "tweets" else read_day for kind in STREAM_KINDS}
    targets = {
        kind: Target(RowRule(tables[kind], days[kind]), streams[kind], paces[kind], buys=kind == "tweets")
        for kind in STREAM_KINDS
    }
    posts = PostRule(check, tables["posts"], earliest)
    targets[MALFORMED] = Target(posts, streams["tweets"], paces["tweets"], buys=True)
    collected = CollectedPosts(cloud.table(cloud.find_physical_id("CheckpointTable")))
    return ErrorLake(s3, bucket, MarkStore(s3, bucket), targets, collected)
