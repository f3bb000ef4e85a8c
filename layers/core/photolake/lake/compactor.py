"""Walks the landing tables, deletes what earlier rewrites have replaced, and writes days at rest anew."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from photolake.errors import PermanentError, PhotolakeError, RetryableError
from photolake.lake.compaction import (
    CompactionRules,
    Partition,
    choose_partitions,
    is_due,
    summarize_partition,
)
from photolake.lake.landing_tables import LANDING_TABLES
from photolake.lake.rewriter import Rewrite

if TYPE_CHECKING:
    from photolake.lake.partition_objects import PartitionObject, PartitionObjects
    from photolake.lake.rewriter import PartitionRewriter


@dataclass
class CompactionTally:
    """What a run did: rewrites, failures by partition, deleted objects, and partitions that it left for the next."""

    rewrites: list[Rewrite] = field(default_factory=list)
    failures: dict[str, str] = field(default_factory=dict)
    deleted: int = 0
    left: int = 0

    def count(self, name: str) -> int:
        """The sum of a number of the rewrites, such as `objects_before`."""
        return sum(getattr(rewrite, name) for rewrite in self.rewrites)


class Compactor:
    """Compacts one lake."""

    def __init__(
        self,
        objects: PartitionObjects,
        rewriter: PartitionRewriter,
        rules: CompactionRules,
        now: Callable[[], dt.datetime],
        *,
        workers: int = 1,
        at_once: bool = False,
    ) -> None:
        """`now` is the time in UTC. `workers` partitions are written at a time; `at_once`: see `rewrite`."""
        self._objects = objects
        self._rewriter = rewriter
        self._rules = rules
        self._now = now
        self._workers = workers
        self._at_once = at_once

    def find_partitions(self, tally: CompactionTally | None = None) -> list[Partition]:
        """The partitions to write anew, in their order; with a tally what is due is deleted on the way."""
        found = (
            self._read_partition(items, tally) for table in LANDING_TABLES for items in self._list_partitions(table)
        )
        return choose_partitions((partition for partition in found if partition), self._rules, self._now())

    def run(
        self, may_continue: Callable[[], bool], on_rewrite: Callable[[Partition], None] = lambda _: None
    ) -> CompactionTally:
        """Delete what is due, then write partitions anew while `may_continue` is true.

        A partition that Athena fails on is left as it was, and the others go on.
        """
        tally = CompactionTally()
        chosen = self.find_partitions(tally)
        tally.left = len(chosen)
        pool = ThreadPoolExecutor(self._workers, thread_name_prefix="compactor")
        try:
            results = pool.map(lambda partition: self._rewrite(partition, may_continue), chosen)
            for partition, result in zip(chosen, results, strict=True):
                if result is None:
                    continue
                tally.left -= 1
                if isinstance(result, Rewrite):
                    tally.rewrites.append(result)
                else:
                    tally.failures[f"{partition.table}/dt={partition.day}"] = str(result)
                on_rewrite(partition)
        finally:
            pool.shutdown(cancel_futures=True)
        return tally

    def _rewrite(self, partition: Partition, may_continue: Callable[[], bool]) -> Rewrite | PhotolakeError | None:
        """What came of a partition; None if there is no time left."""
        if not may_continue():
            return None
        try:
            return self._rewriter.rewrite(partition.table, partition.day, at_once=self._at_once, may_wait=may_continue)
        except (PermanentError, RetryableError) as error:
            return error

    def _list_partitions(self, table: str) -> Iterator[Sequence[PartitionObject]]:
        """The objects of a table, a partition at a time: they are listed by key."""
        listed = self._objects.list_objects(f"{table}/dt=")
        return (list(items) for _, items in itertools.groupby(listed, key=lambda item: item.day))

    def _read_partition(self, items: Sequence[PartitionObject], tally: CompactionTally | None) -> Partition | None:
        replaced: set[str] = set()
        for note in (item for item in items if item.is_replaced_list):
            replaced.update(self._objects.read_replaced(note.key))
            if tally is not None and is_due(note, self._rules, self._now()):
                tally.deleted += self._rewriter.delete_replaced(note)
        return summarize_partition(items, replaced)
