"""Changes of limits.py that are still needed: what they take out still fails, or is still not done."""

import json
import time

import pytest

from tests.deploy.limits import LIMITS

ALARM = {
    "Type": "AWS::CloudWatch::Alarm",
    "Properties": {
        "ComparisonOperator": "GreaterThanThreshold",
        "EvaluationPeriods": 1,
        "Threshold": 0,
        "Metrics": [
            {"Id": "sum", "Expression": "FILL(one, 0) + 1", "Label": "sum"},
            {
                "Id": "one",
                "ReturnData": False,
                "MetricStat": {"Period": 300, "Stat": "Sum", "Metric": {"Namespace": "N", "MetricName": "M"}},
            },
        ],
    },
}
TOPIC = {"Type": "AWS::SNS::Topic"}
MAPPINGS = {"Settings": {"One": {"Empty": "", "Number": 5}}}


@pytest.fixture
def deploy(ministack):
    """Create a stack; gives its status and the reasons of what failed. It is deleted after the test."""
    cloudformation = ministack.client("cloudformation")

    def create(resources, **more):
        template = {"Resources": resources, "Mappings": MAPPINGS, **more}
        cloudformation.create_stack(StackName="limit", TemplateBody=json.dumps(template))
        while (status := read_status(cloudformation)).endswith("IN_PROGRESS"):
            time.sleep(0.1)
        events = cloudformation.describe_stack_events(StackName="limit")["StackEvents"]
        return status, " ".join(event.get("ResourceStatusReason", "") for event in events)

    yield create
    cloudformation.delete_stack(StackName="limit")


def read_status(cloudformation):
    return cloudformation.describe_stacks(StackName="limit")["Stacks"][0]["StackStatus"]


def test_every_change_has_a_reason_and_a_name_of_its_own():
    assert all(limit.reason for limit in LIMITS)
    assert len({limit.name for limit in LIMITS}) == len(LIMITS)


def test_an_alarm_over_an_expression_is_refused(deploy):
    status, reasons = deploy({"Alarm": ALARM})

    assert status == "ROLLBACK_COMPLETE"
    assert "metric math" in reasons


def test_a_condition_does_not_read_mappings(deploy, ministack):
    is_empty = {"Fn::Equals": [{"Fn::FindInMap": ["Settings", "One", "Empty"]}, ""]}

    deploy({"Always": TOPIC, "IfEmpty": {**TOPIC, "Condition": "IsEmpty"}}, Conditions={"IsEmpty": is_empty})

    listed = ministack.client("cloudformation").list_stack_resources(StackName="limit")["StackResourceSummaries"]
    assert [item["LogicalResourceId"] for item in listed] == ["Always"]


def test_a_number_of_mappings_stays_a_number_in_an_environment(deploy, ministack):
    function = {
        "Type": "AWS::Lambda::Function",
        "Properties": {
            "FunctionName": "limit",
            "Runtime": "python3.13",
            "Handler": "index.handler",
            "Role": "arn:aws:iam::123456789012:role/any",
            "Code": {"ZipFile": "def handler(event, context): pass"},
            "Environment": {"Variables": {"NUMBER": {"Fn::FindInMap": ["Settings", "One", "Number"]}}},
        },
    }

    deploy({"Function": function})

    environment = ministack.client("lambda").get_function_configuration(FunctionName="limit")["Environment"]
    assert environment["Variables"] == {"NUMBER": 5}
