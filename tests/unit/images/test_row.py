"""The row of the table `analyses`: what becomes of Rekognition's responses and errors."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pytest

from photolake.images.analyze import analysis_row
from photolake.images.registry import ImageRecord
from photolake.images.rekognition import ImageResponses
from photolake.images.rekognition_apis import APIS, select_apis
from tests.fakes.rekognition import CUSTOM_MODEL, full_response, label

if TYPE_CHECKING:
    from photolake.rows.schema import TableSchema
    from photolake.rows.types import ApiError

IMAGE = ImageRecord(
    image_id="ab" * 32,
    image_dt="2026-11-20",
    origin="post",
    source_key="1:2",
    s3_key=f"images/ab/{'ab' * 32}.jpg",
    width=640,
    height=480,
    content_type="image/jpeg",
)


def row_of(analyses: TableSchema, responses_by_api: Mapping[str, Mapping[str, Any]], *errors: ApiError) -> Any:
    apis = {api.name: api for api in select_apis(APIS, CUSTOM_MODEL)}
    result = ImageResponses([(apis[name], response) for name, response in responses_by_api.items()], errors, "digest")
    row = analysis_row(
        IMAGE,
        result,
        analyses,
        image_hash="0f" * 8,
        analyzed_at=dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC),
        processed_at=dt.datetime(2026, 11, 20, 12, 0, 1, tzinfo=dt.UTC),
    )
    analyses.check(row)
    return row


def full_responses() -> dict[str, dict[str, Any]]:
    answers = {api.name: full_response(api.method) for api in select_apis(APIS, CUSTOM_MODEL)}
    for answer in answers.values():
        del answer["ResponseMetadata"]
    return answers


def test_the_whole_row_of_a_cat(analyses: TableSchema) -> None:
    labels = {"Labels": [label("Cat", parents=["Animal"])], "LabelModelVersion": "3.0"}
    moderation: dict[str, Any] = {"ModerationLabels": [], "ModerationModelVersion": "7.0", "ContentTypes": []}

    assert row_of(analyses, {"labels": labels, "moderation": moderation}) == {
        "dt": "2026-11-20",
        "image_id": "ab" * 32,
        "s3_key": f"images/ab/{'ab' * 32}.jpg",
        "origin": "post",
        "width": 640,
        "height": 480,
        "content_type": "image/jpeg",
        "perceptual_hash": "0f" * 8,
        "analyzed_at": "2026-11-20T12:00:00.000Z",
        "image_labels": {
            "labels": [
                {
                    "name": "Cat",
                    "confidence": 98.5,
                    "instances": [],
                    "parents": [{"name": "Animal"}],
                    "aliases": [],
                    "categories": [],
                }
            ],
            "labelmodelversion": "3.0",
            "moderationlabels": [],
            "moderationmodelversion": "7.0",
            "contenttypes": [],
        },
        "image_properties": None,
        "face_counts": None,
        "errors": [],
        "unmapped": None,
        "processed_at": "2026-11-20T12:00:01.000Z",
    }


def test_the_row_fills_every_column_of_the_table(analyses: TableSchema) -> None:
    row = row_of(analyses, full_responses())

    assert row["face_counts"] is None  # of FacesAndCelebrities=aggregate alone
    assert row.keys() == analyses.columns.keys()
    assert row["image_labels"].keys() == analyses.columns["image_labels"].fields.keys()
    assert row["image_properties"].keys() == analyses.columns["image_properties"].fields.keys()


def test_of_full_responses_only_the_human_review_has_no_column(analyses: TableSchema) -> None:
    unmapped = json.loads(row_of(analyses, full_responses())["unmapped"])

    assert unmapped == {
        "image_labels": {
            "humanloopactivationoutput": {
                "humanlooparn": "word",
                "humanloopactivationreasons": ["word"],
                "humanloopactivationconditionsevaluationresults": "word",
            }
        }
    }


def test_celebrities_keep_their_whole_response_in_one_struct(analyses: TableSchema) -> None:
    answer: dict[str, Any] = {"CelebrityFaces": [], "UnrecognizedFaces": []}

    row = row_of(analyses, {"celebrities": answer})

    assert row["image_labels"] == {"celebrityrecognition": {"celebrityfaces": [], "unrecognizedfaces": []}}


def test_an_api_that_found_nothing_leaves_an_empty_list(analyses: TableSchema) -> None:
    row = row_of(analyses, {"faces": {"FaceDetails": []}})

    assert row["image_labels"] == {"facedetails": []}


def test_an_image_about_which_nothing_is_known_has_null_structs(analyses: TableSchema) -> None:
    error: ApiError = {"api": "labels", "code": "InvalidImageFormatException", "message": "cannot be read"}

    row = row_of(analyses, {}, error)

    assert (row["image_labels"], row["image_properties"]) == (None, None)
    assert row["errors"] == [error]


@pytest.mark.parametrize(
    ("answer", "unmapped"),
    [
        ({"Labels": [], "Mood": {"Warmth": 1.5}}, {"mood": {"warmth": 1.5}}),
        ({"Labels": [label("Cat") | {"Rank": 1}]}, {"labels": [{"rank": 1}]}),
        ({"Labels": [label("Cat") | {"Confidence": "high"}]}, {"labels": [{"confidence": "high"}]}),
    ],
    ids=["a new field", "a new field within a list", "another type"],
)
def test_what_has_no_column_yet_is_kept_as_json(
    analyses: TableSchema, answer: dict[str, Any], unmapped: dict[str, Any]
) -> None:
    assert json.loads(row_of(analyses, {"labels": answer})["unmapped"]) == {"image_labels": unmapped}


def test_the_responses_are_not_changed(analyses: TableSchema) -> None:
    answers = full_responses()

    row_of(analyses, answers)

    assert answers == full_responses()
