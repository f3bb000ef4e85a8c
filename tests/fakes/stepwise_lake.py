"""A lake in memory whose requests happen one by one, in the order that a test chooses.

Each actor is a thread that stops before every request until the test lets it go on, or ends it there as a crash would.
S3 lists two keys at a time, and Athena lists and reads as S3 lets it, so that whatever may happen in between does.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import re
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import SimpleNamespace
from typing import Any

from photolake.errors import PermanentError
from photolake.lake.partition_objects import PartitionObjects
from photolake.lake.rewriter import PartitionRewriter
from tests.fakes.s3 import NoSuchKey

BUCKET, DAY = "lake", "2026-03-01"
PREFIX = f"posts/dt={DAY}/"
NOW = dt.datetime(2026, 3, 5, tzinfo=dt.UTC)
_PAGE = 2
_FOLDER = re.compile(r"to 's3://lake/(?P<folder>[^']+)'")

Rows = Mapping[int, int]
"""Of each row's key the version."""


class KilledError(BaseException):
    """The process of an actor ends at this request."""


class Actor:
    """A thread that waits before each request."""

    def __init__(self, work: Callable[[], object]) -> None:
        self._work = work
        self._go, self._stopped = threading.Semaphore(0), threading.Semaphore(0)
        self._killed = False
        self.done = False
        self.error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        self._stopped.acquire()

    def _run(self) -> None:
        _CURRENT.actor = self
        try:
            self.pause()
            self._work()
        except (PermanentError, KilledError) as error:
            self.error = error
        finally:
            self.done = True
            self._stopped.release()

    def pause(self) -> None:
        """Wait for the next turn."""
        self._stopped.release()
        self._go.acquire()
        if self._killed:
            raise KilledError

    def step(self) -> None:
        """Let it make its next request."""
        if not self.done:
            self._go.release()
            self._stopped.acquire()

    def kill(self) -> None:
        """End it before its next request."""
        self._killed = True
        self.step()
        self._thread.join()


_CURRENT = threading.local()


def _take_turn() -> None:
    actor: Actor | None = getattr(_CURRENT, "actor", None)
    if actor is not None:
        actor.pause()


class StepwiseS3:
    """The requests that photolake/lake makes; outside an actor they happen at once."""

    exceptions = SimpleNamespace(NoSuchKey=NoSuchKey)

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}

    def get_paginator(self, _: str) -> StepwiseS3:
        return self

    def paginate(self, *, Bucket: str, Prefix: str) -> Iterator[dict[str, Any]]:  # noqa: N803 (boto3's names)
        last = ""
        while True:
            _take_turn()
            keys = sorted(key for key in self.objects if key.startswith(Prefix) and key > last)
            found = [{"Key": key, "Size": len(self.objects[key]), "LastModified": NOW} for key in keys[:_PAGE]]
            yield {"Contents": found}
            if len(keys) <= _PAGE:
                return
            last = keys[_PAGE - 1]

    def put_object(self, *, Bucket: str, Key: str, Body: bytes, **_: Any) -> None:  # noqa: N803
        _take_turn()
        self.objects[Key] = Body

    def get_object(self, *, Bucket: str, Key: str) -> dict[str, Any]:  # noqa: N803
        _take_turn()
        if Key not in self.objects:
            raise NoSuchKey(Key)
        return {"Body": io.BytesIO(self.objects[Key])}

    def delete_objects(self, *, Bucket: str, Delete: Any) -> dict[str, Any]:  # noqa: N803
        for item in Delete["Objects"]:
            _take_turn()  # S3 does not delete them all at one moment
            self.objects.pop(item["Key"], None)
        return {}


class StepwiseLake:
    """One partition, and what Athena does with it."""

    def __init__(self) -> None:
        self.s3 = StepwiseS3()
        self.objects = PartitionObjects(self.s3, BUCKET)  # type: ignore[arg-type]
        self.rewriter = PartitionRewriter(self, self, self.objects, "landing", lambda: NOW)  # type: ignore[arg-type]
        self._arrived = 0

    def get_table(self, **_: Any) -> Any:
        """Glue's table."""
        names = ("id", "collected_at", "processed_at")
        return {"Table": {"StorageDescriptor": {"Columns": [{"Name": name} for name in names]}}}

    def arrive(self, rows: Rows) -> None:
        """Firehose delivers an object."""
        self._arrived += 1
        self._put(f"{PREFIX}stream-{self._arrived:03}", rows)

    def run(self, sql: str, may_wait: Callable[[], bool]) -> int:
        """The UNLOAD: list, read, write two objects; what is gone by then fails it."""
        found = _FOLDER.search(sql)
        assert found is not None
        newest = self.read()
        for half in (0, 1):
            part = {key: version for key, version in newest.items() if key % 2 == half}
            if part:
                self._put(f"{found['folder']}{half}", part)
        return 1

    def read(self) -> Rows:
        """What a query shows: the newest copy of each row in the objects that it lists."""
        listed = [item.key for item in self.objects.list_objects(PREFIX) if item.is_data]
        return pick_newest(self._read(key) for key in listed)

    def view(self) -> Rows:
        """What a query would show if it took no time."""
        return pick_newest(self.snapshot().values())

    def snapshot(self) -> Mapping[str, Rows]:
        """The rows of each object at this moment."""
        return {
            key: _decode(body) for key, body in self.s3.objects.items() if not key.rpartition("/")[2].startswith("_")
        }

    def delete_replaced(self) -> None:
        """What a later run does first."""
        for item in list(self.objects.list_objects(PREFIX)):
            if item.is_replaced_list:
                self.rewriter.delete_replaced(item)

    def _read(self, key: str) -> Rows:
        _take_turn()
        if key not in self.s3.objects:
            raise PermanentError("query_failed", f"HIVE_CANNOT_OPEN_SPLIT: {key} does not exist")
        return _decode(self.s3.objects[key])

    def _put(self, key: str, rows: Rows) -> None:
        self.s3.put_object(Bucket=BUCKET, Key=key, Body=json.dumps(list(rows.items())).encode())


def pick_newest(objects: Iterable[Rows]) -> Rows:
    """The newest version of each row."""
    newest: dict[int, int] = {}
    for rows in objects:
        for key, version in rows.items():
            newest[key] = max(version, newest.get(key, version))
    return newest


def _decode(body: bytes) -> Rows:
    return dict(json.loads(body))
