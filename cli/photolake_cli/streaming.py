"""`photolake stream`: X's filtered stream into a cloud, until it is stopped."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError
from rich.live import Live
from rich.text import Text

from photolake.aws.secrets import read_secret
from photolake.sources.x.stream.batcher import Progress
from photolake.sources.x.stream.service import StreamSettings, XStream, make_stream
from photolake_cli.connections import deployed_lake, laptop_lake
from photolake_cli.errors import CommandError
from photolake_cli.explanations import explained
from photolake_cli.show import console

if TYPE_CHECKING:
    import boto3

    from photolake_cli.laptop import Laptop

TOKEN_VARIABLE = "X_BEARER_TOKEN"  # noqa: S105 (a name)
URL_VARIABLE = "X_API_URL"
# What the laptop cloud does not know.
UNLESS_SAID = {
    URL_VARIABLE: "https://api.twitter.com",
    "SEARCH_QUERY": "",
    "SEARCH_QUERIES": "",
    "SEARCH_LANGUAGES": "",
    "MONTHLY_POST_BUDGET": "10000",
}


@dataclass(frozen=True)
class StreamPlace:
    """A cloud to stream into; `settings` are the collector's environment variables, as far as they are known."""

    place: str
    session: boto3.Session
    settings: Mapping[str, str]
    endpoints: Mapping[str, str]
    """Where services answer, if not where AWS says: `AWS_ENDPOINT_URL`, `AWS_ENDPOINT_URL_S3` ..."""

    def client(self, service: str) -> Any:
        """A boto3 client."""
        make: Any = self.session.client
        return make(service, endpoint_url=self._endpoint(service))

    def table(self, name: str) -> Any:
        """A DynamoDB table."""
        return self.session.resource("dynamodb", endpoint_url=self._endpoint("dynamodb")).Table(name)

    def _endpoint(self, service: str) -> str | None:
        return self.endpoints.get(f"AWS_ENDPOINT_URL_{service.upper()}") or self.endpoints.get("AWS_ENDPOINT_URL")


def laptop_place(laptop: Laptop) -> StreamPlace:
    """The laptop cloud, which knows no queries: they are said with the command."""
    lake = laptop_lake(laptop)
    physical = {name: resource["physical_id"] for name, resource in laptop.state.resources.items()}
    settings = {
        "CHECKPOINT_TABLE": physical["CheckpointTable"],
        "X_TOKEN_SECRET": physical["XTokenSecret"],
        "LAKE_BUCKET": laptop.output("LakeBucketName"),
        "TWEETS_STREAM": laptop.output("TweetsStreamName"),
        "LANDING_DATABASE": laptop.output("LandingDatabaseName"),
    }
    return StreamPlace(lake.place, lake.session, settings, laptop.state.environment)


def deployed_place(stack: str, region: str | None) -> StreamPlace:
    """A stack on AWS, with the settings of its collector; CommandError says what to do if there is none."""
    lake = deployed_lake(stack, region)
    make: Any = lake.session.client
    try:
        found = make("cloudformation").describe_stack_resource(StackName=stack, LogicalResourceId="CollectorFunction")
        function = found["StackResourceDetail"]["PhysicalResourceId"]
        settings = make("lambda").get_function_configuration(FunctionName=function)["Environment"]["Variables"]
    except (BotoCoreError, ClientError) as error:
        raise explained(error, lake.place) from error
    return StreamPlace(lake.place, lake.session, settings, {})


def stream(place: StreamPlace, queries: Sequence[str], budget: int | None) -> None:
    """Stream until Ctrl-C or SIGTERM, or until the month's posts are bought; then all that has come is delivered.

    `queries` and `budget` (posts a month) take the place of the collector's.
    """
    progress, stop = Progress(), threading.Event()
    run = _streaming(place, queries, budget)
    before = {number: signal.signal(number, lambda *_: stop.set()) for number in (signal.SIGTERM, signal.SIGINT)}
    console.print(f"Streaming into {place.place}. Ctrl-C ends it.", markup=False, highlight=False)
    meter = Meter(progress)
    try:
        with Live(get_renderable=meter.line, console=console, refresh_per_second=2, transient=True):
            run.run(progress, lambda line: console.print(line, markup=False, highlight=False), stop)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    console.print(
        f"{progress.posts:,} posts of the stream and {progress.found:,} of the search delivered, "
        f"{progress.rejected:,} lines malformed, {progress.connects:,} connects."
    )


class Meter:
    """A line on the progress, with the posts a second since the line before."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._seen = (time.monotonic(), 0)
        self._rate = 0.0

    def line(self) -> Text:
        """The line now."""
        now, posts = time.monotonic(), self._progress.posts
        then, before = self._seen
        # Posts are delivered every five seconds, so a shorter time says nothing.
        if now - then >= 10:
            self._rate, self._seen = (posts - before) / (now - then), (now, posts)
        return Text(
            f"{self._progress.state}: {posts:,} posts, {self._rate:.1f} a second; {self._progress.found:,} by search"
        )


def _streaming(place: StreamPlace, queries: Sequence[str], budget: int | None) -> XStream:
    if not queries and "SEARCH_QUERY" not in place.settings:
        raise CommandError("Say what to stream: photolake stream --query '(#beach OR #surf) has:images'")
    named = "\n".join(f"query{number}: {text}" for number, text in enumerate(queries, 1))
    said = {"SEARCH_QUERIES": named, "SEARCH_LANGUAGES": ""} if queries else {}
    if budget is not None:
        said["MONTHLY_POST_BUDGET"] = str(budget)
    if url := os.environ.get(URL_VARIABLE):
        said[URL_VARIABLE] = url
    settings = StreamSettings.from_env({**UNLESS_SAID, **place.settings, **said})
    return make_stream(settings, _token(place), place.client, place.table)


def _token(place: StreamPlace) -> str:
    if token := os.environ.get(TOKEN_VARIABLE, "").strip():
        return token
    secret = place.settings["X_TOKEN_SECRET"]
    token = read_secret(place.client("secretsmanager"), secret)
    if not token:
        raise CommandError(f"X wants a bearer token: set {TOKEN_VARIABLE}, or put it into the secret {secret}")
    return token
