"""Functions in processes of their own: results, crashes, timeouts and restarts."""

import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent

import pytest

from laptop_cloud.errors import FunctionStartError
from laptop_cloud.lambda_runtime.functions import Functions, InvocationResult, UnknownFunctionError
from laptop_cloud.lambda_runtime.sandbox import DeployedFunction
from laptop_cloud.server.child_processes import Children

HANDLER = """
import os, sys, time
print("imported", flush=True)

def lambda_handler(event, context):
    match event.get("do"):
        case "echo":
            return event
        case "context":
            return [context.function_name, context.memory_limit_in_mb, context.invoked_function_arn,
                    0 < context.get_remaining_time_in_millis() <= 1000, len(context.aws_request_id)]
        case "raise":
            raise ValueError("no good")
        case "exit":
            os._exit(3)
        case "sleep":
            time.sleep(60)
        case "pid":
            return os.getpid()
        case "unserialisable":
            return object()
"""


@pytest.fixture
def children() -> Iterator[Children]:
    started = Children()
    yield started
    started.stop()


def _functions(children: Children, folder: Path, code: str = HANDLER) -> Functions:
    (folder / "code").mkdir()
    (folder / "logs").mkdir()
    (folder / "code" / "app.py").write_text(dedent(code))
    functions = Functions(children, {"AWS_REGION": "us-east-1"}, folder / "logs")
    functions.deploy(
        DeployedFunction(
            logical_id="WorkerFunction",
            name="worker",
            arn="arn:aws:lambda:us-east-1:123456789012:function:worker",
            handler="app.lambda_handler",
            runtime="python3.13",
            timeout=1.0,
            memory=256,
            folder=folder / "code",
            layers=folder / "opt",
            variables={},
        )
    )
    return functions


@pytest.fixture
def functions(children: Children, tmp_path: Path) -> Iterator[Functions]:
    started = _functions(children, tmp_path)
    started.start("worker")
    started.wait_until_ready()
    yield started
    started.stop()


def _invoke(functions: Functions, **event: object) -> InvocationResult:
    return functions.invoke("worker", json.dumps(event).encode())


def test_a_handler_gets_its_event_and_its_result_comes_back(functions: Functions):
    assert _invoke(functions, do="echo", text="日本") == InvocationResult(
        json.dumps({"do": "echo", "text": "日本"}, ensure_ascii=False).encode()
    )


def test_a_handler_sees_lambdas_context(functions: Functions):
    answer = _invoke(functions, do="context")

    arn = "arn:aws:lambda:us-east-1:123456789012:function:worker"
    assert json.loads(answer.payload) == ["worker", "256", arn, True, 36]


def test_an_exception_is_an_error_with_type_message_and_trace_and_the_process_lives_on(functions: Functions):
    process = _invoke(functions, do="pid")

    answer = _invoke(functions, do="raise")

    error = json.loads(answer.payload)
    assert (answer.error, error["errorType"], error["errorMessage"]) == ("Unhandled", "ValueError", "no good")
    assert "raise ValueError" in error["stackTrace"][-1]
    assert _invoke(functions, do="pid") == process


def test_a_result_that_is_not_json_is_an_error(functions: Functions):
    answer = _invoke(functions, do="unserialisable")

    assert (answer.error, json.loads(answer.payload)["errorType"]) == ("Unhandled", "Runtime.MarshalError")


def test_a_process_that_ends_is_an_error_and_the_next_event_gets_a_fresh_one(functions: Functions):
    answer = _invoke(functions, do="exit")

    assert answer.error == "Unhandled"
    assert json.loads(answer.payload) == {
        "errorType": "Runtime.ExitError",
        "errorMessage": "Runtime exited with error: exit status 3",
    }
    assert _invoke(functions, do="echo").error is None


def test_the_log_says_that_a_process_ended_or_overran_its_time(functions: Functions, tmp_path: Path):
    _invoke(functions, do="exit")
    _invoke(functions, do="sleep")

    lines = (tmp_path / "logs/WorkerFunction.log").read_text().splitlines()
    assert [line.partition(" ")[2] for line in lines if " " in line] == [
        "Runtime exited with error: exit status 3",
        "Task timed out after 1.00 seconds",
    ]


