from __future__ import annotations

from typing import Any

import pytest

from photolake.images.gates import called_for
from photolake.images.rekognition_apis import chosen
from tests.fakes.rekognition import CAT, PERSON, TEXT, label

NAMES = ("labels", "moderation", "text", "faces", "celebrities")


def called(*labels: dict[str, Any]) -> set[str]:
    return {api.name for api in chosen(NAMES) if called_for(api, {"Labels": list(labels)})}


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (CAT, set()),
        (PERSON, {"faces", "celebrities"}),
        (TEXT, {"text"}),
        (label("Page", parents=["Text"]), {"text"}),
        (label("Poster", categories=["Text and Documents"]), {"text"}),
        (label("Woman", parents=["Person", "Adult"]), {"faces", "celebrities"}),
        (label("Head", categories=["Person Description"]), {"faces", "celebrities"}),
        (label("Somebody", aliases=["Person"]), {"faces", "celebrities"}),
        (label("Face", parents=["Head"]), {"faces", "celebrities"}),
        (label("Textile"), set()),
    ],
    ids=lambda value: value["Name"] if isinstance(value, dict) else "",
)
def test_any_name_of_a_label_calls_for_the_dearer_questions(shown: dict[str, Any], expected: set[str]) -> None:
    assert called(CAT, shown) == {"labels", "moderation"} | expected


def test_an_image_without_labels_calls_for_nothing_more() -> None:
    assert called() == {"labels", "moderation"}


def test_a_label_of_an_older_model_without_aliases_and_categories_is_read_too() -> None:
    assert called({"Name": "Person", "Confidence": 99.0}) == {"labels", "moderation", "faces", "celebrities"}


def test_without_any_labels_answer_nothing_is_ruled_out() -> None:
    assert all(called_for(api, None) for api in chosen(NAMES))
