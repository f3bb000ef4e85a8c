"""Which partitions are worth writing anew: what was listed, in; the partitions in their order, out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from photolake.lake.partition_objects import PartitionObject


# From here on footers are nothing beside the columns.
LARGE_OBJECT_BYTES = 64 * 2**20


@dataclass(frozen=True)
class CompactionRules:
    """When a partition is written anew.

    It has at least `min_objects`, the folder of an earlier rewrite counting as one, as Athena may write several files,
    and they are smaller than LARGE_OBJECT_BYTES on average.
    Its day ended `rest` ago. Its oldest row arrived at most `max_age` ago: S3 counts the age of an object, and so
    `RowRetentionDays`, from when it was written, so that a rewrite prolongs it. It is not before `earliest`, where
    Athena sees nothing. What is replaced is deleted `grace` later, or by somebody else.
    """

    min_objects: int
    rest: dt.timedelta
    max_age: dt.timedelta | None
    grace: dt.timedelta | None
    earliest: dt.date


@dataclass(frozen=True)
class Partition:
    """A day of a landing table; `parts` are its objects by Firehose and the folders of rewrites."""

    table: str
    day: str
    objects: int
    bytes: int
    parts: int
    first: dt.date


def summarize_partition(items: Sequence[PartitionObject], replaced: Collection[str]) -> Partition | None:
    """What a partition holds besides the objects that are to be deleted; None if nothing."""
    data = [item for item in items if item.is_data and item.key not in replaced]
    if not data:
        return None
    return Partition(
        table=data[0].table,
        day=data[0].day,
        objects=len(data),
        bytes=sum(item.size for item in data),
        parts=len({item.folder or item.key for item in data}),
        first=min(item.first for item in data),
    )


def choose_partitions(partitions: Iterable[Partition], rules: CompactionRules, now: dt.datetime) -> list[Partition]:
    """The partitions to write anew: those of many objects first, each of which a query reads, then the newest."""
    chosen = [partition for partition in partitions if _is_worth_it(partition, rules, now)]
    return sorted(chosen, key=lambda partition: (partition.parts, partition.day, partition.table), reverse=True)


def is_due(note: PartitionObject, rules: CompactionRules, now: dt.datetime) -> bool:
    """Whether what a note names may be deleted: no query that had listed it can still run."""
    return rules.grace is not None and note.modified + rules.grace <= now


def _is_worth_it(partition: Partition, rules: CompactionRules, now: dt.datetime) -> bool:
    day = dt.date.fromisoformat(partition.day)
    end = dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), dt.UTC)
    is_young = rules.max_age is None or now.date() - partition.first <= rules.max_age
    is_split = partition.parts >= rules.min_objects and partition.bytes < partition.parts * LARGE_OBJECT_BYTES
    return is_split and day >= rules.earliest and end + rules.rest <= now and is_young
