"""One process of a Lambda function under awslambdaric, and the environment it sees."""

from __future__ import annotations

import os
import queue
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from laptop_cloud.lambda_runtime.runtime_api import Exited, Ready, Report, RuntimeApi

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from laptop_cloud.server.child_processes import Children

# A cold import competes with others for the laptop's cores; Lambda's own limit is 10 s.
INIT_SECONDS = 60.0


@dataclass(frozen=True)
class DeployedFunction:
    """A function as deployed: `timeout` in seconds, `memory` in MiB, `folder` its code, `layers` its /opt."""

    logical_id: str
    name: str
    arn: str
    handler: str
    runtime: str
    timeout: float
    memory: int
    folder: Path
    layers: Path
    variables: Mapping[str, str]


def build_environment(function: DeployedFunction, cloud: Mapping[str, str]) -> dict[str, str]:
    """All the variables of the process: Lambda's, the cloud's (Region, credentials, endpoints), the template's.

    A value in the template that starts with /opt points into the function's layers. The access key says whose calls
    they are.
    """
    return {
        "LANG": "en_US.UTF-8",
        "TZ": ":UTC",
        "LAMBDA_TASK_ROOT": str(function.folder),
        "PYTHONPATH": os.pathsep.join([str(function.layers / "python"), str(function.folder)]),
        "_HANDLER": function.handler,
        "AWS_EXECUTION_ENV": f"AWS_Lambda_{function.runtime}",
        "AWS_LAMBDA_FUNCTION_NAME": function.name,
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory),
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{function.name}",
        "AWS_LAMBDA_LOG_STREAM_NAME": "local",
        **cloud,
        "AWS_ACCESS_KEY_ID": function.logical_id,
        **{name: _resolve_layer_path(value, function.layers) for name, value in function.variables.items()},
    }


def _resolve_layer_path(value: str, layers: Path) -> str:
    return f"{layers}{value.removeprefix('/opt')}" if value == "/opt" or value.startswith("/opt/") else value


class Sandbox:
    """A started process and the Runtime API that only it talks to; it takes one event at a time."""

    def __init__(self, function: DeployedFunction, variables: Mapping[str, str], children: Children, log: Path) -> None:
        self._timeout = function.timeout
        self._started = time.monotonic()
        self._first: Report | None = None
        self._api = RuntimeApi(function.arn, function.name)
        with log.open("ab") as output:
            self._process = children.spawn(
                [sys.executable, "-m", "awslambdaric", function.handler],
                environment={**variables, "AWS_LAMBDA_RUNTIME_API": self._api.address},
                folder=function.folder,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        self._watch = threading.Thread(target=self._report_exit, name=f"exit-of-{function.name}", daemon=True)
        self._watch.start()

    @property
    def has_ended(self) -> bool:
        """Whether the process is gone, by whatever cause."""
        return self._process.poll() is not None

    @property
    def cold_start_ms(self) -> int | None:
        """From the start of the process to its request for the first event; None before that."""
        return round((self._first.at - self._started) * 1000) if isinstance(self._first, Ready) else None

    def first_report(self) -> Report | None:
        """Ready, InitFailed or Exited; None when the handler was not imported in time."""
        if self._first is None:
            self._first = self._next_report(INIT_SECONDS)
        return self._first

    def run(self, payload: bytes) -> Report | None:
        """The outcome of the event; None after a timeout. After anything but a response or error, call `stop`."""
        first = self.first_report()
        if not isinstance(first, Ready):
            return first
        self._api.send(payload, self._timeout)
        return self._next_report(self._timeout)

    def stop(self) -> None:
        """End the process, also in the middle of an event."""
        self._process.kill()
        self._watch.join()
        self._api.stop()

    def _next_report(self, timeout: float) -> Report | None:
        try:
            return self._api.reports.get(timeout=timeout)
        except queue.Empty:
            return None

    def _report_exit(self) -> None:
        self._api.reports.put(Exited(self._process.wait()))
