"""A schedule -> the posts that the sources have had since the last run, in the `tweets` stream."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import boto3
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from photolake.aws.secrets import read_secret
from photolake.collect.landing import LandingSettings, make_collector
from photolake.collect.runner import Collector
from photolake.collect.runs import RunStore, list_source_runs
from photolake.collect.source import SourceContext
from photolake.logged_error import describe_error, describe_place
from photolake.search.indexes import SearchSettings, connect_indexes
from photolake.sources.registry import make_sources
from photolake.spending.batch import SpendingSettings, connect_ledger

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

    from photolake.collect.runner import RunSummary, SourceSummary


@dataclass(frozen=True)
class CollectorSettings(LandingSettings, SearchSettings, SpendingSettings):
    """The function's environment; each source has settings of its own."""

    sources: tuple[str, ...]


logger = Logger()
metrics = Metrics()
settings = CollectorSettings.from_env()
get_table = boto3.resource("dynamodb").Table
source_context = SourceContext(partial(read_secret, boto3.client("secretsmanager")), get_table)
landing = make_collector(settings, boto3.client, get_table)
runs = RunStore(boto3.client("s3"), settings.lake_bucket)
ledger = connect_ledger(settings, get_table)
search_indexes = connect_indexes(settings, get_table, boto3.Session(), logger, metrics)
collector = Collector(
    replace(landing, on_deleted=search_indexes.forget_post), partial(make_sources, context=source_context)
)


@metrics.log_metrics
@logger.inject_lambda_context
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Read every source until nothing is left or a limit is reached; raises at the end if a source failed."""
    metrics.add_metric("Runs", MetricUnit.Count, 1)
    run = collector.run(settings.sources, context.get_remaining_time_in_millis)
    for name, count in run.counts().items():
        metrics.add_metric(name, MetricUnit.Count, count)
    if ledger.limits.select("x") and any(summary.bought for summary in run.sources):
        metrics.add_metric("BudgetSpent", MetricUnit.Percent, 100 * ledger.read().find_share(ledger.limits, "x"))
    for summary in run.sources:
        log_source(summary)
    runs.put(list_source_runs(run, context.aws_request_id))
    log_problems(run)
    return {summary.source: {"posts": summary.posts, "stopped": summary.stopped} for summary in run.sources}


def log_source(summary: SourceSummary) -> None:
    """Log what was read of a source, without any content of a post."""
    for reason in summary.rejected:
        logger.warning("post rejected", source=summary.source, reason=reason)
    for notice in summary.notices:
        logger.warning(notice, source=summary.source)
    fields = {name: getattr(summary, name) for name in ("source", "posts", "bought", "stopped", "has_gap")}
    log = logger.warning if summary.has_gap else logger.info
    log("collected", **fields)


def log_problems(run: RunSummary) -> None:
    """Log the sources that were skipped or failed; ExceptionGroup if any failed."""
    for name, reason in run.skipped.items():
        logger.warning(reason, source=name)
    for name, error in run.failed.items():
        logger.error(f"{name} failed: {describe_error(error)}", place=describe_place(error))
    if run.failed:
        raise ExceptionGroup(f"failed: {', '.join(run.failed)}", list(run.failed.values()))
