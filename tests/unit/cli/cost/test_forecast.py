"""What a month may cost before a deploy: by the template, samconfig.toml and --param."""

import re
from decimal import Decimal
from pathlib import Path

import pytest
from typer.testing import CliRunner

from photolake_cli import main
from photolake_cli.cost.deployment import Deployment, parse_overrides, read_deployment, read_samconfig
from photolake_cli.cost.forecast import AROUND_IMAGE_USD, OWN_METRICS, forecast_month
from photolake_cli.errors import CommandError

ROOT = Path(__file__).parents[4]
VALUES = {
    "Sources": "x,bluesky,mastodon",
    "ImageApis": "labels,moderation,text,faces,celebrities",
    "MonthlyBudget": "1000",
    "MonthlyPostBudget": "100000",
    "DailyImageBudget": "10000",
    "MaxPostsPerRun": "500",
    "SampleRate": "1",
    "StreamImage": "",
    "BlueskyKeywords": "",
    "MastodonHashtags": "",
}


def forecast(resources=None, runs=744, region="us-east-1", **values):
    return forecast_month(Deployment(region, {**VALUES, **values}, resources or {}, runs))


def bought(found):
    return [(line.usd, line.limited_by) for line in found.lines if line.is_bought]


def test_every_budget_reached_is_the_most_that_a_month_costs():
    found = forecast()

    assert bought(found) == [
        (Decimal(500), "MonthlyPostBudget: 100,000 posts"),
        (Decimal(60), "MonthlyPostBudget: 100,000 posts"),
        (Decimal(1550), "DailyImageBudget: 10,000 images, 31 days"),
    ]
    assert found.bought_usd == 1000
    assert found.other_usd == 310_000 * AROUND_IMAGE_USD + Decimal("0.5") + OWN_METRICS * Decimal("0.3")
    assert found.usd == found.bought_usd + found.other_usd


def test_fewer_posts_are_bought_if_the_schedule_allows_no_more():
    found = forecast(runs=31, SampleRate="0.5")

    assert bought(found)[0] == (Decimal("77.5"), "MaxPostsPerRun: 500 posts, 31 runs")
    assert bought(found)[1][0] == Decimal("4.65")


def test_the_stream_buys_beside_the_schedule():
    found = forecast(runs=1, StreamImage="123456789012.dkr.ecr.us-east-1.amazonaws.com/x:1")

    assert bought(found)[0] == (Decimal(500), "MonthlyPostBudget: 100,000 posts")


def test_a_schedule_that_is_not_understood_leaves_the_monthly_budget():
    assert bought(forecast(runs=None))[0] == (Decimal(500), "MonthlyPostBudget: 100,000 posts")
    assert bought(forecast(runs=None, MonthlyPostBudget="0"))[0][0] is None


def test_without_any_limit_a_month_has_none_but_for_monthly_budget():
    free = {"BlueskyKeywords": "bread", "DailyImageBudget": "0"}

    assert forecast(**free).bought_usd == 1000
    assert forecast(**free, MonthlyBudget="0").usd is None
    assert bought(forecast(**free))[1:] == [
        (None, "nothing for Bluesky: set MonthlyBudget"),
        (None, "nothing: set MonthlyBudget"),
    ]


def test_a_limit_of_one_service_is_tighter():
    found = forecast(MonthlyRekognitionBudget="100", MonthlyXBudget="9999", BlueskyKeywords="bread")

    assert bought(found)[0][0] == 500
    assert bought(found)[2] == (Decimal(100), "MonthlyRekognitionBudget")


def test_a_stack_without_x_buys_no_posts():
    assert bought(forecast(Sources="bluesky"))[0] == (Decimal(0), "x is not in Sources")


def test_prices_are_those_of_the_region():
    assert bought(forecast(region="ap-northeast-1"))[2][0] == 310_000 * 5 * Decimal("0.0013")


def test_fixed_costs_are_those_of_the_resources_that_are_made():
    metric: dict[str, object] = {"MetricStat": {}}
    resources = {
        "A": {"Type": "AWS::CloudWatch::Alarm", "Properties": {"Metrics": [{"Expression": "a"}, metric, metric]}},
        "B": {"Type": "AWS::CloudWatch::Alarm", "Properties": {"MetricName": "Errors"}},
        "D": {"Type": "AWS::CloudWatch::Dashboard", "Properties": {}},
        "S": {"Type": "AWS::SecretsManager::Secret", "Properties": {}},
        "T": {"Type": "AWS::ECS::TaskDefinition", "Properties": {"Cpu": "256", "Memory": "512"}},
    }

    found = forecast(resources, OpenSearchEndpoint="https://x", QuickSightPrincipalArn="arn:x")

    fixed = {line.what: line.usd for line in found.lines if not line.is_bought}
    assert fixed["alarms on 3 metrics"] == Decimal("0.3")
    assert fixed["a dashboard and a secret"] == Decimal("3.4")
    assert fixed["the stream's container"] == 744 * (Decimal("0.03238") / 4 + Decimal("0.00356") / 2)
    assert fixed["your OpenSearch domain, from"] == 744 * Decimal("0.036")
    assert fixed["QuickSight, an author, from"] == 24


