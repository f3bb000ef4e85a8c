"""Every Rekognition API of the registry is known to all that cannot be derived from it, and no other API is."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from laptop_cloud.services.rekognition.engine_choice import RekognitionEngines
from laptop_cloud.services.rekognition.service import build_rekognition_service
from photolake.images.rekognition_apis import APIS, ImageApi, select_apis
from photolake.price_list import read_prices
from tests.fakes.rekognition import CUSTOM_MODEL, MODEL, FakeRekognition
from tests.resolved_template import ROOT, properties, transformed

if TYPE_CHECKING:
    from photolake.rows.schema import TableSchema

QUERIES = ROOT / "athena" / "queries"
# APIs that the method of 2019 did not call, by name: calls_of_2019.sql does not count these.
NOT_IN_2019 = frozenset({"custom_labels"})

every_api = pytest.mark.parametrize("api", APIS.values(), ids=APIS)


def actions_of_image_analyzer() -> set[str]:
    """The Rekognition actions that the role of image_analyzer allows."""
    actions: list[str] = []
    for policy in properties("ImageAnalyzerRole", CustomLabelsModel=CUSTOM_MODEL)["Policies"]:
        for statement in policy["PolicyDocument"]["Statement"]:
            action = statement["Action"]
            actions += [action] if isinstance(action, str) else action
    return {action for action in actions if action.startswith(("rekognition:", "*"))}


def names_in_query(name: str) -> list[str]:
    """The elements of the first array of strings in a saved query: the APIs whose calls it counts."""
    array = re.search(r"array\[\s*('[^]]*)\] as apis", (QUERIES / name).read_text())
    assert array
    return re.findall(r"'([^']*)'", array[1])


def prices_in_query() -> dict[str, Decimal]:
    """The prices of cost_by_api.sql in USD a call, by API."""
    prices = re.search(r"array\[([^]]*)\] as prices", (QUERIES / "cost_by_api.sql").read_text())
    assert prices
    per_thousand = [Decimal(price) for price in prices[1].split(",")]
    return dict(zip(names_in_query("cost_by_api.sql"), (price / 1000 for price in per_thousand), strict=True))


def name_in_query(api: ImageApi) -> str:
    """The operation; DetectLabels is billed by feature, and that of labels is the usual one."""
    return "DetectLabels (IMAGE_PROPERTIES)" if api.name == "properties" else api.operation


@every_api
def test_the_parameter_of_the_template_takes_the_api(api: ImageApi) -> None:
    parameter = transformed().document["Parameters"]["ImageApis"]

    assert re.fullmatch(parameter["AllowedPattern"], api.name)
    assert re.search(rf"\b{api.name}\b", parameter["Description"])


def test_the_parameter_of_the_template_takes_and_suggests_no_other_api() -> None:
    parameter = transformed().document["Parameters"]["ImageApis"]
    names = re.findall(r"\w+", parameter["AllowedPattern"])

    assert set(names) == set(APIS)
    assert set(parameter["Default"].split(",")) <= set(APIS)


@every_api
def test_image_analyzer_may_call_the_api(api: ImageApi) -> None:
    assert api.iam_action in actions_of_image_analyzer()


def test_image_analyzer_may_call_no_other_api() -> None:
    assert actions_of_image_analyzer() == {api.iam_action for api in APIS.values()}


def test_custom_labels_are_allowed_for_the_model_of_the_setting_alone_and_not_without_one() -> None:
    def statements(**settings: str) -> list[Any]:
        policies = properties("ImageAnalyzerRole", **settings)["Policies"]
        found = [statement for policy in policies for statement in policy["PolicyDocument"]["Statement"]]
        return [statement for statement in found if "DetectCustomLabels" in str(statement["Action"])]

    assert statements() == []
    (statement,) = statements(CustomLabelsModel=CUSTOM_MODEL)
    assert statement["Resource"] == CUSTOM_MODEL


@every_api
def test_the_column_that_the_api_fills_exists(api: ImageApi, analyses: TableSchema) -> None:
    column, *fields = api.column.split(".")
    kind = analyses.columns[column]
    for name in fields:
        kind = kind.fields[name]

    assert kind.name in ("array", "struct")


@every_api
def test_rekognition_has_the_operation_with_these_parameters(api: ImageApi) -> None:
    shape: Any = MODEL.operation_model(api.operation).input_shape

    assert {"Image", *api.parameters} <= shape.members.keys()


@every_api
def test_the_fake_rekognition_responds_to_the_api(api: ImageApi) -> None:
    client = FakeRekognition()

    (request,) = select_apis([api.name], CUSTOM_MODEL)
    getattr(client, api.method)(Image={"S3Object": {"Bucket": "lake", "Name": "key"}}, **request.parameters)

    assert client.billed == {api.method: 1}


@every_api
def test_the_laptop_cloud_has_the_operation(api: ImageApi) -> None:
    engine: Any = None
    engines = RekognitionEngines(engine, engine, engine, engine)

    assert api.operation in build_rekognition_service(lambda bucket, key: b"", engines).operations


@every_api
def test_the_query_of_costs_has_the_column_and_the_price_of_the_api(api: ImageApi) -> None:
    assert f"if({api.column} is not null, 1)" in Path(QUERIES / "cost_by_api.sql").read_text()
    assert prices_in_query().get(name_in_query(api)) == api.find_price()


def test_the_query_of_costs_has_the_prices_of_comprehend() -> None:
    prices = read_prices()

    assert prices_in_query()["DetectSentiment"] == prices["comprehend_sentiment"].usd
    assert prices_in_query()["DetectEntities"] == prices["comprehend_entities"].usd


@every_api
def test_the_query_of_2019_counts_the_api(api: ImageApi) -> None:
    assert (api.operation in names_in_query("calls_of_2019.sql")) != (api.name in NOT_IN_2019)


@pytest.mark.parametrize("query", ["cost_by_api.sql", "calls_of_2019.sql"])
def test_the_queries_count_no_other_api(query: str) -> None:
    comprehend = {"DetectSentiment", "DetectEntities"}

    assert set(names_in_query(query)) - comprehend <= {name_in_query(api) for api in APIS.values()}
