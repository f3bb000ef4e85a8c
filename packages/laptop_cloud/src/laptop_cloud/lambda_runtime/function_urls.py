"""Function URLs: HTTP requests become events of a function, and its results HTTP responses.

Payloads: https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html#urls-payloads
"""

from __future__ import annotations

import base64
import json
import uuid
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from werkzeug.wrappers import Request, Response

from laptop_cloud.server.aws_clients import ACCOUNT, CREDENTIAL, REGION
from laptop_cloud.server.loopback import LoopbackServer
from laptop_cloud.server.signatures import Signature, WrongSignatureError, verify_signature

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

    from laptop_cloud.lambda_runtime.functions import InvocationResult

MAX_BYTES = 6 * 1024 * 1024
_TEXT_TYPES = ("text/", "application/json", "application/javascript", "application/xml")

Invoke = Callable[[bytes], "InvocationResult"]


class FunctionUrls:
    """The URLs of the stack's functions; each is a loopback server of its own, as each has a host of its own on AWS."""

    def __init__(self) -> None:
        self._servers: list[LoopbackServer] = []

    def open(self, invoke: Invoke, *, is_signed: bool) -> str:
        """Serve a function and return its URL, with a slash at the end; `is_signed`: unsigned requests are refused."""
        server = LoopbackServer(FunctionUrl(invoke, is_signed=is_signed), "function-url")
        self._servers.append(server)
        return f"{server.url}/"

    def stop(self) -> None:
        """Stop answering."""
        for server in self._servers:
            server.stop()


class FunctionUrl:
    """A WSGI application that invokes a function for each request.

    Any access key counts whose secret is the cloud's own; what IAM allows it is not asked.
    """

    def __init__(
        self, invoke: Invoke, *, is_signed: bool, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._invoke = invoke
        self._is_signed = is_signed
        self._clock = clock

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """The function's response, or why the request does not reach it."""
        return self._respond(Request(environ))(environ, start_response)

    def _respond(self, request: Request) -> Response:
        if (request.content_length or 0) > MAX_BYTES:
            return _build_refusal(413, "RequestTooLargeException", "Request must be smaller than 6291456 bytes")
        signature = None
        if self._is_signed:
            try:
                signature = verify_signature(
                    request, secret=CREDENTIAL, region=REGION, service="lambda", now=self._clock()
                )
            except WrongSignatureError as error:
                return _build_refusal(403, "AccessDeniedException", str(error))
        result = self._invoke(json.dumps(build_event(request, signature, self._clock())).encode())
        try:
            if result.error or len(result.payload) > MAX_BYTES:
                return _build_bad_gateway()
            return build_response(json.loads(result.payload))
        except (TypeError, ValueError, AttributeError):  # not a response of payload format 2.0
            return _build_bad_gateway()


def build_event(request: Request, signature: Signature | None, now: datetime) -> dict[str, Any]:
    """Return the request as an event of payload format 2.0."""
    path = request.environ.get("REQUEST_URI", request.path).partition("?")[0]
    query = request.query_string.decode("latin-1")
    body, is_base64 = _encode_body(request)
    host = request.host
    identity = None
    if signature:
        user = f"arn:aws:iam::{ACCOUNT}:user/{signature.access_key}"
        caller = {"accessKey": signature.access_key, "accountId": ACCOUNT, "callerId": signature.access_key}
        identity = {"iam": {**caller, "userArn": user, "userId": signature.access_key}}
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": query,
        "headers": {name.lower(): value for name, value in request.headers.items() if name.lower() != "cookie"},
        **({"cookies": cookies} if (cookies := _split_cookies(request)) else {}),
        **({"queryStringParameters": parameters} if (parameters := _join_parameters(query)) else {}),
        "requestContext": {
            "accountId": ACCOUNT if signature else "anonymous",
            "apiId": host,
            **({"authorizer": identity} if identity else {}),
            "domainName": host,
            "domainPrefix": host.partition(".")[0],
            "http": {
                "method": request.method,
                "path": path,
                "protocol": request.environ.get("SERVER_PROTOCOL", "HTTP/1.1"),
                "sourceIp": request.remote_addr or "127.0.0.1",
                "userAgent": request.headers.get("User-Agent", ""),
            },
            "requestId": str(uuid.uuid4()),
            "routeKey": "$default",
            "stage": "$default",
            "time": now.strftime("%d/%b/%Y:%H:%M:%S +0000"),
            "timeEpoch": int(now.timestamp() * 1000),
        },
        **({"body": body} if body else {}),
        "isBase64Encoded": is_base64,
    }


def build_response(result: Any) -> Response:
    """Return a function's result as HTTP; anything without a status code is the body of a 200, as JSON."""
    if not isinstance(result, Mapping) or "statusCode" not in result:
        return Response(json.dumps(result), 200, content_type="application/json")
    body = result.get("body") or ""
    content = base64.b64decode(body) if result.get("isBase64Encoded") else str(body).encode()
    response = Response(content, int(result["statusCode"]), content_type="application/json")
    for name, value in (result.get("headers") or {}).items():
        response.headers[name] = str(value)
    for cookie in result.get("cookies") or []:
        response.headers.add("Set-Cookie", cookie)
    return response


def _encode_body(request: Request) -> tuple[str, bool]:
    data = request.get_data()
    if request.mimetype.startswith(_TEXT_TYPES):
        try:
            return data.decode(), False
        except UnicodeDecodeError:
            pass
    return base64.b64encode(data).decode(), bool(data)


def _split_cookies(request: Request) -> list[str]:
    return [cookie for cookie in request.headers.get("Cookie", "").split("; ") if cookie]


def _join_parameters(query: str) -> dict[str, str]:
    """Several values of a parameter are joined by commas."""
    joined: dict[str, str] = {}
    for name, value in parse_qsl(query, keep_blank_values=True, errors="replace"):
        joined[name] = f"{joined[name]},{value}" if name in joined else value
    return joined


def _build_bad_gateway() -> Response:
    return Response("Internal Server Error", 502)


def _build_refusal(status: int, code: str, message: str) -> Response:
    headers = {"x-amzn-ErrorType": code}
    return Response(json.dumps({"Message": message}), status, headers, content_type="application/json")
