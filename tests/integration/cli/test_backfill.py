"""`photolake backfill` from another bucket into a lake on moto."""

import json
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from moto import mock_aws
from typer.testing import CliRunner

from photolake.backfill.jobs import JobStore
from photolake.clock import utc_now
from photolake.images.rekognition_apis import digest_requests, select_apis
from photolake_cli import cloud as clouds
from photolake_cli import main
from photolake_cli.cloud import Cloud
from tests.builders.dynamodb_tables import template_table
from tests.fakes.backfill import image_item

REGION: Any = "us-east-1"
APIS = ("labels", "moderation", "text", "faces", "celebrities")


@pytest.fixture(scope="module")
def aws():
    with mock_aws():
        s3 = boto3.client("s3", REGION)
        for bucket in ("lake", "album"):
            s3.create_bucket(Bucket=bucket)
        queue = boto3.resource("sqs", REGION).create_queue(QueueName="BackfillQueue")
        names = ("CheckpointTable", "ImagesTable")
        checkpoints, images = (template_table(name, name) for name in names)
        yield SimpleNamespace(s3=s3, queue=queue, checkpoints=checkpoints, images=images, jobs=JobStore(checkpoints))


@pytest.fixture
def lake(aws, monkeypatch):
    """An empty album and lake; the fields of its `cloud` may be changed."""
    for table in (aws.checkpoints, aws.images):
        for item in table.scan()["Items"]:
            table.delete_item(Key={"id": item["id"]})
    for item in aws.s3.list_objects_v2(Bucket="album").get("Contents", []):
        aws.s3.delete_object(Bucket="album", Key=item["Key"])
    for message in aws.queue.receive_messages(MaxNumberOfMessages=10):
        message.delete()
    aws.cloud = {
        "name": "the stack photolake in us-east-1",
        "key": "photolake",
        "session": boto3.Session(region_name=REGION),
        "values": {
            "ImageApis": ",".join(APIS),
            "DailyImageBudget": "2",
            "LakeBucketName": "lake",
            "BackfillBuckets": "lake,album",
        },
        "find_physical_id": lambda name: aws.queue.url if name == "BackfillQueue" else name,
    }
    monkeypatch.setattr(clouds, "connect", lambda stack, region, state: Cloud(**aws.cloud, on_laptop=not stack))
    return aws


def run(*arguments, status=0, **options):
    result = CliRunner().invoke(main.app, ["backfill", *arguments], **options)
    assert result.exit_code == status, result.output
    return " ".join(result.output.split())


def fill(lake, count=3):
    for number in range(count):
        lake.s3.put_object(Bucket="album", Key=f"2019/{number}.jpg", Body=b"x" * 1000)


def messages(lake):
    return [message.body for message in lake.queue.receive_messages(MaxNumberOfMessages=10, VisibilityTimeout=0)]


def make_known(lake, key, *apis):
    """The object's image has been analysed with these APIs."""
    etag = lake.s3.head_object(Bucket="album", Key=key)["ETag"].strip('"')
    lake.images.put_item(Item={"id": f"object#album/{key}", "etag": etag, "image_id": "aa11"})
    digest = digest_requests(select_apis(apis))
    lake.images.put_item(Item={**image_item("aa11", "x"), "state": "done", "request_digest": digest})


def test_a_dry_run_tells_count_size_price_and_days_and_starts_nothing(lake):
    fill(lake, 5)

    output = run("s3://album/2019/", "--dry-run", "--stack", "photolake")

    assert "s3://album/2019/: 5 objects" in output
    assert "5 new (5.0 kB) for 5 APIs: $0.03" in output
    assert "In the stack photolake in us-east-1 that costs $0.03, or less" in output
    assert "DailyImageBudget is 2 images: it takes 3 days" in output
    assert (messages(lake), lake.checkpoints.scan()["Items"]) == ([], [])


def test_a_dry_run_tells_what_the_month_has_left(lake):
    fill(lake, 5)
    lake.cloud["values"]["MonthlyBudgets"] = "100,0,0,0"
    counters = {"total": 99_990_000, "rekognition": 40_000_000}
    lake.checkpoints.put_item(Item={"id": f"spending#{utc_now():%Y-%m}", **counters})

    output = run("s3://album/2019/", "--dry-run", "--stack", "photolake")

    assert "MonthlyBudget has $0.01 left in " in output
    assert "$0.02 less than this may cost: what is over it waits for the next month" in output


def run_json(*arguments):
    result = CliRunner().invoke(main.app, ["backfill", *arguments, "--json"])
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_the_forecast_and_the_jobs_are_one_json_document_each(lake):
    fill(lake, 5)

    forecast = run_json("s3://album/2019/", "--dry-run")
    started = run_json("s3://album/2019/", "--stack", "photolake", "--yes")
    listed = run_json("--status")
    stopped = run_json("s3://album/2019/", "--stop")

    assert {name: forecast[name] for name in ("backfill", "images", "usd_at_most", "days")} == {
        "backfill": "s3://album/2019/",
        "images": 5,
        "usd_at_most": "0.025",
        "days": 3,
    }
    assert forecast["objects"]["new"] == 5
    assert (started["state"], started["announced"], started["up_to"], started["note"]) == ("running", 0, None, None)
    assert listed == {"backfills": [started]}
    assert {**stopped, "saved_at": ""} == {**started, "state": "stopped", "saved_at": ""}
    assert run_json("s3://album/2019/", "--status") == stopped


