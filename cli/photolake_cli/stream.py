"""`photolake stream`: sends X's filtered stream into a lake until it is stopped."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError
from rich.live import Live
from rich.text import Text

from photolake.aws.secrets import read_secret
from photolake.sources.x.stream.batcher import Progress
from photolake.sources.x.stream.service import StreamSettings, XStream, make_stream
from photolake_cli.aws_errors import explain_error
from photolake_cli.console import console
from photolake_cli.errors import CommandError

if TYPE_CHECKING:
    from photolake_cli.cloud import Cloud

TOKEN_VARIABLE = "X_BEARER_TOKEN"  # noqa: S105 (a name)
URL_VARIABLE = "X_API_URL"
# For a laptop cloud, whose collector has no queries.
DEFAULTS = {
    URL_VARIABLE: "https://api.twitter.com",
    "SEARCH_QUERY": "",
    "SEARCH_QUERIES": "",
    "SEARCH_LANGUAGES": "",
    "MONTHLY_POST_BUDGET": "10000",
    "MONTHLY_BUDGETS": "0,0,0,0",
}


def read_settings(cloud: Cloud) -> Mapping[str, str]:
    """The environment of the stack's collector; of a laptop cloud only where posts are delivered."""
    if cloud.on_laptop:
        return {
            "CHECKPOINT_TABLE": cloud.find_physical_id("CheckpointTable"),
            "X_TOKEN_SECRET": cloud.find_physical_id("XTokenSecret"),
            "LAKE_BUCKET": cloud.values["LakeBucketName"],
            "TWEETS_STREAM": cloud.values["TweetsStreamName"],
            "LANDING_DATABASE": cloud.values["LandingDatabaseName"],
        }
    function = cloud.find_physical_id("CollectorFunction")
    try:
        configuration = cloud.client("lambda").get_function_configuration(FunctionName=function)
    except (BotoCoreError, ClientError) as error:
        raise explain_error(error, cloud.name) from error
    settings: Mapping[str, str] = configuration["Environment"]["Variables"]
    return settings


def stream_posts(cloud: Cloud, settings: Mapping[str, str], queries: Sequence[str], budget: int | None) -> None:
    """Stream until Ctrl-C or SIGTERM, or until the month's budget is used up; posts received by then are delivered.

    `queries` and `budget` (posts a month) replace those of the settings.
    """
    progress, stop = Progress(), threading.Event()
    run = _create_stream(cloud, settings, queries, budget)
    before = {number: signal.signal(number, lambda *_: stop.set()) for number in (signal.SIGTERM, signal.SIGINT)}
    console.print(f"Streaming into {cloud.name}. Stop with Ctrl-C.", highlight=False)
    meter = Meter(progress)
    try:
        with Live(get_renderable=meter.build_line, console=console, refresh_per_second=2, transient=True):
            run.run(progress, lambda line: console.print(line, highlight=False), stop)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    console.print(
        f"{progress.posts:,} posts of the stream and {progress.found:,} of the search delivered, "
        f"{progress.rejected:,} records rejected, {progress.connects:,} connections."
    )


class Meter:
    """Shows progress as one line, with the posts per second since the last measurement."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._seen = (time.monotonic(), 0)
        self._rate = 0.0

    def build_line(self) -> Text:
        """The line to show now."""
        now, posts = time.monotonic(), self._progress.posts
        then, before = self._seen
        # Posts are delivered every five seconds: a rate over a shorter time would jump.
        if now - then >= 10:
            self._rate, self._seen = (posts - before) / (now - then), (now, posts)
        return Text(f"{self._progress.state}: {posts:,} posts, {self._rate:.1f}/s; {self._progress.found:,} by search")


def _create_stream(cloud: Cloud, settings: Mapping[str, str], queries: Sequence[str], budget: int | None) -> XStream:
    if not queries and "SEARCH_QUERY" not in settings:
        raise CommandError("Add a query: photolake stream --query '(#beach OR #surf) has:images'")
    named = "\n".join(f"query{number}: {text}" for number, text in enumerate(queries, 1))
    overrides = {"SEARCH_QUERIES": named, "SEARCH_LANGUAGES": ""} if queries else {}
    if budget is not None:
        overrides["MONTHLY_POST_BUDGET"] = str(budget)
    if url := os.environ.get(URL_VARIABLE):
        overrides[URL_VARIABLE] = url
    environment = {**DEFAULTS, **settings, **overrides}
    token = read_token(cloud, environment["X_TOKEN_SECRET"])
    return make_stream(StreamSettings.from_env(environment), token, cloud.client, cloud.table)


def read_token(cloud: Cloud, secret: str) -> str:
    """The bearer token of the variable X_BEARER_TOKEN, else of the secret; CommandError if there is none."""
    if token := os.environ.get(TOKEN_VARIABLE, "").strip():
        return token
    token = read_secret(cloud.client("secretsmanager"), secret)
    if not token:
        raise CommandError(f"X needs a bearer token: set {TOKEN_VARIABLE}, or put it into the secret {secret}")
    return token