def test_a_handler_over_its_time_is_killed_and_the_next_event_gets_a_fresh_process(functions: Functions):
    before = _invoke(functions, do="pid")
    started = time.monotonic()

    answer = _invoke(functions, do="sleep")

    assert time.monotonic() - started < 5
    assert answer.error == "Unhandled"
    assert json.loads(answer.payload) == {
        "errorType": "Sandbox.Timedout",
        "errorMessage": "Task timed out after 1.00 seconds",
    }
    assert _invoke(functions, do="pid") not in (before, answer)


def test_invocations_errors_and_the_cold_start_are_counted(functions: Functions):
    _invoke(functions, do="echo")
    _invoke(functions, do="raise")

    status = functions.status()["worker"]
    assert status.pop("cold_start_ms") > 0
    assert status == {"invocations": 2, "errors": 1, "running": 0, "last_error": "ValueError: no good"}


def test_one_event_runs_at_a_time(functions: Functions):
    callers = [threading.Thread(target=_invoke, args=(functions,), kwargs={"do": "echo"}) for _ in range(20)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()

    status = functions.status()["worker"]
    assert (status["invocations"], status["errors"], status["running"]) == (20, 0, 0)


def test_what_a_handler_prints_is_in_its_log(functions: Functions, tmp_path: Path):
    _invoke(functions, do="raise")

    log = (tmp_path / "logs" / "WorkerFunction.log").read_text()
    assert "imported" in log
    assert "[ERROR] ValueError: no good" in log


def test_a_function_that_was_not_started_gets_its_process_with_its_first_event(children: Children, tmp_path: Path):
    functions = _functions(children, tmp_path)
    functions.wait_until_ready()
    before = (functions.status()["worker"]["cold_start_ms"], (tmp_path / "logs" / "WorkerFunction.log").exists())

    answer = _invoke(functions, do="echo")

    assert (before, answer.error) == ((None, False), None)
    assert functions.status()["worker"]["cold_start_ms"] > 0
    functions.stop()


def test_stopping_ends_a_handler_in_the_middle_of_an_event(children: Children, tmp_path: Path):
    functions = _functions(children, tmp_path, HANDLER)
    functions.start("worker")
    functions.wait_until_ready()
    answers: list[InvocationResult] = []
    caller = threading.Thread(target=lambda: answers.append(_invoke(functions, do="sleep")))
    caller.start()
    deadline = time.monotonic() + 5
    while not functions.status()["worker"]["running"]:
        assert time.monotonic() < deadline
        time.sleep(0.01)

    functions.stop()

    caller.join(timeout=5)
    assert [answer.error for answer in answers] == ["Unhandled"]
    assert json.loads(_invoke(functions, do="echo").payload)["errorType"] == "Runtime.Stopped"


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("import nowhere_to_be_found", "Runtime.ImportModuleError: Unable to import module 'app'"),
        ("def lambda_handler(:", "Runtime.UserCodeSyntaxError: Syntax error in module 'app'"),
        ("import os\nos.environ['TABLE']", "KeyError: 'TABLE'"),
        ("other = 1", "Runtime.HandlerNotFound: Handler 'lambda_handler' missing on module 'app'"),
        ("import os\nprint('bye', flush=True)\nos._exit(9)", "the process ended with exit status 9"),
    ],
)
def test_a_handler_that_cannot_be_imported_is_said_with_its_log(
    children: Children, tmp_path: Path, code: str, message: str
):
    functions = _functions(children, tmp_path, code)
    functions.start("worker")

    with pytest.raises(FunctionStartError) as refused:
        functions.wait_until_ready()

    assert str(refused.value).startswith("WorkerFunction: " + message)
    assert "bye" in str(refused.value) or "[ERROR]" in str(refused.value)
    assert _invoke(functions, do="echo").error == "Unhandled"
    functions.stop()


def test_an_unknown_function_is_refused(functions: Functions):
    with pytest.raises(UnknownFunctionError):
        functions.invoke("nobody", b"{}")
    with pytest.raises(UnknownFunctionError):
        functions.start("nobody")
