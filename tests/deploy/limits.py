"""Where ministack and the SAM CLI on loopback differ from AWS: all that `make test-deploy` changes in the template.

`test_limits.py` deploys what ministack refuses or misreads, and fails when a change is no longer needed.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.deploy.ministack import ROOT

Document = dict[str, Any]


@dataclass(frozen=True)
class Limit:
    """One difference: `change` takes its place out of a template that `sam build` wrote."""

    name: str
    reason: str
    change: Callable[[Document], None]


@dataclass(frozen=True)
class Ignored:
    """What ministack takes but does not do: no test here says anything about it."""

    subject: str
    reason: str


def _watch_one_metric(template: Document) -> None:
    for alarm in _find(template, "AWS::CloudWatch::Alarm"):
        metric = alarm.pop("Metrics")[1]["MetricStat"]["Metric"]
        alarm.update(Period=300, Statistic="Sum", MetricName=metric["MetricName"], Namespace=metric["Namespace"])


def _write_settings_into_conditions(template: Document) -> None:
    template["Conditions"] = resolve_settings(template["Conditions"], template)


def _write_settings_into_environments(template: Document) -> None:
    for function in _find(template, "AWS::Serverless::Function"):
        function["Environment"] = resolve_settings(function["Environment"], template)


def _read_sql_from_the_project(template: Document) -> None:
    sql_directory(template)["SQL_DIRECTORY"] = str(ROOT / "athena")


def _turn_event_sources_off(template: Document) -> None:
    for function in _find(template, "AWS::Serverless::Function"):
        for event in function.get("Events", {}).values():
            if event["Type"] == "SQS":
                event["Properties"]["Enabled"] = False


def _name_a_packaged_template(template: Document) -> None:
    for stack in _find(template, "AWS::CloudFormation::Stack"):
        stack["TemplateURL"] = "https://s3.us-east-1.amazonaws.com/packaged/nested.yaml"


LIMITS = (
    Limit(
        "alarms_on_one_metric",
        "ministack refuses AWS::CloudWatch::Alarm with Metrics: 'metric math is not supported'",
        _watch_one_metric,
    ),
    Limit(
        "conditions_without_mappings",
        "ministack does not resolve Fn::FindInMap in Conditions: Equals [FindInMap, ''] is always false",
        _write_settings_into_conditions,
    ),
    Limit(
        "environments_of_text",
        "ministack gives a number of Mappings to a function's environment as a number; AWS makes it text",
        _write_settings_into_environments,
    ),
    Limit(
        "sql_outside_of_opt",
        "ministack runs functions without a container, so there is no /opt with the files of a layer",
        _read_sql_from_the_project,
    ),
    Limit(
        "no_event_sources",
        "ministack runs the functions on this machine, for which the layer's wheels are not built; S3's test "
        "message would start them, and one that fails after a rollback makes its deleted log group again",
        _turn_event_sources_off,
    ),
    Limit(
        "no_nested_template",
        "the SAM CLI writes a nested template's address after S3's endpoint, here http://127.0.0.1, and `sam delete` "
        "reads https://s3 only; its condition is false, so it is not created",
        _name_a_packaged_template,
    ),
)
IGNORED = (
    Ignored("AWS::S3::Bucket LifecycleConfiguration", "ministack does not store it"),
    Ignored("views and results of queries", "its Athena accepts every statement and runs none"),
    Ignored("names of log groups", "its names of AWS::Logs::LogGroup have no random part"),
    Ignored(
        "a stack in ROLLBACK_COMPLETE",
        "it can be updated, which AWS refuses: the tests delete it, as docs/deploy.md says",
    ),
)


def adapt(template: Document) -> None:
    """Take out what ministack cannot do."""
    for limit in LIMITS:
        limit.change(template)


def sql_directory(template: Document) -> Document:
    """The environment variables of the function that creates the views."""
    variables: Document = template["Resources"]["AthenaSchemaFunction"]["Properties"]["Environment"]["Variables"]
    return variables


def resolve_settings(value: Any, template: Document) -> Any:
    """`value` with each setting in the place of its Fn::FindInMap, as text."""
    if isinstance(value, list):
        return [resolve_settings(item, template) for item in value]
    if not isinstance(value, dict):
        return value
    if "Fn::FindInMap" in value:
        mapping, group, name = value["Fn::FindInMap"]
        return str(template["Mappings"][mapping][group][name])
    return {key: resolve_settings(item, template) for key, item in value.items()}


def _find(template: Document, kind: str) -> list[Document]:
    return [resource["Properties"] for resource in template["Resources"].values() if resource["Type"] == kind]
