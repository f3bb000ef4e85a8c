"""AWS::Lambda::Url, from its properties to requests over loopback."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
import urllib3

from laptop_cloud.errors import TemplateError
from laptop_cloud.lambda_runtime.function_urls import FunctionUrls
from laptop_cloud.lambda_runtime.functions import InvocationResult
from laptop_cloud.stack.creators import create_resource

ARN = "arn:aws:lambda:us-east-1:123456789012:function:stack-Search"


@pytest.fixture
def context() -> Iterator[Any]:
    """What the creator uses: functions that say who was called, and URLs."""
    urls = FunctionUrls()
    functions = SimpleNamespace(invoke=lambda name, payload: InvocationResult(f'{{"called": "{name}"}}'.encode()))
    yield SimpleNamespace(
        function_urls=urls, functions=functions, arn=lambda service, resource: f"arn:{service}:{resource}"
    )
    urls.stop()


def create(context: Any, **properties: Any) -> Any:
    return create_resource("AWS::Lambda::Url", "Url", {"TargetFunctionArn": ARN, **properties}, context)


def test_an_open_url_invokes_its_function(context: Any) -> None:
    url = create(context, AuthType="NONE").attributes["FunctionUrl"]

    response = urllib3.request("GET", f"{url}images", timeout=5)

    assert (response.status, response.json()) == (200, {"called": "stack-Search"})


def test_a_url_with_iam_authorization_refuses_an_unsigned_request(context: Any) -> None:
    created = create(context, AuthType="AWS_IAM", InvokeMode="BUFFERED")

    assert created.attributes["FunctionUrl"].endswith("/")
    assert urllib3.request("GET", created.attributes["FunctionUrl"], timeout=5).status == 403


@pytest.mark.parametrize(
    ("properties", "message"),
    [
        ({"AuthType": "AWS_IAM", "InvokeMode": "RESPONSE_STREAM"}, "InvokeMode RESPONSE_STREAM"),
        ({"AuthType": "AWS_IAM", "Cors": {}}, "Cors"),
        ({"AuthType": "JWT"}, "AWS_IAM or NONE"),
        ({}, "AuthType"),
    ],
)
def test_what_the_local_url_cannot_do_is_refused(context: Any, properties: dict[str, Any], message: str) -> None:
    with pytest.raises(TemplateError, match=message):
        create(context, **properties)
