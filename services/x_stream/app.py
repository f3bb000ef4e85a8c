"""X's filtered stream -> the `tweets` stream, as a container that runs on: see Dockerfile."""

from __future__ import annotations

import signal
import sys
import threading
from dataclasses import dataclass

import boto3
from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.parameters import get_secret
from aws_lambda_powertools.utilities.parameters.exceptions import GetParameterError

from photolake.checkpoints import CheckpointStore
from photolake.collecting.allowances import MonthlyAllowance
from photolake.collecting.collection import Collection
from photolake.collecting.source import NotSetUpError
from photolake.columns import Table
from photolake.deletions import DeletionStore
from photolake.delivery import DeliveryStream
from photolake.errors import PhotolakeError
from photolake.malformed import MalformedStore
from photolake.settings import Settings
from photolake.x.queries import queries_of
from photolake.x.stream_posts import Progress
from photolake.x.streaming import Streaming

REPORT_S = 60.0
# A container that ends is started again at once; while the month's posts are bought, this one waits by itself.
REST_S = 3_600.0


@dataclass(frozen=True)
class StreamSettings(Settings):
    """The container's environment; the names are those of the collector."""

    landing_database: str
    lake_bucket: str
    tweets_stream: str
    checkpoint_table: str
    x_token_secret: str
    x_api_url: str
    search_query: str
    search_queries: str
    search_languages: tuple[str, ...]
    monthly_post_budget: int


def streaming(settings: StreamSettings) -> Streaming:
    """Wire a run; NotSetUpError without a token."""
    dynamodb, s3 = boto3.resource("dynamodb"), boto3.client("s3")
    checkpoints = dynamodb.Table(settings.checkpoint_table)
    table = Table.from_glue(boto3.client("glue"), settings.landing_database, "raw_tweets")
    return Streaming(
        token_of(settings.x_token_secret),
        settings.x_api_url,
        queries_of(settings.search_query, settings.search_queries, settings.search_languages),
        MonthlyAllowance(checkpoints, "x", settings.monthly_post_budget),
        Collection(
            CheckpointStore(checkpoints),
            deliver=DeliveryStream(boto3.client("firehose"), settings.tweets_stream, table).put,
            keep_malformed=MalformedStore(s3, settings.lake_bucket).put,
            keep_deletions=DeletionStore(s3, settings.lake_bucket).put,
        ),
    )


def token_of(secret: str) -> str:
    """The bearer token; NotSetUpError says where to put it."""
    try:
        token = str(get_secret(secret, force_fetch=True)).strip()
    except GetParameterError as error:
        if "ResourceNotFoundException" not in str(error):
            raise
        token = ""
    if not token:
        raise NotSetUpError(f"put X's bearer token into the secret {secret}")
    return token


def report(logger: Logger, progress: Progress, stop: threading.Event) -> None:
    """Log the progress now and then, until `stop` is set."""
    while not stop.wait(REPORT_S):
        logger.info("streaming", **vars(progress))


def main() -> int:
    """Follow the stream until SIGTERM or SIGINT, and return the exit status."""
    logger = Logger(service="x_stream")
    stop, ended, progress = threading.Event(), threading.Event(), Progress()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    reporter = threading.Thread(target=report, args=(logger, progress, ended), daemon=True)
    reporter.start()
    try:
        while not stop.is_set():
            streaming(StreamSettings.from_env()).run(progress, logger.warning, stop)
            stop.wait(REST_S)
    except PhotolakeError as error:
        logger.exception(str(error))
        return 1
    finally:
        ended.set()
        reporter.join()
        logger.info("ended", **vars(progress))
    return 0


if __name__ == "__main__":
    sys.exit(main())
