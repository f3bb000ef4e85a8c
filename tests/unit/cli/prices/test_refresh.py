"""Prices are read from the AWS Price List strictly, and written whole or not at all."""

import json
import re
import stat

import boto3
import pytest
from botocore.stub import Stubber
from hypothesis import given
from hypothesis import strategies as st

from photolake.price_list import read_document
from photolake_cli.errors import CommandError
from photolake_cli.prices.file import format_prices
from photolake_cli.prices.offers import parse_offer
from photolake_cli.prices.run import PricesRequest, refresh_file
from tests.builders.price_list import COMPREHEND_TIERS, REKOGNITION_TIERS, build_product

SENTIMENT = build_product(operation="DetectSentiment")
ENTITIES = build_product(usage_type="USE1-DetectEntities", sku="ENTITIES", operation="DetectEntities")
SYNTAX = build_product(usage_type="USE1-DetectSyntax", sku="SYNTAX", tiers=(("0", "Inf", "0.0000500000"),))
OLD = {"date": "2024-01-02", "source": "page", "tiers": {"0": "0.0002"}}


def build_document(**matchers):
    """A file with these prices, each of us-east-1 alone."""
    prices = {
        name: {"what": name, "unit": "unit", "page": "https://x.test", "list": found, "regions": {"us-east-1": OLD}}
        for name, found in matchers.items()
    }
    x_post = {"what": "X", "unit": "post", "page": "https://x.test", "regions": {"all": OLD}}
    return {"sources": {"page": "a page", "price-list": "AWS Price List"}, "prices": {**prices, "x_post": x_post}}


COMPREHEND = {
    "sentiment": {"service": "comprehend", "usage_types": ["DetectSentiment", "Comprehend-SA"], "units": ["Unit"]},
    "entities": {"service": "comprehend", "usage_types": ["DetectEntities"], "units": ["Unit"]},
}


class Refresh:
    """Refreshes a file from pages of products of each service in a Region, and returns the file's path."""

    def __init__(self, path):
        self.path = path

    def __call__(self, document, answers, **options):
        return _refresh(self.path, document, answers, **options)


@pytest.fixture
def refresh(tmp_path):
    return Refresh(tmp_path / "prices.json")


def _refresh(path, document, answers, **options):
    path.write_text(format_prices(document))
    client = boto3.client("pricing", "us-east-1", aws_access_key_id="test", aws_secret_access_key="test")
    with Stubber(client) as stubber:
        for (service, region), pages in answers.items():
            _add_pages(stubber, service, region, pages)
        refresh_file(PricesRequest(refresh=True, **options), client, path)
        stubber.assert_no_pending_responses()
    return path


def _add_pages(stubber, service, region, pages):
    token: dict[str, str] = {}
    for number, products in enumerate(pages):
        following = {"NextToken": f"page-{number}"} if number + 1 < len(pages) else {}
        asked = {
            "ServiceCode": service,
            "Filters": [{"Type": "TERM_MATCH", "Field": "regionCode", "Value": region}],
            "FormatVersion": "aws_v1",
            "MaxResults": 100,
            **token,
        }
        stubber.add_response("get_products", {"FormatVersion": "aws_v1", "PriceList": products, **following}, asked)
        token = following


def fail(refresh, answers, document=None):
    """The message of a refresh that fails, after making sure that the file is as it was."""
    document = document or build_document(**COMPREHEND)
    with pytest.raises(CommandError) as failed:
        refresh(document, answers)
    assert refresh.path.read_text() == format_prices(document)
    return str(failed.value)


