"""Requests to a function's URL: the event that the function gets, and the response that its result becomes."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from werkzeug.test import Client, TestResponse

from laptop_cloud.lambda_runtime.function_urls import MAX_BYTES, FunctionUrl
from laptop_cloud.lambda_runtime.functions import InvocationResult

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def call(result: Any, path: str = "/", *, error: str | None = None, **request: Any) -> TestResponse:
    payload = result if isinstance(result, bytes) else json.dumps(result).encode()
    url = FunctionUrl(lambda event: InvocationResult(payload, error), is_signed=False)
    return Client(url).open(path, **request)


def event_of(path: str, **request: Any) -> Any:
    """The event that the function gets."""
    events: list[Any] = []

    def invoke(payload: bytes) -> InvocationResult:
        events.append(json.loads(payload))
        return InvocationResult(b"{}")

    Client(FunctionUrl(invoke, is_signed=False, clock=lambda: NOW), use_cookies=False).open(path, **request)
    return events[0]


def test_a_request_becomes_an_event_of_payload_format_2() -> None:
    event = event_of(
        "/images/a?label=Car&label=a%2Cb&q=%C3%A9t%C3%A9+1&empty=",
        headers={"User-Agent": "test", "Cookie": "a=1; b=2", "X-Any": "x"},
    )

    assert event.pop("headers") == {"host": "localhost", "user-agent": "test", "x-any": "x"}
    assert event["requestContext"].pop("requestId")
    assert event == {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": "/images/a",
        "rawQueryString": "label=Car&label=a%2Cb&q=%C3%A9t%C3%A9+1&empty=",
        "cookies": ["a=1", "b=2"],
        "queryStringParameters": {"label": "Car,a,b", "q": "été 1", "empty": ""},
        "requestContext": {
            "accountId": "anonymous",
            "apiId": "localhost",
            "domainName": "localhost",
            "domainPrefix": "localhost",
            "http": {
                "method": "GET",
                "path": "/images/a",
                "protocol": "HTTP/1.1",
                "sourceIp": "127.0.0.1",
                "userAgent": "test",
            },
            "routeKey": "$default",
            "stage": "$default",
            "time": "20/Nov/2026:12:00:00 +0000",
            "timeEpoch": 1795176000000,
        },
        "isBase64Encoded": False,
    }


@pytest.mark.parametrize(
    ("content_type", "body", "expected", "is_base64"),
    [
        ("application/json", b'{"a": 1}', '{"a": 1}', False),
        ("text/plain; charset=utf-8", "é".encode(), "é", False),
        ("text/plain", b"\xff", base64.b64encode(b"\xff").decode(), True),
        ("image/png", b"png", base64.b64encode(b"png").decode(), True),
    ],
)
def test_a_body_that_is_not_text_is_encoded(content_type: str, body: bytes, expected: str, is_base64: bool) -> None:
    event = event_of("/", method="POST", data=body, content_type=content_type)

    assert (event["body"], event["isBase64Encoded"]) == (expected, is_base64)


def test_a_result_with_a_status_code_is_the_response() -> None:
    response = call(
        {
            "statusCode": 201,
            "headers": {"Content-Type": "text/plain", "X-Any": 1},
            "cookies": ["a=1", "b=2"],
            "body": base64.b64encode(b"\xff").decode(),
            "isBase64Encoded": True,
        }
    )

    assert (response.status_code, response.data, response.content_type) == (201, b"\xff", "text/plain")
    assert (response.headers["X-Any"], response.headers.getlist("Set-Cookie")) == ("1", ["a=1", "b=2"])


def test_any_other_result_is_the_body_as_json() -> None:
    response = call({"answer": 42})

    assert (response.status_code, response.json, response.content_type) == (200, {"answer": 42}, "application/json")


@pytest.mark.parametrize(
    ("result", "error"),
    [
        ({"errorMessage": "no"}, "Unhandled"),
        ({"statusCode": "many"}, None),
        ({"statusCode": 200, "headers": [1]}, None),
        ({"statusCode": 200, "body": "x" * (MAX_BYTES + 1)}, None),
        (b"not json", None),
    ],
)
def test_a_function_that_fails_is_a_502(result: Any, error: str | None) -> None:
    assert call(result, error=error).status_code == 502


def test_a_request_over_six_megabytes_does_not_reach_the_function() -> None:
    assert call({}, method="POST", data=b"x" * (MAX_BYTES + 1)).status_code == 413


@pytest.mark.parametrize(("secret", "status"), [("test", 200), ("wrong", 403), (None, 403)])
def test_a_url_with_iam_authorization_takes_signed_requests_only(secret: str | None, status: int) -> None:
    events: list[Any] = []

    def invoke(payload: bytes) -> InvocationResult:
        events.append(json.loads(payload))
        return InvocationResult(b"{}")

    headers = sign("http://localhost/images?label=Car", secret) if secret else {}
    response = Client(FunctionUrl(invoke, is_signed=True)).open("/images?label=Car", headers=headers)

    assert response.status_code == status
    assert [event["requestContext"]["authorizer"]["iam"]["accessKey"] for event in events] == ["key"] * (status == 200)
    if status == 403:
        assert response.headers["x-amzn-ErrorType"] == "AccessDeniedException"
        assert response.json
        assert response.json["Message"]


def sign(url: str, secret: str) -> dict[str, str]:
    request = AWSRequest("GET", url)
    SigV4Auth(Credentials("key", secret), "lambda", "us-east-1").add_auth(request)
    return dict(request.headers.items())
