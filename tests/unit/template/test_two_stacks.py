"""Two stacks in one account, each with its own DatabaseName: they share no name, metric, alarm or export."""

import json
import re

import pytest

from laptop_cloud.stack.resolver import CreatedResource, Resolver
from laptop_cloud.stack.template import load_template
from tests.policies.grants import REGION, SETTINGS
from tests.resolved_template import PSEUDO_PARAMETERS, ROOT

# Properties that hold what a resource is called: at the top, or in what Glue takes.
_NAME = re.compile(r"(Name|Id)$")
_INPUTS = ("DatabaseInput", "TableInput")
# A policy's name belongs to its roles.
_NAMED_WITHIN = {"AWS::IAM::Policy"}
# Ends with Name or Id, but is the account or a place in another resource.
_NOT_A_NAME = {"AwsAccountId", "CatalogId"}


class Stack:
    """A template as CloudFormation would resolve it: what has no name gets one of the stack and its logical id."""

    def __init__(self, file, name, settings):
        loaded = load_template(ROOT / file, settings, {}, REGION)
        pseudo = {**PSEUDO_PARAMETERS, "AWS::StackName": name}
        self._resolver = Resolver(loaded.document, {**loaded.parameters, **pseudo})
        self.document = loaded.document
        self._add_resources(name)

    def _add_resources(self, stack):
        # An explicit name may refer to another resource, which is added before it.
        for logical_id in self._resolver.order:
            named = [value for value in self._names(logical_id) if value]
            physical = named[-1] if named else f"{stack}-{logical_id}"
            attributes = {"Arn": f"arn:{physical}", "QueueName": physical, "FunctionUrl": physical}
            attributes |= {"Outputs.DashboardUrl": physical, "TopicName": physical}
            self._resolver.add(logical_id, CreatedResource(physical, attributes))

    def resources(self):
        return self._resolver.resources

    def properties(self, logical_id):
        return self._resolver.properties(logical_id)

    def outputs(self):
        return self._resolver.outputs()

    def _names(self, logical_id):
        properties = self.properties(logical_id)
        inner = [properties[key].get("Name") for key in _INPUTS if key in properties]
        return [
            *(value for key, value in properties.items() if _NAME.search(key) and key not in _NOT_A_NAME),
            *inner,
        ]

    def names(self):
        """The type and all names of each resource that has any."""
        return {
            (resource["Type"], tuple(map(str, self._names(name))))
            for name, resource in self.resources().items()
            if self._names(name) and resource["Type"] not in _NAMED_WITHIN
        }

    def metrics(self):
        """Namespace, name and dimensions of each metric that functions, log filters, alarms and charts name."""
        found: set[tuple[str, ...]] = set()
        for name, resource in self.resources().items():
            properties = self.properties(name)
            if resource["Type"] == "AWS::Lambda::Function":
                variables = properties["Environment"]["Variables"]
                found.add((variables["POWERTOOLS_METRICS_NAMESPACE"],))
            elif resource["Type"] == "AWS::Logs::MetricFilter":
                found |= {(each["MetricNamespace"], each["MetricName"]) for each in properties["MetricTransformations"]}
            elif resource["Type"] == "AWS::CloudWatch::Alarm":
                stats = [each["MetricStat"]["Metric"] for each in properties["Metrics"] if "MetricStat" in each]
                found |= {
                    (each["Namespace"], each["MetricName"], json.dumps(each.get("Dimensions", []))) for each in stats
                }
            elif resource["Type"] == "AWS::CloudWatch::Dashboard":
                widgets = json.loads(properties["DashboardBody"])["widgets"]
                lines = [line for widget in widgets for line in widget["properties"].get("metrics", [])]
                found |= {tuple(part for part in line if isinstance(part, str)) for line in lines}
                found |= {(alarm,) for widget in widgets for alarm in widget["properties"].get("alarms", [])}
        return found - {()}


@pytest.fixture(scope="module")
def stacks():
    return [Stack("template.yaml", name, {**SETTINGS, "DatabaseName": name}) for name in ("one", "two")]


@pytest.fixture(scope="module")
def quicksight_stacks(stacks):
    return [
        Stack("quicksight/template.yaml", name, stack.properties("QuickSightStack")["Parameters"])
        for name, stack in zip(("one", "two"), stacks, strict=True)
    ]


def test_two_stacks_share_no_name(stacks):
    one, two = stacks

    assert len(one.names()) == len(two.names()) > 15
    assert one.names() & two.names() == set()


def test_two_stacks_share_no_metric_and_no_alarm(stacks):
    one, two = stacks

    assert len(one.metrics()) > 100
    assert one.metrics() & two.metrics() == set()


def test_two_stacks_share_no_id_in_quicksight(quicksight_stacks):
    one, two = quicksight_stacks

    assert len(one.names()) > 20
    assert one.names() & two.names() == set()


def test_no_output_is_exported(stacks):
    assert not [name for name, output in stacks[0].document["Outputs"].items() if "Export" in output]


def test_what_two_stacks_have_in_common_is_how_they_are_set(stacks):
    one, two = (stack.outputs() for stack in stacks)

    assert {name for name in one if one[name] == two[name]} == {
        "CustomLabelsModel",
        "MonthlyBudgets",
        "OpenSearchEndpoint",
        "PackEntities",
        "RowRetentionDays",
        "SampleRate",
    }
