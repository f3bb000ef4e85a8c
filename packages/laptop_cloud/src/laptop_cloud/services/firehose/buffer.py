"""Buffers of records by partition, delivered when one is large or old enough.

https://docs.aws.amazon.com/firehose/latest/dev/buffering.html
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from laptop_cloud.services.firehose.records import Record


@dataclass(frozen=True)
class BufferGroup:
    """What goes into one object: a partition, by its keys, or the failed records of one error-output-type."""

    keys: tuple[tuple[str, str], ...] = ()
    error_type: str = ""


@dataclass(frozen=True)
class BufferedBatch:
    """The records of one buffer in order of arrival; never empty."""

    group: BufferGroup
    records: tuple[Record, ...]


@dataclass
class _OpenBuffer:
    since: float
    size: int = 0
    records: list[Record] = field(default_factory=list)


class Buffer:
    """The open buffers of a stream. Times are epoch seconds; nothing here reads a clock or knows a thread."""

    def __init__(self, max_bytes: float, max_seconds: float) -> None:
        self._max_bytes = max_bytes
        self._max_seconds = max_seconds
        self._open: dict[BufferGroup, _OpenBuffer] = {}
        self._full: list[BufferedBatch] = []

    def __len__(self) -> int:
        """Count the records."""
        waiting = sum(len(buffer.records) for buffer in self._open.values())
        return waiting + sum(len(batch.records) for batch in self._full)

    def __contains__(self, group: BufferGroup) -> bool:
        """Whether the group has an open buffer."""
        return group in self._open

    def groups(self) -> set[BufferGroup]:
        """The groups that hold records."""
        return {*self._open, *(batch.group for batch in self._full)}

    def add(self, group: BufferGroup, record: Record) -> None:
        """Append a record to its group's buffer."""
        buffer = self._open.setdefault(group, _OpenBuffer(since=record.arrived))
        buffer.records.append(record)
        buffer.size += len(record.data)
        if buffer.size >= self._max_bytes:
            self._full.append(self._close_group(group))

    def next_due(self) -> float | None:
        """When (epoch seconds) the next buffer is due; None if nothing is buffered."""
        if self._full:
            return self._full[0].records[0].arrived
        return min((buffer.since + self._max_seconds for buffer in self._open.values()), default=None)

    def take_due(self, now: float) -> list[BufferedBatch]:
        """Remove and return what is full or old enough."""
        old = [group for group, buffer in self._open.items() if buffer.since + self._max_seconds <= now]
        return self._take_groups(old)

    def take_all(self) -> list[BufferedBatch]:
        """Remove and return everything."""
        return self._take_groups(list(self._open))

    def _take_groups(self, groups: list[BufferGroup]) -> list[BufferedBatch]:
        taken = [*self._full, *(self._close_group(group) for group in groups)]
        self._full = []
        return taken

    def _close_group(self, group: BufferGroup) -> BufferedBatch:
        return BufferedBatch(group, tuple(self._open.pop(group).records))
