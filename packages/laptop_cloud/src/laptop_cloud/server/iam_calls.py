"""The calls that functions make, as IAM permissions: an action and its resources.

A function's access key is its logical id, so each signed request shows who made it. Which action and resources an
operation needs: https://docs.aws.amazon.com/service-authorization/latest/reference/reference.html
"""

from __future__ import annotations

import html
import io
import itertools
import json
import re
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Request, Response
from werkzeug.wsgi import get_input_stream

from laptop_cloud.server.aws_clients import ACCOUNT, CREDENTIAL
from laptop_cloud.server.signatures import read_signature

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

# Not a bucket: their names begin with a letter or a digit.
PAGE = "/_calls"
_FOLDERS = 2
# https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html
_DELETED_KEY = re.compile("<Key>(.*?)</Key>", re.DOTALL)

Permission = tuple[str, str]


class CallRecorder:
    """Passes requests on to an application, and records which IAM permissions each function's calls need.

    `GET /_calls` gives it as JSON: `{function: [[action, resource], ...]}`. Requests that
    other clients signed are not recorded. The body of a JSON protocol is read ahead; an S3 object passes unread.
    """

    def __init__(self, application: WSGIApplication) -> None:
        self._application = application
        self._kept: set[tuple[str, Permission]] = set()
        self._lock = threading.Lock()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """The application's answer, or the page."""
        if environ["PATH_INFO"] == PAGE:
            return Response(json.dumps(self._by_function()), mimetype="application/json")(environ, start_response)
        signature = read_signature(environ)
        if signature and signature.access_key != CREDENTIAL:
            needed = find_permissions(SignedCall.of(environ, region=signature.region, service=signature.service))
            with self._lock:
                self._kept.update((signature.access_key, permission) for permission in needed)
        return self._application(environ, start_response)

    def _by_function(self) -> dict[str, list[Permission]]:
        with self._lock:
            kept = sorted(self._kept)
        return {
            name: [needed for _, needed in group] for name, group in itertools.groupby(kept, key=lambda one: one[0])
        }


@dataclass(frozen=True)
class SignedCall:
    """One request: the operation's name and its input, for services that speak JSON; `request` for S3."""

    service: str
    region: str
    operation: str
    input: Mapping[str, Any]
    request: Request

    @classmethod
    def of(cls, environ: WSGIEnvironment, region: str, service: str) -> SignedCall:
        """The call of a signed request, whose body can still be read afterwards."""
        operation = environ.get("HTTP_X_AMZ_TARGET", "").rpartition(".")[2]
        if service == "s3" and environ["REQUEST_METHOD"] == "POST" and "delete" in Request(environ).args:
            keys = [html.unescape(key) for key in _DELETED_KEY.findall(_read_body_ahead(environ).decode())]
            return cls(service, region, "DeleteObjects", {"Keys": keys}, Request(environ))
        body = _read_body_ahead(environ) if operation and service in _RESOURCES else b""
        return cls(service, region, operation, json.loads(body or b"{}"), Request(environ))

    def arn(self, resource: str) -> str:
        """The ARN of a resource of the service."""
        return f"arn:aws:{self.service}:{self.region}:{ACCOUNT}:{resource}"


def find_permissions(call: SignedCall) -> list[Permission]:
    """Each action and resource that IAM must allow for the call.

    A name that is not in the call is `*`, and a key in S3 is cut after two folders (`bucket/images/ab/*`), so that
    the number of permissions does not grow with the number of objects. An operation unknown here becomes an action that
    no policy can allow.
    """
    if call.operation == "DeleteObjects":
        bucket = call.request.path.strip("/")
        return [("s3:DeleteObject", resource) for resource in {_name_object(bucket, key) for key in call.input["Keys"]}]
    if call.service == "s3":
        return [_find_s3_permission(call.request)]
    if not call.operation:
        return [(f"{call.service}:{call.request.method} {call.request.path}", "*")]
    if call.operation == "TransactWriteItems":
        return _list_writes(call)
    action = f"{call.service}:{_ACTIONS.get(call.operation, call.operation)}"
    resources = _RESOURCES.get(call.service, _name_anything)(call)
    return [(action, resource) for resource in resources]


def _read_body_ahead(environ: WSGIEnvironment) -> bytes:
    body = get_input_stream(environ).read()
    environ["wsgi.input"] = io.BytesIO(body)
    return body