def test_prices_are_read_page_by_page_and_written_with_date_and_source(refresh, capsys):
    path = refresh(build_document(**COMPREHEND), {("comprehend", "us-east-1"): [[SYNTAX, SENTIMENT], [ENTITIES]]})

    tiers = {"0": "0.0001", "10000000": "0.00005", "50000000": "0.000025"}
    expected = {"date": "2026-09-11", "source": "price-list", "tiers": tiers}
    prices = read_document(path)["prices"]
    assert [prices[name]["regions"] for name in COMPREHEND] == [{"us-east-1": expected}] * 2
    assert prices["x_post"]["regions"] == {"all": OLD}
    output = capsys.readouterr()
    assert re.search(r"sentiment +us-east-1 +0\.0002 +0\.0001, 0\.00005, 0\.000025", output.out)
    assert "2 prices read, 2 changed, 0 as before: saved." in output.err
    assert "look at their pages: x_post" in output.err
    assert stat.S_IMODE(path.stat().st_mode) == 0o644


def test_what_changed_is_json_too_and_a_dry_run_writes_nothing(refresh, capsys):
    document = build_document(sentiment=COMPREHEND["sentiment"])

    path = refresh(document, {("comprehend", "us-east-1"): [[SENTIMENT]]}, dry_run=True, as_json=True)

    assert path.read_text() == format_prices(document)
    new = {"0": "0.0001", "10000000": "0.00005", "50000000": "0.000025"}
    change = {"name": "sentiment", "region": "us-east-1", "old": {"0": "0.0002"}, "new": new}
    printed = {"read": 1, "saved": False, "changes": [change], "not_read": ["x_post"]}
    assert json.loads(capsys.readouterr().out) == printed


def test_the_second_name_of_a_price_counts_if_the_first_is_not_there(refresh):
    renamed = build_product(usage_type="USE1-Comprehend-SA")

    path = refresh(build_document(sentiment=COMPREHEND["sentiment"]), {("comprehend", "us-east-1"): [[renamed]]})

    assert read_document(path)["prices"]["sentiment"]["regions"]["us-east-1"]["tiers"]["0"] == "0.0001"


def test_a_price_is_found_by_a_text_of_its_attributes(refresh):
    matcher = {"service": "AmazonRekognition", "text": "Image Properties API", "units": ["Images Processed"]}
    described = {"groupDescription": "Number of images processed using DetectLabels Image Properties API"}
    product = build_product(
        "AmazonRekognition", "USE1-Any", REKOGNITION_TIERS, "images processed", "PROPERTIES", **described
    )

    path = refresh(build_document(properties=matcher), {("AmazonRekognition", "us-east-1"): [[product]]})

    tiers = read_document(path)["prices"]["properties"]["regions"]["us-east-1"]["tiers"]
    assert tiers == {"0": "0.001", "1000000": "0.0008", "5000000": "0.0006", "35000000": "0.00025"}


def test_a_region_that_the_file_lacks_is_added(refresh):
    product = build_product(usage_type="APN1-DetectSentiment", region="ap-northeast-1")

    path = refresh(
        build_document(sentiment=COMPREHEND["sentiment"]),
        {("comprehend", "ap-northeast-1"): [[product]]},
        region="ap-northeast-1",
    )

    assert list(read_document(path)["prices"]["sentiment"]["regions"]) == ["us-east-1", "ap-northeast-1"]


def test_another_storage_class_of_the_same_name_is_another_price(refresh):
    matcher = {"service": "AmazonDynamoDB", "usage_types": ["WriteRequestUnits"], "units": ["WriteRequestUnits"]}
    products = [
        build_product("AmazonDynamoDB", name, (("0", "Inf", usd),), "WriteRequestUnits", name)
        for name, usd in (("WriteRequestUnits", "0.0000006250"), ("IA-WriteRequestUnits", "0.0000007800"))
    ]

    path = refresh(build_document(write=matcher), {("AmazonDynamoDB", "us-east-1"): [products]})

    assert read_document(path)["prices"]["write"]["regions"]["us-east-1"]["tiers"] == {"0": "0.000000625"}


def test_a_missing_price_is_named_with_what_looks_like_it(refresh):
    message = fail(refresh, {("comprehend", "us-east-1"): [[SENTIMENT, SYNTAX]]})

    assert "entities in us-east-1 (DetectEntities) is missing in comprehend; there are " in message
    assert "nothing was changed" in message
    assert "sentiment in" not in message


