"""What the compiler said of a statement, kept in a folder for later starts: most statements are the same every time."""

from __future__ import annotations

import hashlib
import json
import uuid
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

MOST_KEPT = 2_000
# What the compiler consists of: a change of it makes what was kept useless.
_ATHENA = Path(__file__).parents[1]
_SOURCES = (*sorted((_ATHENA / "sql").glob("*.py")), _ATHENA / "catalog" / "data_types.py")


class KeptCompilations:
    """JSON by the question it answers, one file each; without a folder nothing is kept."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
            _remove_oldest(folder)

    def get(self, *question: Any) -> Any:
        """The answer; None if there is none, or none that can be read."""
        if self._folder is None:
            return None
        try:
            return json.loads(self._find_file(self._folder, question).read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            return None

    def put(self, answer: Any, *question: Any) -> None:
        """Keep an answer that is not None."""
        if self._folder is not None:
            file = self._find_file(self._folder, question)
            unfinished = file.with_suffix(f".{uuid.uuid4().hex}")  # several processes may share the folder
            unfinished.write_text(json.dumps(answer), encoding="utf-8")
            unfinished.replace(file)

    def _find_file(self, folder: Path, question: tuple[Any, ...]) -> Path:
        text = json.dumps([_digest_compiler(), *question])
        return folder / f"{hashlib.sha256(text.encode()).hexdigest()}.json"


@lru_cache(1)
def _digest_compiler() -> str:
    digest = hashlib.sha256(version("sqlglot").encode())
    for source in _SOURCES:
        digest.update(source.read_bytes())
    return digest.hexdigest()


def _remove_oldest(folder: Path) -> None:
    files = list(folder.iterdir())
    if len(files) > MOST_KEPT:
        for file in sorted(files, key=lambda file: file.stat().st_mtime)[: len(files) // 2]:
            file.unlink(missing_ok=True)


# What the memory of a process knows is known to all that keep nothing.
NONE_KEPT = KeptCompilations()
