"""The cloud's own HTTP endpoint: Lambda's Invoke operation, and the status pages.

https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Request, Response

from laptop_cloud.lambda_runtime.functions import UnknownFunctionError, parse_function_name
from laptop_cloud.server.loopback import LoopbackServer

if TYPE_CHECKING:
    from laptop_cloud.lambda_runtime.functions import Functions

_INVOKE = re.compile(r"/2015-03-31/functions/(.+)/invocations")


class ControlServer:
    """Serves Invoke and status pages on a loopback port; `pages` has what returns the document by the page's path."""

    def __init__(self, functions: Functions, pages: Mapping[str, Callable[[], Mapping[str, Any]]]) -> None:
        self._functions = functions
        self._pages = pages
        self._server = LoopbackServer(Request.application(self._handle_request), "control")

    @property
    def url(self) -> str:
        """The endpoint for AWS_ENDPOINT_URL_LAMBDA, below which the status pages are."""
        return self._server.url

    def stop(self) -> None:
        """Stop answering."""
        self._server.stop()

    def _handle_request(self, request: Request) -> Response:
        if request.method == "GET" and request.path in self._pages:
            return Response(json.dumps(self._pages[request.path]()), content_type="application/json")
        invocation = _INVOKE.fullmatch(request.path)
        if request.method != "POST" or invocation is None:
            return _build_error_response(
                404, "UnknownOperationException", "Not available locally: of Lambda only Invoke is"
            )
        try:
            return self._invoke(parse_function_name(invocation[1]), request)
        except UnknownFunctionError as error:
            return _build_error_response(404, "ResourceNotFoundException", f"Function not found: {error}")

    def _invoke(self, name: str, request: Request) -> Response:
        payload = request.get_data() or b"{}"
        match request.headers.get("X-Amz-Invocation-Type", "RequestResponse"):
            case "Event":
                self._functions.invoke_later(name, payload)
                return Response(status=202)
            case "RequestResponse":
                answer = self._functions.invoke(name, payload)
                headers = {"X-Amz-Executed-Version": "$LATEST"}
                if answer.error:
                    headers["X-Amz-Function-Error"] = answer.error
                return Response(answer.payload, 200, headers, content_type="application/json")
            case other:
                return _build_error_response(
                    400, "InvalidParameterValueException", f"InvocationType {other} is not available locally"
                )


def _build_error_response(status: int, code: str, message: str) -> Response:
    body = json.dumps({"Type": "User", "Message": message})
    return Response(body, status, {"x-amzn-ErrorType": code}, content_type="application/json")
