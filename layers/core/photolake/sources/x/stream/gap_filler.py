"""Reads by recent search what was posted while the stream was not connected.

The stream moves no checkpoint: the search reads on from its own, so it finds what the stream missed, and again what the
stream delivered. The views count a post once.
"""

from __future__ import annotations

import datetime as dt
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from photolake.clock import utc_now
from photolake.errors import CheckpointConflictError, PermanentError, RetryableError
from photolake.rows.ids import make_snowflake
from photolake.sources.x.source import SETTLED

if TYPE_CHECKING:
    from photolake.collect.runner import SourceCollector
    from photolake.collect.source import Source
    from photolake.sources.x.stream.batcher import Progress

# The search leaves out posts younger than SETTLED; until then it cannot reach up to the connection.
DELAY_S = SETTLED.total_seconds() + 5
# The posts of the stream are delivered between two slices.
SLICE_S = 5.0
# A rate limit ends within 15 minutes; each attempt until then reads the checkpoint once.
RETRY_S = 60.0
# A refusal or an exhausted budget needs a person; the collector tries as often by default.
REFUSED_RETRY_S = 3_600.0


class GapFiller:
    """Runs the search's sources once after every connection, in slices."""

    def __init__(
        self,
        sources: Sequence[Source],
        collector: SourceCollector,
        progress: Progress,
        on_notice: Callable[[str], object],
        has_stopped: Callable[[], bool],
        clock: Callable[[], dt.datetime] = utc_now,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """`on_notice` takes lines for people; a slice ends early once `has_stopped`."""
        self._sources = sources
        # Counted batch by batch, because a run that fails has no summary.
        self._collector = replace(collector, on_delivered=self._count_found)
        self._progress = progress
        self._on_notice = on_notice
        self._has_stopped = has_stopped
        self._clock = clock
        self._monotonic = monotonic
        self._due: float | None = None
        self._connected = 0.0
        self._started = 0.0
        self._left: deque[Source] = deque()

    def start_queries(self) -> None:
        """Let queries without a checkpoint begin now: starting the stream must not buy the last seven days."""
        now_ms = int(self._clock().timestamp() * 1000)
        for source in self._sources:
            checkpoint = self._collector.checkpoints.load(source.name)
            if checkpoint.version == 0:
                with suppress(CheckpointConflictError):
                    self._collector.checkpoints.save(checkpoint, {"since_id": str(make_snowflake(now_ms))})

    def schedule(self) -> None:
        """Note that the stream has connected: the search is due once it reaches up to now."""
        self._connected = self._monotonic()
        # A search that is already due is not postponed, because connections may be short for hours.
        if self._due is None:
            self._due = self._connected + DELAY_S

    def fill(self) -> None:
        """Search for one slice of time, if that is due."""
        if self._due is None or self._monotonic() < self._due:
            return
        if not self._left:
            self._left.extend(self._sources)
            self._started = self._monotonic()
        if self._read_slice(self._left[0]):
            self._left.popleft()
        if not self._left:
            is_complete = self._started >= self._connected + DELAY_S
            self._due = None if is_complete else self._connected + DELAY_S

    def _read_slice(self, source: Source) -> bool:
        """Read on, and return whether the source is at its end."""
        end = self._monotonic() + SLICE_S
        try:
            summary = self._collector.collect(source, lambda: self._monotonic() < end and not self._has_stopped())
        except RetryableError as error:
            return self._postpone(source, RETRY_S, str(error))
        except PermanentError as error:
            return self._postpone(source, REFUSED_RETRY_S, str(error))
        for notice in summary.notices:
            self._on_notice(notice)
        if summary.has_gap:
            self._on_notice(
                f"{source.name}: posts older than seven days are lost, because the search does not have them"
            )
        if summary.stopped == "time":
            return False
        if summary.stopped:
            pause = RETRY_S if summary.stopped == "rate_limit" else REFUSED_RETRY_S
            return self._postpone(source, pause, f"the search has stopped: {summary.stopped}")
        self._on_notice(f"{source.name}: searched up to the connection")
        return True

    def _count_found(self, posts: int) -> None:
        self._progress.found += posts

    def _postpone(self, source: Source, seconds: float, reason: str) -> bool:
        """Try this source again later, after the others."""
        self._on_notice(f"{source.name}: {reason}; next attempt in {seconds:.0f} s")
        self._left.rotate(-1)
        self._due = self._monotonic() + seconds
        return False
