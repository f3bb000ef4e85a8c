"""A ministack server: CloudFormation and the services behind it, written by others (`make test-deploy` installs it)."""

import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3

ROOT = Path(__file__).parents[2]
PROGRAM = ROOT / ".tools/ministack/bin/ministack"
ACCOUNT = "123456789012"
REGION = "us-east-1"
_START_SECONDS = 60


@dataclass(frozen=True)
class Ministack:
    """A running server, and how programs of AWS reach it."""

    url: str
    environment: dict[str, str]

    def client(self, service: str) -> Any:
        """A client of one service."""
        return boto3.client(  # type: ignore[call-overload]
            service,
            endpoint_url=self.url,
            region_name=REGION,
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )


@contextlib.contextmanager
def run_ministack(folder: Path) -> Iterator[Ministack]:
    """Run a server for the block; it writes its log and the functions' code below `folder`."""
    port = _find_port()
    url = f"http://127.0.0.1:{port}"
    # Nothing of the caller's settings for AWS reaches the server, the functions or the SAM CLI.
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    credentials = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": REGION}
    server = {
        "BIND_HOST": "127.0.0.1",
        "MINISTACK_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "MINISTACK_ACCOUNT_ID": ACCOUNT,
        "MINISTACK_REGION": REGION,
        "TMPDIR": str(folder),
    }
    with (folder / "ministack.log").open("wb") as log:
        process = subprocess.Popen(
            [PROGRAM],
            env={**inherited, **credentials, **server},
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        _wait_for(port, process)
        yield Ministack(url, {**inherited, **credentials, "AWS_ENDPOINT_URL": url, "SAM_CLI_TELEMETRY": "0"})
    finally:
        # The processes of functions are in its group.
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=30)


def _find_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
        return port


def _wait_for(port: int, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        assert process.poll() is None, "ministack ended: see ministack.log"
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.1)
    raise AssertionError(f"ministack did not start within {_START_SECONDS} s")