def _name_anything(_: SignedCall) -> list[str]:
    return ["*"]


def _name_workgroup(call: SignedCall) -> list[str]:
    # An execution or a saved query belongs to a workgroup, which only the service knows.
    return [call.arn(f"workgroup/{call.input.get('WorkGroup', '*')}")]


def _name_tables(call: SignedCall) -> list[str]:
    tables = call.input.get("RequestItems") or [call.input.get("TableName", "*")]
    index = f"/index/{call.input['IndexName']}" if "IndexName" in call.input else ""
    return [call.arn(f"table/{table}{index}") for table in tables]


def _list_writes(call: SignedCall) -> list[tuple[str, str]]:
    """A transaction needs the permission of each of its parts."""
    actions = {"ConditionCheck": "ConditionCheckItem", "Delete": "DeleteItem", "Put": "PutItem", "Update": "UpdateItem"}
    return [
        (f"dynamodb:{actions[kind]}", call.arn(f"table/{part['TableName']}"))
        for item in call.input["TransactItems"]
        for kind, part in item.items()
    ]


def _name_delivery_stream(call: SignedCall) -> list[str]:
    return [call.arn(f"deliverystream/{call.input.get('DeliveryStreamName', '*')}")]


def _name_catalog_resources(call: SignedCall) -> list[str]:
    name = call.input.get("Name") or call.input.get("TableInput", {}).get("Name", "*")
    if "DatabaseName" not in call.input:
        return [call.arn("catalog"), call.arn(f"database/{name}")]
    database = call.input["DatabaseName"]
    return [call.arn("catalog"), call.arn(f"database/{database}"), call.arn(f"table/{database}/{name}")]


def _name_secret(call: SignedCall) -> list[str]:
    secret = call.input.get("SecretId", "*")
    return [secret if secret.startswith("arn:") else call.arn(f"secret:{secret}")]


def _name_queue(call: SignedCall) -> list[str]:
    name = call.input["QueueUrl"].rpartition("/")[2] if "QueueUrl" in call.input else call.input.get("QueueName", "*")
    return [call.arn(name)]


_RESOURCES: Mapping[str, Callable[[SignedCall], list[str]]] = {
    "athena": _name_workgroup,
    "dynamodb": _name_tables,
    "firehose": _name_delivery_stream,
    "glue": _name_catalog_resources,
    "secretsmanager": _name_secret,
    "sqs": _name_queue,
}
_ACTIONS = {
    "ChangeMessageVisibilityBatch": "ChangeMessageVisibility",
    "DeleteMessageBatch": "DeleteMessage",
    "SendMessageBatch": "SendMessage",
}
# By method, what the path names, and the parameters that choose the operation.
_S3_ACTIONS = {
    ("GET", "bucket", ""): "ListBucket",
    ("GET", "bucket", "location"): "GetBucketLocation",
    ("GET", "bucket", "uploads"): "ListBucketMultipartUploads",
    ("HEAD", "bucket", ""): "ListBucket",
    ("GET", "object", ""): "GetObject",
    ("HEAD", "object", ""): "GetObject",
    ("PUT", "object", ""): "PutObject",
    ("PUT", "object", "uploadId"): "PutObject",
    ("POST", "object", "uploads"): "PutObject",
    ("POST", "object", "uploadId"): "PutObject",
    ("DELETE", "object", ""): "DeleteObject",
    ("DELETE", "object", "uploadId"): "AbortMultipartUpload",
}
_S3_OPTIONS = {
    "continuation-token",
    "delimiter",
    "encoding-type",
    "fetch-owner",
    "list-type",
    "max-keys",
    "partNumber",
    "prefix",
    "start-after",
    "x-id",
}


def _find_s3_permission(request: Request) -> Permission:
    bucket, _, key = request.path.removeprefix("/").partition("/")
    chosen = "&".join(sorted(request.args.keys() - _S3_OPTIONS))
    if "X-Amz-Copy-Source" in request.headers:
        chosen = "copy"
    action = _S3_ACTIONS.get((request.method, "object" if key else "bucket", chosen), f"{request.method}?{chosen}")
    return f"s3:{action}", _name_object(bucket, key) if key else f"arn:aws:s3:::{bucket}"


def _name_object(bucket: str, key: str) -> str:
    folders = key.split("/")[:-1][:_FOLDERS]
    return f"arn:aws:s3:::{'/'.join([bucket, *folders, '*'])}"
