"""The context that creators work in."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from laptop_cloud.stack.resolver import CreatedResource

if TYPE_CHECKING:
    from laptop_cloud.lambda_runtime.callbacks import Callbacks
    from laptop_cloud.lambda_runtime.function_urls import FunctionUrls
    from laptop_cloud.lambda_runtime.functions import Functions
    from laptop_cloud.lambda_runtime.pollers import Pollers
    from laptop_cloud.lambda_runtime.schedules import Schedules
    from laptop_cloud.stack.builds import Builds


@dataclass(frozen=True)
class CreationContext:
    """The account the resources are created in, the clients to do it with, and what runs Lambda's part.

    `client` takes botocore's name of a service.
    """

    stack: str
    region: str
    account: str
    client: Callable[[str], Any]
    builds: Builds
    functions: Functions
    pollers: Pollers
    schedules: Schedules
    callbacks: Callbacks
    function_urls: FunctionUrls

    def name(self, logical_id: str) -> str:
        """The physical name CloudFormation would make, without its random end."""
        return f"{self.stack}-{logical_id}"

    def arn(self, service: str, resource: str) -> str:
        """`arn:aws:<service>:<region>:<account>:<resource>`."""
        return f"arn:aws:{service}:{self.region}:{self.account}:{resource}"


Creator = Callable[[str, Mapping[str, Any], CreationContext], CreatedResource]


def to_json(document: Mapping[str, Any]) -> str:
    """A policy or event as compact JSON."""
    return json.dumps(document, separators=(",", ":"))
