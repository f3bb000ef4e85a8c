"""The deployed stack, as CloudFormation knows it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from photolake_cli.aws_errors import explained
from photolake_cli.errors import CommandError

_NEEDED = ("WorkgroupName", "DatabaseName", "EarliestDate")


def stack_values(client: Any, name: str, place: str) -> Mapping[str, str]:
    """The stack's parameters and outputs by name; CommandError says what to do when there is no such stack.

    `client` is boto3's for CloudFormation, `place` names the stack and its Region to the user.
    """
    try:
        (stack,) = client.describe_stacks(StackName=name)["Stacks"]
    except ClientError as error:
        if "does not exist" in error.response["Error"].get("Message", ""):
            raise CommandError(
                f"There is no stack {name} in {client.meta.region_name}. Those there are: aws cloudformation "
                f"list-stacks --region {client.meta.region_name}; another Region: --region"
            ) from error
        raise explained(error, place) from error
    except BotoCoreError as error:
        raise explained(error, place) from error
    parameters = {item["ParameterKey"]: item["ParameterValue"] for item in stack.get("Parameters", [])}
    outputs = {item["OutputKey"]: item["OutputValue"] for item in stack.get("Outputs", [])}
    values = {**parameters, **outputs}
    if missing := [key for key in _NEEDED if key not in values]:
        raise CommandError(
            f"{place} has no {', '.join(missing)}; its status is {stack['StackStatus']}. "
            "Is it photolake's, and deployed to its end? sam build && sam deploy"
        )
    return values
