"""Which IAM permissions a recorded call needs."""

import io
import json
from typing import Any

import boto3
import pytest
from botocore.awsrequest import AWSResponse, HTTPHeaders
from botocore.config import Config
from werkzeug.test import Client, create_environ
from werkzeug.wrappers import Request, Response

from laptop_cloud.server.iam_calls import PAGE, CallRecorder

FUNCTION = "WorkerFunction"
ACCOUNT = "us-east-1:123456789012"
QUEUE = "http://127.0.0.1:1/123456789012/jobs"
KEY = {"id": {"S": "1"}}
UPDATE = {"Key": KEY, "UpdateExpression": "SET a = b"}


class _Body(io.BytesIO):
    def stream(self, *_: Any, **__: Any) -> Any:
        yield self.read()


class Service:
    """What answers every request with nothing, behind a recorder; it keeps the bodies it was given."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.recorder = CallRecorder(self._answer)

    def call(self, service: str, operation: str, principal: str = FUNCTION, **arguments: Any) -> None:
        """Make one call as boto3 does, but for the network."""
        client: Any = boto3.client(
            service,  # type: ignore[call-overload]
            endpoint_url="http://127.0.0.1:1",
            region_name="us-east-1",
            aws_access_key_id=principal,
            aws_secret_access_key="test",
            config=Config(s3={"addressing_style": "path"}),
        )
        client.meta.events.register("before-send", self._send)
        getattr(client, operation)(**arguments)

    def made(self) -> Any:
        """The recorder's page."""
        return Client(self.recorder).get(PAGE).json

    def _send(self, request: Any, **_: Any) -> AWSResponse:
        body = request.body if hasattr(request.body, "read") else io.BytesIO(_encoded(request.body))
        headers = {
            name: value.decode() if isinstance(value, bytes) else value for name, value in request.headers.items()
        }
        Client(self.recorder).open(request.url, method=request.method, headers=headers, input_stream=body)
        return AWSResponse(request.url, 200, HTTPHeaders(), _Body(b"{}" if "X-Amz-Target" in headers else b"<a/>"))

    def _answer(self, environ: Any, start_response: Any) -> Any:
        self.bodies.append(Request(environ).get_data())
        return Response("{}", mimetype="application/json")(environ, start_response)


def _encoded(body: Any) -> bytes:
    return body.encode() if isinstance(body, str) else body or b""


@pytest.fixture
def service() -> Service:
    return Service()


@pytest.mark.parametrize(
    ("name", "operation", "arguments", "action", "resources"),
    [
        ("dynamodb", "get_item", {"TableName": "t", "Key": KEY}, "GetItem", ["table/t"]),
        ("dynamodb", "put_item", {"TableName": "t", "Item": KEY}, "PutItem", ["table/t"]),
        ("dynamodb", "update_item", {"TableName": "t", **UPDATE}, "UpdateItem", ["table/t"]),
        ("dynamodb", "query", {"TableName": "t", "KeyConditionExpression": "a = b"}, "Query", ["table/t"]),
        (
            "dynamodb",
            "query",
            {"TableName": "t", "IndexName": "waiting", "KeyConditionExpression": "a = b"},
            "Query",
            ["table/t/index/waiting"],
        ),
        (
            "dynamodb",
            "batch_get_item",
            {"RequestItems": {"t": {"Keys": [KEY]}, "u": {"Keys": [KEY]}}},
            "BatchGetItem",
            ["table/t", "table/u"],
        ),
        (
            "dynamodb",
            "batch_write_item",
            {"RequestItems": {"t": [{"PutRequest": {"Item": KEY}}]}},
            "BatchWriteItem",
            ["table/t"],
        ),
        ("dynamodb", "list_tables", {}, "ListTables", ["table/*"]),
        (
            "firehose",
            "put_record_batch",
            {"DeliveryStreamName": "s", "Records": [{"Data": b"{}"}]},
            "PutRecordBatch",
            ["deliverystream/s"],
        ),
        ("glue", "get_table", {"DatabaseName": "d", "Name": "t"}, "GetTable", ["catalog", "database/d", "table/d/t"]),
        ("glue", "get_tables", {"DatabaseName": "d"}, "GetTables", ["catalog", "database/d", "table/d/*"]),
        (
            "glue",
            "create_table",
            {"DatabaseName": "d", "TableInput": {"Name": "t"}},
            "CreateTable",
            ["catalog", "database/d", "table/d/t"],
        ),
        ("glue", "get_database", {"Name": "d"}, "GetDatabase", ["catalog", "database/d"]),
        ("sqs", "send_message", {"QueueUrl": QUEUE, "MessageBody": "{}"}, "SendMessage", ["jobs"]),
        (
            "sqs",
            "send_message_batch",
            {"QueueUrl": QUEUE, "Entries": [{"Id": "1", "MessageBody": "{}"}]},
            "SendMessage",
            ["jobs"],
        ),
        ("sqs", "get_queue_url", {"QueueName": "jobs"}, "GetQueueUrl", ["jobs"]),
        ("secretsmanager", "get_secret_value", {"SecretId": "s"}, "GetSecretValue", ["secret:s"]),
        ("athena", "list_named_queries", {"WorkGroup": "w"}, "ListNamedQueries", ["workgroup/w"]),
        ("athena", "get_query_execution", {"QueryExecutionId": "1"}, "GetQueryExecution", ["workgroup/*"]),
    ],
)
def test_a_json_call_needs_its_action_on_the_resources_it_names(
    service: Service, name: str, operation: str, arguments: Any, action: str, resources: list[str]
):
    service.call(name, operation, **arguments)

    expected = [[f"{name}:{action}", f"arn:aws:{name}:{ACCOUNT}:{resource}"] for resource in resources]
    assert service.made() == {FUNCTION: expected}


