"""Lambda: invocations of functions, with one process for each function."""

from __future__ import annotations

import json
import threading
import urllib.parse
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from laptop_cloud.errors import FunctionStartError
from laptop_cloud.lambda_runtime.runtime_api import Exited, Failed, InitFailed, Ready, Report, Responded
from laptop_cloud.lambda_runtime.sandbox import INIT_SECONDS, DeployedFunction, Sandbox, build_environment
from laptop_cloud.server.child_processes import read_log_tail

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from laptop_cloud.server.child_processes import Children


class UnknownFunctionError(Exception):
    """No function of the stack has this name."""


@dataclass(frozen=True)
class InvocationResult:
    """The result or the error of an invocation as JSON; `error` is AWS's FunctionError (`Unhandled`) or None."""

    payload: bytes
    error: str | None = None


@dataclass(frozen=True)
class FunctionStatus:
    """Counts since the start; `running` includes invocations that wait for their turn."""

    invocations: int = 0
    errors: int = 0
    running: int = 0
    cold_start_ms: int | None = None
    last_error: str | None = None


class Functions:
    """The stack's functions, by name. Each logs to `<logs>/<logical id>.log`."""

    def __init__(self, children: Children, cloud: Mapping[str, str], logs: Path) -> None:
        self._children = children
        self._cloud = cloud
        self._logs = logs
        self._processes: dict[str, FunctionProcess] = {}

    def deploy(self, function: DeployedFunction) -> None:
        """Add a function; its process starts with its first event, or with `start`."""
        variables = build_environment(function, self._cloud)
        log = self._logs / f"{function.logical_id}.log"
        self._processes[function.name] = FunctionProcess(function, variables, self._children, log)

    def start(self, name: str) -> None:
        """Start the function's process, without waiting for it; raises UnknownFunctionError."""
        if name not in self._processes:
            raise UnknownFunctionError(name)
        self._processes[name].start()

    def wait_until_ready(self) -> None:
        """Return when every started handler is imported; raises FunctionStartError for the first that cannot be."""
        for process in self._processes.values():
            if process.is_started:
                process.wait_until_ready()

    def invoke(self, name: str, payload: bytes) -> InvocationResult:
        """Run the function on an event (JSON) and wait for its result; raises UnknownFunctionError."""
        if name not in self._processes:
            raise UnknownFunctionError(name)
        return self._processes[name].invoke(payload)

    def invoke_later(self, name: str, payload: bytes) -> None:
        """Run the function in the background, once: the two retries that Lambda makes are not made."""
        if name not in self._processes:
            raise UnknownFunctionError(name)
        threading.Thread(
            target=self._processes[name].invoke, args=(payload,), name=f"event-{name}", daemon=True
        ).start()

    def status(self) -> dict[str, dict[str, Any]]:
        """Each function's FunctionStatus, as a dict."""
        return {name: asdict(process.status()) for name, process in self._processes.items()}

    def stop(self) -> None:
        """End all processes, also in the middle of an event."""
        for process in self._processes.values():
            process.stop()


