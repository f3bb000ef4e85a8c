"""`photolake status --stack`: queues, runs, deliveries and alarms of a stack on AWS."""

import json

import pytest
from typer.testing import CliRunner

from photolake_cli import cloud as clouds
from photolake_cli import main, stack_status
from photolake_cli.errors import CommandError
from tests.fakes.stack import NOW, FakeStack


@pytest.fixture
def stack(monkeypatch):
    stack = FakeStack()
    stack.depths.update(ImageQueue=5, ImageDeadLetterQueue=2)
    stack.metrics.update(
        {
            ("ApproximateAgeOfOldestMessage", "ImageQueue"): 130,
            ("Errors", "CollectorFunction"): 1,
            ("DeliveryToS3.Records", "PostsStream"): 700,
        }
    )
    stack.alarms["DeadLetterAlarm"] = "ALARM"
    stack.month = {"total": 12_500_000, "x": 10_000_000, "rekognition": 2_500_000}
    stack.waiting_images = 7
    return stack


def test_the_status_has_each_queue_function_stream_and_alarm(stack):
    document = stack_status.read_status(stack.connect(), NOW)

    assert document["queues"]["ImageQueue"] == {
        "visible": 5,
        "in_flight": 0,
        "delayed": 0,
        "oldest_seconds": 130,
        "is_dlq": False,
        "feeds_function": True,
    }
    assert {name for name, depth in document["queues"].items() if depth["is_dlq"]} == {
        "TweetDeadLetterQueue",
        "PhotoJobDeadLetterQueue",
        "ImageDeadLetterQueue",
        "BackfillDeadLetterQueue",
    }
    assert document["functions"]["CollectorFunction"] == {"invocations": 24, "errors": 1}
    assert document["streams"]["PostsStream"] == {"records": 700, "oldest_seconds": 0}
    assert {name for name, state in document["alarms"].items() if state == "ALARM"} == {"DeadLetterAlarm"}
    assert document["budget"]["limits"] == {
        "MonthlyBudget": {"spent": 12.5, "limit": 100.0},
        "MonthlyRekognitionBudget": {"spent": 2.5, "limit": 20.0},
    }
    assert document["waiting"] == {"images": 7, "objects": 0}


def test_a_permission_that_is_missing_is_an_error_that_names_it(stack):
    stack.denied = {"cloudwatch:GetMetricData"}

    with pytest.raises(CommandError, match="cloudwatch:GetMetricData"):
        stack_status.read_status(stack.connect(), NOW)


def test_the_command_prints_tables_or_one_json_document(stack, monkeypatch):
    monkeypatch.setattr(clouds, "connect", lambda *_: stack.connect())
    stack.responses["cloudwatch:GetMetricData"] = {"MetricDataResults": []}  # the command takes the time itself

    as_json = CliRunner().invoke(main.app, ["status", "--stack", "photolake", "--json"])
    as_tables = CliRunner().invoke(main.app, ["status", "--stack", "photolake"])

    assert (as_json.exit_code, as_tables.exit_code) == (0, 0)
    assert json.loads(as_json.stdout)["queues"]["ImageDeadLetterQueue"]["visible"] == 2
    assert "ImageDeadLetterQueue" in as_tables.stdout
    assert "dead letters" in as_tables.stdout
    assert "$12.50" in as_tables.stdout