def test_two_prices_of_one_name_are_named_by_their_skus(refresh):
    dearer = build_product(sku="DEARER", tiers=(("0", "Inf", "0.0009000000"),))

    message = fail(refresh, {("comprehend", "us-east-1"): [[SENTIMENT, ENTITIES], [dearer]]})

    assert "sentiment in us-east-1" in message
    assert "twice with different prices: SKU AAAABBBBCCCC1111 and DEARER" in message


def test_the_same_price_under_two_operations_is_one(refresh):
    again = build_product(sku="BATCH", operation="BatchDetectSentiment")

    path = refresh(
        build_document(sentiment=COMPREHEND["sentiment"]), {("comprehend", "us-east-1"): [[SENTIMENT, again]]}
    )

    assert read_document(path)["prices"]["sentiment"]["regions"]["us-east-1"]["tiers"]["0"] == "0.0001"


ODD = {
    "another unit": (build_product(unit="Characters"), "its unit is Characters, not Unit"),
    "a gap": (build_product(tiers=(COMPREHEND_TIERS[0], COMPREHEND_TIERS[2])), "its tiers have a gap or an overlap"),
    "no last tier": (build_product(tiers=COMPREHEND_TIERS[:2]), "its tiers have a gap or an overlap"),
    "no price": (build_product(tiers=()), "its unit is missing"),
    "not a number": (build_product(tiers=(("0", "Inf", "NaN"),)), "its price is NaN"),
    "less than nothing": (build_product(tiers=(("0", "Inf", "-0.1"),)), "its price is -0.1"),
    "yuan": (SENTIMENT.replace('"USD"', '"CNY"'), "SKU AAAABBBBCCCC1111 (USE1-DetectSentiment): 'USD'"),
    "reserved": (SENTIMENT.replace('"OnDemand"', '"Reserved"'), "'OnDemand'"),
    "no attributes": ('{"product": {"sku": "S1"}}', "a product without SKU and attributes"),
    "not JSON": ("<html>", "a product without SKU and attributes"),
}


@pytest.mark.parametrize(("product", "reason"), ODD.values(), ids=ODD)
def test_an_odd_product_is_an_error_that_names_it_and_changes_nothing(refresh, product, reason):
    message = fail(refresh, {("comprehend", "us-east-1"): [[product, ENTITIES]]})

    assert "sentiment in us-east-1" in message
    assert reason in message


def test_a_refusal_says_what_is_missing(refresh):
    client = boto3.client("pricing", "us-east-1", aws_access_key_id="test", aws_secret_access_key="test")
    refresh.path.write_text(format_prices(build_document(**COMPREHEND)))
    with Stubber(client) as stubber:
        stubber.add_client_error("get_products", "AccessDeniedException", "no pricing:GetProducts")
        with pytest.raises(CommandError, match=r"no pricing:GetProducts\. Ask the owner of the AWS Price List"):
            refresh_file(PricesRequest(refresh=True), client, refresh.path)


def test_a_service_that_no_price_is_read_of_names_those_that_there_are(refresh):
    with pytest.raises(CommandError, match=r"No price is read for x\. Services: comprehend"):
        refresh(build_document(**COMPREHEND), {}, services=["x"])


@given(
    st.lists(st.integers(1, 10**9), unique=True, max_size=4),
    st.lists(st.decimals(0, 10, places=10), min_size=5, max_size=5),
)
def test_tiers_come_back_as_they_were_published(starts, amounts):
    begins = [0, *sorted(starts)]
    ends = [*map(str, begins[1:]), "Inf"]
    tiers = [(str(b), e, f"{usd:f}") for b, e, usd in zip(begins, ends, amounts, strict=False)]

    offer = parse_offer(build_product(tiers=tiers[::-1]), ["Unit"])

    assert offer.tiers == tuple(zip(begins, amounts, strict=False))
