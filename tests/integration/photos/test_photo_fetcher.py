"""The function photo_fetcher, from the queue's messages to its rows, with a photo host on loopback."""

import importlib
import io
import json
import uuid
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from PIL import Image

from photolake.aws.firehose import DeliveryStream
from tests.builders.dynamodb_tables import template_table
from tests.builders.hard_photos import DAMAGED
from tests.cloudwatch import count_index_troubles, printed_metrics, searched, shown_of
from tests.fakes.photo_host import PhotoHost, response

from .conftest import BUCKET, TABLE, photo

COLUMNS = {
    "dt": "string",
    "origin": "string",
    "source_key": "string",
    "source_platform": "string",
    "tweetid": "bigint",
    "mediaid": "string",
    "media_url": "string",
    "image_id": "string",
    "image_dt": "string",
    "alt_text": "string",
    "width": "bigint",
    "height": "bigint",
    "kind": "string",
    "status": "string",
    "status_message": "string",
    "collected_at": "string",
    "processed_at": "string",
}
EVENT = json.loads((Path(__file__).parents[3] / "events" / "photo_fetcher_sqs.json").read_text())
CONTEXT = SimpleNamespace(
    function_name="photo_fetcher",
    memory_limit_in_mb=1536,
    invoked_function_arn="arn:aws:lambda:us-east-1:123456789012:function:photo_fetcher",
    aws_request_id="52fdfc07-2182-154f-163f-5f0f9a621d72",
    get_remaining_time_in_millis=lambda: 300_000,
)


class Firehose:
    """Takes records, or refuses them all."""

    def __init__(self):
        self.rows = []
        self.refuses = False

    def put_record_batch(self, *, DeliveryStreamName, Records):  # noqa: N803 (the names are AWS's)
        replies = [{"ErrorCode": "ServiceUnavailableException"} if self.refuses else {"RecordId": "1"} for _ in Records]
        if not self.refuses:
            self.rows += [json.loads(line) for record in Records for line in record["Data"].splitlines()]
        return {"FailedPutCount": len(Records) if self.refuses else 0, "RequestResponses": replies}


@pytest.fixture(scope="module")
def host():
    with PhotoHost() as host:
        yield host


@pytest.fixture(scope="module")
def app(aws, host):
    glue = boto3.client("glue")
    glue.create_database(DatabaseInput={"Name": "photolake_landing"})
    columns: list[Any] = [{"Name": name, "Type": kind} for name, kind in COLUMNS.items()]
    glue.create_table(
        DatabaseName="photolake_landing",
        TableInput={
            "Name": "photos",
            "PartitionKeys": columns[:1],
            "StorageDescriptor": {"Columns": columns[1:]},
        },
    )
    template_table("SearchIndexTable", "search")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {
            "POWERTOOLS_SERVICE_NAME": "photo_fetcher",
            "LANDING_DATABASE": "photolake_landing",
            "LAKE_BUCKET": BUCKET,
            "PHOTOS_STREAM": "photos",
            "IMAGES_TABLE": TABLE,
            "SEARCH_INDEX_TABLE": "search",
            "ROW_RETENTION_DAYS": "1500",
            "ALLOWED_PHOTO_HOSTS": "pbs.twimg.com,cdn.bsky.app",
            "PHOTO_ENDPOINT": host.url,
            "OPENSEARCH_ENDPOINT": "",
            "OPENSEARCH_ALIAS": "photolake-images",
        }.items():
            patch.setenv(name, value)
        yield importlib.import_module("functions.photo_fetcher.app")


@pytest.fixture
def firehose(app, monkeypatch):
    firehose: Any = Firehose()
    monkeypatch.setattr(
        app, "photos", DeliveryStream(firehose, "photos", app.photos_schema, sleep=lambda seconds: None)
    )
    return firehose


def job(mediaid, tweetid=1580661436132757506, **changes):
    return {
        "origin": "post",
        "source_platform": "x",
        "tweetid": tweetid,
        "dt": "2022-10-13",
        "mediaid": mediaid,
        "media_url": f"https://pbs.twimg.com/media/{mediaid}.jpg",
        "alt_text": "a bicycle",
        "kind": "photo",
        "collected_at": "2022-10-14T06:00:03.120Z",
        **changes,
    }


def event(*bodies):
    """The recorded event, with these message bodies."""
    [record] = EVENT["Records"]
    texts = [body if isinstance(body, str) else json.dumps(body) for body in bodies]
    return {"Records": [{**record, "messageId": str(index), "body": text} for index, text in enumerate(texts)]}


