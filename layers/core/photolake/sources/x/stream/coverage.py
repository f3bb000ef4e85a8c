"""Notes which time the stream and its gap filler have read, as rows of `collection_runs`.

X does not promise that a connection delivers every post. The time of a connection counts as read all the same, up to
a minute before its last sign of life; what a broken connection swallowed, the search finds.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from photolake.clock import utc_now
from photolake.collect.runs import RunStatus, SourceRun
from photolake.collect.source import Span
from photolake.sources.x.source import SETTLED

if TYPE_CHECKING:
    from photolake.collect.runs import RunStore
    from photolake.collect.source import Source

# One object an hour, as the collector writes.
FLUSH_EVERY = dt.timedelta(hours=1)


@dataclass
class _Notes:
    """What is not stored yet."""

    since: dt.datetime
    searched: dict[str, Span] = field(default_factory=dict)
    streamed: list[Span] = field(default_factory=list)
    troubles: dict[RunStatus, str] = field(default_factory=dict)


class CoverageLog:
    """Collects what was covered, and stores it about once an hour."""

    def __init__(
        self, store: RunStore, sources: Sequence[Source], clock: Callable[[], dt.datetime] = utc_now, run_id: str = ""
    ) -> None:
        """`sources` are those of the gap filler, one for each query."""
        self._store = store
        self._sources = sources
        self._clock = clock
        self._run_id = run_id or uuid.uuid4().hex
        self._notes = _Notes(clock())
        self._connected_from: dt.datetime | None = None
        self._alive_at = clock()

    def note_connected(self) -> None:
        """Note that a connection has begun."""
        self._connected_from = self._alive_at = self._clock()

    def note_alive(self) -> None:
        """Note that something has come over the connection, and that what came before is delivered."""
        self._alive_at = self._clock()

    def note_disconnected(self) -> None:
        """Note the end of a connection whose posts are delivered."""
        self._note_streamed()
        self._connected_from = None

    def note_searched(self, source: Source, span: Span) -> None:
        """Note what the gap filler has read."""
        self._notes.searched[source.name] = span.join(self._notes.searched.get(source.name))

    def note_trouble(self, status: RunStatus, reason: str) -> None:
        """Note why nothing is read; of several reasons the last one is kept."""
        self._notes.troubles[status] = reason

    @property
    def is_due(self) -> bool:
        """Whether to store what was noted; pending posts have to be delivered before."""
        return self._clock() - self._notes.since >= FLUSH_EVERY

    def flush(self) -> None:
        """Store what was noted; if that fails, it is noted still."""
        self._note_streamed()
        self._store.put(self._list_runs())
        self._notes = _Notes(self._clock())

    def _note_streamed(self) -> None:
        if self._connected_from and (span := Span.make(self._connected_from, self._alive_at - SETTLED)):
            self._notes.streamed.append(span)
            self._connected_from = span.end

    def _list_runs(self) -> list[SourceRun]:
        notes, now = self._notes, self._clock()
        found: list[tuple[str, str, RunStatus, str, Span | None]] = []
        for source in self._sources:
            spans = [*notes.streamed, *([notes.searched[source.name]] if source.name in notes.searched else [])]
            found += [(source.name, source.query, RunStatus.OK, "", span) for span in spans]
            found += [(source.name, source.query, status, reason, None) for status, reason in notes.troubles.items()]
        return [
            # Rows of one source differ in the time at which they start.
            SourceRun(
                self._run_id,
                "stream",
                name,
                query,
                notes.since + dt.timedelta(milliseconds=number),
                now,
                status,
                reason,
                covered,
            )
            for number, (name, query, status, reason, covered) in enumerate(found)
        ]
