"""Resolving the intrinsic functions of CloudFormation."""

from typing import Any

import pytest

from laptop_cloud.errors import TemplateError
from laptop_cloud.stack.resolver import CreatedResource, Resolver, find_dependencies, order_resources

DOCUMENT: dict[str, Any] = {
    "Mappings": {"Sizes": {"us-east-1": {"Small": 1}}},
    "Conditions": {
        "Yes": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]},
        "No": {"Fn::Not": [{"Condition": "Yes"}]},
        "Both": {"Fn::And": [{"Condition": "Yes"}, {"Condition": "No"}]},
        "Either": {"Fn::Or": [{"Condition": "Yes"}, {"Condition": "No"}]},
    },
    "Resources": {"Bucket": {"Type": "T"}},
}
VALUES = {"Stage": "prod", "AWS::Region": "us-east-1", "Hosts": ["a", "b"]}


def _resolver(document: dict[str, Any] | None = None) -> Resolver:
    resolver = Resolver(document or DOCUMENT, VALUES)
    resolver.add("Bucket", CreatedResource("my-bucket", {"Arn": "arn:my-bucket", "Outputs.Url": "http://x"}))
    return resolver


@pytest.mark.parametrize(
    ("written", "resolved"),
    [
        ({"Ref": "Bucket"}, "my-bucket"),
        ({"Ref": "Stage"}, "prod"),
        ({"Ref": "AWS::Region"}, "us-east-1"),
        ({"Ref": "Hosts"}, ["a", "b"]),
        ({"Fn::GetAtt": ["Bucket", "Arn"]}, "arn:my-bucket"),
        ({"Fn::GetAtt": "Bucket.Arn"}, "arn:my-bucket"),
        ({"Fn::GetAtt": ["Bucket", "Outputs.Url"]}, "http://x"),
        ({"Fn::Sub": "${Bucket}/${Bucket.Arn}/${AWS::Region}"}, "my-bucket/arn:my-bucket/us-east-1"),
        ({"Fn::Sub": "dt=${!dt}/!{timestamp:yyyy}"}, "dt=${dt}/!{timestamp:yyyy}"),
        ({"Fn::Sub": ["${Name}-${Stage}", {"Name": {"Ref": "Bucket"}}]}, "my-bucket-prod"),
        ({"Fn::Join": [",", ["x", {"Ref": "Stage"}]]}, "x,prod"),
        ({"Fn::Join": [",", {"Ref": "Hosts"}]}, "a,b"),
        ({"Fn::Select": ["1", {"Ref": "Hosts"}]}, "b"),
        ({"Fn::Split": ["-", "a-b"]}, ["a", "b"]),
        ({"Fn::Base64": {"Fn::Sub": "${Stage}"}}, "cHJvZA=="),
        ({"Fn::FindInMap": ["Sizes", {"Ref": "AWS::Region"}, "Small"]}, 1),
        ({"Fn::If": ["Yes", "a", "b"]}, "a"),
        ({"Fn::If": ["Both", "a", "b"]}, "b"),
        ({"Fn::If": ["Either", "a", "b"]}, "a"),
        ({"keep": 1, "drop": {"Fn::If": ["No", 1, {"Ref": "AWS::NoValue"}]}}, {"keep": 1}),
        ([1, {"Ref": "AWS::NoValue"}, 2], [1, 2]),
        ({"Condition": {"StringEquals": {"a": {"Ref": "Stage"}}}}, {"Condition": {"StringEquals": {"a": "prod"}}}),
    ],
)
def test_an_intrinsic_is_resolved(written: Any, resolved: Any):
    assert _resolver().resolve(written) == resolved


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ({"Fn::ImportValue": "x"}, "Fn::ImportValue is not available locally"),
        ({"Fn::Cidr": ["10.0.0.0/16", 1, 8]}, "Fn::Cidr is not available locally"),
        ("{{resolve:ssm:/token}}", "dynamic references are not available locally"),
        ({"Ref": "Nowhere"}, "nothing is called Nowhere"),
        ({"Fn::GetAtt": ["Nowhere", "Arn"]}, "no resource is called Nowhere"),
        ({"Fn::GetAtt": ["Bucket", "Colour"]}, "Bucket has no attribute Colour locally, only Arn, Outputs.Url"),
        ({"Fn::Sub": "${Nowhere}"}, "nothing is called Nowhere"),
        ({"Fn::Sub": "${Hosts}"}, "expected text, got"),
        ({"Fn::FindInMap": ["Sizes", "eu-west-1", "Small"]}, "the mapping Sizes has no eu-west-1, Small"),
        ({"Fn::If": ["Nothing", 1, 2]}, "no condition is called Nothing"),
        ({"Ref": "Stage", "Fn::Sub": "x"}, "Ref must be the only key, but there are: Ref, Fn::Sub"),
    ],
)
def test_what_cannot_be_resolved_is_refused(written: Any, message: str):
    with pytest.raises(TemplateError) as refused:
        _resolver().resolve(written)

    assert message in str(refused.value)


