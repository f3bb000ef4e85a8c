"""The requests that a choice of APIs gives, their digest and their price."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from photolake.errors import SettingsError
from photolake.images.cache import PartialResults
from photolake.images.rekognition import ImageRequests
from photolake.images.rekognition_apis import APIS, digest_requests, price_per_image, select_apis
from tests.fakes.dynamodb_table import FakeTable
from tests.fakes.rekognition import CUSTOM_MODEL, PERSON, TEXT, FakeRekognition

ALL = tuple(APIS)
KEY = "images/ab/abcd.jpg"
IMAGE = {"S3Object": {"Bucket": "lake", "Name": KEY}}


def requests_of(*names: str) -> list[tuple[str, dict[str, object]]]:
    client: Any = FakeRekognition(labels=[PERSON, TEXT])
    table: Any = FakeTable()
    ImageRequests(client, "lake", select_apis(names, CUSTOM_MODEL), PartialResults(table), lambda api: None).send(
        "abcd", KEY
    )
    return sorted(client.requests)


def test_rekognition_takes_every_request() -> None:
    assert requests_of(*ALL) == [
        ("detect_custom_labels", {"Image": IMAGE, "ProjectVersionArn": CUSTOM_MODEL}),
        ("detect_faces", {"Image": IMAGE, "Attributes": ["ALL"]}),
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
        ("recognize_celebrities", {"Image": IMAGE}),
    ]


def test_properties_without_labels_are_requested_alone() -> None:
    assert requests_of("properties") == [("detect_labels", {"Image": IMAGE, "Features": ["IMAGE_PROPERTIES"]})]


def test_labels_without_properties_do_not_buy_them() -> None:
    assert requests_of("labels")[0][1]["Features"] == ["GENERAL_LABELS"]


def test_an_unknown_api_is_a_settings_error_that_names_it() -> None:
    with pytest.raises(SettingsError, match=r"\['smiles'\]; there are labels, moderation"):
        select_apis(["labels", "smiles"])


def test_the_request_digest_depends_on_the_choice_and_not_on_its_order() -> None:
    assert digest_requests(select_apis(ALL, CUSTOM_MODEL)) == digest_requests(select_apis(ALL[::-1], CUSTOM_MODEL))
    assert (
        len({digest_requests(select_apis(ALL[:count], CUSTOM_MODEL)) for count in range(len(ALL) + 1)}) == len(ALL) + 1
    )


def test_the_request_digest_changes_with_the_model_of_custom_labels_and_only_where_it_is_asked() -> None:
    other = CUSTOM_MODEL.replace("17", "18")

    assert digest_requests(select_apis(["custom_labels"], CUSTOM_MODEL)) != digest_requests(
        select_apis(["custom_labels"], other)
    )
    assert digest_requests(select_apis(["labels"], CUSTOM_MODEL)) == digest_requests(select_apis(["labels"]))


def test_custom_labels_without_a_model_are_a_settings_error_that_names_the_setting() -> None:
    with pytest.raises(SettingsError, match="CustomLabelsModel"):
        select_apis(["labels", "custom_labels"])


def test_the_price_of_an_image_is_the_sum_over_its_apis() -> None:
    assert price_per_image([]) == 0
    assert price_per_image(["labels", "properties"]) == Decimal("0.00175")
    assert price_per_image(ALL) == sum(api.find_price() for api in select_apis(ALL, CUSTOM_MODEL)) == Decimal("0.00575")
    with pytest.raises(SettingsError, match="smiles"):
        price_per_image(["smiles"])
