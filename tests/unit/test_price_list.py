"""The file of prices: what it has, which Region's price is meant, and what the tiers add up to."""

import copy
import json
import subprocess
import sys
from decimal import Decimal

import pytest

from photolake import pricing
from photolake.errors import SettingsError
from photolake.images.rekognition_apis import price_per_image
from photolake.price_list import PRICES_PATH, find_usd, parse_price, read_document, read_prices
from photolake_cli.prices.file import format_prices

AI = [name for name in read_prices() if name.startswith(("comprehend_", "rekognition_"))]


def test_the_file_is_in_the_form_in_which_it_is_written():
    assert PRICES_PATH.read_text() == format_prices(read_document())


def test_rekognition_and_comprehend_are_there_for_the_same_regions():
    regions = {name: set(read_document()["prices"][name]["regions"]) for name in AI}

    assert len(AI) == 6
    assert len(regions["comprehend_sentiment"]) == 13
    assert all(found == regions["comprehend_sentiment"] for found in regions.values())


def test_a_region_that_the_file_lacks_gets_the_price_of_us_east_1():
    tokyo = read_prices("ap-northeast-1")

    assert (tokyo["rekognition_image"].usd, tokyo["rekognition_image"].region) == (Decimal("0.0013"), "ap-northeast-1")
    assert (tokyo["athena_terabyte"].usd, tokyo["athena_terabyte"].region) == (Decimal(5), "us-east-1")
    assert (tokyo["x_post"].usd, tokyo["x_post"].region) == (find_usd("x_post"), "all")
    assert price_per_image(["labels", "properties"], "ap-northeast-1") == Decimal("0.002275")
    assert read_prices("moon-1")["rekognition_image"] == read_prices()["rekognition_image"]


def test_a_month_is_charged_tier_by_tier():
    image = read_prices()["rekognition_image"]

    assert image.charge(0) == 0
    assert image.charge(1_000_000) == 1000
    assert image.charge(2_500_000) == 1000 + 1200
    assert image.charge(36_000_000) == 1000 + 3200 + 18_000 + 250


def test_a_price_with_free_units_is_that_of_the_others():
    document = copy.deepcopy(read_document())
    row = document["prices"]["alarm_metric"]
    row["regions"]["us-east-1"]["tiers"] = {"0": "0", "10": "0.1"}

    price = parse_price("alarm_metric", row, "us-east-1", document["sources"])

    assert price.usd == Decimal("0.1")
    assert [price.charge(units) for units in (10, 12)] == [0, Decimal("0.2")]


def test_the_prices_by_name_are_those_of_the_file():
    assert find_usd("x_post") == pricing.X_POST_USD
    assert pricing.COMPREHEND_UNIT_USD == find_usd("comprehend_sentiment") == find_usd("comprehend_entities")
    assert find_usd("athena_terabyte") == pricing.price_athena_query(10**12)
    with pytest.raises(AttributeError, match="has no attribute 'GOLD_USD'"):
        _ = pricing.GOLD_USD  # type: ignore[attr-defined]


def test_prices_are_read_when_the_first_is_asked_for_not_before():
    program = """
from photolake import price_list, pricing
from photolake.images import rekognition_apis
before = price_list._read_document.cache_info().currsize
pricing.X_POST_USD
print(before, price_list._read_document.cache_info().currsize)
"""
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert ended.stdout == "0 1\n"


@pytest.mark.parametrize(
    ("found", "reason"),
    [
        ({"date": "soon", "source": "page", "tiers": {"0": "1"}}, "needs a date, a known source and tiers"),
        ({"date": "2026-01-01", "source": "hearsay", "tiers": {"0": "1"}}, "needs a date, a known source and tiers"),
        ({"date": "2026-01-01", "source": "page", "tiers": {}}, "tiers begin at 0 and rise"),
        ({"date": "2026-01-01", "source": "page", "tiers": {"5": "1"}}, "tiers begin at 0 and rise"),
        (
            {"date": "2026-01-01", "source": "page", "tiers": {"0": "1", "9": "1", "5": "1"}},
            "tiers begin at 0 and rise",
        ),
        ({"date": "2026-01-01", "source": "page", "tiers": {"0": "-1"}}, "not negative"),
        ({"date": "2026-01-01", "source": "page", "tiers": {"0": "NaN"}}, "not negative"),
        ({"date": "2026-01-01", "source": "page", "tiers": {"0": "five"}}, "needs a date, a known source and tiers"),
    ],
)
def test_a_price_that_is_none_is_named_with_its_region(tmp_path, found, reason):
    path = tmp_path / "prices.json"
    row = {"what": "x", "unit": "post", "page": "https://x.test", "regions": {"us-east-1": found}}
    path.write_text(json.dumps({"sources": {"page": "a page"}, "prices": {"x_post": row}}))

    with pytest.raises(SettingsError, match=f"x_post in us-east-1.*{reason}"):
        read_document(path)
