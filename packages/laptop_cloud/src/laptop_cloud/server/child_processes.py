"""Child processes that end with the cloud, even if it is killed."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

_GRACE_SECONDS = 3.0
_LOG_TAIL_LINES = 20
# Ends with its standard input, which ends with this process, and takes its process group along.
_WARDEN = ["/bin/sh", "-c", "read -r _; kill -KILL 0"]


class Children:
    """Starts processes in one process group of their own, so that Ctrl-C in a terminal reaches only the cloud."""

    def __init__(self) -> None:
        self._warden = subprocess.Popen(_WARDEN, stdin=subprocess.PIPE, process_group=0)  # noqa: S603 (a constant)
        self._children: list[subprocess.Popen[bytes]] = []

    def spawn(
        self,
        arguments: Sequence[str],
        *,
        environment: Mapping[str, str],
        folder: Path,
        stdout: IO[bytes] | int,
        stderr: IO[bytes] | int,
    ) -> subprocess.Popen[bytes]:
        """Start a process with exactly this environment."""
        child = subprocess.Popen(  # noqa: S603 (our own programs)
            arguments,
            env=environment,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=stderr,
            process_group=self._warden.pid,
        )
        self._children = [*(known for known in self._children if known.poll() is None), child]
        return child

    def stop(self) -> None:
        """Terminate every process, then kill those that are left, and their children."""
        for child in self._children:
            child.terminate()
        for child in self._children:
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(_GRACE_SECONDS)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._warden.pid, signal.SIGKILL)
        for process in (*self._children, self._warden):
            process.wait()
        if self._warden.stdin is not None:
            self._warden.stdin.close()


def read_log_tail(log: Path) -> str:
    """The last lines a process wrote."""
    # awslambdaric separates the lines of a traceback by a carriage return.
    lines = log.read_text(encoding="utf-8", errors="replace").replace("\r", "\n").splitlines()
    return "\n".join(lines[-_LOG_TAIL_LINES:])
