"""The sandboxes of each function, as the one who invokes them sees them."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bench.pipeline.stack import ACCOUNT, Function
from tests.resolved_template import ROOT

START_SECONDS = 120.0


@dataclass(frozen=True)
class Invocation:
    """What became of an invocation; `seconds` are those of the wall, `processor` those of a processor."""

    response: Mapping[str, Any]
    seconds: float
    processor: float
    peak_mb: float


@dataclass
class Sandbox:
    """A process that has imported a handler; one invocation at a time."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    processor: float = 0.0

    async def invoke(self, records: Sequence[Mapping[str, Any]], timeout: float) -> Invocation:
        """Hand it an event with these records; RuntimeError if the handler raises, which ends the sandbox."""
        self.writer.write(json.dumps({"event": {"Records": records}, "timeout": timeout}).encode() + b"\n")
        line = await self.reader.readline()
        if not line:
            raise RuntimeError("a handler has raised; see above")
        result = json.loads(line)
        before, self.processor = self.processor, result["processor"]
        return Invocation(result["response"], result["seconds"], self.processor - before, result["peak"])


class SandboxPool:
    """All sandboxes, by the name of their function."""

    def __init__(self) -> None:
        self.by_function: dict[str, list[Sandbox]] = {}
        self._names: dict[str, str] = {}
        self._processes: list[asyncio.subprocess.Process] = []
        self._all_here = asyncio.Event()
        self._servers: list[asyncio.Server] = []
        self._missing = 0

    async def start(self, functions: Mapping[str, Function], urls: Mapping[str, str], count: int) -> None:
        """Start `count` sandboxes of each function, whose services are at its URL."""
        server = await asyncio.start_server(self._welcome, "127.0.0.1", 0, limit=2**26)
        self._servers.append(server)
        port = server.sockets[0].getsockname()[1]
        self._missing = count * len(functions)
        for name, function in functions.items():
            self._names[function.module] = name
            command = [sys.executable, "-m", "bench.pipeline.sandbox", function.module, str(count), str(port)]
            environment = build_environment(function, urls[name])
            self._processes.append(await asyncio.create_subprocess_exec(*command, env=environment, cwd=ROOT))
        await asyncio.wait_for(self._all_here.wait(), START_SECONDS)

    async def stop(self) -> None:
        """Close the connections, and wait for the processes to end."""
        for server in self._servers:
            server.close()
        for sandbox in (each for sandboxes in self.by_function.values() for each in sandboxes):
            sandbox.writer.close()
        for process in self._processes:
            await process.wait()

    def total_processor(self) -> float:
        """The processor seconds that all of them have used until their last invocation's end."""
        return sum(sandbox.processor for sandboxes in self.by_function.values() for sandbox in sandboxes)

    async def _welcome(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        name = self._names[json.loads(await reader.readline())["module"]]
        self.by_function.setdefault(name, []).append(Sandbox(reader, writer))
        self._missing -= 1
        if not self._missing:
            self._all_here.set()


def build_environment(function: Function, url: str) -> dict[str, str]:
    """The environment of a function, with every service at the URL."""
    return {
        **{name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR", "PYTHONPATH") if name in os.environ},
        **function.variables,
        "AWS_ENDPOINT_URL": url,
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "bench",
        "AWS_SECRET_ACCESS_KEY": "bench",
        "PHOTO_ENDPOINT": url,
        "PHOTO_JOBS_QUEUE": f"{url}/{ACCOUNT}/{function.variables.get('PHOTO_JOBS_QUEUE', '')}",
    }
