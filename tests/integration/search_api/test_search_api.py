"""The function search_api, from requests to its URL to its responses."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import boto3
import pytest
import requests

from tests.builders.search_rows import image_id
from tests.cloudwatch import printed_metrics, shown_of
from tests.integration.search_api.conftest import CONTEXT
from tests.resolved_template import ROOT

if TYPE_CHECKING:
    from tests.integration.search_api.conftest import SearchApi


def found(api: SearchApi, **parameters: Any) -> list[str]:
    return [image["image_id"] for image in api.get(f"/images?{urlencode(parameters, doseq=True)}")["images"]]


def test_the_dashboard_shows_what_the_function_prints(api: SearchApi, capsys: pytest.CaptureFixture[str]) -> None:
    api.get("/images?label=Car")

    assert shown_of("search_api") <= printed_metrics(capsys.readouterr().out).keys()


def test_the_recorded_event_gets_a_page(api: SearchApi) -> None:
    event = json.loads((ROOT / "events" / "search_api_url.json").read_text())

    response = api.function.lambda_handler(event, CONTEXT)

    assert (response["statusCode"], response["headers"]) == (200, {"Content-Type": "application/json"})
    body = json.loads(response["body"])
    url = body["images"][0].pop("url")
    assert body == {
        "images": [
            {
                "image_id": image_id(1),
                "date": "2026-11-20",
                "confidence": 88.0,
                "width": 640,
                "height": 480,
                "labels": ["Sports Car"],
                "text": ["NDV 5012"],
            }
        ],
        "next": None,
    }
    assert "X-Amz-Expires=900" in url


def test_filters_intersect_and_repeated_values_too(api: SearchApi) -> None:
    both = [image_id(2), image_id(1)]

    assert found(api) == both
    assert found(api, label="car") == both
    assert found(api, label=["car", "tree"]) == found(api, label="car,tree") == [image_id(2)]
    assert found(api, label="car", q="lisbon", entity="ada", text="ndv*") == [image_id(1)]
    assert found(api, label="car", sort="relevance") == both[::-1]
    assert found(api, label="car", min_confidence=80) == [image_id(1)]


def test_pages_follow_each_other(api: SearchApi) -> None:
    first = api.get("/images?label=car&limit=1")
    second = api.get(f"/images?label=car&limit=1&next={first['next']}")

    assert [page["images"][0]["image_id"] for page in (first, second)] == [image_id(2), image_id(1)]
    assert second["next"] is None


def test_an_image_can_be_read_by_its_url(api: SearchApi) -> None:
    details = api.get(f"/images/{image_id(1)}")
    key = details["analysis"]["s3_key"]
    boto3.client("s3").put_object(Bucket="lake", Key=key, Body=b"jpeg")

    assert requests.get(details["url"], timeout=5).content == b"jpeg"
    assert [shown["post_url"] for shown in details["photos"]] == ["https://x.com/i/status/7"]


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        (f"/images/{'0' * 64}", 404, "there is not an image"),
        ("/images/UPPER", 422, "pattern"),
        ("/images?limit=101", 422, "limit"),
        ("/images?limit=many", 422, "limit"),
        ("/images?sort=size", 422, "sort"),
        ("/images?min_confidence=nan", 422, "min_confidence"),
        ("/images?labels=car", 400, "there is no parameter 'labels'"),
        ("/images?label=%F0%9F%8F%96", 400, "has no letters or digits"),
        ("/images?label=%FF%00", 400, "has no letters or digits"),
        ("/images?next=x", 400, "next: this is not what an earlier page gave"),
        ("/elsewhere", 404, "Not found"),
    ],
)
def test_a_request_that_makes_no_sense_is_told_why(api: SearchApi, path: str, status: int, words: str) -> None:
    response = api.client.get(path)

    assert response.status_code == status
    assert words in response.text


def test_the_description_is_the_one_in_the_docs(api: SearchApi) -> None:
    served = api.get("/openapi.json")

    assert served == json.loads((ROOT / "docs" / "openapi.json").read_text()), "run make docs"
    assert {path: list(operations) for path, operations in served["paths"].items()} == {
        "/images": ["get"],
        "/images/{image_id}": ["get"],
    }
