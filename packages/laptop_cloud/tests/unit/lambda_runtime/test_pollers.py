"""Event source mappings: from an SQS queue to a function."""

import json
from typing import Any

import pytest

from laptop_cloud.lambda_runtime.functions import InvocationResult
from laptop_cloud.lambda_runtime.pollers import build_sqs_record, find_failed_ids

SENT = {"a", "b"}


def _answer(result: Any) -> InvocationResult:
    return InvocationResult(json.dumps(result).encode())


@pytest.mark.parametrize("result", [None, {}, {"batchItemFailures": []}, {"batchItemFailures": None}, "done"])
def test_nothing_is_delivered_again_when_nothing_is_reported(result: Any):
    if result == "done":
        assert find_failed_ids(_answer(result), SENT, partial_failures=False) == frozenset()
    else:
        assert find_failed_ids(_answer(result), SENT, partial_failures=True) == frozenset()


def test_what_is_reported_is_delivered_again():
    report = {"batchItemFailures": [{"itemIdentifier": "b"}]}

    assert find_failed_ids(_answer(report), SENT, partial_failures=True) == {"b"}
    assert find_failed_ids(_answer(report), SENT, partial_failures=False) == frozenset()


@pytest.mark.parametrize(
    "result",
    [
        {"batchItemFailures": [{"itemIdentifier": "a"}, {"itemIdentifier": "c"}]},
        {"batchItemFailures": [{"itemIdentifier": ""}]},
        {"batchItemFailures": [{"itemIdentifier": None}]},
        {"batchItemFailures": [{"id": "a"}]},
        {"batchItemFailures": ["a"]},
        {"batchItemFailures": 1},
        ["a"],
        "a",
    ],
)
def test_an_unsound_report_fails_the_whole_batch(result: Any):
    assert find_failed_ids(_answer(result), SENT, partial_failures=True) == SENT


def test_an_error_fails_the_whole_batch():
    assert find_failed_ids(InvocationResult(b"{}", "Unhandled"), SENT, partial_failures=True) == SENT


def test_a_message_is_handed_over_as_lambda_does():
    message = {
        "MessageId": "m",
        "ReceiptHandle": "r",
        "Body": "{}",
        "MD5OfBody": "5",
        "Attributes": {"ApproximateReceiveCount": "1"},
        "MessageAttributes": {"kind": {"StringValue": "x", "DataType": "String"}},
    }

    assert build_sqs_record(message, "arn:aws:sqs:eu-west-1:123456789012:jobs") == {
        "messageId": "m",
        "receiptHandle": "r",
        "body": "{}",
        "attributes": {"ApproximateReceiveCount": "1"},
        "messageAttributes": {"kind": {"stringValue": "x", "dataType": "String"}},
        "md5OfBody": "5",
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:eu-west-1:123456789012:jobs",
        "awsRegion": "eu-west-1",
    }
