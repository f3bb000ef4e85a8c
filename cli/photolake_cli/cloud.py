"""The handle of a lake: a stack deployed on AWS, or the laptop cloud on this machine."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from photolake.images.face_use import FaceUse, choose_apis
from photolake.images.rekognition_apis import price_per_image
from photolake.price_list import DEFAULT_REGION
from photolake_cli.aws_errors import explain_error
from photolake_cli.errors import CommandError
from photolake_cli.laptop import Laptop, find_endpoint

if TYPE_CHECKING:
    from pathlib import Path

REQUIRED_VALUES = (
    "WorkgroupName",
    "DatabaseName",
    "LandingDatabaseName",
    "LakeBucketName",
    "TweetsStreamName",
    "EarliestDate",
    "ImageApis",
    "SampleRate",
)


@dataclass(frozen=True)
class StackResource:
    """A resource of a stack: CloudFormation's type, and the physical id."""

    type: str
    physical_id: str


@dataclass(frozen=True)
class Cloud:
    """What the commands need of a stack; `values` are its parameters and outputs by name."""

    name: str
    """How messages name it: `the stack photolake in eu-west-1`."""
    key: str
    """Tells this lake from every other. A laptop cloud starts empty, so every start is a lake of its own."""
    session: boto3.Session
    values: Mapping[str, str]
    find_physical_id: Callable[[str], str]
    """The physical id of a resource by its logical id."""
    endpoints: Mapping[str, str] = field(default_factory=dict)
    """Endpoints that replace AWS's: `AWS_ENDPOINT_URL`, `AWS_ENDPOINT_URL_S3` ..."""
    on_laptop: bool = False
    time_scale: float = 1
    """How much of its buffering intervals the laptop cloud really waits."""
    list_resources: Callable[[], Mapping[str, StackResource]] = dict
    """All resources by their logical ids."""
    laptop: Laptop | None = None
    """The laptop cloud, if it is one: its folder and its status."""

    @property
    def image_apis(self) -> list[str]:
        """The Rekognition APIs that each image is sent to."""
        return choose_apis([api for api in self.values["ImageApis"].split(",") if api], self.face_use)

    @property
    def face_use(self) -> FaceUse:
        """What may be kept of faces and celebrities; stacks of older templates do not say."""
        return FaceUse(self.values.get("FacesAndCelebrities", FaceUse.FULL))

    @property
    def region(self) -> str:
        """The Region whose prices hold; the laptop cloud's are those of us-east-1."""
        return (None if self.on_laptop or self.session is None else self.session.region_name) or DEFAULT_REGION

    @property
    def image_usd(self) -> Decimal:
        """The price of an image that needs all of its APIs."""
        return price_per_image(self.image_apis, self.region)

    @property
    def sample_rate(self) -> Decimal:
        """The share of posts that are analysed."""
        return Decimal(self.values["SampleRate"])

    @property
    def packs_entities(self) -> bool:
        """Whether entities of several posts are bought as one document; stacks of older templates do not say."""
        return self.values.get("PackEntities") == "true"

    def client(self, service: str) -> Any:
        """A boto3 client."""
        make: Any = self.session.client
        return make(service, endpoint_url=self.endpoint(service))

    def table(self, name: str) -> Any:
        """A DynamoDB table."""
        return self.session.resource("dynamodb", endpoint_url=self.endpoint("dynamodb")).Table(name)

    def endpoint(self, service: str) -> str | None:
        """The service's endpoint; None for AWS's own."""
        return find_endpoint(self.endpoints, service)


def connect(stack: str | None, region: str | None, state: Path) -> Cloud:
    """The stack of this name on AWS, or without a name the laptop cloud that runs in this state folder."""
    if region and not stack:
        raise CommandError("--region goes with --stack NAME: the laptop cloud has one Region")
    return connect_stack(stack, region) if stack else connect_laptop(Laptop.connect(state))


def connect_laptop(laptop: Laptop) -> Cloud:
    """A running laptop cloud."""
    state = laptop.state
    return Cloud(
        name=f"the laptop cloud in {laptop.folder}",
        key=f"laptop {state.started_at}",
        session=laptop.session,
        values={**state.parameters, **state.outputs},
        find_physical_id=lambda logical_id: state.resources[logical_id]["physical_id"],
        endpoints=state.environment,
        on_laptop=True,
        time_scale=state.scale,
        list_resources=lambda: {
            logical_id: StackResource(found["type"], found["physical_id"])
            for logical_id, found in state.resources.items()
        },
        laptop=laptop,
    )


def connect_stack(stack: str, region: str | None) -> Cloud:
    """A stack on AWS, with the credentials that boto3 finds; CommandError says what to do if that fails."""
    name = f"the stack {stack}" + (f" in {region}" if region else "")
    try:
        session = boto3.Session(region_name=region)
        client = session.client("cloudformation")
        name = f"the stack {stack} in {client.meta.region_name}"
        values = _read_values(client, stack, name)
    except (BotoCoreError, ClientError) as error:
        raise explain_error(error, name) from error

    def find_physical_id(logical_id: str) -> str:
        try:
            found = client.describe_stack_resource(StackName=stack, LogicalResourceId=logical_id)
        except (BotoCoreError, ClientError) as error:
            raise explain_error(error, name) from error
        return found["StackResourceDetail"]["PhysicalResourceId"]

    def list_resources() -> Mapping[str, StackResource]:
        try:
            return _list_resources(client, stack)
        except (BotoCoreError, ClientError) as error:
            raise explain_error(error, name) from error

    return Cloud(
        name,
        f"{client.meta.region_name} {values['LakeBucketName']}",
        session,
        values,
        find_physical_id,
        list_resources=list_resources,
    )


def _list_resources(client: Any, stack: str) -> dict[str, StackResource]:
    pages = client.get_paginator("list_stack_resources").paginate(StackName=stack)
    return {
        found["LogicalResourceId"]: StackResource(found["ResourceType"], found["PhysicalResourceId"])
        for page in pages
        for found in page["StackResourceSummaries"]
        if "PhysicalResourceId" in found
    }


def _read_values(client: Any, stack: str, name: str) -> Mapping[str, str]:
    """The stack's parameters and outputs by name; CommandError if it is missing or not photolake's."""
    try:
        (found,) = client.describe_stacks(StackName=stack)["Stacks"]
    except ClientError as error:
        if "does not exist" in error.response["Error"].get("Message", ""):
            region = client.meta.region_name
            raise CommandError(
                f"There is no stack {stack} in {region}. List the stacks: aws cloudformation list-stacks "
                f"--region {region}; another Region: --region"
            ) from error
        raise
    parameters = {item["ParameterKey"]: item["ParameterValue"] for item in found.get("Parameters", [])}
    outputs = {item["OutputKey"]: item["OutputValue"] for item in found.get("Outputs", [])}
    values = {**parameters, **outputs}
    if missing := [key for key in REQUIRED_VALUES if key not in values]:
        raise CommandError(
            f"{name} has no {', '.join(missing)}; its status is {found['StackStatus']}. "
            "Is it a photolake stack, completely deployed? sam build && sam deploy"
        )
    return values
