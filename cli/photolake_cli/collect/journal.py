"""Records how far each file has been sent, so that an interrupted collection can be resumed."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path

from photolake.post_files.reader import START, Position
from photolake_cli.errors import CommandError


@dataclass(frozen=True)
class Checkpoint:
    """How far a file has been sent: everything up to `place`, with `sent` posts; `is_done` at its end.

    `has_removals`: authors were removed before `place`, so their posts must be deleted at the end.
    """

    place: Position = START
    sent: int = 0
    is_done: bool = False
    has_removals: bool = False


class Journal:
    """One small file for each file of posts and lake, written after Firehose has accepted the posts."""

    def __init__(self, folder: Path, lake: str) -> None:
        """`lake` is the key of the cloud that the files are sent to."""
        self._folder = folder
        self._lake = lake

    def load(self, identity: str) -> Checkpoint:
        """The checkpoint of a file; `identity` changes when the file does."""
        path = self._path(identity)
        try:
            saved = json.loads(path.read_text("utf-8"))
            return Checkpoint(
                Position(*saved["place"]), saved["sent"], saved["is_done"], saved.get("has_removals", False)
            )
        except FileNotFoundError:
            return Checkpoint()
        except (ValueError, LookupError, TypeError) as error:
            raise CommandError(
                f"{path} does not say how far {identity} was sent. Remove it, or send the whole file again: --again"
            ) from error

    def save(self, identity: str, checkpoint: Checkpoint) -> None:
        """Replace the checkpoint of a file atomically."""
        path = self._path(identity)
        unfinished = path.with_suffix(".new")
        record = {"file": identity, "lake": self._lake, **asdict(checkpoint)}
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            unfinished.write_text(json.dumps(record) + "\n", "utf-8")
            unfinished.replace(path)
        except OSError as error:
            raise CommandError(
                f"The checkpoint cannot be written to {self._folder}: {error.strerror}. Name another folder: --state"
            ) from error

    def _path(self, identity: str) -> Path:
        return self._folder / f"{hashlib.sha256(f'{self._lake} {identity}'.encode()).hexdigest()[:32]}.json"
