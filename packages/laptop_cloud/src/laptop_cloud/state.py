"""The state folder: what other processes can read about a running cloud, and the lock that shows that it runs."""

from __future__ import annotations

import fcntl
import json
import os
import time
from dataclasses import asdict, dataclass
from typing import IO, TYPE_CHECKING, Any

from laptop_cloud.errors import CloudRunningError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_STATE_FILE = "cloud.json"
_LOCK_FILE = "cloud.lock"
# A process that only checks (`is_running`) holds the lock for an instant.
_LOCK_ATTEMPTS = 5
_LOCK_PAUSE_SECONDS = 0.05


@dataclass(frozen=True)
class CloudState:
    """A running cloud: `environment` is for AWS clients, `resources` gives type and physical_id by logical id.

    `parameters` are the template's, as CloudFormation gives them: text, lists joined by commas.
    """

    pid: int
    started_at: str
    scale: float
    endpoint_url: str
    environment: Mapping[str, str]
    parameters: Mapping[str, str]
    outputs: Mapping[str, Any]
    resources: Mapping[str, Mapping[str, str]]
    status_url: str
    backlog_url: str


def read(folder: Path) -> CloudState | None:
    """The cloud that is ready in this state folder; None if there is none, or only the file of one that ended."""
    path = folder / _STATE_FILE
    if not path.is_file() or not is_running(folder):
        return None
    return CloudState(**json.loads(path.read_text("utf-8")))


def is_running(folder: Path) -> bool:
    """Whether a process holds the folder: a cloud that is ready, starting or stopping."""
    path = folder / _LOCK_FILE
    if not path.is_file():
        return False
    with path.open("rb") as lock:
        return not _try_lock(lock, fcntl.LOCK_SH)


def write(folder: Path, state: CloudState) -> None:
    """Publish the state atomically."""
    unfinished = folder / f"{_STATE_FILE}.new"
    unfinished.write_text(json.dumps(asdict(state), indent=2) + "\n", "utf-8")
    unfinished.replace(folder / _STATE_FILE)


def remove(folder: Path) -> None:
    """Withdraw the state."""
    (folder / _STATE_FILE).unlink(missing_ok=True)


class FolderLock:
    """Locks the folder for this process; the system releases the lock when the process ends."""

    def __init__(self, folder: Path) -> None:
        """Raises CloudRunningError when another cloud holds it."""
        folder.mkdir(parents=True, exist_ok=True)
        self._file = (folder / _LOCK_FILE).open("a+", encoding="utf-8")
        for _ in range(_LOCK_ATTEMPTS):
            if _try_lock(self._file, fcntl.LOCK_EX):
                break
            time.sleep(_LOCK_PAUSE_SECONDS)
        else:
            self._file.seek(0)
            holder = self._file.read().strip()
            self._file.close()
            raise CloudRunningError(f"a laptop cloud already runs in {folder} (process {holder})")
        self._file.truncate(0)
        self._file.write(str(os.getpid()))
        self._file.flush()

    def release(self) -> None:
        """Release the lock."""
        self._file.close()


def _try_lock(file: IO[Any], kind: int) -> bool:
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
