"""Buffers of records by partition, delivered when one is large or old enough.

https://docs.aws.amazon.com/firehose/latest/dev/buffering.html
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from laptop_cloud.services.firehose.records import Record


@dataclass(frozen=True)
class Group:
    """What goes into one object: a partition, by its keys, or the failed records of one error-output-type."""

    keys: tuple[tuple[str, str], ...] = ()
    error_type: str = ""


@dataclass(frozen=True)
class Batch:
    """The records of one buffer in order of arrival; never empty."""

    group: Group
    records: tuple[Record, ...]


@dataclass
class _Open:
    since: float
    size: int = 0
    records: list[Record] = field(default_factory=list)


class Buffer:
    """The open buffers of a stream. Times are epoch seconds; nothing here reads a clock or knows a thread."""

    def __init__(self, max_bytes: float, max_seconds: float) -> None:
        self._max_bytes = max_bytes
        self._max_seconds = max_seconds
        self._open: dict[Group, _Open] = {}
        self._full: list[Batch] = []

    def __len__(self) -> int:
        """Count the records."""
        waiting = sum(len(buffer.records) for buffer in self._open.values())
        return waiting + sum(len(batch.records) for batch in self._full)

    def __contains__(self, group: Group) -> bool:
        """Tell whether the group has an open buffer."""
        return group in self._open

    def groups(self) -> set[Group]:
        """Name the groups that hold records."""
        return {*self._open, *(batch.group for batch in self._full)}

    def add(self, group: Group, record: Record) -> None:
        """Append a record to its group's buffer."""
        buffer = self._open.setdefault(group, _Open(since=record.arrived))
        buffer.records.append(record)
        buffer.size += len(record.data)
        if buffer.size >= self._max_bytes:
            self._full.append(self._close(group))

    def next_due(self) -> float | None:
        """Tell when there will be something to deliver; None if nothing is buffered."""
        if self._full:
            return self._full[0].records[0].arrived
        return min((buffer.since + self._max_seconds for buffer in self._open.values()), default=None)

    def take_due(self, now: float) -> list[Batch]:
        """Remove and return what is full or old enough."""
        old = [group for group, buffer in self._open.items() if buffer.since + self._max_seconds <= now]
        return self._take(old)

    def take_all(self) -> list[Batch]:
        """Remove and return everything."""
        return self._take(list(self._open))

    def _take(self, groups: list[Group]) -> list[Batch]:
        taken = [*self._full, *(self._close(group) for group in groups)]
        self._full = []
        return taken

    def _close(self, group: Group) -> Batch:
        return Batch(group, tuple(self._open.pop(group).records))
