"""The deployed stack as CloudFormation knows it, and what is said when it cannot be asked."""

import json

import boto3
import pytest
from botocore.exceptions import (
    ClientError,
    EndpointConnectionError,
    NoCredentialsError,
    ProfileNotFound,
    UnauthorizedSSOTokenError,
)
from moto import mock_aws

from photolake_cli.aws_errors import explained
from photolake_cli.cloud import deployed_lake
from photolake_cli.errors import CommandError

REGION = "eu-west-1"
PLACE = "the stack lake in eu-west-1"
OUTPUTS = {"WorkgroupName": "lake-photolake", "DatabaseName": "photolake"}


def deploy(outputs):
    template = {
        "Parameters": {"EarliestDate": {"Type": "String", "Default": "2026-02-03"}},
        "Resources": {"Topic": {"Type": "AWS::SNS::Topic"}},
        "Outputs": {name: {"Value": value} for name, value in outputs.items()},
    }
    boto3.client("cloudformation", REGION).create_stack(StackName="lake", TemplateBody=json.dumps(template))


@pytest.fixture
def aws():
    with mock_aws():
        yield


def test_workgroup_database_and_first_day_are_the_stacks_own(aws):
    deploy(OUTPUTS)

    lake = deployed_lake("lake", REGION)

    assert (lake.place, lake.workgroup, lake.database, lake.earliest_date()) == (
        PLACE,
        "lake-photolake",
        "photolake",
        "2026-02-03",
    )
    assert (lake.session.region_name, lake.endpoint_url, lake.on_laptop) == (REGION, None, False)


def test_a_stack_that_is_not_there_is_told_with_its_region(aws):
    with pytest.raises(CommandError) as error:
        deployed_lake("nope", REGION)

    assert str(error.value) == (
        "There is no stack nope in eu-west-1. Those there are: aws cloudformation list-stacks --region eu-west-1; "
        "another Region: --region"
    )


def test_a_stack_of_something_else_is_told_by_its_missing_outputs(aws):
    deploy({"DatabaseName": "photolake"})

    with pytest.raises(CommandError) as error:
        deployed_lake("lake", REGION)

    assert str(error.value) == (
        "the stack lake in eu-west-1 has no WorkgroupName; its status is CREATE_COMPLETE. "
        "Is it photolake's, and deployed to its end? sam build && sam deploy"
    )


def without_aws_settings(monkeypatch, tmp_path):
    for name in ("AWS_DEFAULT_REGION", "AWS_REGION", "AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


def test_without_a_region_the_command_asks_for_one(monkeypatch, tmp_path):
    without_aws_settings(monkeypatch, tmp_path)

    with pytest.raises(CommandError, match=r"No AWS Region is set.*--region eu-west-1$"):
        deployed_lake("lake", None)


def test_without_credentials_the_command_says_how_to_get_some(monkeypatch, tmp_path):
    without_aws_settings(monkeypatch, tmp_path)

    with pytest.raises(CommandError, match=f"There are no AWS credentials for {PLACE}. Log in"):
        deployed_lake("lake", REGION)


def test_an_unknown_profile_is_told(monkeypatch, tmp_path):
    without_aws_settings(monkeypatch, tmp_path)
    monkeypatch.setenv("AWS_PROFILE", "nope")

    with pytest.raises(
        CommandError, match=r"\(nope\) could not be found. Those there are: aws configure list-profiles"
    ):
        deployed_lake("lake", REGION)


def refusal(code, message):
    return ClientError({"Error": {"Code": code, "Message": message}}, "StartQueryExecution")


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (refusal("ExpiredTokenException", "The token is expired"), "does not take these credentials (The token is exp"),
        (refusal("AccessDeniedException", "You may not: athena:Start"), "You may not: athena:Start. Ask whoever runs"),
        (
            refusal("InvalidRequestException", "WorkGroup w is not found."),
            f"WorkGroup w is not found at {PLACE}, which made it. Check name and Region",
        ),
        (refusal("TooManyRequestsException", "Slow down"), f"{PLACE} refused: TooManyRequestsException: Slow down"),
        (NoCredentialsError(), f"There are no AWS credentials for {PLACE}. Log in"),
        (UnauthorizedSSOTokenError(), f"{PLACE} cannot be asked: The SSO session"),
        (EndpointConnectionError(endpoint_url="https://athena"), f"No connection to {PLACE}: Could not connect"),
        (ProfileNotFound(profile="p"), "Those there are: aws configure list-profiles"),
    ],
)
def test_what_aws_refuses_is_one_line_that_says_what_to_do(error, said):
    message = str(explained(error, PLACE))

    assert said in message
    assert "\n" not in message


def test_on_the_laptop_a_missing_workgroup_or_connection_is_told_with_the_way_to_start_again():
    place = "the laptop cloud in .photolake"

    for error in (
        refusal("InvalidRequestException", "WorkGroup w is not found."),
        EndpointConnectionError(endpoint_url="http://127.0.0.1"),
    ):
        assert str(explained(error, place)).endswith("start it again: photolake down, then photolake up --background")
