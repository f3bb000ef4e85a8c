"""Turning CloudFormation's properties into API arguments."""

from types import SimpleNamespace
from typing import Any

import botocore.session
import pytest

from laptop_cloud.errors import TemplateError
from laptop_cloud.lambda_runtime.functions import parse_function_name
from laptop_cloud.stack import creators
from laptop_cloud.stack.creators.coerce import coerce_value, refuse_other_properties
from laptop_cloud.stack.creators.no_local_effect import NO_LOCAL_EFFECT, name_resource


def _coerced(service: str, operation: str, value: Any) -> Any:
    model = botocore.session.get_session().get_service_model(service)
    shape = model.operation_model(operation).input_shape
    assert shape is not None
    return coerce_value(value, shape, "Properties")


def test_properties_take_the_types_of_the_api():
    written = {
        "TableName": "t",
        "BillingMode": "PAY_PER_REQUEST",
        "ProvisionedThroughput": {"ReadCapacityUnits": "5", "WriteCapacityUnits": 5},
        "DeletionProtectionEnabled": "true",
        "Tags": [{"Key": "n", "Value": 1}],
    }

    assert _coerced("dynamodb", "CreateTable", written) == {
        "TableName": "t",
        "BillingMode": "PAY_PER_REQUEST",
        "ProvisionedThroughput": {"ReadCapacityUnits": 5, "WriteCapacityUnits": 5},
        "DeletionProtectionEnabled": True,
        "Tags": [{"Key": "n", "Value": "1"}],
    }


def test_a_document_where_the_api_takes_text_becomes_json():
    written = {"QueueUrl": "u", "Attributes": {"Policy": {"Version": "2012-10-17"}, "VisibilityTimeout": 60}}

    assert _coerced("sqs", "SetQueueAttributes", written) == {
        "QueueUrl": "u",
        "Attributes": {"Policy": '{"Version":"2012-10-17"}', "VisibilityTimeout": "60"},
    }


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ({"TableNam": "t"}, "Properties: CreateTableInput of the API has no TableNam"),
        (
            {"ProvisionedThroughput": {"ReadCapacityUnits": "5.5"}},
            "Properties.ProvisionedThroughput.ReadCapacityUnits: expected long, got '5.5'",
        ),
        ({"ProvisionedThroughput": {"ReadCapacityUnits": True}}, "expected long, got True"),
        ({"DeletionProtectionEnabled": "yes"}, "Properties.DeletionProtectionEnabled: expected boolean, got 'yes'"),
        ({"KeySchema": {"AttributeName": "id"}}, "Properties.KeySchema: expected a list"),
        ({"KeySchema": [{"AttributeNam": "id"}]}, "Properties.KeySchema[0]: KeySchemaElement of the API has no"),
    ],
)
def test_a_property_that_does_not_fit_is_refused_by_its_path(written: Any, message: str):
    with pytest.raises(TemplateError) as refused:
        _coerced("dynamodb", "CreateTable", written)

    assert message in str(refused.value)


def test_a_property_that_would_not_be_heeded_is_refused():
    with pytest.raises(TemplateError, match="not available locally: Versioning"):
        refuse_other_properties({"BucketName": "b", "Versioning": {}}, "BucketName")


def test_a_resource_of_an_unknown_type_is_refused_before_anything_is_created():
    with pytest.raises(TemplateError, match="Vpc: the resource type AWS::EC2::VPC is not available locally"):
        creators.check_types({"Topic": {"Type": "AWS::SNS::Topic"}, "Vpc": {"Type": "AWS::EC2::VPC"}})


def test_a_type_is_either_created_or_said_to_have_no_effect():
    assert not creators.CREATORS.keys() & NO_LOCAL_EFFECT.keys()
    assert all(kind.reason for kind in NO_LOCAL_EFFECT.values())


@pytest.mark.parametrize(
    ("kind", "arn"),
    [
        ("AWS::IAM::Role", "arn:aws:iam::123456789012:role/Named"),
        ("AWS::SNS::Topic", "arn:aws:sns:us-east-1:123456789012:Named"),
    ],
)
def test_a_resource_without_effect_has_the_arn_of_its_service(kind: str, arn: str):
    context: Any = SimpleNamespace(
        region="us-east-1",
        name=lambda logical_id: logical_id,
        arn=lambda service, resource: f"arn:aws:{service}:us-east-1:123456789012:{resource}",
    )

    found = name_resource(NO_LOCAL_EFFECT[kind], "Named", {}, context)

    assert arn in found.attributes.values()


def test_a_budget_is_named_and_nothing_is_billed():
    context: Any = SimpleNamespace(region="us-east-1", name=lambda logical_id: f"stack-{logical_id}", arn=lambda *_: "")

    found = name_resource(NO_LOCAL_EFFECT["AWS::Budgets::Budget"], "Money", {"Budget": {}}, context)

    assert found.attributes == {"Id": "stack-Money"}


@pytest.mark.parametrize(
    ("reference", "name"),
    [
        ("worker", "worker"),
        ("worker:live", "worker"),
        ("arn:aws:lambda:us-east-1:123456789012:function:worker", "worker"),
        ("arn%3Aaws%3Alambda%3Aus-east-1%3A123456789012%3Afunction%3Aworker%3Alive", "worker"),
    ],
)
def test_a_function_is_found_by_name_and_by_arn(reference: str, name: str):
    assert parse_function_name(reference) == name
