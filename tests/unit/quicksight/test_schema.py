"""CloudFormation and the API of QuickSight would take quicksight/template.yaml, as far as their schemas say."""

import json
from typing import Any

import botocore.session
import pytest
from botocore.validate import ParamValidator
from cfnlint import core
from cfnlint.api import lint
from cfnlint.config import ManualArgs

from laptop_cloud.stack.resolver import CreatedResource, Resolver
from tests.quicksight_checks import of_type, walk
from tests.resolved_template import PSEUDO_PARAMETERS, ROOT

PARAMETERS = {
    "Prefix": "photolake-prod",
    "PrincipalArn": "arn:aws:quicksight:us-east-1:123456789012:user/default/ann",
    "RoleArn": "arn:aws:iam::123456789012:role/quicksight",
    "Workgroup": "photolake-photolake",
    "Database": "photolake",
    "Days": "90",
    "Refresh": "HOURLY",
}
# Properties that only CloudFormation has, and what the API calls them.
OWN_PROPERTIES = {"IngestionWaitPolicy"}
API_NAMES = {"TimeZone": "Timezone"}
MODEL: Any = botocore.session.get_session().get_service_model("quicksight")


def find_lint(document):
    matches = lint(json.dumps(document, indent=1), core.get_rules([], [], [], {}, False), ["us-east-1"], ManualArgs())
    return [f"{match.rule.id} {match.message}" for match in matches]


def resolve(document, **parameters):
    """The properties of each resource, with its type, as CloudFormation hands them to the API."""
    resolver = Resolver(document, {**PSEUDO_PARAMETERS, **PARAMETERS, **parameters})
    for name in resolver.resources:
        arn = f"arn:aws:quicksight:us-east-1:123456789012:{name}"
        resolver.add(name, CreatedResource(name, {"Arn": arn}))
    return {
        name: (resource["Type"].split("::")[-1], rename(resolver.properties(name)))
        for name, resource in resolver.resources.items()
    }


def rename(value):
    if isinstance(value, list):
        return [rename(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {API_NAMES.get(key, key): rename(item) for key, item in value.items() if key not in OWN_PROPERTIES}


def find_refusals(document, **parameters):
    """What botocore would refuse to send: required and unknown members, types, lengths and ranges."""
    return [
        f"{name}: {report.generate_report()}"
        for name, (kind, properties) in resolve(document, **parameters).items()
        if (report := ParamValidator().validate(properties, read_input_shape(f"Create{kind}"))).has_errors()
    ]


def read_input_shape(operation):
    shape = MODEL.operation_model(operation).input_shape
    assert shape
    return shape


def test_the_template_passes_cfn_lint_with_the_registry_schema(document):
    assert find_lint(document) == []


@pytest.mark.parametrize("refresh", ["HOURLY", "DAILY"])
def test_the_api_would_be_sent_every_resource(document, refresh):
    assert len(resolve(document)) == 25
    assert find_refusals(document, Refresh=refresh) == []


def test_a_definition_that_is_refused_is_seen(document):
    del document["Resources"]["Analysis"]
    definition = document["Resources"]["Dashboard"]["Properties"]["Definition"]
    first, second, third, fourth, fifth, *_ = definition["Sheets"]
    del first["SheetId"]
    second["Visual"] = []
    third["SheetId"] = "an id"
    placed(fourth)["RowSpan"] = 22
    placed(fifth)["ColumnSpan"] = 37
    definition["CalculatedFields"][0]["Expression"] = ""
    definition["FilterGroups"][0]["CrossDataset"] = "EVERY"

    found = "\n".join(find_lint(document))
    for part in (
        "'SheetId' is a required property",
        "('Visual' was unexpected",
        "'an id' does not match",
        "22 is greater than the maximum of 21",
        "37 is greater than the maximum of 36",
        "'' is shorter than 1",
        "'EVERY' is not one of",
    ):
        assert part in found, part
    (refusal,) = find_refusals(document)
    for part in ('Missing required parameter in Definition.Sheets[0]: "SheetId"', '"Visual"', "Expression, value: 0"):
        assert part in refusal, part


def test_the_template_is_below_cloudformations_limit_with_room(document):
    # https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html: 1 MB
    assert (ROOT / "quicksight/template.yaml").stat().st_size < 500_000


def test_nobody_waits_for_spice_and_every_data_set_is_read_again_regularly(document):
    data_sets, schedules = of_type(document, "DataSet"), of_type(document, "RefreshSchedule")

    assert len(data_sets) == len(schedules) == 11
    assert {item["ImportMode"] for item in data_sets.values()} == {"SPICE"}
    assert [item["IngestionWaitPolicy"]["WaitForSpiceIngestion"] for item in data_sets.values()] == [False] * 11
    assert [item["DataSetId"] for item in schedules.values()] == [item["DataSetId"] for item in data_sets.values()]


def test_the_principal_owns_every_resource_and_nobody_else_does(document):
    owned = {name: item["Properties"] for name, item in document["Resources"].items() if "Refresh" not in name}

    for name, properties in owned.items():
        (permission,) = properties["Permissions"]
        assert permission["Principal"] == {"Ref": "PrincipalArn"}, name
        assert len(permission["Actions"]) == len(set(permission["Actions"])) > 5


def test_every_id_begins_with_the_name_of_the_stack_so_that_two_stacks_fit_one_account(document):
    ids = {
        (kind, properties[f"{kind}Id"]) for kind, properties in resolve(document).values() if kind != "RefreshSchedule"
    }

    assert len(ids) == 14
    assert [name for _, name in ids if not name.startswith("photolake-prod")] == []


def placed(sheet):
    return next(item for item in walk(sheet) if "RowSpan" in item)