def test_an_error_names_the_resource():
    document = {
        **DOCUMENT,
        "Resources": {"Bucket": {"Type": "T"}, "Queue": {"Properties": {"Name": {"Ref": "Nowhere"}}}},
    }

    with pytest.raises(TemplateError, match="Queue: nothing is called Nowhere"):
        _resolver(document).properties("Queue")


def test_resources_and_outputs_whose_condition_fails_are_left_out():
    document = {
        **DOCUMENT,
        "Resources": {"Bucket": {"Type": "T"}, "Other": {"Type": "T", "Condition": "No"}},
        "Outputs": {"Name": {"Value": {"Ref": "Bucket"}}, "Other": {"Condition": "No", "Value": {"Ref": "Other"}}},
    }

    resolver = _resolver(document)

    assert resolver.order == ("Bucket",)
    assert resolver.outputs() == {"Name": "my-bucket"}


def test_everything_a_resource_refers_to_is_created_before_it():
    resources: dict[str, dict[str, Any]] = {
        "Alone": {},
        "Last": {"DependsOn": "Second", "Properties": {"A": {"Fn::Sub": "${Third.Arn}/${!dt}/${Nothing}"}}},
        "Second": {"DependsOn": ["First"]},
        "Third": {"Properties": {"A": [{"B": {"Ref": "First"}}, {"Fn::GetAtt": ["Fourth", "Arn"]}]}},
        "First": {},
        "Fourth": {"Properties": {"A": {"Fn::GetAtt": "First.Arn"}}},
    }

    order = order_resources(find_dependencies(resources))

    assert sorted(order) == sorted(resources)
    before = [("First", "Second"), ("Second", "Last"), ("Third", "Last"), ("Fourth", "Third"), ("First", "Fourth")]
    assert all(order.index(earlier) < order.index(later) for earlier, later in before)


def test_the_branch_that_is_not_taken_is_no_dependency():
    resources = {
        "Bucket": {"Properties": {"A": {"Fn::If": ["Yes", "x", {"Ref": "Queue"}]}}},
        "Queue": {"Properties": {"A": {"Ref": "Bucket"}}},
    }

    assert _resolver({**DOCUMENT, "Resources": resources}).order == ("Bucket", "Queue")


def test_a_cycle_is_named():
    resources: dict[str, dict[str, Any]] = {"A": {"Properties": {"X": {"Ref": "B"}}}, "B": {"DependsOn": "A"}}

    with pytest.raises(TemplateError, match=r"circular dependency: (A → B → A|B → A → B)"):
        order_resources(find_dependencies(resources))


def test_a_condition_that_depends_on_itself_is_refused():
    document = {"Conditions": {"A": {"Fn::Not": [{"Condition": "A"}]}}, "Resources": {"R": {"Condition": "A"}}}

    with pytest.raises(TemplateError, match="the condition A depends on itself"):
        Resolver(document, {})


def test_a_condition_knows_no_other_function():
    document = {"Conditions": {"A": {"Fn::Contains": [[], "x"]}}, "Resources": {"R": {"Condition": "A"}}}

    with pytest.raises(TemplateError, match="Fn::Contains is not available locally in a condition"):
        Resolver(document, {})
