"""The dashboard: its structure, its metrics, its prices, and that nothing of it is wishful.

Rules of a body: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
"""

import re
from itertools import combinations
from pathlib import Path

import pytest

from photolake.images.rekognition_apis import APIS
from photolake.pricing import COMPREHEND_UNIT_USD, X_POST_USD
from tests import cloudwatch
from tests.resolved_template import ROOT, environment, transformed

WIDGETS = cloudwatch.dashboard()["widgets"]
CHARTS = {widget["properties"]["title"]: widget for widget in cloudwatch.widgets("metric")}
GRID_COLUMNS = 24
STATISTICS = {"Sum", "Maximum", "Average", "p95"}
FUNCTIONS = {"FILL", "PERIOD", "SUM", "MAX", "SEARCH"}
OPTIONS = {"id", "label", "visible", "stat", "expression"}
NAMESPACE = "photolake/photolake"

_LAMBDA = "https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html"
_SQS = (
    "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html"
)
_FIREHOSE = "https://docs.aws.amazon.com/firehose/latest/dev/cloudwatch-metrics.html"
_DYNAMODB = "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html"
_S3 = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/metrics-dimensions.html"
# What AWS's services measure, as far as it is shown: the names of the dimensions, and the page that says so.
OF_AWS = {
    ("AWS/Lambda", "Duration"): ({"FunctionName"}, _LAMBDA),
    ("AWS/Lambda", "Errors"): ({"FunctionName"}, _LAMBDA),
    ("AWS/Lambda", "Invocations"): ({"FunctionName"}, _LAMBDA),
    ("AWS/Lambda", "Throttles"): ({"FunctionName"}, _LAMBDA),
    ("AWS/SQS", "ApproximateAgeOfOldestMessage"): ({"QueueName"}, _SQS),
    ("AWS/SQS", "ApproximateNumberOfMessagesVisible"): ({"QueueName"}, _SQS),
    ("AWS/SQS", "NumberOfMessagesSent"): ({"QueueName"}, _SQS),
    ("AWS/Firehose", "DeliveryToS3.DataFreshness"): ({"DeliveryStreamName"}, _FIREHOSE),
    ("AWS/Firehose", "FailedConversion.Records"): ({"DeliveryStreamName"}, _FIREHOSE),
    ("AWS/Firehose", "PartitionCountExceeded"): ({"DeliveryStreamName"}, _FIREHOSE),
    ("AWS/DynamoDB", "ReadThrottleEvents"): ({"TableName"}, _DYNAMODB),
    ("AWS/DynamoDB", "WriteThrottleEvents"): ({"TableName"}, _DYNAMODB),
    ("AWS/S3", "BucketSizeBytes"): ({"BucketName", "StorageType"}, _S3),
}
KIND_OF_DIMENSION = {
    "FunctionName": "AWS::Lambda::Function",
    "QueueName": "AWS::SQS::Queue",
    "DeliveryStreamName": "AWS::KinesisFirehose::DeliveryStream",
    "TableName": "AWS::DynamoDB::Table",
    "BucketName": "AWS::S3::Bucket",
}


def entries(title):
    return [cloudwatch.split(entry) for entry in CHARTS[title]["properties"]["metrics"]]


def expressions(title):
    return {options["id"]: options["expression"] for _, options in entries(title) if "expression" in options}


def evaluate(expression, values):
    """The value of an expression in which every period is an hour."""
    functions = {"FILL": lambda series, value: series, "PERIOD": lambda series: 3600, "SUM": sum}
    return eval(expression, {"__builtins__": {}}, functions | values)


def test_widgets_lie_in_the_grid_and_none_covers_another():
    for widget in WIDGETS:
        assert widget["x"] >= 0 <= widget["y"]
        assert widget["width"] >= 1 <= widget["height"]
        assert widget["x"] + widget["width"] <= GRID_COLUMNS
    for one, other in combinations(WIDGETS, 2):
        assert (
            one["x"] + one["width"] <= other["x"]
            or other["x"] + other["width"] <= one["x"]
            or one["y"] + one["height"] <= other["y"]
            or other["y"] + other["height"] <= one["y"]
        ), (one["properties"], other["properties"])


def test_no_row_of_the_grid_has_a_gap():
    height = max(widget["y"] + widget["height"] for widget in WIDGETS)
    filled = sum(widget["width"] * widget["height"] for widget in WIDGETS)

    assert filled == GRID_COLUMNS * height


@pytest.mark.parametrize("title", CHARTS)
def test_a_chart_has_a_region_a_statistic_and_an_axis_with_its_unit(title):
    properties = CHARTS[title]["properties"]

    assert properties["region"] == "us-east-1"
    assert properties["stat"] in STATISTICS
    assert properties["period"] in (300, 86400)
    assert properties["view"] in ("timeSeries", "singleValue")
    axis = properties["yAxis"]["left"]
    assert axis["label"]
    assert axis["min"] == 0
    assert axis["showUnits"] is False


@pytest.mark.parametrize("title", CHARTS)
def test_the_metrics_of_a_chart_have_the_form_that_cloudwatch_takes(title):
    found = entries(title)
    ids = [options["id"] for _, options in found if "id" in options]

    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[a-z]\w*", name) for name in ids)
    for parts, options in found:
        assert options.keys() <= OPTIONS
        assert bool(parts) != ("expression" in options), "a metric, or an expression"
        assert len(parts) % 2 == 0, "each dimension with its value"
        assert options.get("visible", True) or "id" in options, "hidden, and in no expression"
        assert options.get("stat", "Sum") in STATISTICS
        assert options.get("visible") is False or "label" in options
        if "expression" in options:
            names = set(re.findall(r"[A-Za-z_]\w*", re.sub(r"'[^']*'", "", options["expression"])))
            assert names <= {*ids, *FUNCTIONS}


