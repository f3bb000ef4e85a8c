"""The command and the container: moto for AWS, a fake X at the other end of a connection."""

import json
import os
import re
import signal
import threading
from typing import Any

import boto3
import pytest
from aws_lambda_powertools import Logger
from typer.testing import CliRunner

from photolake.sources.x.stream.batcher import Progress
from photolake.sources.x.stream.service import StreamSettings
from photolake_cli import cloud as clouds
from photolake_cli import main, stream
from photolake_cli.cloud import Cloud
from services.x_stream import app
from tests.resolved_template import ROOT, transformed


@pytest.fixture(autouse=True)
def handlers():
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield before
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture
def sigterm(x):
    """Sends it to this process once everything that the fake X has sent is read."""

    def send():
        assert x.is_calm.wait(20)
        os.kill(os.getpid(), signal.SIGTERM)

    thread = threading.Thread(target=send)
    thread.start()
    yield
    thread.join()


def delivered():
    s3 = boto3.client("s3")
    keys = [item["Key"] for item in s3.list_objects_v2(Bucket="lake", Prefix="tweets/").get("Contents", [])]
    bodies = [s3.get_object(Bucket="lake", Key=key)["Body"].read() for key in keys]
    return [json.loads(line)["id"] for body in bodies for line in body.splitlines()]


@pytest.fixture
def container(cloud, monkeypatch):
    for name, value in cloud.items():
        monkeypatch.setenv(name, value)
    return cloud


def put_token(cloud, token="token"):
    boto3.client("secretsmanager").put_secret_value(SecretId=cloud["X_TOKEN_SECRET"], SecretString=f"{token}\n")


def test_the_container_delivers_what_it_holds_when_it_is_told_to_stop_and_ends_well(x, container, sigterm):
    put_token(container)
    number, line = x.line(300, in_search=False)
    x.sessions.append([line])

    assert app.main() == 0

    assert delivered() == [number]


@pytest.mark.parametrize(
    ("token", "said"), [("", "bearer token into the secret"), ("wrong", "put a valid one into the secret")]
)
def test_the_container_fails_with_what_to_do(token, said, x, container, caplog):
    if token:
        put_token(container, token)
        x.sessions.append(401)

    assert app.main() == 1

    assert said in caplog.text


def test_the_container_writes_the_lines_that_the_metric_filters_read(monkeypatch, capsys):
    stop, progress = threading.Event(), Progress()
    progresses: list[dict[str, Any]] = [
        {"state": "connecting"},
        {"state": "connected", "posts": 3},
        {"posts": 5, "found": 2},
    ]

    def wait(seconds):
        if not progresses:
            return True
        vars(progress).update(progresses.pop(0))
        return False

    monkeypatch.setattr(stop, "wait", wait)
    app.report_progress(Logger(service="a_logger_of_its_own"), progress, stop)

    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert values_of("StreamConnectedMetric", lines) == ["1", "1"]
    assert values_of("StreamPostsMetric", lines) == [0, 3, 4]


def values_of(metric_filter, lines):
    """What a metric filter makes of JSON lines: its value for each that its pattern matches."""
    properties = transformed().document["Resources"][metric_filter]["Properties"]
    wanted = dict(re.findall(r'\$\.(\w+) = "([^"]*)"', properties["FilterPattern"]))
    value = properties["MetricTransformations"][0]["MetricValue"]
    matched = [line for line in lines if wanted.items() <= line.items()]
    return [line[value.removeprefix("$.")] if value.startswith("$.") else value for line in matched]


def test_the_containers_settings_are_a_part_of_the_collectors(container):
    settings = {name.upper() for name in StreamSettings.__dataclass_fields__}

    assert settings == set(container)


def test_the_dockerfile_copies_what_there_is():
    written = (ROOT / "Dockerfile").read_text()
    copied = [line.split()[1] for line in written.splitlines() if line.startswith("COPY")]

    assert all((ROOT / path).exists() for path in copied)
    kept = {line[1:] for line in (ROOT / "Dockerfile.dockerignore").read_text().splitlines() if line.startswith("!")}
    assert kept == set(copied)


@pytest.fixture
def stack(cloud, monkeypatch):
    """The stack that the command connects to; its settings may be changed."""
    stack = Cloud("the stack lake", "lake", boto3.Session(), {}, str)
    monkeypatch.setattr(clouds, "connect", lambda *arguments: stack)
    monkeypatch.setattr(stream, "read_settings", lambda connected: cloud)


def test_the_command_streams_with_the_stacks_settings_until_it_is_told_to_stop(x, cloud, stack, sigterm, handlers):
    put_token(cloud)
    number, line = x.line(300, in_search=False)
    x.sessions.append([line, b"{\r\n"])

    result = CliRunner().invoke(main.app, ["stream", "--stack", "lake"])

    assert (result.exit_code, delivered()) == (0, [number])
    assert "Streaming into the stack lake" in result.output
    assert "1 posts of the stream and 0 of the search delivered, 1 records rejected, 1 connections." in result.output
    assert [rule["value"] for rule in x.rules] == ["cats", "sea"]
    assert {number: signal.getsignal(number) for number in handlers} == handlers


def test_what_is_said_takes_the_place_of_the_settings_and_the_budget_ends_the_run(x, stack, monkeypatch):
    monkeypatch.setenv("X_BEARER_TOKEN", "token")
    monkeypatch.setattr("photolake.sources.x.stream.batcher.MAX_WAIT_S", 0.1)
    x.sessions.append([x.line(300, in_search=False)[1]])

    result = CliRunner().invoke(
        main.app, ["stream", "--stack", "lake", "--query", "sky", "--query", "sun", "--budget", "1"]
    )

    assert (result.exit_code, len(delivered())) == (0, 1)
    assert "the 1 posts of MonthlyPostBudget are bought" in " ".join(result.output.split())
    assert [rule["value"] for rule in x.rules] == ["cats", "sky", "sun"]


def test_without_a_token_or_a_query_the_command_says_what_to_do(cloud, stack, monkeypatch):
    result = CliRunner().invoke(main.app, ["stream", "--stack", "lake"])
    assert result.exit_code == 1
    assert "X needs a bearer token: set X_BEARER_TOKEN" in result.output

    del cloud["SEARCH_QUERY"]
    result = CliRunner().invoke(main.app, ["stream", "--stack", "lake"])
    assert result.exit_code == 1
    assert "Add a query: photolake stream --query" in result.output
