"""A schedule -> the posts that the sources have had since the last run, in the `tweets` stream."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.parameters import get_secret
from aws_lambda_powertools.utilities.parameters.exceptions import GetParameterError

from photolake.checkpoints import CheckpointStore
from photolake.collecting.collection import Collection
from photolake.collecting.registry import Surroundings
from photolake.collecting.rounds import Rounds
from photolake.columns import Table
from photolake.deletions import DeletionStore
from photolake.delivery import DeliveryStream
from photolake.malformed import MalformedStore
from photolake.settings import Settings

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

    from photolake.collecting.collection import Summary
    from photolake.collecting.rounds import Round


@dataclass(frozen=True)
class CollectorSettings(Settings):
    """The function's environment; each source has settings of its own."""

    landing_database: str
    lake_bucket: str
    tweets_stream: str
    checkpoint_table: str
    sources: tuple[str, ...]


def secret_value(secret: str) -> str:
    """The value of a secret, or an empty string for one without a value."""
    try:
        return str(get_secret(secret, force_fetch=True))
    except GetParameterError as error:
        if "ResourceNotFoundException" in str(error):
            return ""
        raise


logger = Logger()
metrics = Metrics()
settings = CollectorSettings.from_env()
dynamodb = boto3.resource("dynamodb")
s3 = boto3.client("s3")
tweets_table = Table.from_glue(boto3.client("glue"), settings.landing_database, "raw_tweets")
tweets = DeliveryStream(boto3.client("firehose"), settings.tweets_stream, tweets_table)
collection = Collection(
    CheckpointStore(dynamodb.Table(settings.checkpoint_table)),
    deliver=tweets.put,
    keep_malformed=MalformedStore(s3, settings.lake_bucket).put,
    keep_deletions=DeletionStore(s3, settings.lake_bucket).put,
)
rounds = Rounds(collection, Surroundings(secret_value, dynamodb.Table))


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
    log = logger.warning if summary.has_gap else logger.info
    log(
        "collected",
        source=summary.source,
        posts=summary.posts,
        bought=summary.bought,
        stopped=summary.stopped,
        has_gap=summary.has_gap,
    )


def log_trouble(done: Round) -> None:
    """Say which sources were skipped or failed; ExceptionGroup if any failed."""
    for name, reason in done.skipped.items():
        logger.warning(reason, source=name)
    for name, error in done.failed.items():
        logger.error(f"{name} failed: {error}", exc_info=error)
    if done.failed:
        raise ExceptionGroup(f"failed: {', '.join(done.failed)}", list(done.failed.values()))
