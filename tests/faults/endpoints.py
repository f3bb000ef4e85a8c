"""AWS in this process: moto, and the laptop cloud's own Firehose, Comprehend, Rekognition and Athena.

Every request of every boto3 client arrives here by botocore's event `before-send`, so that nothing of the product knows
of it. Requests of a function under test first pass the injector, which may refuse, lose or split them.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache, partial
from typing import Any, cast

from botocore import UNSIGNED
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.handlers import BUILTIN_HANDLERS
from moto import mock_aws
from moto.backends import get_backend
from moto.core.botocore_stubber import MockRawResponse
from moto.core.models import DEFAULT_ACCOUNT_ID, botocore_stubber
from moto.core.request import normalize_request
from werkzeug.exceptions import HTTPException
from werkzeug.test import Client

from laptop_cloud.server.aws_json import JsonServer, JsonService
from tests.faults.turns import outside

Send = Callable[[AWSPreparedRequest], AWSResponse]
Intercept = Callable[[str, str, AWSPreparedRequest, Send], AWSResponse]

# moto takes a request to S3 without a signature for that of a stranger.
_UNSIGNED = ("dynamodb", "sqs", "firehose", "comprehend", "rekognition")
_BACKENDS = {"dynamodb": "us-east-1", "sqs": "us-east-1", "s3": "aws"}


class Endpoints:
    """Answers the requests of all clients that are made while it is open; `intercept` by thread."""

    def __init__(self) -> None:
        self._local: dict[str, Client] = {}
        self._threads = threading.local()

    @contextmanager
    def open(self) -> Iterator[None]:
        """Take the place of AWS for the block."""
        entries: list[Any] = [("before-send", self._answer)]
        entries += [(f"choose-signer.{service}", lambda **_: UNSIGNED) for service in _UNSIGNED]
        BUILTIN_HANDLERS.extend(entries)
        try:
            with mock_aws():
                # moto answers too, but only what it is handed.
                botocore_stubber.enabled = False
                yield
        finally:
            for entry in entries:
                BUILTIN_HANDLERS.remove(entry)

    def serve(self, *services: JsonService) -> None:
        """Add services of the laptop cloud."""
        for service in services:
            self._local[service.name] = Client(JsonServer([service]).handle_request)

    @contextmanager
    def intercept(self, intercept: Intercept) -> Iterator[None]:
        """Let the requests of this thread pass by `intercept`; those of services to each other do not."""
        self._threads.intercept = intercept
        try:
            yield
        finally:
            self._threads.intercept = None

    def _answer(self, event_name: str, request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        _prefix, service, operation = event_name.split(".")
        intercept = getattr(self._threads, "intercept", None)
        if intercept is None:
            return self._send(service, request)
        self._threads.intercept = None
        try:
            result: AWSResponse = intercept(service, operation, request, partial(self._send_outside, service))
            return result
        finally:
            self._threads.intercept = intercept

    def _send_outside(self, service: str, request: AWSPreparedRequest) -> AWSResponse:
        with outside():
            return self._send(service, request)

    def _send(self, service: str, request: AWSPreparedRequest) -> AWSResponse:
        if client := self._local.get(service):
            answer = client.post("/", data=request.body, headers=_decode_headers(request.headers))
            return build_response(request.url, answer.status_code, answer.get_data(), dict(answer.headers))
        status, headers, body = _ask_moto(service, request)
        return build_response(request.url, status, body, headers)


def _ask_moto(service: str, request: AWSPreparedRequest) -> Any:
    url = request.url.partition("?")[0]
    for pattern, answer in _list_routes(service):
        if pattern.match(url):
            sent = normalize_request(request)
            try:
                return answer(sent, sent.raw_url, sent.headers)
            except HTTPException as error:
                return error.code, dict(error.get_headers()), error.get_body()
    return botocore_stubber.process_request(request)


@cache
def _list_routes(service: str) -> list[tuple[re.Pattern[str], Callable[..., Any]]]:
    """What answers the requests of a service, by URL; moto looks for it anew, and makes this list, each time."""
    if service not in _BACKENDS:
        return []
    backend = cast("Any", get_backend)(service)[DEFAULT_ACCOUNT_ID][_BACKENDS[service]]
    return [(re.compile(url), answer) for url, answer in backend.urls.items()]


def build_response(url: str, status: int, body: str | bytes, headers: Mapping[str, Any]) -> AWSResponse:
    """A response as botocore's HTTP session gives it."""
    return AWSResponse(url, status, cast("Any", headers), MockRawResponse(body))


def _decode_headers(headers: Any) -> dict[str, str]:
    return {name: value.decode() if isinstance(value, bytes) else str(value) for name, value in headers.items()}
