"""What the S3 request log holds, and what it leaves out."""

import io
import json

import pytest
from werkzeug.test import Client
from werkzeug.wrappers import Response

from laptop_cloud.services.moto.access_log import AccessLog

S3 = {"Authorization": "AWS4-HMAC-SHA256 Credential=trino/20261120/us-east-1/s3/aws4_request, SignedHeaders=host"}
GLUE = {"Authorization": "AWS4-HMAC-SHA256 Credential=trino/20261120/us-east-1/glue/aws4_request, SignedHeaders=host"}


@pytest.fixture
def log():
    return io.StringIO()


@pytest.fixture
def client(log):
    """Asks an application that answers "12345" with 206."""
    return Client(AccessLog(Response(b"12345", status=206), log))


def entries(log):
    return [json.loads(line) for line in log.getvalue().splitlines()]


def test_a_request_for_an_object_is_a_line(client, log):
    client.get("/lake/posts/dt=2026-11-20/a%20b%C3%A9.parquet?x-id=GetObject", headers={**S3, "Range": "bytes=0-4"})

    [entry] = entries(log)
    assert entry.pop("time").endswith("+00:00")
    assert entry == {
        "requester": "trino",
        "operation": "REST.GET.OBJECT",
        "bucket": "lake",
        "key": "posts/dt=2026-11-20/a bé.parquet",
        "query": "x-id=GetObject",
        "range": "bytes=0-4",
        "http_status": 206,
        "bytes_sent": 5,
    }


@pytest.mark.parametrize(
    ("method", "path", "operation", "sent"),
    [
        ("GET", "/lake?list-type=2&prefix=posts%2F", "REST.GET.BUCKET", 5),
        ("GET", "/", "REST.GET.SERVICE", 5),
        ("HEAD", "/lake/a", "REST.HEAD.OBJECT", 0),
        ("PUT", "/lake/a", "REST.PUT.OBJECT", 5),
    ],
)
def test_the_operation_is_named_as_s3_names_it(client, log, method, path, operation, sent):
    client.open(path, method=method, headers=S3)

    assert [(entry["operation"], entry["bytes_sent"]) for entry in entries(log)] == [(operation, sent)]


@pytest.mark.parametrize("headers", [GLUE, {}])
def test_what_is_not_asked_of_s3_is_left_out(client, log, headers):
    assert client.get("/lake/a", headers=headers).data == b"12345"
    assert entries(log) == []


def test_the_line_is_there_before_the_answer(log):
    seen = []

    def start_response(*_):
        seen.append(len(entries(log)))

    environ = {"PATH_INFO": "/lake/a", "REQUEST_METHOD": "GET", "HTTP_AUTHORIZATION": S3["Authorization"]}
    AccessLog(Response(b"12345"), log)(environ, start_response)

    assert seen == [1]
