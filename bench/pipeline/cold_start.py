"""How long a fresh process imports a handler, which is the part of a cold start that its code decides."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping
from dataclasses import replace

from bench.pipeline.sandboxes import build_environment
from bench.pipeline.stack import Function, describe_2019
from tests.resolved_template import ROOT

BARE = "bare boto3 handler"
_REPEATS = 3
_CODE = """
import importlib, sys, time
began = time.perf_counter()
importlib.import_module(sys.argv[1])
print(time.perf_counter() - began)
"""


async def measure_imports(functions: Mapping[str, Function], urls: Mapping[str, str]) -> dict[str, float]:
    """Return the seconds in which each handler, and a bare one, is imported: the best of three, side by side."""
    bare = replace(describe_2019(), name=BARE, module="bench.pipeline.bare_handler")
    seconds: dict[str, float] = {}
    for _ in range(_REPEATS):
        for name, function in {BARE: bare, **functions}.items():
            taken = await _import(function, urls.get(name, ""))
            seconds[name] = min(taken, seconds.get(name, taken))
    return seconds


async def _import(function: Function, url: str) -> float:
    environment = build_environment(function, url)
    if not url:
        del environment["AWS_ENDPOINT_URL"]
    command = [sys.executable, "-c", _CODE, function.module]
    process = await asyncio.create_subprocess_exec(*command, env=environment, cwd=ROOT, stdout=asyncio.subprocess.PIPE)
    printed, _ = await process.communicate()
    return float(printed)
