"""Fakes of what a collector reads and writes: checkpoints and the lake. Folders that need the fixtures import them."""

from dataclasses import replace
from typing import Any

import pytest

from photolake.clock import utc_now
from photolake.collect.checkpoints import Checkpoint
from photolake.collect.runner import SourceCollector
from photolake.errors import CheckpointConflictError, RowError


class FakeCheckpoints:
    """Conditional writes as in DynamoDB; `before_save` may raise."""

    def __init__(self):
        self.saved = {}
        self.saves = 0
        self.before_save = lambda: None

    def load(self, source):
        return self.saved.get(source) or Checkpoint(source, 0, {})

    def save(self, checkpoint, state):
        self.before_save()
        if checkpoint.version != self.load(checkpoint.id).version:
            raise CheckpointConflictError("another run was faster")
        self.saved[checkpoint.id] = replace(checkpoint, version=checkpoint.version + 1, state=dict(state))
        self.saves += 1
        return self.saved[checkpoint.id]

    def only_state(self):
        (saved,) = self.saved.values()
        return dict(saved.state)


class FakeLake:
    """The delivery stream, the rejected store and (`deletion_store`) the deletion store of a lake in memory.

    `before_put` may raise before a delivery; the stream rejects posts whose ids are in `rejected_ids`.
    """

    def __init__(self):
        self.rows = []
        self.rejected = []
        self.before_put = lambda: None
        self.rejected_ids = set()
        self.deletion_store = FakeDeletionStore()
        self.forgotten = []

    @property
    def ids(self):
        return [row["id"] for row in self.rows]

    @property
    def deletions(self):
        return self.deletion_store.rows

    def make_collector(self, checkpoints, clock=utc_now):
        lake: Any = self
        return SourceCollector(checkpoints, lake, lake, lake.deletion_store, clock, on_deleted=self.note_deleted)

    def note_deleted(self, post_id):
        """A search index is told of a deleted post, whose deletion is stored by then."""
        assert post_id in [row["id"] for row in self.deletions]
        self.forgotten.append(post_id)

    def put(self, rows, on_rejected):
        self.before_put()
        rows = list(rows)
        for row in rows:
            if row["id"] in self.rejected_ids:
                on_rejected(row, RowError("too large"))
        fitting = [row for row in rows if row["id"] not in self.rejected_ids]
        self.rows += fitting
        return len(fitting)

    def put_unnamed(self, folder, records):
        self.rejected.append((folder, list(records)))


class FakeDeletionStore:
    """Rows of the deletions table."""

    def __init__(self):
        self.rows = []

    def put(self, rows):
        self.rows += rows


@pytest.fixture
def checkpoints():
    return FakeCheckpoints()


@pytest.fixture
def delivered():
    return FakeLake()
