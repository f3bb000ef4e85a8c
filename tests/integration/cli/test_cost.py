"""`photolake cost` over the real views: its sums are those of the saved queries, by API and by day."""

import datetime as dt
import json
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from typer.testing import CliRunner

from photolake.athena_schema.workgroup import Workgroup
from photolake.aws.s3 import S3Object
from photolake.posts.waiting_objects import WaitingObjects
from photolake.price_list import find_usd
from photolake_cli import cloud as clouds
from photolake_cli import main
from photolake_cli.cloud import Cloud
from photolake_cli.query.client import QueryClient
from tests.builders.dynamodb_tables import template_table
from tests.synthetic_lake.rows import synthetic_lake
from tests.synthetic_lake.warehouse import (
    DATABASE,
    LANDING,
    REGION,
    WORKGROUP,
    open_warehouse,
    read_saved_queries,
)

FIRST_DAY, DAYS = dt.date(2026, 3, 1), 2
LAST_DAY = FIRST_DAY + dt.timedelta(days=DAYS - 1)
PERIOD = ("--since", FIRST_DAY.isoformat(), "--until", LAST_DAY.isoformat())
QUEUES = ("TweetQueue", "PhotoJobQueue", "ImageQueue")
VALUES = {
    "WorkgroupName": WORKGROUP,
    "DatabaseName": DATABASE,
    "LandingDatabaseName": LANDING,
    "EarliestDate": FIRST_DAY.isoformat(),
    "ImageApis": "labels,moderation,text,faces,celebrities",
    "SampleRate": "1",
}
OPERATIONS = {
    "sentiment": "DetectSentiment",
    "entities": "DetectEntities",
    "labels": "DetectLabels",
    "moderation": "DetectModerationLabels",
    "text": "DetectText",
    "faces": "DetectFaces",
    "celebrities": "RecognizeCelebrities",
    "properties": "DetectLabels (IMAGE_PROPERTIES)",
    "custom_labels": "DetectCustomLabels",
}


@pytest.fixture(scope="module")
def lake(tmp_path_factory):
    """A lake of a few posts with tables and queues, and the handle of its cloud."""
    now = dt.datetime(2026, 3, 6, 12, tzinfo=dt.UTC)
    with open_warehouse(tmp_path_factory.mktemp("athena"), now) as warehouse:
        rows = synthetic_lake(posts=60, images=20, first_day=FIRST_DAY, days=DAYS)
        for table in ("posts", "photos", "analyses"):
            warehouse.land(table, getattr(rows, table))
        warehouse.delete(rows.deletions)
        warehouse.create_views("tweets", "tweet_photos", "photo_analyses", "image_analyses")
        queries = [each for each in read_saved_queries() if each.name in ("cost_by_api", "calls_of_2019")]
        Workgroup(warehouse._athena, WORKGROUP, DATABASE).save_queries(queries)
        tables = {name: template_table(name, name) for name in ("ImagesTable", "CheckpointTable")}
        sqs: Any = boto3.client("sqs", REGION)
        ids = {name: sqs.create_queue(QueueName=name)["QueueUrl"] for name in QUEUES}
        cloud = Cloud(
            "the laptop cloud in .photolake",
            "laptop 1",
            boto3.Session("x", "x", region_name=REGION),
            VALUES,
            lambda name: ids.get(name, name),
            {"AWS_ENDPOINT_URL_ATHENA": warehouse._athena.meta.endpoint_url},
            on_laptop=True,
        )
        yield SimpleNamespace(cloud=cloud, sqs=sqs, ids=ids, **tables)


@pytest.fixture
def run(lake, monkeypatch):
    monkeypatch.setattr("photolake_cli.query.client.LAPTOP_POLL_SECONDS", 0.01)
    monkeypatch.setattr(clouds, "connect", lambda *_: lake.cloud)

    def invoke(*arguments, status=0):
        result = CliRunner().invoke(main.app, ["cost", *arguments])
        assert result.exit_code == status, result.output
        return result

    return invoke


