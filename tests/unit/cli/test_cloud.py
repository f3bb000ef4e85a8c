"""The handle of a deployed stack or a laptop cloud, and the messages for failed AWS requests."""

import json
from decimal import Decimal
from pathlib import Path

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

from laptop_cloud.state import CloudState
from photolake_cli.aws_errors import explain_error
from photolake_cli.cloud import Cloud, StackResource, connect, connect_laptop, connect_stack
from photolake_cli.errors import CommandError
from photolake_cli.laptop import Laptop

REGION = "eu-west-1"
PLACE = "the stack lake in eu-west-1"
OUTPUTS = {
    "WorkgroupName": "lake-photolake",
    "DatabaseName": "photolake",
    "LandingDatabaseName": "photolake_landing",
    "LakeBucketName": "lake-bucket",
    "TweetsStreamName": "tweets-stream",
}
PARAMETERS = {
    "EarliestDate": "2026-02-03",
    "ImageApis": "labels,properties",
    "SampleRate": "0.5",
    "PackEntities": "true",
}


def deploy(outputs):
    template = {
        "Parameters": {name: {"Type": "String", "Default": value} for name, value in PARAMETERS.items()},
        # Its physical id is the name.
        "Resources": {"PostsStream": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "posts-stream"}}},
        "Outputs": {name: {"Value": value} for name, value in outputs.items()},
    }
    boto3.client("cloudformation", REGION).create_stack(StackName="lake", TemplateBody=json.dumps(template))


@pytest.fixture
def aws():
    with mock_aws():
        yield


@pytest.mark.parametrize(
    ("region", "on_laptop", "usd"),
    [("eu-west-1", False, "0.00175"), ("ap-northeast-1", False, "0.002275"), ("ap-northeast-1", True, "0.00175")],
)
def test_an_image_costs_what_it_costs_in_the_region_of_the_stack(region, on_laptop, usd):
    session = boto3.Session(region_name=region)

    cloud = Cloud("lake", "lake", session, {"ImageApis": "labels,properties"}, str, on_laptop=on_laptop)

    assert cloud.image_usd == Decimal(usd)


@pytest.mark.parametrize(
    ("face_use", "apis"), [("full", ["labels", "faces"]), ("aggregate", ["labels", "faces"]), ("off", ["labels"])]
)
def test_what_is_not_bought_is_not_among_the_apis_of_a_stack(face_use, apis):
    values = {"ImageApis": "labels,faces", "FacesAndCelebrities": face_use}

    assert Cloud("lake", "lake", boto3.Session(region_name=REGION), values, str).image_apis == apis


def test_a_stack_is_described_by_its_own_parameters_outputs_and_resources(aws):
    deploy(OUTPUTS)

    cloud = connect_stack("lake", REGION)

    assert (cloud.name, cloud.key, cloud.values) == (PLACE, f"{REGION} lake-bucket", {**OUTPUTS, **PARAMETERS})
    assert (cloud.image_apis, cloud.sample_rate) == (["labels", "properties"], Decimal("0.5"))
    assert cloud.packs_entities
    assert (cloud.session.region_name, cloud.endpoint("athena"), cloud.on_laptop) == (REGION, None, False)
    assert cloud.find_physical_id("PostsStream") == "posts-stream"
    assert cloud.list_resources() == {"PostsStream": StackResource("AWS::S3::Bucket", "posts-stream")}
    with pytest.raises(CommandError, match=f"^{PLACE} refused the request"):
        cloud.find_physical_id("Nothing")


