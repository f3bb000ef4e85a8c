"""The labels that call for the requests with a gate."""

from __future__ import annotations

from typing import Any

import pytest

from photolake.images.rekognition_apis import select_apis
from tests.fakes.rekognition import CAT, DEFAULT_APIS, PERSON, TEXT, label


def called(*labels: dict[str, Any]) -> set[str]:
    return {api.name for api in select_apis(DEFAULT_APIS) if api.passes_gate({"Labels": list(labels)})}


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
def test_any_name_of_a_label_passes_the_gate(shown: dict[str, Any], expected: set[str]) -> None:
    assert called(CAT, shown) == {"labels", "moderation"} | expected


def test_an_image_without_labels_passes_no_gate() -> None:
    assert called() == {"labels", "moderation"}


def test_a_label_of_an_older_model_without_aliases_is_read_too() -> None:
    assert called({"Name": "Person", "Confidence": 99.0}) == {"labels", "moderation", "faces", "celebrities"}


def test_without_a_response_about_labels_every_gate_is_passed() -> None:
    assert all(api.passes_gate(None) for api in select_apis(DEFAULT_APIS))
