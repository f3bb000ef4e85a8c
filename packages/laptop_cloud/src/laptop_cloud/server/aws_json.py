"""A server for services that speak the AWS JSON 1.1 protocol (POST /, `X-Amz-Target: Prefix.Operation`).

Protocol: https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html
"""

from __future__ import annotations

import base64
import datetime
import json
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import botocore.session
from werkzeug.wrappers import Request, Response

from laptop_cloud.server.iam_calls import CallRecorder
from laptop_cloud.server.loopback import LoopbackServer

if TYPE_CHECKING:
    from laptop_cloud.server.attempts import Attempts

Operation = Callable[[dict[str, Any]], dict[str, Any]]


class ServiceError(Exception):
    """An error as the service would answer it: `code` is what boto3 shows in `Error.Code`."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status


@dataclass(frozen=True)
class JsonService:
    """One service: botocore's name of it (`firehose`) and the operations it answers, by API name (`PutRecordBatch`).

    An operation takes the request with blobs already decoded to bytes, and returns the response (bytes and
    datetimes allowed), or raises ServiceError. `model_version` names the models behind a service of analysis.
    """

    name: str
    operations: Mapping[str, Operation]
    model_version: str = ""


class JsonServer:
    """Answers for several services on one loopback port, in threads of this process.

    `status` gives what `GET /status` answers as JSON; without it the page does not exist. With `attempts` a call runs
    once, however often its client sends it.
    """

    def __init__(
        self,
        services: Iterable[JsonService],
        status: Callable[[], Mapping[str, Any]] | None = None,
        attempts: Attempts | None = None,
    ) -> None:
        session = botocore.session.get_session()
        self._services: dict[str, tuple[JsonService, Any]] = {}
        for service in services:
            model = session.get_service_model(service.name)
            self._services[model.metadata["targetPrefix"]] = (service, model)
        self._status = status
        self._attempts = attempts

    def start(self) -> None:
        """Answer in the background until `stop`."""
        self._server = LoopbackServer(CallRecorder(self.handle_request), "aws-json")

    @property
    def url(self) -> str:
        """The endpoint URL for `AWS_ENDPOINT_URL_<SERVICE>`, once started."""
        return self._server.url

    def stop(self) -> None:
        """Stop answering and free the port."""
        self._server.stop()

    def handle_request(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answer one request: the WSGI application, for callers that need no port."""
        request = Request(environ)
        try:
            body, status = self._build_body(request), 200
        except ServiceError as error:
            body, status = {"__type": error.code, "message": error.message}, error.status
        response = Response(json.dumps(body, default=_encode_value), status, content_type="application/x-amz-json-1.1")
        response.headers["x-amzn-RequestId"] = str(uuid.uuid4())
        return response(environ, start_response)

    def _build_body(self, request: Request) -> Mapping[str, Any]:
        if self._status and request.method == "GET" and request.path == "/status":
            return self._status()
        return self._call_operation(request)

    def _call_operation(self, request: Request) -> dict[str, Any]:
        prefix, _, name = request.headers.get("X-Amz-Target", "").rpartition(".")
        service, model = self._services.get(prefix, (None, None))
        if service is None or model is None or name not in service.operations:
            raise ServiceError("UnknownOperationException", f"{prefix}.{name} is not available locally")
        body = json.loads(request.get_data() or b"{}")
        operation, shape = service.operations[name], model.operation_model(name).input_shape
        if self._attempts is None:
            return operation(_decode_blobs(body, shape))
        invocation = request.headers.get("amz-sdk-invocation-id")
        return self._attempts.run(invocation, f"{service.name}.{name}", lambda: operation(_decode_blobs(body, shape)))


def _decode_blobs(value: Any, shape: Any) -> Any:
    if shape is None or value is None:
        return value
    if shape.type_name == "blob":
        return base64.b64decode(value)
    if shape.type_name == "structure":
        return {key: _decode_blobs(item, shape.members.get(key)) for key, item in value.items()}
    if shape.type_name == "list":
        return [_decode_blobs(item, shape.member) for item in value]
    return value


def _encode_value(value: Any) -> Any:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, datetime.datetime):
        return value.timestamp()
    raise TypeError(f"{type(value).__name__} has no place in an AWS JSON response")
