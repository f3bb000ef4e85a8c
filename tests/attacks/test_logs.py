"""Logs and metrics, which many may read, hold no text of posts, no names, no addresses and no secrets."""

import base64
import json
import logging
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import boto3
import pyarrow as pa
import pytest
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.utilities.idempotency.exceptions import IdempotencyPersistenceLayerError
from botocore.exceptions import ClientError
from urllib3.exceptions import MaxRetryError, ReadTimeoutError

from photolake.athena_schema.custom_resource import send_response
from photolake.aws.sqs import process_messages
from photolake.errors import PermanentError, PhotolakeError, RetryableError, RowError
from photolake.logged_error import describe_error
from photolake.photos.download import Downloader
from photolake.photos.job import PhotoJob
from photolake.rows.schema import HiveType, TableSchema
from photolake.sources.x.payload import read_posts
from tests.fakes.photo_host import PhotoHost

SECRET = "Zebrafink-4711"
"""Stands in every place that people write into; nothing else looks like it."""
URL = f"https://bucket.s3.amazonaws.com/key?X-Amz-Signature={SECRET}"


def parse(kind, *arguments):
    return lambda: kind(*arguments)


def find_key():
    numbers: dict[str, int] = {}
    return numbers[SECRET]


def validate_text():
    client: Any = boto3.client("comprehend", region_name="us-east-1")
    client.batch_detect_sentiment(TextList=[{"x": SECRET}], LanguageCode="en")


def client_error(code, operation="BatchDetectSentiment"):
    message = f"1 validation error detected: Value '{SECRET}' at 'textList.1.member' failed to satisfy constraint"
    return ClientError({"Error": {"Code": code, "Message": message}}, operation)


def chain():
    try:
        find_key()
    except KeyError as error:
        raise PhotolakeError("a photo job lacks a field") from error


def group():
    raise ExceptionGroup(SECRET, [ValueError(SECRET)])


def throw(error):
    def fail():
        raise error

    return fail


FAULTS = {
    "KeyError": find_key,
    "int": lambda: int(SECRET),
    "float": lambda: float(SECRET),
    "UnicodeEncodeError": lambda: f"{SECRET}\ud83d".encode(),
    "UnicodeDecodeError": lambda: (SECRET.encode() + b"\xff").decode(),
    "JSON": lambda: json.loads(f'{{"text": "{SECRET}'),
    "JSON key": lambda: json.dumps({(SECRET,): 1}),
    "ParamValidationError": validate_text,
    "pyarrow cast": lambda: pa.array([SECRET]).cast(pa.int64()),
    "pyarrow type": lambda: pa.array([SECRET, 1]),
    "base64": lambda: base64.b64decode(SECRET, validate=True),
    "AttributeError": lambda: getattr(SimpleNamespace(), SECRET),
    "AssertionError": throw(AssertionError(SECRET)),
    "OSError": lambda: Path(f"/{SECRET}/x").read_bytes(),
    "ValidationException": throw(client_error("ValidationException")),
    "InvalidRequestException": throw(client_error("InvalidRequestException")),
    "TextSizeLimitExceeded of a text": throw(client_error("SerializationException")),
    "InvalidParameterValue": throw(client_error("InvalidParameterValue", "SendMessageBatch")),
    "a cause": chain,
    "a group": group,
    "a timeout of a signed URL": throw(ReadTimeoutError(None, URL, f"{URL}: Read timed out")),  # type: ignore[arg-type]
    "a retry of a signed URL": throw(MaxRetryError(None, URL)),  # type: ignore[arg-type]
    "recursion": throw(RecursionError(SECRET)),
    "a bare exception": throw(Exception(SECRET)),
    "memory": throw(MemoryError(SECRET)),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_a_message_that_fails_is_logged_without_what_it_was_about(capfd, caplog, fault):
    record = {"messageId": "1", "body": SECRET, "eventSource": "aws:sqs", "receiptHandle": SECRET}
    logger, metrics = Logger(service="test"), Metrics(service="test")

    def handle(record):
        FAULTS[fault]()

    with caplog.at_level(logging.DEBUG):
        response = process_messages({"Records": [record]}, handle, None, logger, metrics)  # type: ignore[arg-type]
    metrics.clear_metrics()

    assert response == {"batchItemFailures": [{"itemIdentifier": "1"}]}
    printed = capfd.readouterr()
    logged = f"{[vars(each) for each in caplog.records if each.name == logger.name]}{printed.out}{printed.err}"
    assert "message goes back to the queue" in logged
    assert SECRET not in logged


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (RetryableError("Comprehend refused a batch"), "Comprehend refused a batch"),
        (PermanentError("gone", "it was deleted"), "it was deleted"),
        (client_error("ValidationException"), "BatchDetectSentiment: ValidationException"),
    ],
)
def test_what_may_be_said_of_an_error_is_said(error, said):
    assert said in describe_error(error)


@pytest.mark.parametrize(
    "code", ["AccessDeniedException", "ResourceNotFoundException", "ThrottlingException", "ExpiredToken"]
)
def test_what_aws_says_of_rights_and_resources_is_logged(code):
    error = ClientError({"Error": {"Code": code, "Message": "role r may not do it"}}, "PutItem")
    assert describe_error(error) == f"PutItem: {code}: role r may not do it"


