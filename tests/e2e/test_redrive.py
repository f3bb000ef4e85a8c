"""What fails is redriven after its cause is mended, through the command: each row is in the views once."""

import json
from contextlib import contextmanager

import boto3
import pytest

from laptop_cloud import state
from photolake.aws.s3 import build_created_event
from photolake.clock import utc_now
from photolake_cli.demo import photos

pytestmark = pytest.mark.e2e

FIRST = 2030500000000000000


@pytest.fixture(scope="module")
def client(own_photolake):
    running = state.read(own_photolake.state)
    assert running
    environment = running.environment

    def make(service):
        url = environment.get(f"AWS_ENDPOINT_URL_{service.upper()}", environment["AWS_ENDPOINT_URL"])
        return boto3.client(service, endpoint_url=url, region_name=environment["AWS_REGION"])

    return make


@pytest.fixture(scope="module")
def names(own_photolake):
    """Physical ids by logical ids."""
    running = state.read(own_photolake.state)
    assert running
    return {name: found["physical_id"] for name, found in running.resources.items()}


def collect(command, tmp_path, number, status=0, dead=0):
    """Collect a post with a photo of its own; `status` is that of the command, `dead` that of waiting."""
    names = ("astronaut.png", "poster_sale.jpg", "poster_gate.jpg")
    media = {"media_key": f"3_{FIRST + number}", "type": "photo", "url": photos.photo_url(names[number % 3])}
    post = {
        "id": str(FIRST + number),
        "text": f"I love number {number}!",
        "lang": "en",
        "author_id": "7",
        "attachments": {"media_keys": [media["media_key"]]},
    }
    users = [{"id": "7", "username": "ann", "name": "Ann"}]
    file = tmp_path / f"{number}.jsonl"
    file.write_text(json.dumps({"data": [post], "includes": {"media": [media], "users": users}}) + "\n")
    command("collect", str(file), status=status)
    command("wait", status=dead)


def count_rows(command, number):
    """How often the views have the post, its photo, and the photo's analysis."""
    sql = (
        f"select count(*) as posts, (select count(*) from tweet_photos where tweetid = {FIRST + number}) as photos, "
        f"(select count(*) from media_rekognition where tweetid = {FIRST + number}) as analysed "
        f"from tweets where id = {FIRST + number}"
    )
    return json.loads(command("query", sql, "--format", "json"))[0]


ONCE = {"posts": 1, "photos": 1, "analysed": 1}


@contextmanager
def missing_table(client, name):
    """Without this table, every invocation of a function that needs it fails."""
    dynamodb = client("dynamodb")
    described = dynamodb.describe_table(TableName=name)["Table"]
    kept = {key: described[key] for key in ("AttributeDefinitions", "KeySchema")}
    dynamodb.delete_table(TableName=name)
    yield
    dynamodb.create_table(TableName=name, BillingMode="PAY_PER_REQUEST", **kept)


def read_queues(command, *arguments):
    return {each["queue"]: each for each in json.loads(command("redrive", "--json", *arguments))["queues"]}


def test_what_failed_five_times_is_redriven_once_its_cause_is_mended(own_photolake, client, names, tmp_path):
    with missing_table(client, names["CacheTable"]):
        collect(own_photolake, tmp_path, 1, dead=1)
        shown = read_queues(own_photolake, "--dry-run")["TweetDeadLetterQueue"]
        found = own_photolake("doctor", status=1)

    assert (shown["messages"], shown["looked_at"], shown["moved"]) == (1, 1, 0)
    assert shown["reasons"][0]["reason"].startswith("IdempotencyPersistenceLayerError")
    assert "failed   dead letters: 1 in TweetDeadLetterQueue" in found
    assert "failed   DynamoDB tables: CacheTable: does not exist" in found
    assert shown["example"].startswith(f"s3://{names['LakeBucket']}/tweets/")
    assert count_rows(own_photolake, 1) == {"posts": 0, "photos": 0, "analysed": 0}

    assert read_queues(own_photolake, "tweet_analyzer")["TweetDeadLetterQueue"]["moved"] == 1
    own_photolake("wait")
    assert count_rows(own_photolake, 1) == ONCE
    calls = json.loads(own_photolake("status", "--json"))["analysis"]["calls"]

    assert {name: each["moved"] for name, each in read_queues(own_photolake).items()} == {
        "TweetDeadLetterQueue": 0,
        "PhotoJobDeadLetterQueue": 0,
        "ImageDeadLetterQueue": 0,
        "BackfillDeadLetterQueue": 0,
    }
    own_photolake("wait")
    assert count_rows(own_photolake, 1) == ONCE
    assert json.loads(own_photolake("status", "--json"))["analysis"]["calls"] == calls
    assert json.loads(own_photolake("doctor", "--json"))["failed"] == 0


