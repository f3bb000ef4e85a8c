"""The functions backfill and image_analyzer on the objects of another bucket, over a cloud in memory."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import json
from typing import TYPE_CHECKING, Any

from photolake.aws.s3 import build_created_event
from photolake.images.rekognition import ImageRequests
from photolake.images.rekognition_apis import select_apis
from tests.cloudwatch import printed_metrics, shown_of
from tests.fakes.client_error import client_error
from tests.fakes.image_pipeline import ALBUM, BUCKET, Context, Lake, metrics_in, photo
from tests.fakes.rekognition import DEFAULT_APIS
from tests.resolved_template import ROOT, properties

if TYPE_CHECKING:
    import pytest

TODAY = dt.datetime.now(dt.UTC).date().isoformat()


def put(lake: Lake, key: str, body: bytes, **more: Any) -> None:
    lake.s3.put_object(Bucket=ALBUM, Key=key, Body=body, **more)


def backfill(lake: Lake, prefix: str = "", bucket: str = ALBUM) -> dict[str, int]:
    """Run a job and everything that it announces, to the end; returns the job's counts."""
    lake.start_backfill(prefix, bucket)
    known = lake.image_keys()
    lake.run_backfill()
    if announced := lake.take_announced():
        assert lake.deliver(*announced) == []
    if stored := lake.image_keys() - known:  # S3 announces them
        assert lake.announce(*sorted(stored)) == []
    job = lake.backfill.jobs.load(f"s3://{bucket}/{prefix}")
    assert (job.state, job.note) == ("done", "")
    return dict(job.counts)


