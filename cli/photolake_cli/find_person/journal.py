"""Keeps Rekognition's responses on this machine, so that an interrupted search goes on and nothing is bought twice."""

from __future__ import annotations

import json
import sqlite3
import threading
from pathlib import Path
from typing import Any, Self

from photolake_cli.errors import CommandError

FILE_NAME = "responses.sqlite"


class Journal:
    """A SQLite file of JSON values; a `ResponseStore`. One process at a time may use it."""

    def __init__(self, folder: Path, service: str) -> None:
        """`service` is whose responses these are: those of AWS and of a laptop cloud are not mixed."""
        self._service = service
        self._path = folder / FILE_NAME
        self._lock = threading.Lock()
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._database = self._open()
        except (OSError, sqlite3.Error) as error:
            raise self._explain(error) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._database.close()

    def load(self, key: str) -> Any:
        """The value, or None."""
        with self._lock:
            row = self._database.execute(
                "select value from responses where service = ? and key = ?", (self._service, key)
            ).fetchone()
        return json.loads(row[0]) if row else None

    def save(self, key: str, value: Any) -> None:
        """Store the value; it outlives the process from here on."""
        row = (self._service, key, json.dumps(value, separators=(",", ":")))
        try:
            with self._lock:
                self._database.execute("insert or replace into responses values (?, ?, ?)", row)
        except sqlite3.Error as error:
            raise self._explain(error) from error

    def forget_collection(self, collection_id: str) -> None:
        """Delete the responses about a collection."""
        with self._lock:
            for kind in ("index", "search"):
                self._database.execute(
                    "delete from responses where service = ? and key glob ?",
                    (self._service, f"{kind} {collection_id} *"),
                )

    def _open(self) -> sqlite3.Connection:
        database = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False, timeout=1)
        # The lock lasts until the file is closed: two searches at once would buy the same responses.
        # https://www.sqlite.org/pragma.html#pragma_locking_mode
        database.execute("pragma locking_mode = exclusive")
        database.execute("pragma journal_mode = wal")
        database.execute("pragma synchronous = normal")
        database.execute("pragma secure_delete = on")
        database.execute("begin exclusive")
        database.execute(
            "create table if not exists responses (service text, key text, value text, primary key (service, key))"
            " without rowid"
        )
        database.execute("commit")
        return database

    def _explain(self, error: Exception) -> CommandError:
        if "locked" in str(error):
            return CommandError(f"Another find-person uses {self._path}. Wait for it, or name another folder: --state")
        if isinstance(error, sqlite3.DatabaseError) and "not a database" in str(error):
            return CommandError(f"{self._path} is damaged. Remove it: its responses are bought again")
        return CommandError(f"{self._path} cannot be written: {error}. Name another folder: --state")
