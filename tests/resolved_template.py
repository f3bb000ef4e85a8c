"""template.yaml with every reference resolved, for tests that compare it with code."""

from functools import cache
from pathlib import Path
from typing import Any

import botocore.session

from laptop_cloud.stack import template
from laptop_cloud.stack.creators.coerce import coerce_value
from laptop_cloud.stack.resolver import CreatedResource, Resolver

ROOT = Path(__file__).parents[1]
PSEUDO_PARAMETERS = {
    "AWS::AccountId": "123456789012",
    "AWS::Region": "us-east-1",
    "AWS::Partition": "aws",
    "AWS::StackName": "photolake",
}


@cache
def transformed() -> template.Template:
    """The template after the SAM transform."""
    return template.load_template(ROOT / "template.yaml", {}, {}, "us-east-1")


@cache
def properties(logical_id: str, **settings: str) -> dict[str, Any]:
    """A resource's properties with default parameters but for `settings`; references give Glue names or logical ids."""
    loaded = template.load_template(ROOT / "template.yaml", settings, {}, "us-east-1") if settings else transformed()
    resolver = Resolver(loaded.document, {**loaded.parameters, **PSEUDO_PARAMETERS})
    for name, resource in loaded.document["Resources"].items():
        table = resource.get("Properties", {}).get("TableInput", {})
        attributes = {"Arn": f"arn:aws:s3:::{name.lower()}", "QueueName": name}
        resolver.add(name, CreatedResource(table.get("Name", name), attributes))
    return resolver.properties(logical_id)


def environment(function: str) -> dict[str, str]:
    """The environment of a function, by its folder's name."""
    name = "".join(word.capitalize() for word in function.split("_"))
    variables = properties(f"{name}Function")["Environment"]["Variables"]
    return {key: str(value) for key, value in variables.items()}


def delivery_streams() -> dict[str, dict[str, Any]]:
    """Each stream's S3 destination, with the types of an API call."""
    model = botocore.session.get_session().get_service_model("firehose")
    request: Any = model.operation_model("CreateDeliveryStream").input_shape
    shape = request.members["ExtendedS3DestinationConfiguration"]
    return {
        name: coerce_value(properties(name)["ExtendedS3DestinationConfiguration"], shape, name)
        for name, resource in transformed().document["Resources"].items()
        if resource["Type"] == "AWS::KinesisFirehose::DeliveryStream"
    }


def table_input(logical_id: str) -> dict[str, Any]:
    """What the template gives to Glue for a landing table."""
    table: dict[str, Any] = properties(logical_id)["TableInput"]
    return table
