"""The function image_analyzer, from the queue's messages to its rows, over a cloud in memory."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections import deque
from dataclasses import replace
from typing import Any

import boto3
import pytest
from botocore.exceptions import EndpointConnectionError

from photolake.images.analyze import AnalysisResult
from photolake.images.cache import PartialResults
from photolake.images.rekognition import ImageRequests
from photolake.images.rekognition_apis import select_apis
from photolake.spending.limits import MICROS
from tests.cloudwatch import count_index_troubles, printed_metrics, shown_of
from tests.fakes.image_pipeline import BUCKET, BUDGET, Context, Lake, metrics_in, photo, s3_event
from tests.fakes.rekognition import CAT, CUSTOM_MODEL, label, service_error
from tests.resolved_template import ROOT


def ingest(lake: Lake, body: bytes, name: str = "photo.png") -> str:
    """Drop a photo, have it ingested, and return the key of its image."""
    before = lake.image_keys()
    assert lake.announce(lake.drop(f"dropped/{name}", body)) == []
    (key,) = lake.image_keys() - before
    return key


def spend_budget(lake: Lake) -> None:
    today = dt.datetime.now(dt.UTC).date()
    for day in (today, today + dt.timedelta(days=1)):
        lake.cache.put_item(Item={"id": f"budget#{day}", "images": BUDGET})


def spend_money(lake: Lake) -> None:
    """The month has less left than an image costs."""
    month = f"{dt.datetime.now(dt.UTC):%Y-%m}"
    lake.checkpoints.put_item(Item={"id": f"spending#{month}", "total": 1000 * MICROS - 1, "rekognition": 5})


def test_the_recorded_event_of_a_dropped_photo_leads_to_its_row_then_its_analysis(lake: Lake) -> None:
    body = photo("bicycle")
    image_id = hashlib.sha256(body).hexdigest()
    lake.drop("dropped/a red bicycle.png", body)
    event = json.loads((ROOT / "events" / "image_analyzer_sqs.json").read_text())

    assert lake.deliver(event["Records"][0]["body"]) == []

    (row,) = lake.firehose.rows["photos"]
    assert row | {"processed_at": None} == {
        "dt": "2026-11-20",
        "origin": "dropped",
        "source_key": f"s3://{BUCKET}/images/dropped/a red bicycle.png",
        "kind": "photo",
        "collected_at": "2026-11-20T09:15:30.123Z",
        "file_name": "a red bicycle.png",
        "metadata": [],
        "image_id": image_id,
        "image_dt": "2026-11-20",
        "width": 256,
        "height": 256,
        "status": "ok",
        "status_message": None,
        "processed_at": None,
    }
    assert lake.analyses() == []
    assert lake.rekognition.requests == []

    key = f"images/{image_id[:2]}/{image_id}.png"
    assert lake.announce(key) == []

    (analysis,) = lake.analyses()
    assert {name: analysis[name] for name in ("dt", "image_id", "s3_key", "origin", "content_type", "errors")} == {
        "dt": "2026-11-20",
        "image_id": image_id,
        "s3_key": key,
        "origin": "dropped",
        "content_type": "image/png",
        "errors": [],
    }
    assert analysis["image_labels"]["labels"][0]["name"] == "Person"
    assert all(
        request["Image"] == {"S3Object": {"Bucket": BUCKET, "Name": key}} for _, request in lake.rekognition.requests
    )


def test_a_finished_image_is_neither_bought_nor_delivered_again(lake: Lake, capsys: pytest.CaptureFixture[str]) -> None:
    key = ingest(lake, photo("once"))
    lake.announce(key)
    capsys.readouterr()

    assert lake.announce(key, key) == []

    assert len(lake.analyses()) == 1
    assert len(lake.rekognition.requests) == 5
    assert metrics_in(capsys.readouterr().out) == {"AnalysesSaved": 2, "Failures": 0}


def test_what_was_done_and_bought_is_counted(lake: Lake, capsys: pytest.CaptureFixture[str]) -> None:
    key = ingest(lake, photo("counted"))
    assert metrics_in(capsys.readouterr().out) == {"PhotosDropped": 1, "Failures": 0}

    lake.announce(key)

    assert metrics_in(capsys.readouterr().out) == {"ImagesAnalyzed": 1, "RekognitionCalls": 5, "Failures": 0}


def test_the_dashboard_and_the_alarms_show_what_the_function_prints(
    lake: Lake, capsys: pytest.CaptureFixture[str]
) -> None:
    count_index_troubles(lake.analyzer)
    done, deleted, waiting = (ingest(lake, photo(name), f"{name}.png") for name in ("done", "deleted", "waiting"))
    lake.s3.delete_object(Bucket=BUCKET, Key=deleted)
    lake.announce(done, deleted)
    spend_budget(lake)
    lake.announce(done, waiting)
    spend_money(lake)
    lake.announce(waiting)
    lake.analyzer.count_call("properties")  # which the settings of these tests do not ask for

    assert shown_of("image_analyzer") <= printed_metrics(capsys.readouterr().out).keys()


def test_the_same_photo_under_another_name_is_a_duplicate_that_costs_nothing(lake: Lake) -> None:
    lake.announce(ingest(lake, photo("twice"), "first.png"))

    lake.announce(lake.drop("dropped/second.png", photo("twice")))
    lake.announce("images/dropped/first.png")

    assert [(key.rsplit("/")[-1], status) for key, status in lake.photos("source_key", "status")] == [
        ("first.png", "ok"),
        ("second.png", "duplicate"),
        ("first.png", "ok"),
    ]
    assert len(lake.image_keys()) == 1
    assert len(lake.analyses()) == 1


@pytest.mark.parametrize(
    "name",
    [
        "a b.png",
        "a+b.png",
        "100%.png",
        "%41.png",
        "à la plage 🏖.png",
        "deep/er/photo",
        "quo\"te's.png",
        "a=b&c#d?e.png",
    ],
)
def test_a_dropped_photo_keeps_its_own_name_whatever_it_is(lake: Lake, name: str) -> None:
    ingest(lake, photo("named"), name)

    assert lake.photos("source_key", "status") == [(f"s3://{BUCKET}/images/dropped/{name}", "ok")]


def test_a_dropped_photo_keeps_its_user_metadata_whatever_its_letters(lake: Lake) -> None:
    key = "images/dropped/shop/café.png"
    # Words of RFC 2047, as S3 returns what is not ASCII.
    metadata = {"Campaign": "Spring 2026", "place": "=?UTF-8?Q?Caf=C3=A9_M=C3=BCller?=", "empty": ""}
    lake.s3.put_object(Bucket=BUCKET, Key=key, Body=photo("metadata"), Metadata=metadata)

    assert lake.announce(key) == []

    assert lake.photos("file_name", "metadata", "status") == [
        (
            "café.png",
            [
                {"name": "campaign", "value": "Spring 2026"},
                {"name": "empty", "value": ""},
                {"name": "place", "value": "Café Müller"},
            ],
            "ok",
        )
    ]


def test_what_is_not_a_photo_keeps_its_name_and_metadata_too(lake: Lake) -> None:
    key = "images/dropped/paper"
    lake.s3.put_object(Bucket=BUCKET, Key=key, Body=b"%PDF-1.7 ...", Metadata={"from": "desk 4"})
    large = "images/dropped/film.mov"
    lake.s3.put_object(Bucket=BUCKET, Key=large, Body=bytes(15 * 1024 * 1024 + 1), Metadata={"from": "desk 5"})

    assert lake.announce(key, large, "images/dropped/gone.png") == []

    assert sorted(lake.photos("file_name", "status", "metadata")) == [
        ("film.mov", "too_large", [{"name": "from", "value": "desk 5"}]),
        ("gone.png", "gone", None),
        ("paper", "unsupported_format", [{"name": "from", "value": "desk 4"}]),
    ]


def test_a_photo_may_have_the_longest_key_that_s3_allows(lake: Lake) -> None:
    name = "ö" * 504 + "x"
    key = lake.drop(f"dropped/{name}", photo("long"))
    assert len(key.encode()) == 1024

    assert lake.announce(key) == []

    assert lake.photos("file_name", "status") == [(name, "ok")]


def test_an_object_of_another_bucket_is_not_an_image_even_if_it_has_the_key_of_one(lake: Lake) -> None:
    key = ingest(lake, photo("mine"))
    body = s3_event(key).replace(BUCKET, "archive")
    boto3.client("s3").create_bucket(Bucket="archive")

    assert lake.deliver(body) == []

    assert lake.photos("source_key", "status")[1:] == [(f"s3://archive/{key}", "gone")]
    assert lake.rekognition.requests == []


def test_what_is_not_a_photo_gets_a_row_and_does_not_affect_the_others(lake: Lake) -> None:
    keys = [
        lake.drop("dropped/folder/", b""),
        lake.drop("dropped/empty.jpg", b""),
        lake.drop("dropped/notes.txt", b"nothing to see"),
        lake.drop("dropped/cut.png", photo("cut")[:100]),
        lake.drop("dropped/good.png", photo("good")),
        lake.drop("loose.png", photo("loose")),
    ]

    assert lake.announce(*keys) == []

    assert sorted(lake.photos("source_key", "status")) == [
        (f"s3://{BUCKET}/images/dropped/cut.png", "broken"),
        (f"s3://{BUCKET}/images/dropped/empty.jpg", "broken"),
        (f"s3://{BUCKET}/images/dropped/folder/", "unsupported_format"),
        (f"s3://{BUCKET}/images/dropped/good.png", "ok"),
        (f"s3://{BUCKET}/images/dropped/notes.txt", "unsupported_format"),
        (f"s3://{BUCKET}/images/loose.png", "ok"),
    ]
    assert lake.rekognition.requests == []


def test_an_object_too_large_for_a_photo_is_not_even_read(lake: Lake) -> None:
    key = lake.drop("dropped/film.mov", bytes(15 * 1024 * 1024 + 1))

    assert lake.announce(key) == []

    assert lake.photos("status", "status_message") == [
        ("too_large", "the object has 15728641 bytes, more than 15728640"),
    ]


def test_a_dropped_photo_that_is_gone_again_gets_a_row(lake: Lake) -> None:
    assert lake.announce("images/dropped/gone.png") == []

    assert lake.photos("source_key", "status", "dt") == [
        (f"s3://{BUCKET}/images/dropped/gone.png", "gone", "2026-11-20")
    ]


def test_an_image_deleted_before_its_analysis_is_acknowledged_and_counted(
    lake: Lake, capsys: pytest.CaptureFixture[str]
) -> None:
    key = ingest(lake, photo("deleted"))
    lake.s3.delete_object(Bucket=BUCKET, Key=key)
    for method in ("detect_labels", "detect_moderation_labels"):
        lake.rekognition.faults[method] = deque([service_error("InvalidS3ObjectException", method)])
    capsys.readouterr()

    assert lake.announce(key) == []

    assert (lake.rekognition.billed, lake.analyses()) == ({}, [])
    assert metrics_in(capsys.readouterr().out) == {"ImagesGone": 1, "Failures": 0}


def test_a_photo_dropped_before_the_earliest_date_is_filed_under_it(lake: Lake) -> None:
    lake.drop("dropped/old.png", photo("old"))

    lake.deliver(s3_event("images/dropped/old.png", time="2019-05-05T10:00:00.000Z"))

    assert lake.photos("dt", "image_dt", "collected_at") == [("2026-01-01", "2026-01-01", "2019-05-05T10:00:00.000Z")]


def test_a_duplicate_dropped_days_later_lies_beside_the_first(lake: Lake) -> None:
    ingest(lake, photo("later"), "first.png")
    lake.drop("dropped/second.png", photo("later"))

    lake.deliver(s3_event("images/dropped/second.png", time="2026-12-24T10:00:00.000Z"))

    assert lake.photos("dt", "status") == [("2026-11-20", "ok"), ("2026-11-20", "duplicate")]


def test_an_unregistered_object_named_by_its_content_is_ingested_and_analysed(lake: Lake) -> None:
    body = photo("stray")
    image_id = hashlib.sha256(body).hexdigest()

    assert lake.announce(lake.drop(f"{image_id[:2]}/{image_id}.png", body)) == []

    assert lake.photos("image_id", "status") == [(image_id, "ok")]
    assert [row["image_id"] for row in lake.analyses()] == [image_id]


def test_an_object_that_only_has_the_name_of_an_image_gets_an_object_of_its_own(lake: Lake) -> None:
    body = photo("misnamed")
    image_id = hashlib.sha256(body).hexdigest()

    lake.announce(lake.drop(f"00/{'0' * 64}.png", body))

    assert f"images/{image_id[:2]}/{image_id}.png" in lake.image_keys()
    assert lake.analyses() == []


def test_only_a_throttled_image_goes_back_and_only_its_missing_response_is_bought(lake: Lake) -> None:
    throttled, fine = ingest(lake, photo("throttled"), "1.png"), ingest(lake, photo("fine"), "2.png")
    lake.rekognition.faults["detect_faces"] = deque([service_error("ThrottlingException")])

    assert lake.announce(throttled) == [0]
    assert lake.announce(fine) == []
    assert [row["s3_key"] for row in lake.analyses()] == [fine]

    assert lake.announce(throttled) == []
    assert [row["s3_key"] for row in lake.analyses()] == [fine, throttled]
    assert set(lake.rekognition.billed.values()) == {2}


def test_when_firehose_fails_the_message_goes_back_and_nothing_is_bought_again(lake: Lake) -> None:
    key = ingest(lake, photo("undelivered"))
    lake.firehose.outages.append(EndpointConnectionError(endpoint_url="https://firehose"))

    assert lake.announce(key) == [0]
    assert lake.announce(key) == []

    assert len(lake.analyses()) == 1
    assert set(lake.rekognition.billed.values()) == {1}


def test_when_a_model_of_custom_labels_runs_again_only_its_response_is_bought(lake: Lake) -> None:
    key = ingest(lake, photo("logo"))
    apis = select_apis(["labels", "custom_labels"], CUSTOM_MODEL)
    requests = ImageRequests(lake.rekognition, BUCKET, apis, PartialResults(lake.cache), lambda api: None)  # type: ignore[arg-type]
    analyzer = replace(lake.analyzer.analyzer, requests=requests)
    stopped = service_error("ResourceNotReadyException", "detect_custom_labels")
    lake.rekognition.faults = {"detect_custom_labels": deque([stopped])}

    results = [analyzer.analyze(key, 60) for _ in range(3)]

    assert results == [AnalysisResult.ANALYZED, AnalysisResult.ANALYZED, AnalysisResult.SAVED]
    assert lake.rekognition.billed == {"detect_labels": 1, "detect_custom_labels": 1}
    early, late = lake.analyses()
    assert [error["code"] for error in early["errors"]] == ["ResourceNotReadyException"]
    assert "customlabels" not in early["image_labels"]
    assert late["errors"] == []
    assert late["image_labels"]["customlabels"][0]["name"] == "word"
    assert late["image_labels"]["customlabelsmodel"] == CUSTOM_MODEL


def test_two_workers_never_analyse_the_same_image_at_once(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    key = ingest(lake, photo("contested"))
    refused: list[int] = []
    put = lake.firehose.put_record_batch

    def put_while_another_worker_tries(**request: Any) -> dict[str, Any]:
        refused.extend(lake.announce(key))
        return put(**request)

    monkeypatch.setattr(lake.firehose, "put_record_batch", put_while_another_worker_tries)

    assert lake.announce(key) == []
    assert refused == [0]
    assert len(lake.analyses()) == 1
    assert len(lake.rekognition.requests) == 5


def test_an_image_over_the_daily_budget_waits_until_the_next_budget(
    lake: Lake, capsys: pytest.CaptureFixture[str]
) -> None:
    key = ingest(lake, photo("waiting, with a + and a %"))
    spend_budget(lake)
    capsys.readouterr()

    assert lake.announce(key) == []
    assert metrics_in(capsys.readouterr().out) == {"ImagesWaiting": 1, "Failures": 0}
    assert (lake.analyses(), lake.rekognition.requests) == ([], [])

    for item in lake.cache.scan()["Items"]:
        lake.cache.delete_item(Key={"id": item["id"]})
    event = json.loads((ROOT / "events" / "backfill_schedule.json").read_text())
    lake.backfill.lambda_handler(event, Context())
    messages = lake.queue.receive_messages(MaxNumberOfMessages=10)

    assert metrics_in(capsys.readouterr().out) == {"ImagesSentAgain": 1, "ObjectsSentAgain": 0}
    assert lake.deliver(*(message.body for message in messages)) == []
    assert [row["s3_key"] for row in lake.analyses()] == [key]
    lake.backfill.lambda_handler(event, Context())
    assert lake.queue.receive_messages() == []


def test_an_image_that_the_month_has_no_money_for_waits_until_there_is_some(
    lake: Lake, capsys: pytest.CaptureFixture[str]
) -> None:
    key = ingest(lake, photo("waits for money"))
    spend_money(lake)
    event = json.loads((ROOT / "events" / "backfill_schedule.json").read_text())
    capsys.readouterr()

    assert lake.announce(key) == []
    lake.backfill.lambda_handler(event, Context())

    assert metrics_in(capsys.readouterr().out) == {
        "ImagesOverBudget": 1,
        "Failures": 0,
        "ImagesSentAgain": 0,
        "ObjectsSentAgain": 0,
    }
    assert (lake.analyses(), lake.rekognition.requests) == ([], [])
    assert not any(item["id"].startswith("budget#") for item in lake.cache.scan()["Items"])

    for item in lake.checkpoints.scan()["Items"]:  # the next month
        lake.checkpoints.delete_item(Key={"id": item["id"]})
    lake.backfill.lambda_handler(event, Context())
    assert lake.deliver(*lake.take_announced()) == []
    assert [row["s3_key"] for row in lake.analyses()] == [key]
    (spent,) = lake.checkpoints.scan()["Items"]
    assert {name: value for name, value in spent.items() if name != "id"} == {"total": 5000, "rekognition": 5000}


def test_as_many_images_are_analysed_as_the_budget_has(lake: Lake) -> None:
    lake.rekognition.labels = [CAT]
    keys = [ingest(lake, photo(f"number {number}"), f"{number}.png") for number in range(BUDGET + 2)]

    assert lake.announce(*keys) == []

    analysed = [row["s3_key"] for row in lake.analyses()]
    assert len(set(analysed)) == len(analysed) == BUDGET
    assert lake.rekognition.billed["detect_labels"] == BUDGET
    waiting = {image.s3_key for image in lake.analyzer.registry.iterate_waiting(10)}
    assert waiting == set(keys) - set(analysed)


def test_the_test_event_of_s3_is_acknowledged_and_another_message_goes_back(lake: Lake) -> None:
    test_event = json.dumps({"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": BUCKET})

    assert lake.deliver(test_event, "no event", '{"Records": [{}]}') == [1, 2]


def test_of_two_workers_with_the_same_image_and_clock_one_has_analysed_it(lake: Lake) -> None:
    key = ingest(lake, photo("same moment"))
    analyzer = replace(lake.analyzer.analyzer, clock=lambda: dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC))

    results = [analyzer.analyze(key, lease_seconds=60) for _ in range(2)]

    assert results == [AnalysisResult.ANALYZED, AnalysisResult.SAVED]
    assert len(lake.analyses()) == 1
    assert len(lake.rekognition.requests) == 5


def test_a_dropped_photo_is_found_by_its_name_and_by_what_it_shows(lake: Lake) -> None:
    key = ingest(lake, photo("found"), "harbour at night.png")
    lake.firehose.outages.append(EndpointConnectionError(endpoint_url="https://firehose"))
    terms = {"said#harbour", "said#night", "label#person", "text#word"}

    assert lake.announce(key) == [0]
    assert lake.search_terms() & terms == {"said#harbour", "said#night"}

    assert lake.announce(key) == []
    assert lake.search_terms() >= terms


def test_nothing_that_a_photo_shows_or_is_called_is_logged(lake: Lake, capfd: Any, caplog: Any) -> None:
    lake.rekognition.labels = [label("Zebrafink")]
    for name, body in {"Zebrafink.png": photo("Zebrafink"), "Zebrafink.txt": b"Zebrafink"}.items():
        lake.announce(lake.drop(f"dropped/Zebrafink/{name}", body))
    (key,) = lake.image_keys()
    lake.announce(key)

    printed = capfd.readouterr()
    logged = [vars(record) for record in caplog.records if record.name == lake.analyzer.logger.name]
    assert any(key in str(each) for each in logged)
    assert "Zebrafink" not in f"{logged}{printed.out}{printed.err}"
