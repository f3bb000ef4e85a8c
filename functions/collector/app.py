"""A schedule -> the posts that the sources have had since the last run, in the `tweets` stream."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import boto3
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from photolake.aws.secrets import read_secret
from photolake.collect.landing import LandingSettings, collection_into
from photolake.collect.registry import Surroundings
from photolake.collect.rounds import Rounds

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

    from photolake.collect.rounds import Round
    from photolake.collect.runner import Summary


@dataclass(frozen=True)
class CollectorSettings(LandingSettings):
    """The function's environment; each source has settings of its own."""

    sources: tuple[str, ...]


logger = Logger()
metrics = Metrics()
settings = CollectorSettings.from_env()
table = boto3.resource("dynamodb").Table
rounds = Rounds(
    collection_into(settings, boto3.client, table),
    Surroundings(partial(read_secret, boto3.client("secretsmanager")), table),
)


@metrics.log_metrics
@logger.inject_lambda_context
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Read every source until nothing is left, or a limit or the time is used up; raises at the end if one failed."""
    metrics.add_metric("Runs", MetricUnit.Count, 1)
    done = rounds.run(settings.sources, context.get_remaining_time_in_millis)
    for name, count in done.counts().items():
        metrics.add_metric(name, MetricUnit.Count, count)
    for summary in done.summaries:
        log_summary(summary)
    log_trouble(done)
    return {summary.source: {"posts": summary.posts, "stopped": summary.stopped} for summary in done.summaries}


def log_summary(summary: Summary) -> None:
    """Say what was read of a source; nothing of a post is in it."""
    for reason in summary.malformed:
        logger.warning("post malformed", source=summary.source, reason=reason)
    for notice in summary.notices:
        logger.warning(notice, source=summary.source)
    fields = {name: getattr(summary, name) for name in ("source", "posts", "bought", "stopped", "has_gap")}
    log = logger.warning if summary.has_gap else logger.info
    log("collected", **fields)


def log_trouble(done: Round) -> None:
    """Say which sources were skipped or failed; ExceptionGroup if any failed."""
    for name, reason in done.skipped.items():
        logger.warning(reason, source=name)
    for name, error in done.failed.items():
        logger.error(f"{name} failed: {error}", exc_info=error)
    if done.failed:
        raise ExceptionGroup(f"failed: {', '.join(done.failed)}", list(done.failed.values()))