class FunctionProcess:
    """Runs one function, an event at a time; a process that died or overran its time is replaced by a fresh one."""

    def __init__(self, function: DeployedFunction, variables: Mapping[str, str], children: Children, log: Path) -> None:
        self._function = function
        self._variables = variables
        self._children = children
        self._log = log
        self._turn = threading.Lock()
        self._counting = threading.Lock()
        self._invocations = self._errors = self._running = 0
        self._last_error: str | None = None
        self._cold_start_ms: int | None = None
        self._stopped = False
        self._sandbox: Sandbox | None = None

    @property
    def is_started(self) -> bool:
        """Whether it has a process."""
        return self._sandbox is not None

    def start(self) -> None:
        """Start the process, without waiting for it."""
        with self._turn:
            self._get_sandbox()

    def wait_until_ready(self) -> None:
        """Return when the handler is imported; raises FunctionStartError with the tail of the log when it cannot be."""
        with self._turn:
            report = self._get_sandbox().first_report()
            if not isinstance(report, Ready):
                self._discard_sandbox()
                raise FunctionStartError(
                    f"{self._function.logical_id}: {_describe_failure(report)}\n{read_log_tail(self._log)}"
                )
            self._cold_start_ms = self._get_sandbox().cold_start_ms

    def invoke(self, payload: bytes) -> InvocationResult:
        """Run the event when the function is free; a crash or a timeout is a result with an error."""
        with self._counting:
            self._running += 1
            self._invocations += 1
        with self._turn:
            answer = self._run_event(payload)
        with self._counting:
            self._running -= 1
            if answer.error:
                self._errors += 1
                self._last_error = _read_error_message(answer.payload)
        return answer

    def status(self) -> FunctionStatus:
        """A consistent reading of the counts."""
        with self._counting:
            return FunctionStatus(self._invocations, self._errors, self._running, self._cold_start_ms, self._last_error)

    def stop(self) -> None:
        """End the process; a caller that waits for its result gets an error."""
        self._stopped = True
        if self._sandbox is not None:
            self._sandbox.stop()

    def _run_event(self, payload: bytes) -> InvocationResult:
        if self._stopped:
            return InvocationResult(_build_error("Runtime.Stopped", "the cloud is stopping"), "Unhandled")
        sandbox = self._get_sandbox()
        report = sandbox.run(payload)
        self._cold_start_ms = sandbox.cold_start_ms or self._cold_start_ms
        if isinstance(report, Responded):
            return InvocationResult(report.body)
        if isinstance(report, Failed):
            return InvocationResult(report.body, "Unhandled")
        error = _build_crash_error(report, self._function.timeout)
        if not self._stopped:
            self._discard_sandbox()
            self._log_crash(error)
        return InvocationResult(error, "Unhandled")

    def _log_crash(self, error: bytes) -> None:
        """Write what Lambda itself writes into the log of a function whose process could not."""
        with self._log.open("a", encoding="utf-8") as log:
            log.write(f"{datetime.now(UTC).isoformat(timespec='milliseconds')} {json.loads(error)['errorMessage']}\n")

    def _get_sandbox(self) -> Sandbox:
        if self._sandbox is not None and self._sandbox.has_ended and not self._stopped:
            self._discard_sandbox()
        if self._sandbox is None:
            self._sandbox = self._start_sandbox()
        return self._sandbox

    def _start_sandbox(self) -> Sandbox:
        return Sandbox(self._function, self._variables, self._children, self._log)

    def _discard_sandbox(self) -> None:
        if self._sandbox is not None:
            self._sandbox.stop()
        self._sandbox = None


def parse_function_name(reference: str) -> str:
    """The name in a function's name, ARN, or ARN with an alias."""
    decoded = urllib.parse.unquote(reference)
    return decoded.split(":")[6] if decoded.startswith("arn:") else decoded.partition(":")[0]


def _describe_failure(report: Report | None) -> str:
    if isinstance(report, InitFailed):
        return _read_error_message(report.body)
    if isinstance(report, Exited):
        return f"the process ended with exit status {report.code} before the handler was imported"
    return f"the handler was not imported within {INIT_SECONDS:.0f} s"


def _build_crash_error(report: Report | None, timeout: float) -> bytes:
    """The error document that Lambda itself writes when the process could not."""
    if isinstance(report, InitFailed):
        return report.body
    if isinstance(report, Exited):
        return _build_error("Runtime.ExitError", f"Runtime exited with error: exit status {report.code}")
    return _build_error("Sandbox.Timedout", f"Task timed out after {timeout:.2f} seconds")


def _build_error(kind: str, message: str) -> bytes:
    return json.dumps({"errorType": kind, "errorMessage": message}).encode()


def _read_error_message(body: bytes) -> str:
    error = json.loads(body)
    return f"{error.get('errorType')}: {error.get('errorMessage')}"
