from __future__ import annotations

import pytest

from photolake.errors import SettingsError
from photolake.images.rekognition_apis import chosen, settings_of
from tests.fakes.rekognition import FakeRekognition

ALL = ("labels", "moderation", "text", "faces", "celebrities", "properties")
IMAGE = {"S3Object": {"Bucket": "lake", "Name": "images/ab/abcd.jpg"}}


def requests_of(*names: str) -> list[tuple[str, dict[str, object]]]:
    rekognition = FakeRekognition()
    for api in chosen(names):
        api.ask(rekognition, "lake", "images/ab/abcd.jpg")  # type: ignore[arg-type]
    return rekognition.requests


def test_every_request_is_one_that_rekognition_takes() -> None:
    assert requests_of(*ALL) == [
        (
            "detect_labels",
            {
                "Image": IMAGE,
                "MaxLabels": 100,
                "MinConfidence": 50,
                "Features": ["GENERAL_LABELS", "IMAGE_PROPERTIES"],
            },
        ),
        ("detect_moderation_labels", {"Image": IMAGE, "MinConfidence": 50}),
        ("detect_text", {"Image": IMAGE}),
        ("detect_faces", {"Image": IMAGE, "Attributes": ["ALL"]}),
        ("recognize_celebrities", {"Image": IMAGE}),
    ]


def test_properties_without_labels_are_asked_for_alone() -> None:
    assert requests_of("properties") == [("detect_labels", {"Image": IMAGE, "Features": ["IMAGE_PROPERTIES"]})]


def test_labels_without_properties_do_not_buy_them() -> None:
    assert requests_of("labels")[0][1]["Features"] == ["GENERAL_LABELS"]


def test_an_answer_comes_without_its_http_metadata() -> None:
    (moderation,) = chosen(["moderation"])

    answer = moderation.ask(FakeRekognition(), "lake", "key")  # type: ignore[arg-type]

    assert "ResponseMetadata" not in answer


def test_an_unknown_api_is_a_settings_error_that_names_it() -> None:
    with pytest.raises(SettingsError, match=r"\['smiles'\]; there are labels, moderation"):
        chosen(["labels", "smiles"])


def test_the_settings_depend_on_the_choice_and_not_on_its_order() -> None:
    assert settings_of(chosen(ALL)) == settings_of(chosen(ALL[::-1]))
    assert len({settings_of(chosen(ALL[:count])) for count in range(len(ALL) + 1)}) == len(ALL) + 1