@pytest.mark.parametrize("title", CHARTS)
def test_what_is_hidden_in_a_chart_is_used_by_an_expression(title):
    text = " ".join(expressions(title).values())

    hidden = [options["id"] for _, options in entries(title) if options.get("visible") is False]
    assert [name for name in hidden if not re.search(rf"\b{name}\b", text)] == []


def test_every_alarm_is_in_the_first_line():
    [line] = cloudwatch.widgets("alarm")
    [with_everything] = [widget for widget in cloudwatch.dashboard(True)["widgets"] if widget["type"] == "alarm"]
    conditional = {
        name
        for name, resource in transformed().document["Resources"].items()
        if resource["Type"] == "AWS::CloudWatch::Alarm" and "Condition" in resource
    }

    def names(widget):
        return sorted(arn.rpartition(":")[2] for arn in widget["properties"]["alarms"])

    every = {name.lower() for name in cloudwatch.alarms()}
    assert (line["x"], line["y"], line["width"]) == (0, 0, GRID_COLUMNS)
    assert names(with_everything) == sorted(every)
    assert names(line) == sorted(every - {name.lower() for name in conditional})


def test_metrics_of_aws_are_those_of_its_documentation_for_resources_of_the_stack():
    resources = transformed().document["Resources"]
    of_aws = [metric for metric in cloudwatch.shown_metrics() if metric.namespace.startswith("AWS/")]

    assert {(metric.namespace, metric.name) for metric in of_aws} == OF_AWS.keys()
    for metric in of_aws:
        dimensions = dict(metric.dimensions)
        assert dimensions.keys() == OF_AWS[metric.namespace, metric.name][0]
        assert dimensions.pop("StorageType", "StandardStorage") == "StandardStorage"
        [(name, value)] = dimensions.items()
        assert resources[value]["Type"] == KIND_OF_DIMENSION[name]


def test_metrics_of_our_own_come_from_functions_or_metric_filters_of_this_stack():
    own = [metric for metric in cloudwatch.shown_metrics() if not metric.namespace.startswith("AWS/")]
    filtered = {
        transformation["MetricName"]
        for resource in transformed().document["Resources"].values()
        if resource["Type"] == "AWS::Logs::MetricFilter"
        for transformation in resource["Properties"]["MetricTransformations"]
    }

    assert {metric.namespace for metric in own} == {NAMESPACE}
    assert environment("collector")["POWERTOOLS_METRICS_NAMESPACE"] == NAMESPACE
    assert {metric.name for metric in own if metric.service is None} == filtered
    assert {namespace for namespace, _, _ in cloudwatch.searched()} == {NAMESPACE}


def test_what_a_function_prints_is_compared_for_every_function_whose_metrics_are_shown():
    sources = "\n".join(path.read_text() for path in Path(ROOT / "tests/integration").rglob("test_*.py"))
    compared = set(re.findall(r'shown_of\("(\w+)"\)', sources))

    assert compared == {metric.service for metric in cloudwatch.shown_metrics()} - {None}


def price(parts):
    """The list price of what a metric counts."""
    name, dimensions = parts[1], dict(zip(parts[2::2], parts[3::2], strict=True))
    if name == "RekognitionCalls":
        return APIS[dimensions["api"]].find_price()
    return {"PostsBought": X_POST_USD, "StreamPosts": X_POST_USD, "ComprehendUnits": COMPREHEND_UNIT_USD}[name]


@pytest.mark.parametrize("title", ["Paid calls", "Dollars in the time range above"])
def test_dollars_are_what_is_counted_at_the_prices_of_the_code(title):
    counted = {options["id"]: parts for parts, options in entries(title) if parts}
    nothing = dict.fromkeys(counted, 0)

    for name, parts in counted.items():
        found = sum(evaluate(each, nothing | {name: 1000}) for each in expressions(title).values())
        assert found == pytest.approx(float(1000 * price(parts))), name
    bought = {parts[-1] for parts in counted.values() if parts[1] == "RekognitionCalls"}
    assert bought == {name for name, api in APIS.items() if api.find_price()}


def test_rates_are_per_minute():
    for title in ("Posts", "Photos", "Images", "Search"):
        assert CHARTS[title]["properties"]["yAxis"]["left"]["label"].endswith(" a minute")
        for name, expression in expressions(title).items():
            assert evaluate(expression, {name.removesuffix("_rate"): 120}) == pytest.approx(2)


def test_shares_are_in_percent():
    saved = expressions("Spared by what is remembered")
    usable = expressions("Photos that became an image")
    failed = expressions("Failed runs")

    assert evaluate(saved["texts"], {"texts_saved": 30, "texts_bought": 10}) == 75
    assert evaluate(saved["photos"], {"downloads_saved": 10, "downloads": 30}) == 25
    assert evaluate(saved["images"], {"analyses_saved": 1, "analyses": 1}) == 50
    assert evaluate(usable["usable"], {"ok": 2, "duplicate": 7, "all": [2, 7, 1]}) == 90
    assert [evaluate(each, {f"e{n}": 1, f"r{n}": 20}) for n, each in enumerate(failed.values())] == [5] * 9


def test_every_chart_is_explained():
    page = (ROOT / "docs/operations.md").read_text()

    assert [title for title in CHARTS if f"**{title}**" not in page] == []
    assert [name for name in cloudwatch.alarms() if f"`{name}`" not in page] == []
