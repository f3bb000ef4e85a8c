"""Lets only those services through to moto that a stack here is made of, and requests to DynamoDB one by one.

moto would answer for others with empty lists, which look like an account without any: no log groups, no alarms. It
looks at the condition of a write and writes in two steps, between which another thread may write.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable
from typing import TYPE_CHECKING

from werkzeug.wrappers import Request, Response

from laptop_cloud.server.query_protocol import build_error_response
from laptop_cloud.server.signatures import read_signature

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

# By the name in a signature. STS tells a client who it is.
_SERVICES = frozenset({"dynamodb", "glue", "s3", "secretsmanager", "sqs", "sts"})
# Where else to look.
_INSTEAD = {
    "cloudformation": "set AWS_ENDPOINT_URL_CLOUDFORMATION, which cloud.json in the state folder has",
    "events": "schedules run, and cannot be changed; the status page counts invocations",
    "iam": "every local endpoint allows everything; the status page has the calls of each function",
    "logs": "the logs of functions are files in the state folder, logs/",
    "monitoring": "metrics are lines in the logs of functions, and alarms are not evaluated",
    "scheduler": "schedules run, and cannot be changed; the status page counts invocations",
    "sns": "alarms are not evaluated, so nothing is published",
}
_CODE = "UnknownOperationException"


class ServiceGate:
    """Passes requests on to an application, unless they are signed for a service that is not here."""

    def __init__(self, application: WSGIApplication) -> None:
        self._application = application
        self._dynamodb = threading.Lock()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """The application's response, or an error that says where else to look."""
        signature = read_signature(environ)
        if signature is not None and signature.service == "dynamodb":
            with self._dynamodb:
                return list(self._application(environ, start_response))
        if signature is None or signature.service in _SERVICES:
            return self._application(environ, start_response)
        instead = _INSTEAD.get(signature.service)
        message = f"Not available locally: the service {signature.service}" + (f" ({instead})" if instead else "")
        return _build_response(Request(environ), message)(environ, start_response)


def _build_response(request: Request, message: str) -> Response:
    if request.mimetype == "application/x-www-form-urlencoded":
        return build_error_response(_CODE, message)
    body = json.dumps({"__type": _CODE, "message": message})
    return Response(body, 400, {"x-amzn-ErrorType": _CODE}, content_type="application/json")
