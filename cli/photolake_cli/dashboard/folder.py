"""The folder of a dashboard: built beside it, then put in its place as a whole."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from photolake_cli.dashboard.pictures import DRAWING_VERSION, SIDES
from photolake_cli.dashboard.rows import FORMAT_VERSION
from photolake_cli.errors import CommandError

MARKER = "photolake-dashboard.json"
"""A file by which a folder is known as one of ours."""
PAGE = Path(__file__).with_name("page")
"""The page itself, made by `make` in the project's folder dashboard/."""


@dataclass(frozen=True)
class DashboardFolder:
    """Where a dashboard goes (`out`), and where it is built (`building`)."""

    out: Path
    building: Path
    earlier: Path | None
    """An earlier dashboard whose pictures can be taken."""

    @property
    def data(self) -> Path:
        """The folder of the data files."""
        return self.building / "data"


@contextmanager
def open_folder(out: Path) -> Iterator[DashboardFolder]:
    """Give a folder to build in; when the block has ended without an error, it takes the place of `out`.

    CommandError: `out` is something else than a dashboard, or cannot be written. Pictures that an interrupted block has
    drawn are kept for the next one.
    """
    out = out.resolve()
    building, replaced = out.with_name(f".{out.name}.building"), out.with_name(f".{out.name}.replaced")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        if replaced.exists() and not out.exists():  # an interruption at the very moment of the exchange
            replaced.rename(out)
        _check(out)
        _prepare(building)
        yield DashboardFolder(out, building, out if _read_version(out) == DRAWING_VERSION else None)
        _exchange(building, out, replaced)
    except OSError as error:
        raise CommandError(
            f"{out} cannot be written: {error.strerror or error}. Name another folder: --out DIR"
        ) from error


def measure_folder(folder: Path) -> int:
    """Count the bytes of all files."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _check(out: Path) -> None:
    if out.exists() and not out.is_dir():
        raise CommandError(f"{out} is a file. Name another folder: --out DIR")
    if out.is_dir() and not (out / MARKER).is_file() and any(out.iterdir()):
        raise CommandError(f"{out} has files that no dashboard has written. Name another folder: --out DIR")


def _prepare(building: Path) -> None:
    """Make the folder, with no more of an interrupted build than pictures of the same version."""
    if _read_version(building) != DRAWING_VERSION:
        shutil.rmtree(building, ignore_errors=True)
    shutil.rmtree(building / "data", ignore_errors=True)
    for name in ("data", *SIDES):
        (building / name).mkdir(parents=True, exist_ok=True)
    for path in PAGE.glob("*"):
        if path.suffix != ".json":
            shutil.copyfile(path, building / path.name)
    marker = {"format": FORMAT_VERSION, "pictures": DRAWING_VERSION}
    (building / MARKER).write_text(json.dumps(marker) + "\n", "utf-8")


def _read_version(folder: Path) -> int | None:
    """The version of a dashboard's pictures; None if there is no dashboard."""
    with suppress(OSError, ValueError, LookupError, TypeError):
        return int(json.loads((folder / MARKER).read_text("utf-8"))["pictures"])
    return None


def _exchange(building: Path, out: Path, replaced: Path) -> None:
    """Put the new folder in the place of the old one, which stays if that fails."""
    shutil.rmtree(replaced, ignore_errors=True)
    had_one = out.exists()
    if had_one:
        out.rename(replaced)
    try:
        building.rename(out)
    except OSError:
        if had_one:
            replaced.rename(out)
        raise
    shutil.rmtree(replaced, ignore_errors=True)
