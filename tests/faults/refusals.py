"""How services refuse: error responses by protocol, and requests of which only a part is taken."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from tests.faults.endpoints import Send, build_response

# The code and status of each service for too many requests; others answer ThrottlingException with 400.
_THROTTLED = {
    "s3": ("SlowDown", 503),
    "sqs": ("RequestThrottled", 403),
    "dynamodb": ("ProvisionedThroughputExceededException", 400),
    "firehose": ("ServiceUnavailableException", 503),
}
Keep = Callable[[str], bool]


def throttle(service: str, request: AWSPreparedRequest) -> AWSResponse:
    """The response of a service that gets too many requests."""
    code, status = _THROTTLED.get(service, ("ThrottlingException", 400))
    return refuse(service, request, code, status)


def fail(service: str, request: AWSPreparedRequest) -> AWSResponse:
    """The response of a service that is out of order."""
    return refuse(service, request, "InternalError" if service == "s3" else "InternalServerError", 500)


def refuse(service: str, request: AWSPreparedRequest, code: str, status: int) -> AWSResponse:
    """An error response."""
    if service == "s3":
        body = f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>injected</Message></Error>"
        return build_response(request.url, status, body, {"Content-Type": "application/xml"})
    body = json.dumps({"__type": code, "message": "injected", "Message": "injected"})
    return build_response(request.url, status, body, {"Content-Type": "application/x-amz-json-1.0"})


def take_in_part(operation: str, request: AWSPreparedRequest, send: Send, keep: Keep) -> AWSResponse:
    """Send those parts of a request that `keep` says (by a text that names the part), and refuse the others."""
    return _PARTIAL[operation](request, send, keep)


def is_partial(operation: str) -> bool:
    """Whether a service may refuse parts of such a request. Firehose's own endpoint does it for itself."""
    return operation in _PARTIAL


def read_body(request: AWSPreparedRequest) -> dict[str, Any]:
    """The JSON of a request."""
    body: Any = request.body
    return dict(json.loads(body or b"{}"))


def _send_messages(request: AWSPreparedRequest, send: Send, keep: Keep) -> AWSResponse:
    body = read_body(request)
    kept = [entry for entry in body["Entries"] if keep(entry["MessageBody"])]
    refused = [entry for entry in body["Entries"] if entry not in kept]
    answer = _send_changed(request, {**body, "Entries": kept}, send) if kept else {"Successful": []}
    failed = [
        {"Id": entry["Id"], "SenderFault": False, "Code": "InternalError", "Message": "injected"} for entry in refused
    ]
    return _answer(request, {**answer, "Failed": [*answer.get("Failed", []), *failed]})


def _read_batch(request: AWSPreparedRequest, send: Send, keep: Keep) -> AWSResponse:
    body = read_body(request)
    ((table, asked),) = body["RequestItems"].items()
    kept = [key for key in asked["Keys"] if keep(json.dumps(key, sort_keys=True))]
    left = [key for key in asked["Keys"] if key not in kept]
    items = {table: {**asked, "Keys": kept}}
    answer = _send_changed(request, {**body, "RequestItems": items}, send) if kept else {"Responses": {table: []}}
    return _answer(request, {**answer, "UnprocessedKeys": {table: {**asked, "Keys": left}} if left else {}})


def _write_batch(request: AWSPreparedRequest, send: Send, keep: Keep) -> AWSResponse:
    body = read_body(request)
    ((table, writes),) = body["RequestItems"].items()
    kept = [write for write in writes if keep(json.dumps(write, sort_keys=True))]
    left = [write for write in writes if write not in kept]
    answer = _send_changed(request, {**body, "RequestItems": {table: kept}}, send) if kept else {}
    return _answer(request, {**answer, "UnprocessedItems": {table: left} if left else {}})


def _detect_batch(request: AWSPreparedRequest, send: Send, keep: Keep) -> AWSResponse:
    """Comprehend fails on some texts of a batch; they cost nothing."""
    body = read_body(request)
    kept = [index for index, text in enumerate(body["TextList"]) if keep(text)]
    texts = [body["TextList"][index] for index in kept]
    answer = _send_changed(request, {**body, "TextList": texts}, send) if kept else {"ResultList": [], "ErrorList": []}
    for part in ("ResultList", "ErrorList"):
        answer[part] = [{**each, "Index": kept[each["Index"]]} for each in answer.get(part, [])]
    failed = [
        {"Index": index, "ErrorCode": "InternalServerException", "ErrorMessage": "injected"}
        for index in range(len(body["TextList"]))
        if index not in kept
    ]
    return _answer(request, {**answer, "ErrorList": [*answer["ErrorList"], *failed]})


def _send_changed(request: AWSPreparedRequest, body: Mapping[str, Any], send: Send) -> dict[str, Any]:
    sent = json.dumps(body).encode()
    changed = AWSPreparedRequest(request.method, request.url, request.headers, sent, request.stream_output)
    if "Content-Length" in changed.headers:
        changed.headers.replace_header("Content-Length", str(len(sent)))
    response = send(changed)
    answer: dict[str, Any] = json.loads(response.content)
    if response.status_code != 200:
        raise AssertionError(f"a part of a request was refused: {answer}")
    return answer


def _answer(request: AWSPreparedRequest, body: Mapping[str, Any]) -> AWSResponse:
    return build_response(request.url, 200, json.dumps(body), {"Content-Type": "application/x-amz-json-1.0"})


_PARTIAL: Mapping[str, Callable[[AWSPreparedRequest, Send, Keep], AWSResponse]] = {
    "SendMessageBatch": _send_messages,
    "BatchGetItem": _read_batch,
    "BatchWriteItem": _write_batch,
    "BatchDetectSentiment": _detect_batch,
    "BatchDetectEntities": _detect_batch,
    "BatchDetectDominantLanguage": _detect_batch,
}
