"""A PostgreSQL server for as long as a test needs one, from the programs that the machine has.

Debian's package `postgresql` keeps them under /usr/lib/postgresql. They do not run as root: then the server runs as the
user postgres or nobody. It listens on a socket in its own folder only.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

_SECONDS = 60
USER = "ann"


def find_programs() -> Path | None:
    """The folder of initdb and postgres; None if PostgreSQL is not installed."""
    newest = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name), reverse=True)
    on_path = shutil.which("initdb")
    folders = [*([Path(on_path).resolve().parent] if on_path else []), *newest]
    return next((folder for folder in folders if (folder / "initdb").exists() and (folder / "postgres").exists()), None)


@contextlib.contextmanager
def running(programs: Path) -> Iterator[str]:
    """A new, empty server; gives the SQLAlchemy URL of its database. TimeoutError shows its log."""
    user = _choose_user()
    # pytest's folders are too long for a socket's path, and closed to other users.
    folder = Path(tempfile.mkdtemp(prefix="postgresql-"))
    try:
        if user:
            shutil.chown(folder, user)
        initdb = ["initdb", "-D", f"{folder}/data", "-U", USER, "--auth=trust", "--no-sync", "-E", "UTF8", "--locale=C"]
        _run([f"{programs}/{initdb[0]}", *initdb[1:]], user)
        server = [f"{programs}/postgres", "-D", f"{folder}/data", "-k", str(folder), "-c", "listen_addresses="]
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(
                [*server, "-c", "fsync=off"], stdout=log, stderr=log, cwd="/", user=user, start_new_session=True
            )
        try:
            _wait([f"{programs}/pg_isready", "-h", str(folder), "-U", USER], folder / "log")
            yield f"postgresql://{USER}@/postgres?host={folder}"
        finally:
            # SIGINT is PostgreSQL's fast shutdown.
            process.send_signal(2)
            process.wait(timeout=_SECONDS)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _choose_user() -> str | None:
    if os.getuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"


def _run(command: list[str], user: str | None) -> None:
    done = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS, cwd="/", user=user)
    assert done.returncode == 0, done.stderr


def _wait(is_ready: list[str], log: Path) -> None:
    deadline = time.monotonic() + _SECONDS
    while time.monotonic() < deadline:
        if subprocess.run(is_ready, capture_output=True, timeout=_SECONDS).returncode == 0:
            return
        time.sleep(0.05)
    raise TimeoutError(log.read_text())
