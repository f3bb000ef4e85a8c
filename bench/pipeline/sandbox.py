"""Sandboxes: processes that each handle one invocation of a handler at a time.

The handler's module is imported once, like a first cold start; then the process forks, so that thirty sandboxes start
in the time of three. `python -m bench.pipeline.sandbox MODULE COUNT PORT` connects each of them to PORT, where it reads
an event a line and answers with a line.
"""

from __future__ import annotations

import importlib
import json
import os
import resource
import socket
import sys
import threading
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

Handler = Callable[[dict[str, Any], Any], Any]


def main(module: str, count: int, port: int) -> None:
    """Import the handler, and be `count` sandboxes until their connections are closed."""
    handler: Handler = importlib.import_module(module).lambda_handler
    if threading.active_count() > 1:
        raise RuntimeError(f"{module} starts threads when it is imported, so that it cannot be forked")
    children = [child for _ in range(count) if (child := _fork(handler, module, port))]
    for child in children:
        os.waitpid(child, 0)


def _fork(handler: Handler, module: str, port: int) -> int:
    if child := os.fork():
        return child
    try:
        _handle_invocations(handler, module, port)
    finally:
        os._exit(0)


def _handle_invocations(handler: Handler, module: str, port: int) -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # logs and metrics are written, but not shown
    with socket.create_connection(("127.0.0.1", port)) as connection, connection.makefile("rw") as lines:
        print(json.dumps({"module": module}), file=lines, flush=True)
        for line in lines:
            invocation = json.loads(line)
            began = time.monotonic()
            response = handler(invocation["event"], _build_context(module, invocation["timeout"]))
            seconds = time.monotonic() - began
            result = {"response": response, "seconds": seconds, "processor": time.process_time(), "peak": _read_peak()}
            print(json.dumps(result), file=lines, flush=True)


def _build_context(module: str, timeout: float) -> Any:
    end = time.monotonic() + timeout
    return SimpleNamespace(
        function_name=module,
        memory_limit_in_mb=1024,
        invoked_function_arn="arn:aws:lambda:us-east-1:123456789012:function:bench",
        aws_request_id=str(time.monotonic_ns()),
        get_remaining_time_in_millis=lambda: int((end - time.monotonic()) * 1000),
    )


def _read_peak() -> float:
    """The most resident memory so far, in MB."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