def test_a_message_that_is_redriven_though_it_was_processed_changes_and_buys_nothing(
    own_photolake, client, names, tmp_path
):
    collect(own_photolake, tmp_path, 2)
    s3, sqs = client("s3"), client("sqs")
    objects = s3.list_objects_v2(Bucket=names["LakeBucket"])["Contents"]
    for prefix, queue in (("tweets/", "TweetDeadLetterQueue"), ("images/", "ImageDeadLetterQueue")):
        for item in objects:
            if item["Key"].startswith(prefix):
                etag = item["ETag"].strip('"')
                event = build_created_event(names["LakeBucket"], item["Key"], utc_now(), item["Size"], etag)
                sqs.send_message(QueueUrl=names[queue], MessageBody=json.dumps(event))
    calls = json.loads(own_photolake("status", "--json"))["analysis"]["calls"]

    moved = read_queues(own_photolake)
    own_photolake("wait")

    assert moved["TweetDeadLetterQueue"]["moved"] >= 1
    assert moved["ImageDeadLetterQueue"]["moved"] >= 1
    assert count_rows(own_photolake, 2) == ONCE
    assert json.loads(own_photolake("status", "--json"))["analysis"]["calls"] == calls


def redrive_errors(command, kind, *arguments):
    document = json.loads(command("redrive", "--errors", kind, "--json", *arguments))
    (found,) = document["kinds"]
    return {name: found[name] for name in ("records", "redriven_before", "accepted", "rejected", "rows_sent")}


def test_a_post_that_did_not_fit_its_table_is_redriven_once_the_table_fits_it(own_photolake, client, names, tmp_path):
    glue = client("glue")
    database = {"DatabaseName": names["LandingDatabase"]}
    table = glue.get_table(**database, Name="raw_tweets")["Table"]
    kept = {key: table[key] for key in ("Name", "StorageDescriptor", "PartitionKeys", "Parameters", "TableType")}
    columns = [column for column in table["StorageDescriptor"]["Columns"] if column["Name"] != "lang"]
    storage = {**table["StorageDescriptor"], "Columns": columns}
    glue.update_table(**database, TableInput={**kept, "StorageDescriptor": storage})
    collect(own_photolake, tmp_path, 3, status=1)
    refused = redrive_errors(own_photolake, "malformed")

    glue.update_table(**database, TableInput=kept)
    dry = redrive_errors(own_photolake, "malformed", "--dry-run")
    first, second = (redrive_errors(own_photolake, "malformed") for _ in range(2))
    own_photolake("wait")

    assert refused == {"records": 1, "redriven_before": 0, "accepted": 0, "rejected": 1, "rows_sent": 0}
    assert dry == {"records": 1, "redriven_before": 0, "accepted": 1, "rejected": 0, "rows_sent": 0}
    assert first == {**dry, "rows_sent": 1}
    assert second == {"records": 1, "redriven_before": 1, "accepted": 0, "rejected": 0, "rows_sent": 0}
    assert count_rows(own_photolake, 3) == ONCE


def test_a_record_with_more_rows_than_firehose_splits_is_redriven(own_photolake, client, names):
    rows = [
        {"source_key": f"{number}:1", "tweetid": number, "status": "gone", "origin": "post", "dt": "2026-11-20"}
        for number in range(501)
    ]
    lines = "".join(json.dumps(row) + "\n" for row in rows)
    client("firehose").put_record(DeliveryStreamName=names["PhotosStream"], Record={"Data": lines.encode()})
    own_photolake("wait")

    first = redrive_errors(own_photolake, "photos")
    second = redrive_errors(own_photolake, "photos")
    own_photolake("wait")

    assert first == {"records": 1, "redriven_before": 0, "accepted": 1, "rejected": 0, "rows_sent": 501}
    assert second == {"records": 1, "redriven_before": 1, "accepted": 0, "rejected": 0, "rows_sent": 0}
    sql = "select count(*) as n, count(distinct tweetid) as d from photolake_landing.photos where status = 'gone'"
    assert json.loads(own_photolake("query", sql, "--format", "json")) == [{"n": 501, "d": 501}]