def outcomes(firehose):
    return {row["mediaid"]: row["status"] for row in firehose.rows}


def failures(answer):
    return sorted(failure["itemIdentifier"] for failure in answer["batchItemFailures"])


def test_a_photo_that_is_gone_is_taken_from_the_copy_that_its_owner_provided(app, firehose, host):
    s3 = boto3.client("s3")
    s3.put_object(Bucket=BUCKET, Key="provided/pbs.twimg.com/media/copied.jpg", Body=photo(0xC0DE))

    for mediaid in ("copied", "copied", "not-copied"):
        app.lambda_handler(event(job(mediaid)), CONTEXT)

    message = "a copy that its owner provided, because the URL does not have it any more"
    assert [(row["mediaid"], row["status"], row["status_message"]) for row in firehose.rows] == [
        ("copied", "ok", message),
        ("copied", "ok", message),
        ("not-copied", "gone", "pbs.twimg.com answered 404"),
    ]


def test_the_recorded_event_becomes_an_object_and_a_row(app, firehose, host, aws):
    sent = json.loads(EVENT["Records"][0]["body"])
    host.answers[sent["media_url"]] = response(200, photo(1, (120, 90)))
    assert app.lambda_handler(EVENT, CONTEXT) == {"batchItemFailures": []}
    [row] = firehose.rows
    assert row.pop("processed_at").endswith("Z")
    image_id = row["image_id"]
    assert row == {
        **sent,
        "source_key": f"{sent['tweetid']}:{sent['mediaid']}",
        "image_id": image_id,
        "image_dt": "2022-10-13",
        "width": 120,
        "height": 90,
        "status": "ok",
        "status_message": None,
    }
    assert {*row, "processed_at"} == set(COLUMNS)
    assert aws.objects(image_id) == [f"images/{image_id[:2]}/{image_id}.png"]


