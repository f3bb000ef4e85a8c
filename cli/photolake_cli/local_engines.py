"""The laptop cloud's engines alone, for a command that analyses photos while no cloud runs."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import boto3

from laptop_cloud.engines.engine_set import EngineSet
from laptop_cloud.server.aws_clients import CREDENTIAL, REGION, build_environment, build_isolated_environment
from photolake_cli.errors import CommandError

# The engines get photos in the request, and never look for an object: nothing listens there.
NO_S3 = "http://127.0.0.1:9"


def build_session() -> boto3.Session:
    """The session of their clients: a local endpoint takes any credentials."""
    return boto3.Session(CREDENTIAL, CREDENTIAL, region_name=REGION)


@contextmanager
def run_engines(engine_set: EngineSet) -> Iterator[str]:
    """Run the engines for the block, and give the URL of their Rekognition; CommandError if they do not start."""
    with TemporaryDirectory(prefix="photolake-") as folder, (Path(folder) / "analysis.log").open("w+b") as log:
        process = subprocess.Popen(  # noqa: S603 (our own module)
            [sys.executable, "-m", "laptop_cloud.services.analysis.process", engine_set],
            env={**build_isolated_environment(Path(folder)), **build_environment({"": NO_S3})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
        )
        try:
            line = process.stdout.readline() if process.stdout else b""
            if not line:
                process.wait()
                log.seek(0)
                reason = log.read().decode(errors="replace")[-2000:].strip()
                advice = "\nTo install the full set: make .venv/full.stamp" if engine_set is EngineSet.FULL else ""
                raise CommandError(f"The engines did not start:\n{reason}{advice}")
            yield json.loads(line)["url"]
        finally:
            process.terminate()
            process.wait()
            if process.stdout:
                process.stdout.close()