def test_the_figures_around_are_those_of_the_page():
    page = (ROOT / "docs/cost.md").read_text()

    assert f"some {OWN_METRICS} metrics of our own" in page
    patterns = (
        r"\$([\d.]+) for 1,000 images with",
        r"\$([\d.]+) for 1,000 photos of posts",
        r"about \$([\d.]+) for 1,000 images",
        r"\$([\d.]+) for 1,000 new photos",
        r"\$([\d.]+) to fetch them",
        r"\$([\d.]+) to analyse them",
    )
    assert sum(Decimal(re.findall(pattern, page)[0]) for pattern in patterns) == AROUND_IMAGE_USD * 1000


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--param", "Nope=1"], "no such parameter: Nope"),
        (["--param", "MonthlyBudget"], "'MonthlyBudget' is not of the form NAME=VALUE"),
        (["--param", "MonthlyBudget=-1"], "MonthlyBudget"),
        (["--config-env", "moon"], "has no environment moon. It has default, prod"),
        (["--stack", "lake"], "--forecast is about template.yaml"),
    ],
)
def test_what_is_wrong_with_the_request_is_named(arguments, message):
    result = CliRunner().invoke(main.app, ["cost", "--forecast", *arguments])

    assert result.exit_code == 1
    assert message in " ".join(result.output.split())


SAMCONFIG = """
version = 0.1
[default.deploy.parameters]
region = "eu-west-1"
parameter_overrides = 'SearchQuery="a cat" ParameterKey=MonthlyBudget,ParameterValue=5'
[test.global.parameters]
region = "us-west-2"
[test.deploy.parameters]
parameter_overrides = ["SampleRate=0.5"]
[table.deploy.parameters]
parameter_overrides = {SampleRate = 0.5, ImageApis = ["labels", "text"]}
[file.deploy.parameters]
parameter_overrides = "file://settings.yaml"
"""


def test_samconfig_gives_parameters_and_the_region(tmp_path):
    path = tmp_path / "samconfig.toml"
    path.write_text(SAMCONFIG)

    assert read_samconfig(path, "default") == ({"SearchQuery": "a cat", "MonthlyBudget": "5"}, "eu-west-1")
    assert read_samconfig(path, "test") == ({"SampleRate": "0.5"}, "us-west-2")
    assert read_samconfig(path, "table") == ({"SampleRate": "0.5", "ImageApis": "labels,text"}, None)
    with pytest.raises(CommandError, match=r"'file://settings\.yaml' is not of the form NAME=VALUE"):
        read_samconfig(path, "file")
    assert read_samconfig(tmp_path / "none.toml", "default") == ({}, None)
    path.write_text("[")
    with pytest.raises(CommandError, match=r"samconfig\.toml is not TOML"):
        read_samconfig(path, "default")


def test_the_command_line_overrides_samconfig_and_both_the_template(tmp_path):
    (tmp_path / "samconfig.toml").write_text(
        '[default.deploy.parameters]\nparameter_overrides = "DailyImageBudget=7 MonthlyBudget=5"'
    )
    (tmp_path / "template.yaml").write_text("""
Transform: AWS::Serverless-2016-10-31
Parameters:
  DailyImageBudget: {Type: Number, Default: 1}
  MonthlyBudget: {Type: Number, Default: 1}
Metadata:
  Settings:
    CollectSchedule: {Type: String}
Mappings:
  Settings:
    Collect: {CollectSchedule: "cron(0 12 * * ? *)"}
Resources:
  Topic: {Type: AWS::SNS::Topic}
""")

    found = read_deployment(tmp_path, "default", ["MonthlyBudget=9"], None)

    assert (found.number("DailyImageBudget"), found.number("MonthlyBudget"), found.runs) == (7, 9, 31)
    assert list(found.resources) == ["Topic"]


def test_a_value_may_hold_an_equals_sign():
    assert parse_overrides(["SearchQueries=a: b=c"]) == {"SearchQueries": "a: b=c"}