@pytest.mark.parametrize(
    ("operation", "arguments", "action", "resource"),
    [
        (
            "get_object",
            {"Key": "tweets/dt=2026-03-08/a b+c.gz", "Range": "bytes=0-9"},
            "GetObject",
            "tweets/dt=2026-03-08/*",
        ),
        ("get_object", {"Key": "top.txt"}, "GetObject", "*"),
        ("get_object", {"Key": "läuft/x"}, "GetObject", "läuft/*"),
        ("head_object", {"Key": "a/b/c/d"}, "GetObject", "a/b/*"),
        ("put_object", {"Key": "images/ab/abcd.jpg", "Body": b"...", "IfNoneMatch": "*"}, "PutObject", "images/ab/*"),
        ("delete_object", {"Key": "a/b"}, "DeleteObject", "a/*"),
        ("create_multipart_upload", {"Key": "a/b"}, "PutObject", "a/*"),
        ("upload_part", {"Key": "a/b", "UploadId": "u", "PartNumber": 1, "Body": b"."}, "PutObject", "a/*"),
        ("complete_multipart_upload", {"Key": "a/b", "UploadId": "u"}, "PutObject", "a/*"),
        ("abort_multipart_upload", {"Key": "a/b", "UploadId": "u"}, "AbortMultipartUpload", "a/*"),
        ("list_objects_v2", {"Prefix": "a/", "Delimiter": "/", "MaxKeys": 5, "StartAfter": "a/b"}, "ListBucket", None),
        ("head_bucket", {}, "ListBucket", None),
        ("get_bucket_location", {}, "GetBucketLocation", None),
        ("list_multipart_uploads", {}, "ListBucketMultipartUploads", None),
        ("get_object_tagging", {"Key": "a/b"}, "GET?tagging", "a/*"),
        ("copy_object", {"Key": "a/b", "CopySource": "other/key"}, "PUT?copy", "a/*"),
    ],
)
def test_a_call_of_s3_needs_its_action_on_the_bucket_or_on_a_folder(
    service: Service, operation: str, arguments: Any, action: str, resource: str | None
):
    service.call("s3", operation, Bucket="lake", **arguments)

    assert service.made() == {
        FUNCTION: [[f"s3:{action}", f"arn:aws:s3:::lake{'' if resource is None else f'/{resource}'}"]]
    }


def test_objects_that_are_deleted_at_once_need_it_each_and_reach_the_service(service: Service):
    keys = ["a/b&c", "d/e/f/g", "d/e/h"]

    service.call("s3", "delete_objects", Bucket="lake", Delete={"Objects": [{"Key": key} for key in keys]})

    made = service.made()[FUNCTION]
    assert sorted(made) == [["s3:DeleteObject", f"arn:aws:s3:::lake/{folder}/*"] for folder in ("a", "d/e")]
    assert b"<Key>d/e/h</Key>" in service.bodies[0]


def test_a_secret_can_be_named_by_its_arn(service: Service):
    arn = f"arn:aws:secretsmanager:{ACCOUNT}:secret:token-AbCdEf"
    service.call("secretsmanager", "get_secret_value", SecretId=arn)

    assert service.made() == {FUNCTION: [["secretsmanager:GetSecretValue", arn]]}


def test_the_analysis_services_have_no_resources(service: Service):
    service.call("rekognition", "detect_text", Image={"Bytes": b"..."})
    service.call("comprehend", "batch_detect_sentiment", TextList=["a"], LanguageCode="en")

    assert service.made() == {
        FUNCTION: [["comprehend:BatchDetectSentiment", "*"], ["rekognition:DetectText", "*"]],
    }


def test_an_operation_that_is_not_known_cannot_be_allowed(service: Service):
    service.call("lambda", "list_functions")

    assert service.made() == {FUNCTION: [["lambda:GET /2015-03-31/functions", "*"]]}


def test_calls_are_kept_once_and_by_function_and_those_of_everybody_else_are_not(service: Service):
    for principal in (FUNCTION, "test", FUNCTION, "OtherFunction"):
        service.call("dynamodb", "get_item", principal, TableName="t", Key=KEY)

    needed = [["dynamodb:GetItem", f"arn:aws:dynamodb:{ACCOUNT}:table/t"]]
    assert service.made() == {"OtherFunction": needed, FUNCTION: needed}


def test_the_service_gets_the_request_that_was_read_ahead(service: Service):
    service.call("dynamodb", "get_item", TableName="t", Key=KEY)

    assert [json.loads(body) for body in service.bodies] == [{"TableName": "t", "Key": KEY}]


def test_an_unsigned_request_passes(service: Service):
    assert Client(service.recorder).get("/moto-api/").json == {}
    assert service.made() == {}


def test_the_body_of_an_object_is_left_to_the_service():
    class Unread(io.RawIOBase):
        def read(self, *_: Any) -> bytes:
            raise AssertionError("the object was read")

    signature = f"AWS4-HMAC-SHA256 Credential={FUNCTION}/20260308/us-east-1/s3/aws4_request, Signature=0"
    environ: dict[str, Any] = create_environ("/lake/a", method="PUT", headers={"Authorization": signature})
    recorder = CallRecorder(lambda environ, start: Response()(environ, start))

    recorder({**environ, "wsgi.input": Unread(), "CONTENT_LENGTH": "9"}, lambda *_: lambda _: None)

    assert Client(recorder).get(PAGE).json == {FUNCTION: [["s3:PutObject", "arn:aws:s3:::lake/*"]]}
