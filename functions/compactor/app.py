"""Every hour -> days of the landing tables that have come to rest, written anew as few large objects."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from photolake.aws.athena import QueryRunner
from photolake.clock import utc_now
from photolake.lake.compaction import CompactionRules
from photolake.lake.compactor import Compactor
from photolake.lake.partition_objects import PartitionObjects
from photolake.lake.rewriter import PartitionRewriter
from photolake.settings import Settings

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


@dataclass(frozen=True)
class CompactorSettings(Settings):
    """The function's environment."""

    lake_bucket: str
    landing_database: str
    workgroup: str
    earliest_date: str
    compaction_min_objects: int
    compaction_rest_hours: int
    compaction_max_age_days: int
    compaction_grace_minutes: int


WORKERS = 4  # of the 20 or more queries that an account may run at once
END_MS = 30_000  # a query that takes longer is stopped
logger, metrics = Logger(), Metrics()
settings = CompactorSettings.from_env()
objects = PartitionObjects(boto3.client("s3"), settings.lake_bucket)
queries = QueryRunner(boto3.client("athena"), settings.workgroup, settings.landing_database)


compactor = Compactor(
    objects,
    PartitionRewriter(queries, boto3.client("glue"), objects, settings.landing_database, utc_now),
    CompactionRules(
        min_objects=settings.compaction_min_objects,
        rest=dt.timedelta(hours=settings.compaction_rest_hours),
        max_age=dt.timedelta(days=settings.compaction_max_age_days),
        grace=dt.timedelta(minutes=settings.compaction_grace_minutes),
        earliest=dt.date.fromisoformat(settings.earliest_date),
    ),
    utc_now,
    workers=WORKERS,
)


@metrics.log_metrics
@logger.inject_lambda_context
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> None:
    """Delete what earlier runs have replaced, and write partitions anew until the time is nearly out."""
    tally = compactor.run(lambda: context.get_remaining_time_in_millis() > END_MS)
    for rewrite in tally.rewrites:
        logger.info("partition compacted", partition=f"{rewrite.table}/dt={rewrite.dt}", counts=rewrite.counts)
    for partition, reason in tally.failures.items():
        logger.warning("partition not compacted", partition=partition, reason=reason)
    metrics.add_metric("PartitionsCompacted", MetricUnit.Count, len(tally.rewrites))
    metrics.add_metric("CompactionsFailed", MetricUnit.Count, len(tally.failures))
    metrics.add_metric("PartitionsLeft", MetricUnit.Count, tally.left)
    metrics.add_metric("ObjectsBeforeCompaction", MetricUnit.Count, tally.count("objects_before"))
    metrics.add_metric("ObjectsAfterCompaction", MetricUnit.Count, tally.count("objects_after"))
    metrics.add_metric("BytesBeforeCompaction", MetricUnit.Bytes, tally.count("bytes_before"))
    metrics.add_metric("BytesAfterCompaction", MetricUnit.Bytes, tally.count("bytes_after"))
    logger.info("compaction", partitions=len(tally.rewrites), left=tally.left, deleted=tally.deleted)
