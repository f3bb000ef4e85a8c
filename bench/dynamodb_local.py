"""Amazon's DynamoDB Local: downloaded once into `.tools/` by Maven, and run in memory on loopback."""

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.conformance.maven_download import MavenDownload
from tests.conformance.trino_installation import java

_MAIN = "com.amazonaws.services.dynamodbv2.local.main.ServerRunner"
_START_SECONDS = 60


def _name_libraries(home: Path) -> None:
    """sqlite4java looks for its native libraries by names without a version."""
    for path in home.glob("*sqlite4java-*-[0-9]*"):
        if path.suffix != ".jar":
            path.rename(path.with_name(path.name.rpartition("-")[0] + path.suffix))


DOWNLOAD = MavenDownload("dynamodb", Path(__file__).parent / "dynamodb", "DYNAMODB_LOCAL_HOME", 51, _name_libraries)


@contextmanager
def run_dynamodb() -> Iterator[str]:
    """Run the server for the block, and give its endpoint URL."""
    home = DOWNLOAD.get(print)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [str(java(os.environ)), "-Xmx2g", f"-Djava.library.path={home}", "-cp", f"{home}/*", _MAIN]
    server = subprocess.Popen(
        [*command, "-inMemory", "-disableTelemetry", "-port", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait()


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        with socket.socket() as attempt:
            if attempt.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError(f"DynamoDB Local does not answer on port {port}")
