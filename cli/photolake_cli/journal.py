"""How far each file has been collected, so that a collection that was interrupted goes on where it stopped."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path

from photolake.post_files.reader import START, Position
from photolake_cli.errors import CommandError


@dataclass(frozen=True)
class Progress:
    """What has been delivered of a file: everything up to `place`, `sent` posts among it; `is_done` if that is all."""

    place: Position = START
    sent: int = 0
    is_done: bool = False


class Journal:
    """A small file for each file and each lake it is sent to, written after Firehose has accepted the posts."""

    def __init__(self, folder: Path, lake: str) -> None:
        """`lake` tells one lake from another, and a laptop cloud from the one that ran in the folder before."""
        self._folder = folder
        self._lake = lake

    def load(self, identity: str) -> Progress:
        """How far a file is; `identity` changes when the file does."""
        path = self._path(identity)
        try:
            noted = json.loads(path.read_text("utf-8"))
            return Progress(Position(*noted["place"]), noted["sent"], noted["is_done"])
        except FileNotFoundError:
            return Progress()
        except (ValueError, LookupError, TypeError) as error:
            raise CommandError(
                f"{path} does not say how far {identity} was collected. Remove it, or collect the file --again"
            ) from error

    def save(self, identity: str, progress: Progress) -> None:
        """Note how far a file is, whole or not at all."""
        path = self._path(identity)
        unfinished = path.with_suffix(".new")
        note = {"file": identity, "lake": self._lake, **asdict(progress)}
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            unfinished.write_text(json.dumps(note) + "\n", "utf-8")
            unfinished.replace(path)
        except OSError as error:
            raise CommandError(
                f"How far the file is cannot be noted in {self._folder}: {error.strerror}. Name a folder: --state"
            ) from error

    def _path(self, identity: str) -> Path:
        return self._folder / f"{hashlib.sha256(f'{self._lake} {identity}'.encode()).hexdigest()[:32]}.json"
