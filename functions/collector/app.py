"""A schedule -> the posts that X has for the query since the last run, in the `tweets` stream."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.parameters import get_secret
from aws_lambda_powertools.utilities.parameters.exceptions import GetParameterError

from photolake.checkpoints import CheckpointStore
from photolake.columns import Table
from photolake.delivery import DeliveryStream
from photolake.malformed import MalformedStore
from photolake.settings import Settings
from photolake.x.collection import Collector
from photolake.x.search import RecentSearch, search_query, x_client

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

RESERVE_MS = 75_000  # a page takes up to three attempts of 20 s, and its delivery


@dataclass(frozen=True)
class CollectorSettings(Settings):
    """The function's environment."""

    landing_database: str
    lake_bucket: str
    tweets_stream: str
    checkpoint_table: str
    x_token_secret: str
    search_query: str
    search_languages: tuple[str, ...]
    max_posts_per_run: int


logger = Logger()
metrics = Metrics()
settings = CollectorSettings.from_env()
checkpoints = CheckpointStore(boto3.resource("dynamodb").Table(settings.checkpoint_table))
malformed = MalformedStore(boto3.client("s3"), settings.lake_bucket)
tweets_table = Table.from_glue(boto3.client("glue"), settings.landing_database, "raw_tweets")
tweets = DeliveryStream(boto3.client("firehose"), settings.tweets_stream, tweets_table)


@metrics.log_metrics
@logger.inject_lambda_context
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Read until nothing is left, or posts, rate limit or time are used up; a refusal is raised with what to do."""
    metrics.add_metric("Runs", MetricUnit.Count, 1)
    token = bearer_token(settings.x_token_secret)
    if not token:
        logger.warning(f"X is skipped: put the bearer token into the secret {settings.x_token_secret}")
        return {"posts": 0, "stopped": "no_token"}
    search = RecentSearch(x_client(token), search_query(settings.search_query, settings.search_languages))
    collector = Collector(search, checkpoints, tweets.put, malformed.put, settings.max_posts_per_run)
    summary = collector.run(lambda: context.get_remaining_time_in_millis() > RESERVE_MS)
    for reason in summary.malformed:
        logger.warning("post malformed", reason=reason)
    for name, count in summary.counts().items():
        metrics.add_metric(name, MetricUnit.Count, count)
    log = logger.warning if summary.aged_out else logger.info
    log("collected", posts=summary.posts, stopped=summary.stopped, aged_out=summary.aged_out)
    return {"posts": summary.posts, "stopped": summary.stopped}


def bearer_token(secret: str) -> str:
    """The token, or an empty string for a secret without a value."""
    try:
        return str(get_secret(secret, force_fetch=True)).strip()
    except GetParameterError as error:
        if "ResourceNotFoundException" in str(error):
            return ""
        raise
