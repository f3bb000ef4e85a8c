"""A server as a process of its own: Presto, Trino and OpenSearch start alike."""

import contextlib
import http.client
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from laptop_cloud.server.child_processes import Children, read_log_tail

_START_SECONDS = 180
_POLL_SECONDS = 0.2
# Where Presto and Trino say that they have started, and how.
_PRESTO_READY = ("/v1/info", b'"starting":false')
# A server lives for minutes: compiling less and collecting in one thread start it in half of the processor time. With
# less room for code Java clears it all the time.
SHORT_LIVED = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-XX:ReservedCodeCacheSize=256m")


class ServerStartError(Exception):
    """The server ended, or did not start in time; the message ends with what it logged."""


@contextlib.contextmanager
def running(
    command: Sequence[str], port: int, folder: Path, ready: tuple[str, bytes] = _PRESTO_READY
) -> Iterator[None]:
    """The server that `command` starts on `port`, for the `with` block; it runs and logs in `folder`.

    `ready` is a path of it, and what the response contains once it has started.
    """
    log = folder / "server.log"
    children = Children()
    try:
        with log.open("wb") as output:
            process = children.spawn(command, environment={}, folder=folder, stdout=output, stderr=output)
        _await_start(process, port, log, ready)
        yield
    finally:
        children.stop()


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


def write_properties(path: Path, properties: Mapping[str, str]) -> None:
    """Write a configuration file, and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{name}={value}\n" for name, value in properties.items()), encoding="utf-8")


def launch_settings(folder: Path, catalogs: Path) -> list[str]:
    """The arguments that tell Java where a server's files are, and that it is alone on this machine."""
    settings = {
        "config": folder / "etc/config.properties",
        "catalog.config-dir": catalogs,
        "plugin.dir": folder / "plugin",
        "node.data-dir": folder / "data",
        "node.environment": "conformance",
        "node.id": "one",
        "node.bind-ip": "127.0.0.1",
        "node.internal-address": "127.0.0.1",
        "user.timezone": "UTC",
        "file.encoding": "UTF-8",
        "jdk.attach.allowAttachSelf": "true",
    }
    return [f"-D{name}={value}" for name, value in settings.items()]


def _await_start(process: subprocess.Popen[bytes], port: int, log: Path, ready: tuple[str, bytes]) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while not _has_started(port, *ready):
        if process.poll() is not None:
            raise ServerStartError(f"the server ended with status {process.returncode}:\n{read_log_tail(log)}")
        if time.monotonic() > deadline:
            raise ServerStartError(f"the server has not started in {_START_SECONDS} s:\n{read_log_tail(log)}")
        time.sleep(_POLL_SECONDS)


def _has_started(port: int, path: str, sign: bytes) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path)
        return sign in connection.getresponse().read()
    except OSError:
        return False
    finally:
        connection.close()
