"""Photo jobs and photos rows."""

import datetime as dt
import json
from typing import TYPE_CHECKING

import pytest

from photolake.errors import PhotolakeError
from photolake.images.ingest import IngestedPhoto, photo_row
from photolake.images.registry import UnavailablePhoto
from photolake.photos.job import PhotoJob

if TYPE_CHECKING:
    from photolake.rows.types import PhotoRow

BODY = {
    "origin": "post",
    "source_platform": "x",
    "tweetid": 1580661436132757506,
    "dt": "2022-10-13",
    "mediaid": "1580661428335382531",
    "media_url": "https://pbs.twimg.com/media/a.jpg",
    "alt_text": None,
    "kind": "photo",
    "collected_at": "2022-10-14T06:00:03.120Z",
}
NOW = dt.datetime(2026, 11, 20, 15, 4, 5, 678900, tzinfo=dt.UTC)
SOURCE = {**BODY, "source_key": "1580661436132757506:1580661428335382531"}


def test_the_row_of_an_image_has_its_date_and_size():
    ingester = IngestedPhoto("ab" * 32, "2022-10-12", "images/ab/x.jpg", 1200, 800, "duplicate")
    assert photo_row(PhotoJob.parse(json.dumps(BODY)).columns(), ingester, NOW) == {
        **SOURCE,
        "image_id": "ab" * 32,
        "image_dt": "2022-10-12",
        "width": 1200,
        "height": 800,
        "status": "duplicate",
        "status_message": None,
        "processed_at": "2026-11-20T15:04:05.678Z",
    }


def test_the_row_of_a_photo_that_is_not_an_image_says_why():
    row = photo_row(
        PhotoJob.parse(json.dumps(BODY)).columns(), UnavailablePhoto("gone", "pbs.twimg.com answered 404"), NOW
    )
    assert row == {
        **SOURCE,
        "image_id": None,
        "image_dt": None,
        "width": None,
        "height": None,
        "status": "gone",
        "status_message": "pbs.twimg.com answered 404",
        "processed_at": "2026-11-20T15:04:05.678Z",
    }


def test_a_dropped_photo_needs_no_post():
    source: PhotoRow = {"dt": "2026-11-20", "origin": "dropped", "source_key": "s3://lake/images/dropped/a.jpg"}
    row = photo_row(source, UnavailablePhoto("broken", "no"), NOW)
    assert {name: value for name, value in row.items() if name in source} == source


@pytest.mark.parametrize("key", ["media_url", "alt_text", "collected_at"])
def test_a_job_may_lack_what_the_source_lacks(key):
    body = {name: value for name, value in BODY.items() if name != key}
    assert PhotoJob.parse(json.dumps(body)).columns() == {**SOURCE, key: None}


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        ("", "JSON"),
        ("not json", "JSON"),
        ("[]", "list"),
        (json.dumps({**BODY, "tweetid": "1"}), "tweetid is missing or of type str"),
        (json.dumps({**BODY, "post": "text"}), "post"),
        (json.dumps({**BODY, "post": {"text": "a"}}), "post"),
        (json.dumps({**BODY, "post": {"text": 1, "entities": []}}), "post"),
        (json.dumps({**BODY, "post": {"text": "a", "entities": [{"text": "a", "score": "1"}]}}), "post"),
        (json.dumps({**BODY, "tweetid": True}), "tweetid"),
        (json.dumps({**BODY, "mediaid": None}), "mediaid"),
        (json.dumps({**BODY, "alt_text": ["a"]}), "alt_text"),
        (json.dumps({**BODY, "dt": "20221013"}), "dt"),
        (json.dumps({**BODY, "dt": "yesterday"}), "dt"),
        (json.dumps({key: value for key, value in BODY.items() if key != "kind"}), "kind"),
    ],
)
def test_a_malformed_job_is_refused_by_the_name_of_what_is_wrong(body, complaint):
    with pytest.raises(PhotolakeError, match=complaint):
        PhotoJob.parse(body)
