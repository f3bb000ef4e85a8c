"""What was asked of S3 while something ran, by the laptop cloud's request log."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self


@dataclass(frozen=True)
class Requests:
    """Entries of the log, in the order of the answers."""

    entries: tuple[dict[str, Any], ...]

    def read_objects(self, bucket: str) -> set[str]:
        """Keys of the objects that were read, wholly or in part."""
        return {
            entry["key"]
            for entry in self.entries
            if entry["operation"] == "REST.GET.OBJECT" and entry["bucket"] == bucket and entry["http_status"] < 300
        }


class RequestLog:
    """The log of one cloud."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def watch(self) -> "Watch":
        """From now on, until the `with` block ends."""
        return Watch(self._path)


class Watch:
    """Collects the entries of a `with` block; `by` gives them afterwards."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._entries: list[dict[str, Any]] = []

    def __enter__(self) -> Self:
        self._start = self._path.stat().st_size
        return self

    def __exit__(self, *_: object) -> None:
        with self._path.open("rb") as log:
            log.seek(self._start)
            self._entries = [json.loads(line) for line in log]

    def by(self, requester: str) -> Requests:
        """What this access key asked for."""
        return Requests(tuple(entry for entry in self._entries if entry["requester"] == requester))