@pytest.fixture(scope="module")
def document(lake):
    """What the command says of all days, as JSON."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("photolake_cli.query.client.LAPTOP_POLL_SECONDS", 0.01)
        patch.setattr(clouds, "connect", lambda *_: lake.cloud)
        result = CliRunner().invoke(main.app, ["cost", *PERIOD, "--json"])
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)


def ask(lake, name, **days):
    client = QueryClient(lake.cloud)
    return client.run_saved(client.find_saved(name), [f"{key}={day}" for key, day in days.items()]).records()


def test_the_sums_are_those_of_the_saved_queries(lake, document):
    days = {"since": FIRST_DAY.isoformat(), "until": LAST_DAY.isoformat()}
    costs = {row["api"]: row for row in ask(lake, "cost_by_api", **days)}
    calls = {row["api"]: row["calls"] for row in ask(lake, "calls_of_2019", **days)}
    assert len(document["apis"]) >= 7
    for found in document["apis"]:
        operation = OPERATIONS[found["api"]]
        assert found["units"] == costs[operation]["units"], operation
        assert float(found["usd"]) == pytest.approx(costs[operation]["dollars"], abs=1e-4), operation
        if found["api"] in ("sentiment", "entities"):
            assert found["units_of_2019"] >= 3 * calls[operation] > 0
        else:
            assert found["units_of_2019"] == calls.get(operation, 0) * (found["api"] != "properties"), operation


def test_the_days_add_up_to_the_apis(document):
    assert [day["day"] for day in document["days"]] == [
        (FIRST_DAY + dt.timedelta(days=number)).isoformat() for number in range(DAYS)
    ]
    for amount in ("usd", "usd_of_2019", "usd_spared_known", "usd_spared_not_called_for"):
        by_day = sum(Decimal(day[amount]) for day in document["days"])
        assert by_day == sum(Decimal(api[amount]) for api in document["apis"]) > 0, amount
    assert all(
        Decimal(day["texts_usd"]) + Decimal(day["images_usd"]) == Decimal(day["usd"]) for day in document["days"]
    )


def test_what_is_bought_and_spared_is_what_the_posts_would_cost_one_by_one(lake, document):
    apis = {api["api"]: api for api in document["apis"]}

    client = QueryClient(lake.cloud)
    [asked] = client.run(
        "select sum(greatest(3, (length(text) + 99) / 100)) as units from tweets where sentiment_status = 'ok'"
    ).records()
    sentiment = apis["sentiment"]
    both = Decimal(sentiment["usd"]) + Decimal(sentiment["usd_spared_known"])
    assert both == asked["units"] * find_usd("comprehend_sentiment")
    [shown] = client.run(
        "select count(*) - count(distinct image_id) as repeats from photo_analyses "
        "where image_labels.labels is not null"
    ).records()
    repeats = shown["repeats"]
    assert Decimal(apis["labels"]["usd_spared_known"]) == repeats * find_usd("rekognition_image") > 0


def test_the_table_has_bars_and_says_that_nothing_was_paid(lake, run):
    lake.CheckpointTable.put_item(Item={"id": "budget#x#2026-03", "posts": 2_000})

    result = run(*PERIOD)

    assert "2026-03-01 to 2026-03-02, at list prices of us-east-1" in result.stdout
    assert "Rekognition labels" in result.stdout
    assert "X, whole months" in result.stdout
    assert "█" in result.stdout
    said = " ".join(result.stderr.split())
    assert "would have cost $" in said
    assert "nothing was paid" in said
    assert "The method of 2019 would have spent $" in said
    assert "To count this:" in said


def test_a_row_for_each_day(run):
    result = run(*PERIOD, "--by", "day")

    assert [line.split()[0] for line in result.stdout.splitlines() if line.startswith("  2026-")] == [
        "2026-03-01",
        "2026-03-02",
    ]


def test_what_waits_is_to_come(lake, run):
    for _ in range(3):
        lake.sqs.send_message(QueueUrl=lake.ids["ImageQueue"], MessageBody="{}")
    lake.sqs.send_message(QueueUrl=lake.ids["TweetQueue"], MessageBody="{}")
    lake.ImagesTable.put_item(Item={"id": "image#a", "waiting": "yes"})
    created = S3Object("lake", "tweets/a", 1, "etag", "2026-03-01T00:00:00.000Z")
    WaitingObjects(lake.ImagesTable).add(created, posts=1, price=1_250_000)
    lake.CheckpointTable.put_item(Item={"id": "budget#x#2026-03", "posts": 2_000})

    document = json.loads(run(*PERIOD, "--json").stdout)

    assert document["coming"] == [
        {"what": "objects of posts in the queue", "count": 1, "usd_at_most": None},
        {"what": "photos to fetch", "count": 0, "usd_at_most": "0.000"},
        {"what": "images in the queue", "count": 3, "usd_at_most": "0.015"},
        {"what": "images that wait for a budget", "count": 1, "usd_at_most": "0.005"},
        {"what": "objects of posts that wait for a budget", "count": 1, "usd_at_most": "1.25"},
    ]
    assert document["x"] == {"posts_by_month": {"2026-03": 2000}, "usd": "10.000"}
    assert document["month"] is None


def test_days_without_posts_cost_nothing(run):
    result = run("--since", "2026-04-01")

    assert "(no rows)" in result.stdout
    assert "would have cost $0.00 on AWS" in result.stderr


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--since", "March"], "--since must be a day such as 2026-11-01, not 'March'"),
        (["--since", "2026-03-02", "--until", "2026-03-01"], "There are no days from 2026-03-02 to 2026-03-01"),
    ],
)
def test_days_that_are_none_are_named(run, options, message):
    assert message in run(*options, status=1).stderr
