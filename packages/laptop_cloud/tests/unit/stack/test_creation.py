"""Creating a template's resources, those behind a function among them."""

import json
import threading
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from laptop_cloud.errors import TemplateError
from laptop_cloud.lambda_runtime.functions import InvocationResult
from laptop_cloud.stack.creators.creation import StackCreation
from laptop_cloud.stack.resolver import Resolver

SCHEMA = {"Type": "Custom::Schema", "Properties": {"ServiceToken": "schema"}}
OTHER = {"Type": "AWS::IAM::Role", "Properties": {}}
NEEDY = {"Type": "AWS::IAM::Role", "Properties": {"RoleName": {"Fn::GetAtt": "Schema.Name"}}}


def _creation(
    resources: dict[str, Any], invoke: Callable[[], dict[str, Any]], on_progress: Callable[[str], None]
) -> StackCreation:
    responses: list[dict[str, Any]] = []

    def run(function: str, payload: bytes) -> InvocationResult:
        assert (function, json.loads(payload)["RequestType"]) == ("schema", "Create")
        responses.append(invoke())
        return InvocationResult(b"null")

    callback = SimpleNamespace(url="http://callback", token="1", response=lambda: responses[-1])
    context: Any = SimpleNamespace(
        region="us-east-1",
        stack="stack",
        name=lambda logical_id: f"stack-{logical_id}",
        arn=lambda service, resource: f"arn:aws:{service}:us-east-1:123456789012:{resource}",
        callbacks=SimpleNamespace(open=lambda: callback),
        functions=SimpleNamespace(invoke=run),
    )
    return StackCreation(Resolver({"Resources": resources}, {}), context, on_progress)


def _succeed() -> dict[str, Any]:
    return {"Status": "SUCCESS", "PhysicalResourceId": "made", "Data": {"Name": "by-schema"}}


def test_a_function_runs_while_what_does_not_need_it_is_created():
    is_created = threading.Event()

    def wait_for_the_other() -> dict[str, Any]:
        assert is_created.wait(timeout=30)
        return _succeed()

    creation = _creation(
        {"Schema": SCHEMA, "Other": OTHER},
        wait_for_the_other,
        lambda line: is_created.set() if line.startswith("Other ") else None,
    )

    assert creation.create_all() == {
        "Schema": {"type": "Custom::Schema", "physical_id": "made"},
        "Other": {"type": "AWS::IAM::Role", "physical_id": "stack-Other"},
    }


def test_what_needs_the_function_s_answer_waits_for_it():
    lines: list[str] = []
    creation = _creation({"Needy": NEEDY, "Schema": SCHEMA}, _succeed, lines.append)

    created = creation.create_all()

    assert lines == ["Schema (Custom::Schema)", "Needy (AWS::IAM::Role)"]
    assert created["Needy"]["physical_id"] == "by-schema"


def test_a_function_that_fails_fails_the_stack_by_name():
    creation = _creation(
        {"Schema": SCHEMA, "Other": OTHER}, lambda: {"Status": "FAILED", "Reason": "no SQL"}, lambda _: None
    )

    with pytest.raises(TemplateError, match=r"^Schema \(Custom::Schema\): schema answered FAILED: no SQL$"):
        creation.create_all()
