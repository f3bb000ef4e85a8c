"""A backfill on the laptop cloud: another bucket, a killed function, an added API; through the command and SQL."""

import io
import json
import os
import signal
import time
from pathlib import Path

import boto3
import pytest
from PIL import Image

from laptop_cloud import state
from tests.e2e.command import Command
from tests.e2e.permissions import physical_names, read_calls
from tests.policies.recorded_calls import find_differences

pytestmark = pytest.mark.e2e

ALBUM = "album"
PHOTOS = 5
NOTES = 200
SETTINGS = {"BackfillBuckets": ALBUM, "ImageApis": "text"}


def photo(number):
    buffer = io.BytesIO()
    Image.new("RGB", (90, 90), (number * 20, 90, 140)).save(buffer, "PNG")
    return buffer.getvalue()


@pytest.fixture(scope="module")
def photolake(tmp_path_factory):
    command = Command(tmp_path_factory.mktemp("cloud"))
    parameters = [word for name, value in SETTINGS.items() for word in ("--param", f"{name}={value}")]
    command.process("up", "--background", *parameters)
    yield command
    command.process("down")


@pytest.fixture(scope="module")
def client(photolake):
    lines = [line.removeprefix("export ").split("=", 1) for line in photolake("env").splitlines()]
    environment = dict(lines)

    def make(service, kind=boto3.client):
        url = environment.get(f"AWS_ENDPOINT_URL_{service.upper()}", environment["AWS_ENDPOINT_URL"])
        return kind(service, endpoint_url=url, region_name=environment["AWS_REGION"])

    return make


@pytest.fixture(scope="module")
def ask(photolake):
    return lambda sql: json.loads(photolake("query", sql, "--format", "json"))


@pytest.fixture(scope="module")
def album(client):
    """Photos of which each lies there twice, among notes, which are sent in twenty calls; a folder marker."""
    s3 = client("s3")
    s3.create_bucket(Bucket=ALBUM)
    for number in range(PHOTOS):
        for copy in ("a", "b + c"):
            s3.put_object(Bucket=ALBUM, Key=f"2019/{number}/photo {copy}.png", Body=photo(number))
    for number in range(NOTES):
        s3.put_object(Bucket=ALBUM, Key=f"2019/note {number}", Body=f"note {number}".encode())
    s3.put_object(Bucket=ALBUM, Key="2019/", Body=b"")
    return s3


def kill_function(folder, name):
    """End the process of a function at once, as AWS may; only a child of the cloud of this state folder."""
    cloud = state.read(folder)
    children = [
        int(path.parent.name)
        for path in Path("/proc").glob("[0-9]*/stat")
        if cloud
        and read_parent(path) == cloud.pid
        and f"AWS_LAMBDA_FUNCTION_NAME={name}" in read_environment(path.parent)
    ]
    (process,) = children
    os.kill(process, signal.SIGKILL)


def read_parent(path):
    try:
        return int(path.read_text().rpartition(")")[2].split()[1])
    except OSError:
        return None


def read_environment(folder):
    try:
        return (folder / "environ").read_bytes().decode(errors="replace").split("\0")
    except OSError:
        return []


@pytest.fixture(scope="module")
def interrupted(photolake, client, album):
    """A backfill whose function is killed when it has announced part of a page, before it has saved the position."""
    names = physical_names(photolake.state)
    dry_run = photolake("backfill", f"s3://{ALBUM}/2019/", "--dry-run")
    photolake("backfill", f"s3://{ALBUM}/2019/", "--yes")
    sqs, jobs = client("sqs"), client("dynamodb", boto3.resource).Table(names["CheckpointTable"])
    deadline = time.monotonic() + 60
    while not count_messages(sqs, names["ImageQueue"]) and time.monotonic() < deadline:
        time.sleep(0.005)
    kill_function(photolake.state, names["BackfillFunction"])
    job = jobs.get_item(Key={"id": f"backfill#{ALBUM}/2019/"})["Item"]
    assert (job["position"], job["state"]) == ("", "running")
    photolake("wait", "--timeout", "300")
    return dry_run


def count_messages(sqs, url):
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
    return sum(map(int, attributes.values()))


def test_a_killed_function_skips_nothing_and_pays_for_nothing_twice(photolake, interrupted, ask):
    sql = "select origin, status, count(distinct source_key) as n from photolake_landing.photos group by 1, 2"

    assert sorted(tuple(row.values()) for row in ask(sql)) == [
        ("backfill", "duplicate", PHOTOS),
        ("backfill", "ok", PHOTOS),
        ("backfill", "unsupported_format", NOTES),
    ]
    assert ask("select count(*) as n, count(distinct image_id) as images from image_analyses") == [
        {"n": PHOTOS, "images": PHOTOS}
    ]
    assert count_calls(photolake) == {"DetectText": PHOTOS}
    assert f"new {2 * PHOTOS + NOTES} not analysed yet" in " ".join(interrupted.split())


def test_the_next_reading_announces_only_what_is_new(photolake, interrupted, album, ask):
    album.put_object(Bucket=ALBUM, Key="2019/0/late.png", Body=photo(PHOTOS))

    photolake("backfill", f"s3://{ALBUM}/2019/")
    photolake("wait", "--timeout", "100")

    status = " ".join(photolake("backfill", f"s3://{ALBUM}/2019/", "--status").split())
    for count in ("new 1 not", f"known {2 * PHOTOS} analysed", f"refused {NOTES:,} read", "folders 1 folder"):
        assert count in status
    assert ask("select count(*) as n from image_analyses") == [{"n": PHOTOS + 1}]
    assert count_calls(photolake) == {"DetectText": PHOTOS + 1}


def test_the_functions_made_the_calls_of_the_record(photolake, interrupted):
    calls = read_calls(photolake, "test_backfill")

    assert "arn:aws:s3:::album" in {call.resource for call in calls if call.role == "BackfillRole"}
    assert find_differences(calls, "test_backfill") == {}


def count_calls(photolake):
    """Rekognition's calls by operation."""
    calls = json.loads(photolake("status", "--json"))["analysis"]["calls"]
    return {name.removeprefix("rekognition."): count for name, count in calls.items() if count and "rekog" in name}