def test_the_place_of_an_unknown_error_is_logged():
    with pytest.raises(KeyError) as raised:
        find_key()
    assert describe_error(raised.value).startswith("KeyError in test_logs.py:")
    assert "find_key" in describe_error(raised.value)


def test_the_causes_of_a_wrapped_error_are_logged_without_values():
    refused = client_error("ValidationException")
    with pytest.raises(IdempotencyPersistenceLayerError) as raised:
        raise IdempotencyPersistenceLayerError(f"Failed to save {SECRET}", refused) from refused

    said = describe_error(raised.value)

    assert said.startswith("IdempotencyPersistenceLayerError in test_logs.py:")
    assert said.endswith(", caused by: BatchDetectSentiment: ValidationException")
    assert SECRET not in said


def test_causes_that_go_round_in_a_circle_are_each_named_once():
    one, other = KeyError("one"), ValueError("other")
    one.__cause__, other.__cause__ = other, one

    assert describe_error(one) == "KeyError in no known place, caused by: ValueError in no known place"


SCHEMA = TableSchema(
    "posts",
    {
        "id": HiveType("bigint"),
        "text": HiveType("string"),
        "counts": HiveType("array", element=HiveType("bigint")),
        "user": HiveType("struct", fields={"followers": HiveType("bigint")}),
    },
)


@pytest.mark.parametrize(
    "row",
    [
        {"id": SECRET},
        {"id": [SECRET]},
        {"id": {"x": SECRET}},
        {"text": [SECRET]},
        {"text": {SECRET: 1}},
        {"counts": SECRET},
        {"counts": [1, SECRET]},
        {"user": SECRET},
        {"user": {"followers": SECRET}},
        {"user": [SECRET]},
    ],
)
def test_a_row_that_does_not_fit_is_described_without_its_values(row):
    with pytest.raises(RowError) as refused:
        SCHEMA.check(row)
    assert SECRET not in describe_error(refused.value)


POST = {"id": "2030500000000000001", "text": SECRET, "author_id": "7", "created_at": "2026-03-08T04:24:59.000Z"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"id": SECRET},
        {"id": [SECRET]},
        {"text": {"x": SECRET}},
        {"text": None, "id": SECRET},
        {"created_at": SECRET},
        {"lang": [SECRET]},
        {"author_id": {"name": SECRET}},
        {"entities": SECRET},
        {"entities": {"hashtags": [SECRET]}},
        {"entities": {"urls": [{"url": [SECRET]}]}},
        {"public_metrics": {"like_count": SECRET}},
        {"geo": SECRET},
        {"referenced_tweets": SECRET},
        {"referenced_tweets": [{"id": SECRET, "type": SECRET}]},
        {"attachments": {"media_keys": SECRET}},
        {"possibly_sensitive": SECRET},
    ],
)
def test_a_post_that_is_not_one_is_described_without_its_text(wrong):
    messages: list[str] = []
    page = {"data": [{**POST, **wrong}]}
    rows = list(
        read_posts(page, collected_at="2026-03-01T09:00:00.000Z", on_rejected=lambda post, why: messages.append(why))
    )
    assert len(rows) + len(messages) == 1
    assert SECRET not in "".join(messages)


@pytest.mark.parametrize(
    "body",
    [
        SECRET,
        json.dumps(SECRET),
        json.dumps([SECRET]),
        json.dumps({"origin": SECRET}),
        json.dumps({"post": {"text": SECRET}}),
        f'{{"post": "{SECRET}',
    ],
)
def test_a_photo_job_that_is_not_one_is_described_without_its_text(body):
    with pytest.raises(PhotolakeError) as refused:
        PhotoJob.parse(body)
    assert SECRET not in describe_error(refused.value)


@pytest.mark.parametrize("error", [MaxRetryError(None, URL), ReadTimeoutError(None, URL, URL)])  # type: ignore[arg-type]
def test_the_signed_url_of_cloudformation_is_in_no_error(error):
    def request(*arguments, **options):
        raise error

    with pytest.raises(RetryableError) as refused:
        send_response(URL, {}, request)
    assert SECRET not in f"{refused.value}{refused.value.__cause__}"
    assert refused.value.__suppress_context__


def test_nothing_of_a_signed_url_is_printed_while_it_is_retried(capfd, caplog):
    with pytest.raises(RetryableError):
        send_response(f"http://127.0.0.1:1/key?X-Amz-Signature={SECRET}", {"Status": "SUCCESS"})
    printed = capfd.readouterr()
    assert SECRET not in f"{[each.getMessage() for each in caplog.records]}{printed.out}{printed.err}"


def test_headers_of_a_host_are_not_logged(caplog):
    with PhotoHost() as host:
        url = "https://pbs.twimg.com/a"
        host.answers[url] = f"HTTP/1.1 200 OK\r\n{SECRET}\r\nContent-Length: 1\r\n\r\nx".encode()
        Downloader(["pbs.twimg.com"], photo_endpoint=host.url).download(url)
    assert SECRET not in caplog.text
