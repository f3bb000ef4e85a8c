"""The Lambda Runtime API, as awslambdaric calls it: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html"""

from __future__ import annotations

import queue
import threading
import time
import uuid
from dataclasses import dataclass

from werkzeug.wrappers import Request, Response

from laptop_cloud.server.loopback import LoopbackServer

_INIT_ERROR = "/2018-06-01/runtime/init/error"
_INVOCATION = "/2018-06-01/runtime/invocation/"


@dataclass(frozen=True)
class Ready:
    """The handler is imported: at `at`, on the monotonic clock, the process asked for its first event."""

    at: float


@dataclass(frozen=True)
class InitFailed:
    """The handler could not be imported; `body` is the error as JSON."""

    body: bytes


@dataclass(frozen=True)
class Responded:
    """The handler returned; `body` is its result as JSON."""

    body: bytes


@dataclass(frozen=True)
class Failed:
    """The handler raised; `body` is the error as JSON."""

    body: bytes


@dataclass(frozen=True)
class Exited:
    """The process has ended."""

    code: int


Report = Ready | InitFailed | Responded | Failed | Exited


@dataclass(frozen=True)
class _Event:
    request_id: str
    payload: bytes
    deadline_ms: int


class RuntimeApi:
    """Serves one process: sends it events, and queues its reports in `reports`."""

    def __init__(self, function_arn: str, name: str) -> None:
        self.reports: queue.SimpleQueue[Report] = queue.SimpleQueue()
        self._arn = function_arn
        self._events: queue.SimpleQueue[_Event | None] = queue.SimpleQueue()
        self._asked = threading.Event()
        self._server = LoopbackServer(Request.application(self._handle_request), f"runtime-api-{name}")

    @property
    def address(self) -> str:
        """The value of AWS_LAMBDA_RUNTIME_API."""
        return self._server.address

    def send(self, payload: bytes, timeout: float) -> None:
        """Hand the process an event that it has `timeout` seconds for."""
        self._events.put(_Event(str(uuid.uuid4()), payload, int((time.time() + timeout) * 1000)))

    def stop(self) -> None:
        """Stop answering; the process must have ended."""
        self._events.put(None)
        self._server.stop()

    def _handle_request(self, request: Request) -> Response:
        if request.path == _INVOCATION + "next":
            return self._send_next_event()
        body = request.get_data()
        if request.path == _INIT_ERROR:
            self.reports.put(InitFailed(body))
        elif request.path.startswith(_INVOCATION) and request.path.endswith("/response"):
            self.reports.put(Responded(body))
        elif request.path.startswith(_INVOCATION) and request.path.endswith("/error"):
            self.reports.put(Failed(body))
        else:
            return Response(status=404)
        return Response(status=202)

    def _send_next_event(self) -> Response:
        if not self._asked.is_set():
            self._asked.set()
            self.reports.put(Ready(time.monotonic()))
        event = self._events.get()
        if event is None:
            return Response(status=410)
        headers = {
            "Lambda-Runtime-Aws-Request-Id": event.request_id,
            "Lambda-Runtime-Deadline-Ms": str(event.deadline_ms),
            "Lambda-Runtime-Invoked-Function-Arn": self._arn,
        }
        return Response(event.payload, 200, headers, content_type="application/json")
