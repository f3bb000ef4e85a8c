"""CloudFormation's questions about the running stack, asked by a client of AWS."""

import boto3
import pytest
from botocore.exceptions import ClientError

from laptop_cloud.services.cloudformation.service import DescribedStack, DescribeServer

ARN = "arn:aws:cloudformation:us-east-1:123456789012:stack/shop/local"
STACK = DescribedStack(
    name="shop",
    arn=ARN,
    created_at="2026-03-08T04:00:00+00:00",
    parameters={"Budget": "7", "Words": "a,b"},
    outputs={"Bucket": "shop-bucket", "Note": "<a & b>"},
    descriptions={"Bucket": "Where things are"},
    resources={
        "Lake": {"type": "AWS::S3::Bucket", "physical_id": "shop-lake"},
        "Alarm": {"type": "AWS::CloudWatch::Alarm", "physical_id": "shop-alarm"},
    },
)


@pytest.fixture(scope="module")
def client():
    server = DescribeServer(STACK)
    yield boto3.client(
        "cloudformation",
        endpoint_url=server.url,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
    server.stop()


@pytest.mark.parametrize("given", [{}, {"StackName": "shop"}, {"StackName": ARN}])
def test_the_stack_is_described_with_its_parameters_and_outputs(client, given):
    (stack,) = client.describe_stacks(**given)["Stacks"]

    assert (stack["StackName"], stack["StackId"], stack["StackStatus"]) == ("shop", ARN, "CREATE_COMPLETE")
    assert stack["CreationTime"].isoformat() == STACK.created_at
    assert {each["ParameterKey"]: each["ParameterValue"] for each in stack["Parameters"]} == STACK.parameters
    assert stack["Outputs"] == [
        {"OutputKey": "Bucket", "OutputValue": "shop-bucket", "Description": "Where things are"},
        {"OutputKey": "Note", "OutputValue": "<a & b>"},
    ]


def test_its_resources_are_listed_with_what_has_no_local_effect(client):
    listed = client.list_stack_resources(StackName="shop")["StackResourceSummaries"]
    described = client.describe_stack_resources(StackName="shop")["StackResources"]

    named = {each["LogicalResourceId"]: each["PhysicalResourceId"] for each in listed}
    assert named == {"Lake": "shop-lake", "Alarm": "shop-alarm"}
    assert [each.get("ResourceStatusReason", "")[:21] for each in listed] == ["", "Not available locally"]
    assert {each["StackName"] for each in described} == {"shop"}
    assert {each["ResourceType"] for each in described} == {"AWS::S3::Bucket", "AWS::CloudWatch::Alarm"}


def test_one_resource_is_described(client):
    found = client.describe_stack_resource(StackName="shop", LogicalResourceId="Lake")["StackResourceDetail"]

    assert (found["PhysicalResourceId"], found["StackId"]) == ("shop-lake", ARN)


@pytest.mark.parametrize(
    ("operation", "arguments", "said"),
    [
        ("describe_stacks", {"StackName": "other"}, "ValidationError.*Stack with id other does not exist"),
        ("delete_stack", {"StackName": "shop"}, "Not available locally: CloudFormation's DeleteStack"),
        (
            "describe_stack_resource",
            {"StackName": "shop", "LogicalResourceId": "Sea"},
            "Resource Sea does not exist for stack shop",
        ),
    ],
)
def test_what_is_not_there_is_an_error(client, operation, arguments, said):
    with pytest.raises(ClientError, match=said):
        getattr(client, operation)(**arguments)
