"""Sources on this machine through the whole pipeline: a Jetstream by the collector, an X by its filtered stream."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from photolake_cli.laptop import Laptop
from tests.builders.bluesky_events import commit, create, image, images, record, tid
from tests.e2e.command import ROOT, Command
from tests.e2e.permissions import read_calls
from tests.fakes.jetstream_server import FakeJetstream
from tests.fakes.x_stream_server import FakeStream
from tests.policies.grants import template
from tests.policies.recorded_calls import find_differences

pytestmark = pytest.mark.e2e
PHOTOS = [f"bafkreih{letter * 51}" for letter in "ab"]


def post(number, now_us):
    """A minute after the last one, with one of two photos; the last is about something else."""
    time_us = now_us - (10 - number) * 60_000_000
    text = f"sunset number {number}" if number < 4 else "breakfast"
    shown = images(image(PHOTOS[number % 2], alt="the sky"))
    return create(record(text, embed=shown, langs=["en"]), rkey=tid(time_us), time_us=time_us)


@pytest.fixture(scope="module")
def jetstream():
    now_us = time.time_ns() // 1000
    with FakeJetstream([post(number, now_us) for number in range(5)]) as jetstream:
        yield jetstream


@pytest.fixture(scope="module")
def photolake(tmp_path_factory, photo_folder, jetstream):
    command = Command(tmp_path_factory.mktemp("cloud"))
    settings = ["--param", "BlueskyKeywords=sunset", "--param", f"BlueskyHosts={jetstream.url}"]
    command.process("up", "--background", "--photos", str(photo_folder), *settings)
    yield command
    command.process("down")


@pytest.fixture
def collect(photolake):
    """Run the collector, and wait until the posts it found are in the lake."""

    def run():
        laptop = Laptop.connect(photolake.state)
        function = laptop.state.resources["CollectorFunction"]["physical_id"]
        reply = laptop.client("lambda").invoke(FunctionName=function, Payload=b"{}")
        assert "FunctionError" not in reply, reply["Payload"].read()
        photolake("wait", "--timeout", "60")

    return run


def query_lake(photolake, sql):
    return json.loads(photolake("query", sql, "--format", "json"))


def test_a_matching_post_is_collected_once_and_leaves_every_view_when_deleted(photolake, jetstream, collect):
    collect()
    posts = query_lake(photolake, "select id_str, text, sentiment_status from tweets order by timestamp_ms")
    assert [(row["text"], row["sentiment_status"]) for row in posts] == [(f"sunset number {n}", "ok") for n in range(4)]
    photos = query_lake(
        photolake, "select status, count(*) as photos from tweet_photos group by status order by status"
    )
    assert photos == [{"status": "duplicate", "photos": 2}, {"status": "ok", "photos": 2}]

    gone = posts[0]["id_str"]
    assert len(json.loads(photolake("search", "sunset", "0", "--json"))) == 1
    jetstream.history.append(commit("delete", rkey=gone.rpartition("/")[2], time_us=time.time_ns() // 1000))
    jetstream.history.append(commit("delete", rkey=tid(1), time_us=time.time_ns() // 1000))
    collect()
    collect()

    assert query_lake(photolake, "select id_str from tweets order by timestamp_ms") == [
        {"id_str": row["id_str"]} for row in posts[1:]
    ]
    assert json.loads(photolake("search", "sunset", "0", "--json")) == []
    assert query_lake(photolake, "select distinct id_str, reason from photolake_landing.deletions") == [
        {"id_str": gone, "reason": "deleted by its author"}
    ]


def test_what_x_streams_twice_is_in_the_view_once(photolake):
    with FakeStream() as x:
        shown = {"attachments": {"media_keys": ["3_1"]}, "text": "I love this sunset"}
        number, line = x.line(300, **shown)
        x.sessions.append([line, line])
        program = [str(Path(sys.executable).parent / "photolake"), "stream", "--query", "sunset"]
        streaming = subprocess.Popen(
            [*program, "--state", str(photolake.state)],
            env={**os.environ, "X_BEARER_TOKEN": x.token, "X_API_URL": x.url},
            stdout=subprocess.PIPE,
            text=True,
        )
        assert x.is_calm.wait(60)
        streaming.send_signal(signal.SIGINT)
        said, _ = streaming.communicate(timeout=60)
    photolake("wait", "--timeout", "60")

    assert (streaming.returncode, "2 posts of the stream" in said) == (0, True), said
    assert query_lake(
        photolake, "select id, text, matched_query, sentiment from tweets where source_platform = 'x'"
    ) == [{"id": str(number), "text": "I love this sunset", "matched_query": "sunset", "sentiment": "POSITIVE"}]
    assert query_lake(photolake, f"select status from tweet_photos where tweetid = {number}") == [{"status": "no_url"}]


def test_the_container_follows_the_stream_with_the_environment_and_role_of_the_template(photolake):
    laptop = Laptop.connect(photolake.state)
    with FakeStream() as x:
        laptop.client("secretsmanager").put_secret_value(
            SecretId=laptop.state.outputs["XTokenSecretArn"], SecretString=x.token
        )
        number, line = x.line(300, text="another sunset", in_search=False)
        x.sessions.append([line])
        following = subprocess.Popen(
            [sys.executable, "-m", "services.x_stream.app"],
            env={
                **os.environ,
                **laptop.state.environment,
                **read_container_environment(laptop),
                "AWS_ACCESS_KEY_ID": "StreamRole",
                "X_API_URL": x.url,
            },
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert x.is_calm.wait(60)
        following.send_signal(signal.SIGTERM)
        said, _ = following.communicate(timeout=60)
    assert following.returncode == 0, said
    photolake("wait", "--timeout", "60")

    assert query_lake(photolake, f"select text from tweets where id = {number}") == [{"text": "another sunset"}]


def read_container_environment(laptop):
    """The environment of the template's container, with the names of this cloud."""
    physical = {name: resource["physical_id"] for name, resource in laptop.state.resources.items()}
    (container,) = template().properties("StreamTask")["ContainerDefinitions"]
    secret = laptop.state.outputs["XTokenSecretArn"]
    named = {**physical, "arn:aws:secretsmanager:us-east-1:123456789012:secret:XTokenSecret": secret}
    return {each["Name"]: named.get(str(each["Value"]), str(each["Value"])) for each in container["Environment"]}


def test_the_functions_and_the_container_made_the_calls_of_the_record(photolake):
    calls = read_calls(photolake, "test_sources")

    assert {"CollectorRole", "StreamRole"} <= {call.role for call in calls}
    assert find_differences(calls, "test_sources") == {}
