"""Signatures as botocore makes them are accepted; any change to what was signed is not."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import Headers
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from laptop_cloud.server.signatures import Signature, WrongSignatureError, verify_signature

URL = "http://127.0.0.1:4321"
text = st.text(st.characters(codec="utf-8"))


def signed(
    path: str,
    params: Sequence[tuple[str, str]] = (),
    *,
    method: str = "GET",
    body: bytes = b"",
    secret: str = "test",
    service: str = "lambda",
) -> tuple[str, dict[str, str]]:
    """The path with its query as it is sent, and the headers."""
    target = path + (f"?{urlencode(params, quote_via=quote, safe='')}" if params else "")
    request = AWSRequest(method, URL + target, data=body)
    SigV4Auth(Credentials("key", secret), service, "us-east-1").add_auth(request)
    return target, dict(request.headers.items())


def verify(target: str, headers: dict[str, str], *, method: str = "GET", body: bytes = b"", **more: Any) -> Signature:
    path, _, query = target.partition("?")
    builder = EnvironBuilder(
        path=path, query_string=query, method=method, base_url=URL, headers=Headers(headers), data=body
    )
    environ = {**builder.get_environ(), "REQUEST_URI": target}
    how: dict[str, Any] = {"secret": "test", "region": "us-east-1", "service": "lambda", "now": datetime.now(UTC)}
    return verify_signature(Request(environ), **how | more)


@pytest.mark.parametrize(
    ("path", "params", "method", "body"),
    [
        ("/", [], "GET", b""),
        ("/images", [("label", "Sports Car"), ("label", "a+b&c=d%"), ("q", "東京 été"), ("text", "")], "GET", b""),
        ("/a%20b/%2541", [], "GET", b""),
        ("/", [], "POST", b'{"a": 1}\x00\xff'),
    ],
)
def test_what_botocore_signs_is_accepted(path: str, params: Any, method: str, body: bytes) -> None:
    target, headers = signed(path, params, method=method, body=body)

    assert verify(target, headers, method=method, body=body) == Signature("key", "us-east-1", "lambda")


@given(st.lists(st.tuples(text.filter(bool), text), max_size=5))
def test_any_parameters_that_botocore_signs_are_accepted(params: Any) -> None:
    clean = [
        (name.encode("utf-8", "replace").decode(), value.encode("utf-8", "replace").decode()) for name, value in params
    ]
    target, headers = signed("/images", clean)

    assert verify(target, headers).access_key == "key"


@pytest.mark.parametrize(
    "change",
    [
        {"target": "/images?label=Cat"},
        {"target": "/images/x?label=Car"},
        {"method": "POST"},
        {"body": b"x"},
        {"secret": "other"},
        {"headers": {"Host": "127.0.0.1:9"}},
    ],
)
def test_a_changed_request_is_refused(change: dict[str, Any]) -> None:
    target, headers = signed("/images", [("label", "Car")])
    sent: dict[str, Any] = {"target": target, "headers": headers}

    with pytest.raises(WrongSignatureError, match="signature we calculated does not match"):
        verify(**sent | change | {"headers": headers | change.get("headers", {})})


@pytest.mark.parametrize(
    ("header", "value", "message"),
    [
        ("Authorization", "", "Missing Authentication Token"),
        ("Authorization", "Bearer abc", "Missing Authentication Token"),
        ("X-Amz-Date", "yesterday", "basic format"),
        ("X-Amz-Date", "20200101T000000Z", "does not match YYYYMMDD"),
    ],
)
def test_a_request_without_a_signature_or_date_is_refused(header: str, value: str, message: str) -> None:
    target, headers = signed("/")

    with pytest.raises(WrongSignatureError, match=message):
        verify(target, headers | {header: value})


def test_a_signature_for_another_service_or_of_another_time_is_refused() -> None:
    target, headers = signed("/", service="execute-api")
    with pytest.raises(WrongSignatureError, match="correct service: 'lambda'"):
        verify(target, headers)

    target, headers = signed("/")
    for late in (timedelta(minutes=6), timedelta(minutes=-6)):
        with pytest.raises(WrongSignatureError, match="not within 5 minutes"):
            verify(target, headers, now=datetime.now(UTC) + late)


def test_host_and_date_have_to_be_signed() -> None:
    target, headers = signed("/")
    partly = headers | {"Authorization": headers["Authorization"].replace("host;x-amz-date", "host")}

    with pytest.raises(WrongSignatureError, match="must be signed"):
        verify(target, partly)
