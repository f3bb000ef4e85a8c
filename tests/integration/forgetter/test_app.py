"""The function forgetter as Lambda calls it; what a pass does is tried in tests/faults."""

from __future__ import annotations

import importlib.util
import json
import os
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from moto import mock_aws

from photolake.forget.deleted_rows import DeletedRows
from tests.builders.dynamodb_tables import template_table
from tests.cloudwatch import count_index_troubles, printed_metrics, shown_of
from tests.resolved_template import ROOT, environment

CONTEXT: Any = SimpleNamespace(
    function_name="forgetter",
    memory_limit_in_mb=1024,
    invoked_function_arn="arn:aws:lambda:eu-west-1:123456789012:function:forgetter",
    aws_request_id="52fdfc07",
    get_remaining_time_in_millis=lambda: 900_000,
)


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The module over a lake without deletions."""
    names = {"LAKE_BUCKET": "lake", "CHECKPOINT_TABLE": "checkpoints", "ROW_RETENTION_DAYS": "10"}
    for name, value in (environment("forgetter") | names).items():
        monkeypatch.setitem(os.environ, name, str(value))
    monkeypatch.setattr(DeletedRows, "list_ids", lambda self: set())
    with mock_aws():
        boto3.client("s3").create_bucket(Bucket="lake")
        template_table("CheckpointTable", "checkpoints")
        spec = importlib.util.spec_from_file_location("forgetter_app", ROOT / "functions/forgetter/app.py")
        assert spec
        assert spec.loader
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        yield module


def test_a_pass_is_run_once_a_day_or_as_often_as_it_is_asked_for(app: Any, capsys: pytest.CaptureFixture[str]) -> None:
    count_index_troubles(app)
    events: list[dict[str, int]] = [{}, {}, {"pass": 2}, {"pass": 2}]

    passes = [app.lambda_handler(event, CONTEXT)["finished"] for event in events]

    assert passes == [1, 1, 2, 2]
    printed = capsys.readouterr().out
    assert shown_of("forgetter") <= printed_metrics(printed).keys()
    assert "forgotten/" not in json.dumps(boto3.client("s3").list_objects_v2(Bucket="lake"), default=str)


def test_nothing_is_done_while_another_invocation_is_at_work(app: Any) -> None:
    state = app.lambda_handler({}, CONTEXT)
    table = boto3.resource("dynamodb").Table("checkpoints")
    table.update_item(
        Key={"id": "forgetter"},
        UpdateExpression="SET busy_until = :until",
        ExpressionAttributeValues={":until": 32_503_680_000},
    )

    assert app.lambda_handler({"pass": 5}, CONTEXT)["started"] == state["started"]