def add_properties(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    """Deploy both functions with one more API."""
    names = (*DEFAULT_APIS, "properties")
    pipeline = lake.analyzer.pipeline
    requests = pipeline.analyzer.requests
    more = ImageRequests(
        lake.rekognition,  # type: ignore[arg-type]
        BUCKET,
        select_apis(names),
        requests._partial_results,
        lambda api: None,
    )
    analyzer = dataclasses.replace(pipeline.analyzer, requests=more)
    monkeypatch.setattr(lake.analyzer, "pipeline", dataclasses.replace(pipeline, analyzer=analyzer))
    monkeypatch.setattr(lake.backfill.runner.sorter, "_apis", frozenset(names))


def test_a_photo_of_another_bucket_is_copied_analysed_and_told_of(lake: Lake) -> None:
    body = photo("holiday")
    image_id = hashlib.sha256(body).hexdigest()
    put(lake, "2019/a b+ü.png", body)
    put(lake, "2020/other.png", photo("other year"))

    assert backfill(lake, "2019/") == {"new": 1}

    (row,) = lake.firehose.rows["photos"]
    assert {**row, "processed_at": None, "collected_at": row["collected_at"][:10]} == {
        "dt": TODAY,
        "origin": "backfill",
        "source_key": f"s3://{ALBUM}/2019/a b+ü.png",
        "kind": "photo",
        "collected_at": TODAY,
        "file_name": "a b+ü.png",
        "metadata": [],
        "image_id": image_id,
        "image_dt": TODAY,
        "width": 256,
        "height": 256,
        "status": "ok",
        "status_message": None,
        "processed_at": None,
    }
    (analysis,) = lake.analyses()
    assert (analysis["image_id"], analysis["origin"], analysis["dt"]) == (image_id, "backfill", TODAY)


def test_what_is_unchanged_is_neither_read_nor_bought_again(lake: Lake) -> None:
    put(lake, "1.png", photo("one"))
    put(lake, "2.txt", b"no photo at all")
    assert backfill(lake) == {"new": 2}
    calls = len(lake.rekognition.requests)
    put(lake, "3.png", photo("three"))

    assert backfill(lake) == {"known": 1, "refused": 1, "new": 1}

    assert sorted((key.rsplit("/")[-1], status) for key, status in lake.photos("source_key", "status")) == [
        ("1.png", "ok"),
        ("2.txt", "unsupported_format"),
        ("3.png", "ok"),
    ]
    assert len(lake.rekognition.requests) == calls + 5


def test_an_object_that_was_replaced_is_read_again(lake: Lake) -> None:
    put(lake, "1.png", photo("before"))
    put(lake, "2.png", b"broken")
    backfill(lake)
    put(lake, "1.png", photo("after"))
    put(lake, "2.png", photo("mended"))

    assert backfill(lake) == {"new": 2}
    assert len(lake.analyses()) == 3


def test_what_can_be_no_photo_gets_a_row_with_its_reason(lake: Lake) -> None:
    put(lake, "folder/", b"")
    put(lake, "folder/archived.png", photo("archived"), StorageClass="GLACIER")
    put(lake, "folder/deep.png", photo("deep"), StorageClass="DEEP_ARCHIVE")
    put(lake, "folder/empty.png", b"")
    put(lake, "folder/film.mov", bytes(15 * 1024 * 1024 + 1))

    assert backfill(lake) == {"folders": 1, "unreadable": 4}
    assert backfill(lake) == {"folders": 1, "unreadable": 2, "refused": 2}

    assert sorted({(key.rsplit("/")[-1], status) for key, status in lake.photos("source_key", "status")}) == [
        ("archived.png", "archived"),
        ("deep.png", "archived"),
        ("empty.png", "broken"),
        ("film.mov", "too_large"),
    ]
    assert lake.rekognition.requests == []


def test_an_object_that_may_not_be_read_gets_a_row_and_is_tried_again(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(lake, "secret.png", photo("secret"))
    get = lake.analyzer.s3.get_object

    def refuse(**request: Any) -> Any:
        if request["Bucket"] == ALBUM:
            raise client_error("AccessDenied", 403)
        return get(**request)

    monkeypatch.setattr(lake.analyzer.s3, "get_object", refuse)
    assert backfill(lake) == {"new": 1}
    assert lake.photos("status", "image_id") == [("access_denied", None)]
    monkeypatch.undo()

    assert backfill(lake) == {"new": 1}
    assert lake.photos("status")[-1] == ("ok",)


def test_an_object_deleted_after_it_was_listed_gets_a_row(lake: Lake) -> None:
    put(lake, "1.png", photo("gone"))
    lake.start_backfill()
    lake.run_backfill()
    lake.s3.delete_object(Bucket=ALBUM, Key="1.png")

    assert lake.deliver(*lake.take_announced()) == []
    assert lake.photos("status", "origin") == [("gone", "backfill")]


def test_an_added_api_is_all_that_is_bought_for_known_photos_of_both_buckets(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(lake, "1.png", photo("one"))
    dropped = lake.drop("dropped/2.png", photo("two"))
    etag = lake.s3.head_object(Bucket=BUCKET, Key=dropped)["ETag"].strip('"')
    lake.deliver(json.dumps(build_created_event(BUCKET, dropped, dt.datetime.now(dt.UTC), 1, etag)))
    lake.announce(*lake.image_keys())
    backfill(lake)
    for item in lake.cache.scan()["Items"]:  # partial results have expired
        lake.cache.delete_item(Key={"id": item["id"]})
    add_properties(lake, monkeypatch)

    assert backfill(lake) == {"outdated": 1}
    assert backfill(lake, "images/", BUCKET) == {"known": 1, "outdated": 2}
    assert backfill(lake, "images/", BUCKET) == {"known": 3}

    assert lake.rekognition.bought == dict.fromkeys([*DEFAULT_APIS, "properties"], 2)
    newest = {row["image_id"]: row for row in lake.analyses()}
    assert len(newest) == 2
    for row in newest.values():
        assert row["image_properties"]
        assert {"labels", "moderationlabels", "textdetections", "facedetails", "celebrityrecognition"} <= row[
            "image_labels"
        ].keys()


def test_an_image_whose_object_has_expired_is_stored_again_for_an_added_api(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(lake, "1.png", photo("one"))
    backfill(lake)
    for key in lake.image_keys():
        lake.s3.delete_object(Bucket=BUCKET, Key=key)
    add_properties(lake, monkeypatch)

    assert backfill(lake) == {"outdated": 1}
    assert lake.rekognition.bought == dict.fromkeys([*DEFAULT_APIS, "properties"], 1)


def test_another_lakes_image_is_a_photo_like_any_other(lake: Lake) -> None:
    body = photo("image of another lake")
    image_id = hashlib.sha256(body).hexdigest()
    put(lake, f"images/{image_id[:2]}/{image_id}.png", body)

    assert backfill(lake, "images/") == {"new": 1}
    assert lake.photos("source_key", "status") == [(f"s3://{ALBUM}/images/{image_id[:2]}/{image_id}.png", "ok")]
    assert len(lake.analyses()) == 1


def test_over_the_budget_a_job_pauses_and_the_daily_run_lets_it_go_on(lake: Lake) -> None:
    put(lake, "1.png", photo("one"))
    lake.cache.put_item(Item={"id": f"budget#{TODAY}", "images": 5})
    lake.start_backfill()
    lake.run_backfill()
    job = lake.backfill.jobs.load(f"s3://{ALBUM}/")
    assert (job.state, job.note, job.position) == ("running", "the daily budget of images is used up", "")
    assert lake.job_queue.receive_messages() == []  # it is delayed
    lake.cache.delete_item(Key={"id": f"budget#{TODAY}"})

    lake.backfill.lambda_handler(json.loads((ROOT / "events" / "backfill_schedule.json").read_text()), Context())
    lake.run_backfill()

    assert lake.backfill.jobs.load(f"s3://{ALBUM}/").state == "done"
    assert len(lake.take_announced()) == 1


def test_the_dashboard_and_the_alarms_show_what_the_function_prints(
    lake: Lake, capsys: pytest.CaptureFixture[str]
) -> None:
    lake.start_backfill()
    lake.run_backfill()
    lake.backfill.lambda_handler(json.loads((ROOT / "events" / "backfill_schedule.json").read_text()), Context())

    assert shown_of("backfill") <= printed_metrics(capsys.readouterr().out).keys()


def test_a_bucket_that_is_not_in_the_settings_fails_the_job_with_the_reason_and_an_alarm(
    lake: Lake, capsys: pytest.CaptureFixture[str]
) -> None:
    lake.s3.create_bucket(Bucket="of-nobody")
    lake.start_backfill("", "of-nobody")
    capsys.readouterr()
    lake.run_backfill()

    job = lake.backfill.jobs.load("s3://of-nobody/")
    assert (job.state, job.note) == ("failed", "the bucket of-nobody is not in the setting BackfillBuckets")
    watched = properties("BackfillAlarm")["Metrics"][1]["MetricStat"]["Metric"]
    assert watched["Dimensions"] == [{"Name": "service", "Value": "backfill"}]
    assert metrics_in(capsys.readouterr().out)[watched["MetricName"]] == 1


def test_the_recorded_event_of_a_job_that_is_not_known_does_nothing(lake: Lake) -> None:
    event = json.loads((ROOT / "events" / "backfill_sqs.json").read_text())

    assert lake.backfill.lambda_handler(event, Context()) == {"batchItemFailures": []}
    assert lake.take_announced() == []
