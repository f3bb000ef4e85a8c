"""DynamoDB, answered by moto in this process: every operation and expression, and a clean state in no time."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, cast

from botocore.awsrequest import AWSPreparedRequest
from moto.backends import get_backend
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.core.request import normalize_request
from werkzeug.exceptions import HTTPException

from bench.pipeline.http import Reply

REGION = "us-east-1"
_URL = f"https://dynamodb.{REGION}.amazonaws.com/"
_HEADERS = {
    "Content-Type": "application/x-amz-json-1.0",
    "Host": f"dynamodb.{REGION}.amazonaws.com",
    "Authorization": f"AWS4-HMAC-SHA256 Credential=bench/20260101/{REGION}/dynamodb/aws4_request, Signature=0",
}
_CREATED = ("BillingMode", "AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes")


class DynamoDB:
    """Tables in moto; one request takes it one to three milliseconds of a processor."""

    def __init__(self, tables: Mapping[str, Mapping[str, Any]]) -> None:
        """`tables` are the properties of each table in the template, by name."""
        self._backend = cast("Any", get_backend)("dynamodb")[DEFAULT_ACCOUNT_ID][REGION]
        self._answer: Any = next(iter(self._backend.urls.values()))
        for name, properties in tables.items():
            created = {key: properties[key] for key in _CREATED if key in properties}
            reply = self.answer("CreateTable", json.dumps({"TableName": name, **created}).encode())
            assert reply.status == 200, reply.body

    def answer(self, operation: str, body: bytes) -> Reply:
        """Carry out an operation of the JSON protocol."""
        headers: Any = {**_HEADERS, "X-Amz-Target": f"DynamoDB_20120810.{operation}"}
        sent = normalize_request(AWSPreparedRequest("POST", _URL, headers, body, False))
        try:
            status, _, text = self._answer(sent, sent.url, sent.headers)
        except HTTPException as error:
            status, text = error.code or 500, error.get_body()
        return Reply(status, text.encode(), {"Content-Type": "application/x-amz-json-1.0"})

    def empty(self) -> None:
        """Take out every item."""
        for table in self._backend.tables.values():
            table.items.clear()
