"""Why a message failed, as far as the log of its function says it."""

import datetime as dt
import io
import itertools
import json
from types import SimpleNamespace
from typing import Any

import pytest
from aws_lambda_powertools import Logger

from photolake.aws.sqs import process_messages
from photolake.errors import PhotolakeError
from photolake_cli.redrive.queues import DeadMessage
from photolake_cli.redrive.reasons import LogFile, LogGroup, find_reasons
from tests.fakes.client_error import client_error

NUMBERS = itertools.count()
SENT = dt.datetime(2026, 11, 20, tzinfo=dt.UTC)
FIRST, SECOND = (DeadMessage(name, "{}", SENT) for name in ("id-1", "id-2"))


def log_lines(*failures):
    """What the functions log when these messages fail, each with its error."""
    out = io.StringIO()
    logger = Logger(service=f"test {next(NUMBERS)}", stream=out)  # loggers of one name share a stream
    context: Any = SimpleNamespace(get_remaining_time_in_millis=lambda: 60_000)
    metrics: Any = SimpleNamespace(add_metric=lambda *_: None)

    def handle(record):
        raise dict(failures)[record.message_id]

    for message_id, _ in failures:
        process_messages({"Records": [{"messageId": message_id, "body": "{}"}]}, handle, context, logger, metrics)
    return out.getvalue().splitlines()


def write_log(tmp_path, *lines):
    path = tmp_path / "ImageAnalyzerFunction.log"
    path.write_text("\n".join(lines))
    return LogFile(path)


def test_the_reason_is_the_error_of_the_last_try(tmp_path):
    lines = [*log_lines(("id-1", PhotolakeError("at first"))), *log_lines(("id-1", PhotolakeError("lastly")))]

    findings = find_reasons(write_log(tmp_path, *lines, "[ERROR] of somebody else"), [FIRST])

    assert findings.explain("id-1") == "lastly"


def test_a_message_that_the_log_does_not_name_is_explained_by_what_lambda_says_of_the_function(tmp_path):
    log = write_log(
        tmp_path,
        "2026-11-20T01:00:00.000 Task timed out after 300.00 seconds",
        "2026-11-20T01:01:00.000 Task timed out after 300.00 seconds",
        '{"message": "an [ERROR] that a function logged"}',
        "[ERROR] Runtime.ImportModuleError: Unable to import module 'app'",
        *log_lines(("id-2", PhotolakeError("no good"))),
    )

    findings = find_reasons(log, [FIRST, SECOND])

    assert findings.explain("id-1") == (
        "unknown: the log does not name the message, but says 2 times: Task timed out after 300.00 seconds"
    )
    assert findings.explain("id-2") == "no good"


def test_nothing_is_made_up_where_nothing_is_known(tmp_path):
    assert find_reasons(write_log(tmp_path), [FIRST]).explain("id-1") == "unknown: the log does not name the message"
    assert "there is no log" in find_reasons(LogFile(tmp_path / "gone.log"), [FIRST]).explain("id-1")


class FakeLogs:
    """CloudWatch Logs that returns the same lines to every filter for errors."""

    def __init__(self, lines=(), error=None):
        self.lines, self.error, self.requests = lines, error, []

    def get_paginator(self, name):
        assert name == "filter_log_events"
        return self

    def paginate(self, **request):
        self.requests.append(request)
        if self.error:
            raise self.error
        is_for_errors = request["filterPattern"].startswith("{")
        return [{"events": [{"message": line}]} for line in self.lines if line.startswith("{") == is_for_errors]


def test_a_log_group_is_asked_for_the_ids_since_the_first_message_was_sent():
    messages = [DeadMessage(f"{number:036}", "{}", SENT + dt.timedelta(hours=number)) for number in range(30)]
    logs = FakeLogs(log_lines((messages[29].id, PhotolakeError("no good"))))

    findings = find_reasons(LogGroup(logs, "group"), messages)

    assert findings.explain(messages[29].id) == "no good"
    assert {(each["logGroupName"], each["startTime"]) for each in logs.requests} == {("group", 1_795_132_800_000)}
    patterns = [each["filterPattern"] for each in logs.requests]
    assert len(patterns) == 3
    assert all(len(pattern) <= 1024 for pattern in patterns)
    assert all(any(message.id in pattern for pattern in patterns) for message in messages)


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("AccessDeniedException", "unknown: you may not read the log (logs:FilterLogEvents)"),
        ("ResourceNotFoundException", "unknown: the log group does not exist"),
        ("ThrottlingException", "unknown: the log cannot be read (ThrottlingException)"),
    ],
)
def test_a_log_that_cannot_be_read_is_named_as_the_reason_for_not_knowing(code, reason):
    findings = find_reasons(LogGroup(FakeLogs(error=client_error(code)), "group"), [FIRST])

    assert findings.explain("id-1") == reason


def test_a_line_that_is_not_from_a_function_does_no_harm(tmp_path):
    log = write_log(
        tmp_path, '{"message": "message goes back to the queue"', json.dumps(["message goes back to the queue"])
    )

    assert find_reasons(log, [FIRST]).explain("id-1") == "unknown: the log does not name the message"
