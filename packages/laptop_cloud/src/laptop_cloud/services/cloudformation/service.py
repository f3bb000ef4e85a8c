"""CloudFormation's endpoint: what the stack is made of. It cannot be changed; start the cloud again instead.

https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_Operations.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from werkzeug.wrappers import Request, Response

from laptop_cloud.server.loopback import LoopbackServer
from laptop_cloud.server.query_protocol import build_error_response, build_response
from laptop_cloud.stack.creators.no_local_effect import NO_LOCAL_EFFECT

_COMPLETE = "CREATE_COMPLETE"


@dataclass(frozen=True)
class DescribedStack:
    """A running stack: `resources` gives type and physical_id by logical id, `descriptions` those of the outputs."""

    name: str
    arn: str
    created_at: str
    parameters: Mapping[str, str]
    outputs: Mapping[str, Any]
    descriptions: Mapping[str, str]
    resources: Mapping[str, Mapping[str, str]]


class DescribeServer:
    """Answers questions about one stack on a loopback port."""

    def __init__(self, stack: DescribedStack) -> None:
        self._stack = stack
        self._operations: dict[str, Callable[[Mapping[str, str]], Mapping[str, Any]]] = {
            "DescribeStacks": lambda _: {"Stacks": [self._describe()]},
            "DescribeStackResource": self._describe_resource,
            "DescribeStackResources": lambda _: {"StackResources": self._list_resources("Timestamp")},
            "ListStackResources": lambda _: {
                "StackResourceSummaries": self._list_resources("LastUpdatedTimestamp", of_stack=False)
            },
        }
        self._server = LoopbackServer(Request.application(self._handle_request), "cloudformation")

    @property
    def url(self) -> str:
        """The endpoint for AWS_ENDPOINT_URL_CLOUDFORMATION."""
        return self._server.url

    def stop(self) -> None:
        """Stop answering."""
        self._server.stop()

    def _handle_request(self, request: Request) -> Response:
        operation, name = request.form.get("Action", ""), request.form.get("StackName")
        if operation not in self._operations:
            known = ", ".join(self._operations)
            message = f"Not available locally: CloudFormation's {operation}. There are {known}."
            return build_error_response("UnknownOperationException", message)
        if name not in (None, self._stack.name, self._stack.arn):
            return build_error_response("ValidationError", f"Stack with id {name} does not exist")
        try:
            return build_response(operation, self._operations[operation](request.form))
        except KeyError as error:
            message = f"Resource {error.args[0]} does not exist for stack {self._stack.name}"
            return build_error_response("ValidationError", message)

    def _describe(self) -> Mapping[str, Any]:
        stack = self._stack
        return {
            **self._of_stack(),
            "CreationTime": stack.created_at,
            "StackStatus": _COMPLETE,
            "DisableRollback": "true",
            "Parameters": [{"ParameterKey": key, "ParameterValue": value} for key, value in stack.parameters.items()],
            "Outputs": [
                {"OutputKey": key, "OutputValue": value, "Description": stack.descriptions.get(key)}
                for key, value in stack.outputs.items()
            ],
        }

    def _describe_resource(self, form: Mapping[str, str]) -> Mapping[str, Any]:
        logical_id = form.get("LogicalResourceId", "")
        found = self._name(logical_id, self._stack.resources[logical_id], "LastUpdatedTimestamp")
        return {"StackResourceDetail": {**self._of_stack(), **found}}

    def _list_resources(self, time_name: str, *, of_stack: bool = True) -> list[Mapping[str, Any]]:
        shared = self._of_stack() if of_stack else {}
        return [{**shared, **self._name(*resource, time_name)} for resource in self._stack.resources.items()]

    def _of_stack(self) -> Mapping[str, str]:
        return {"StackName": self._stack.name, "StackId": self._stack.arn}

    def _name(self, logical_id: str, resource: Mapping[str, str], time_name: str) -> Mapping[str, Any]:
        without_effect = NO_LOCAL_EFFECT.get(resource["type"])
        return {
            "LogicalResourceId": logical_id,
            "PhysicalResourceId": resource["physical_id"],
            "ResourceType": resource["type"],
            "ResourceStatus": _COMPLETE,
            "ResourceStatusReason": without_effect and f"Not available locally: {without_effect.reason}",
            time_name: self._stack.created_at,
        }
