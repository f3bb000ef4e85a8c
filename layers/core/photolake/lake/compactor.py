"""Walks the landing tables, deletes what earlier rewrites have replaced, and writes days at rest anew."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from photolake.errors import PermanentError, RetryableError
from photolake.lake.compaction import (
    CompactionRules,
    Partition,
    choose_partitions,
    is_due,
    summarize_partition,
)
from photolake.lake.landing_tables import LANDING_TABLES

if TYPE_CHECKING:
    from photolake.lake.partition_objects import PartitionObject, PartitionObjects
    from photolake.lake.rewriter import PartitionRewriter, Rewrite


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
    ) -> None:
        """`now` is the time in UTC."""
        self._objects = objects
        self._rewriter = rewriter
        self._rules = rules
        self._now = now

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
        for partition in chosen:
            if not may_continue():
                break
            try:
                tally.rewrites.append(self._rewriter.rewrite(partition.table, partition.day, may_wait=may_continue))
            except (PermanentError, RetryableError) as error:
                tally.failures[f"{partition.table}/dt={partition.day}"] = str(error)
            tally.left -= 1
            on_rewrite(partition)
        return tally

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