def test_for_what_is_known_only_the_added_apis_are_priced(lake):
    fill(lake, 2)
    make_known(lake, "2019/0.jpg", "labels", "moderation", "text")
    make_known(lake, "2019/1.jpg", "labels", "moderation", "text")

    output = run("s3://album/", "--dry-run")

    assert "2 known for faces, celebrities: $0.01" in output
    assert "On AWS that would cost $0.01, or less" in output


def test_when_everything_is_known_nothing_has_to_be_bought_or_consented_to(lake):
    fill(lake, 1)
    make_known(lake, "2019/0.jpg", *APIS)

    output = run("s3://album/2019/", "--stack", "photolake")

    assert "known 1 analysed, skipped" in output
    assert "Nothing has to be bought. Started." in output


def test_a_started_job_has_a_record_and_a_message(lake):
    fill(lake)

    output = run("s3://album/2019/")

    assert "Started. How far it is: photolake backfill s3://album/2019/ --status" in output
    job = lake.jobs.load("s3://album/2019/")
    assert (job.state, job.position) == ("running", "")
    assert messages(lake) == [f'{{"job":"s3://album/2019/","token":"{job.token}"}}']


def test_on_aws_the_price_needs_consent(lake):
    fill(lake)

    assert "To spend that in the stack photolake in us-east-1: --yes" in run(
        "s3://album/2019/", "--stack", "photolake", status=1
    )
    assert messages(lake) == []

    assert "Started" in run("s3://album/2019/", "--stack", "photolake", "--yes")
    assert len(messages(lake)) == 1


def test_the_same_command_goes_on_with_a_job_that_was_stopped(lake):
    fill(lake)
    run("s3://album/2019/")
    job = lake.jobs.load("s3://album/2019/")
    lake.jobs.save(job, position="2019/1.jpg", counts={"new": 2})

    assert "s3://album/2019/: stopped" in run("s3://album/2019/", "--stop")
    output = run("s3://album/2019/")

    assert "It has been stopped and continues after 2019/1.jpg: 2 objects before" in output
    assert "s3://album/2019/: 1 objects" in output
    job = lake.jobs.load("s3://album/2019/")
    assert (job.state, job.position, job.counts) == ("running", "2019/1.jpg", {"new": 2})


def test_a_job_that_is_done_starts_over(lake):
    fill(lake)
    run("s3://album/2019/")
    done = lake.jobs.save(lake.jobs.load("s3://album/2019/"), state="done", position="2019/2.jpg", counts={"new": 3})

    run("s3://album/2019/")

    job = lake.jobs.load("s3://album/2019/")
    assert (job.state, job.position, job.counts, job.token == done.token) == ("running", "", {}, False)


def test_the_status_shows_all_jobs_or_one_with_its_counts_and_why_it_pauses(lake):
    run("s3://album/2019/")
    run("s3://album/2020/")
    job = lake.jobs.load("s3://album/2019/")
    lake.jobs.save(job, position="2019/1.jpg", counts={"new": 1, "known": 1}, note="the daily budget is used up")

    every, one = run("--status"), run("s3://album/2019/", "--status")

    assert "s3://album/2020/ running 0 0 0" in every
    assert "s3://album/2019/ running 2 1 1 2019/1.jpg" in every
    assert "s3://album/2019/ running: the daily budget is used up" in every
    assert "new 1 not analysed yet" in one
    assert "the daily budget is used up Up to 2019/1.jpg" in one


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "Name the photos: photolake backfill s3://bucket/prefix"),
        (["album/2019"], "album/2019 is not an S3 URI"),
        (["s3:///x"], "s3:///x is not an S3 URI"),
        (["s3://other/"], "the bucket other is not in the setting BackfillBuckets. Add it: photolake up --param"),
        (["s3://lake/tweets/"], "the lake has its photos under images/: s3://lake/images/."),
        (["s3://album/x", "--status"], "There is no backfill of s3://album/x"),
        (["s3://album/x", "--stop"], "there is no backfill of s3://album/x"),
    ],
)
def test_what_cannot_be_done_says_what_to_do(lake, arguments, message):
    assert message in run(*arguments, status=1)


def test_a_stack_of_an_older_version_has_no_backfill(lake):
    del lake.cloud["values"]["BackfillBuckets"]

    assert "is of a version without backfill" in run("s3://album/", status=1)


def test_a_bucket_that_does_not_exist_is_an_error_before_anything_is_started(lake):
    lake.cloud["values"]["BackfillBuckets"] = "lake,missing"

    assert "NoSuchBucket" in run("s3://missing/", status=1)
    assert messages(lake) == []