def test_every_photo_of_a_batch_has_a_row(app, firehose, host):
    webp = io.BytesIO()
    Image.new("RGB", (100, 100), "olive").save(webp, "WEBP")
    answers = {
        "good": response(200, photo(2)),
        "webp": response(200, webp.getvalue()),
        "tiny": response(200, photo(3, (16, 16))),
        "heic": response(200, b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"),
        "broken": response(200, photo(4)[:50]),
        "cut": response(200, DAMAGED["png-cut"]()),
        "moved": response(302, Location="http://169.254.169.254/latest/meta-data/"),
        "copy": response(200, photo(2)),
    }
    host.answers |= {f"https://pbs.twimg.com/media/{name}.jpg": answer for name, answer in answers.items()}
    jobs = [job(name) for name in [*answers, "gone"]]
    evil, none = job("evil", media_url="https://evil.test/a.jpg"), job("none", media_url=None)
    assert app.lambda_handler(event(*jobs, evil, none), CONTEXT) == {"batchItemFailures": []}
    assert outcomes(firehose) == {
        "good": outcomes(firehose)["good"],
        "webp": "ok",
        "tiny": "too_small",
        "heic": "unsupported_format",
        "broken": "broken",
        "cut": "ok",
        "moved": "blocked_host",
        "copy": ({"ok", "duplicate"} - {outcomes(firehose)["good"]}).pop(),
        "gone": "gone",
        "evil": "blocked_host",
        "none": "no_url",
    }
    assert all(set(row) == set(COLUMNS) for row in firehose.rows)
    assert [row["mediaid"] for row in firehose.rows if row["image_id"] and row["status_message"]] == ["cut"]
    assert all(row["status_message"] for row in firehose.rows if not row["image_id"])


def test_a_bad_message_affects_no_other_and_is_logged(app, firehose, host, caplog):
    host.answers |= {
        "https://pbs.twimg.com/media/neighbour.jpg": response(200, photo(5)),
        "https://pbs.twimg.com/media/busy.jpg": response(503),
    }
    answer = app.lambda_handler(event("not json", job("busy"), {"tweetid": 1}, job("neighbour")), CONTEXT)
    assert failures(answer) == ["0", "1", "2"]
    assert outcomes(firehose) == {"neighbour": "ok"}
    complaints = {
        log.message_id: log.error for log in caplog.records if log.getMessage() == "message goes back to the queue"
    }
    assert "JSON" in complaints["0"]
    assert "503" in complaints["1"]
    assert "origin" in complaints["2"]


def test_a_photo_whose_row_was_refused_is_not_downloaded_again(app, firehose, host):
    url = "https://pbs.twimg.com/media/refused.jpg"
    host.answers[url] = response(200, photo(6))
    firehose.refuses = True
    assert failures(app.lambda_handler(event(job("refused")), CONTEXT)) == ["0"]
    firehose.refuses = False
    host.answers[url] = response(404)
    assert failures(app.lambda_handler(event(job("refused")), CONTEXT)) == []
    assert outcomes(firehose) == {"refused": "ok"}
    assert [target for target, _ in host.requests].count(url) == 1


def test_the_metrics_count_downloads_and_failures(app, firehose, host, capsys):
    host.answers["https://pbs.twimg.com/media/counted.jpg"] = response(200, photo(7))
    app.lambda_handler(event(job("counted"), job("counted", tweetid=2), job("missing"), "{}"), CONTEXT)
    metrics = [line for line in map(json.loads, capsys.readouterr().out.splitlines()) if "_aws" in line]
    [batch] = [line for line in metrics if "Failures" in line]
    totals = {name: sum(batch[name]) for name in ("PhotosDownloaded", "DownloadsSaved", "Failures")}
    assert totals == {"PhotosDownloaded": 1, "DownloadsSaved": 1, "Failures": 1}
    assert sorted((line["status"], line["Photos"]) for line in metrics if "Photos" in line) == [
        ("duplicate", [1]),
        ("gone", [1]),
        ("ok", [1]),
    ]


def test_the_dashboard_and_the_alarms_show_what_the_function_prints(app, firehose, host, capsys):
    host.answers["https://pbs.twimg.com/media/shown.jpg"] = response(200, photo(8))
    count_index_troubles(app)
    app.lambda_handler(event(job("shown"), job("shown", tweetid=2)), CONTEXT)

    printed = printed_metrics(capsys.readouterr().out).keys()
    assert shown_of("photo_fetcher") <= printed
    assert searched() <= {(each.namespace, each.name, frozenset(dict(each.dimensions))) for each in printed}


def test_no_text_of_a_post_is_logged(app, firehose, host, caplog, capsys):
    app.lambda_handler(event(job(str(uuid.uuid4()), alt_text="a private bicycle")), CONTEXT)
    logged = [str(vars(log)) for log in caplog.records] + [capsys.readouterr().out]
    assert len(logged) > 1
    assert not any("private bicycle" in text for text in logged)


def test_a_photo_is_found_by_its_post_once_its_row_is_delivered(app, firehose, host):
    host.answers["http://pbs.twimg.com/media/801.jpg"] = host.answers["https://pbs.twimg.com/media/801.jpg"] = response(
        200, photo(801)
    )
    post = {"id_str": "9", "text": "At the harbour", "entities": [{"text": "Ada", "type": "PERSON", "score": 0.5}]}
    terms = {"said#harbour", "said#lighthouse", "entity#ada"}
    search = boto3.resource("dynamodb").Table("search")

    def found():
        return {item["pk"] for item in search.scan()["Items"]} & terms

    firehose.refuses = True
    assert failures(app.lambda_handler(event(job("801", alt_text="A lighthouse", post=post)), CONTEXT)) == ["0"]
    assert found() == set()

    firehose.refuses = False
    assert failures(app.lambda_handler(event(job("801", alt_text="A lighthouse", post=post)), CONTEXT)) == []
    assert found() == terms


def test_nothing_that_a_post_says_of_its_photos_is_logged(app, firehose, host, capfd, caplog):
    said = {"id_str": "1", "text": "Zebrafink", "entities": [{"text": "Zebrafink", "type": "PERSON", "score": 0.9}]}
    answers = {
        "moved": response(302, Location="https://evil.test/Zebrafink"),
        "text": response(200, b"Zebrafink"),
        "odd": b"HTTP/1.1 200 OK\r\nZebrafink\r\n\r\n",
        "busy": response(503, b"Zebrafink"),
    }
    host.answers |= {f"https://pbs.twimg.com/media/{name}.jpg": answer for name, answer in answers.items()}
    jobs = [job(name, alt_text="Zebrafink", post=said) for name in answers]
    jobs += [job("evil", media_url="https://Zebrafink.test/a", post=said), {**job("bad"), "post": "Zebrafink"}]

    assert len(app.lambda_handler(event(*jobs), CONTEXT)["batchItemFailures"]) == 2

    printed = capfd.readouterr()
    logged = [vars(record) for record in caplog.records]
    assert any("photo job done" in str(each) for each in logged)
    assert "zebrafink" not in f"{logged}{printed.out}{printed.err}".lower()