def test_a_laptop_cloud_is_described_by_its_state():
    state = CloudState(
        pid=1,
        started_at="2026-11-20T15:00:00+00:00",
        scale=0.01,
        endpoint_url="http://127.0.0.1:1",
        environment={
            "AWS_ACCESS_KEY_ID": "x",
            "AWS_SECRET_ACCESS_KEY": "x",
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ENDPOINT_URL": "http://127.0.0.1:1",
            "AWS_ENDPOINT_URL_ATHENA": "http://127.0.0.1:2",
        },
        parameters=PARAMETERS,
        outputs=OUTPUTS,
        resources={"PostsStream": {"type": "AWS::KinesisFirehose::DeliveryStream", "physical_id": "posts-stream"}},
        status_url="http://127.0.0.1:3/status",
        backlog_url="http://127.0.0.1:3/backlog",
    )

    cloud = connect_laptop(Laptop(Path(".photolake"), state))

    assert (cloud.name, cloud.key) == ("the laptop cloud in .photolake", "laptop 2026-11-20T15:00:00+00:00")
    assert (cloud.values, cloud.on_laptop, cloud.time_scale) == ({**OUTPUTS, **PARAMETERS}, True, 0.01)
    assert cloud.find_physical_id("PostsStream") == "posts-stream"
    assert cloud.list_resources() == {
        "PostsStream": StackResource("AWS::KinesisFirehose::DeliveryStream", "posts-stream")
    }
    assert cloud.client("athena").meta.endpoint_url == "http://127.0.0.1:2"
    assert cloud.client("s3").meta.endpoint_url == "http://127.0.0.1:1"


def test_a_region_without_a_stack_is_an_error(tmp_path):
    with pytest.raises(CommandError, match="--region goes with --stack NAME"):
        connect(None, REGION, tmp_path)


def test_a_stack_that_is_not_there_is_an_error_with_its_region(aws):
    with pytest.raises(CommandError) as error:
        connect_stack("nope", REGION)

    assert str(error.value) == (
        "There is no stack nope in eu-west-1. List the stacks: aws cloudformation list-stacks --region eu-west-1; "
        "another Region: --region"
    )


def test_a_stack_of_something_else_is_recognised_by_its_missing_outputs(aws):
    deploy({name: value for name, value in OUTPUTS.items() if name != "WorkgroupName"})

    with pytest.raises(CommandError) as error:
        connect_stack("lake", REGION)

    assert str(error.value) == (
        "the stack lake in eu-west-1 has no WorkgroupName; its status is CREATE_COMPLETE. "
        "Is it a photolake stack, completely deployed? sam build && sam deploy"
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
        connect_stack("lake", None)


def test_without_credentials_the_command_says_how_to_get_some(monkeypatch, tmp_path):
    without_aws_settings(monkeypatch, tmp_path)

    with pytest.raises(CommandError, match=f"There are no AWS credentials for {PLACE}. Log in"):
        connect_stack("lake", REGION)


def test_an_unknown_profile_is_an_error_that_says_how_to_list_them(monkeypatch, tmp_path):
    without_aws_settings(monkeypatch, tmp_path)
    monkeypatch.setenv("AWS_PROFILE", "nope")

    with pytest.raises(
        CommandError, match=r"\(nope\) could not be found. List the profiles: aws configure list-profiles"
    ):
        connect_stack("lake", REGION)


def refusal(code, message):
    return ClientError({"Error": {"Code": code, "Message": message}}, "StartQueryExecution")


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (
            refusal("ExpiredTokenException", "The token is expired"),
            "not accept these credentials (The token is exp",
        ),
        (refusal("AccessDeniedException", "You may not: athena:Start"), "You may not: athena:Start. Ask the owner of"),
        (
            refusal("InvalidRequestException", "WorkGroup w is not found."),
            f"WorkGroup w is not found; {PLACE} should have created it. Check the name and the Region",
        ),
        (
            refusal("TooManyRequestsException", "Slow down"),
            f"{PLACE} refused the request: TooManyRequests",
        ),
        (NoCredentialsError(), f"There are no AWS credentials for {PLACE}. Log in"),
        (UnauthorizedSSOTokenError(), f"The request to {PLACE} failed: The SSO session"),
        (EndpointConnectionError(endpoint_url="https://athena"), f"No connection to {PLACE}: Could not connect"),
        (ProfileNotFound(profile="p"), "List the profiles: aws configure list-profiles"),
    ],
)
def test_what_aws_refuses_is_one_line_that_says_what_to_do(error, said):
    message = str(explain_error(error, PLACE))

    assert said in message
    assert "\n" not in message


def test_on_the_laptop_a_missing_workgroup_or_connection_says_how_to_start_again():
    place = "the laptop cloud in .photolake"

    for error in (
        refusal("InvalidRequestException", "WorkGroup w is not found."),
        EndpointConnectionError(endpoint_url="http://127.0.0.1"),
    ):
        assert str(explain_error(error, place)).endswith(
            "Start it again: photolake down, then photolake up --background"
        )
