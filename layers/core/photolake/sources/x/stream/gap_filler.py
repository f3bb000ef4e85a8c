"""What was posted while the stream was not connected, read from the recent search.

The stream moves no checkpoint: the search reads on from its own, so whatever the stream left out is found, and what it
gave is found again. The views count a post once.
"""

from __future__ import annotations

import datetime as dt
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from photolake.clock import utc_now
from photolake.collect.checkpoints import OvertakenError
from photolake.errors import PermanentError, RetryableError
from photolake.rows.ids import make_snowflake
from photolake.sources.x.search_source import SETTLED

if TYPE_CHECKING:
    from photolake.aws.firehose import OnRejected
    from photolake.collect.runner import Collection
    from photolake.collect.source import Source
    from photolake.sources.x.stream.batcher import Progress

# The search leaves out what is younger than SETTLED: until then it cannot reach up to the connect.
RIPE_S = SETTLED.total_seconds() + 5
# Between two slices what the stream gives is delivered.
SLICE_S = 5.0
# A rate limit ends within 15 minutes; each try until then costs a look at the checkpoint.
AGAIN_S = 60.0
# A refusal and a budget wait for people; asked as often as the collector is by default.
REFUSED_AGAIN_S = 3_600.0


class Gap:
    """Runs the search's sources once after every connect, in slices."""

    def __init__(
        self,
        sources: Sequence[Source],
        collection: Collection,
        progress: Progress,
        tell: Callable[[str], None],
        has_stopped: Callable[[], bool],
        clock: Callable[[], dt.datetime] = utc_now,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """`tell` takes lines for people; a slice ends early once `has_stopped`."""
        self._sources = sources
        # Counted as they are delivered: a run that fails has no summary.
        self._collection = replace(collection, deliver=self._deliver)
        self._put = collection.deliver
        self._progress = progress
        self._tell = tell
        self._has_stopped = has_stopped
        self._clock = clock
        self._monotonic = monotonic
        self._due: float | None = None
        self._connected = 0.0
        self._begun = 0.0
        self._left: deque[Source] = deque()

    def begin(self) -> None:
        """Let queries that were never searched for begin now: the stream is no order for their last seven days."""
        now_ms = int(self._clock().timestamp() * 1000)
        for source in self._sources:
            checkpoint = self._collection.checkpoints.load(source.name)
            if checkpoint.version == 0:
                with suppress(OvertakenError):
                    self._collection.checkpoints.save(checkpoint, {"since_id": str(make_snowflake(now_ms))})

    def connected(self) -> None:
        """The stream runs from now on; the search is due once it reaches up to now."""
        self._connected = self._monotonic()
        # A search that is due already is not put off: connections may be short for hours.
        if self._due is None:
            self._due = self._connected + RIPE_S

    def go_on(self) -> None:
        """Search for a slice of time, if that is due."""
        if self._due is None or self._monotonic() < self._due:
            return
        if not self._left:
            self._left.extend(self._sources)
            self._begun = self._monotonic()
        if self._read(self._left[0]):
            self._left.popleft()
        if not self._left:
            is_ripe = self._begun >= self._connected + RIPE_S
            self._due = None if is_ripe else self._connected + RIPE_S

    def _read(self, source: Source) -> bool:
        """Read on; whether the source is at its end."""
        end = self._monotonic() + SLICE_S
        try:
            summary = self._collection.run(source, lambda: self._monotonic() < end and not self._has_stopped())
        except RetryableError as error:
            return self._put_off(source, AGAIN_S, str(error))
        except PermanentError as error:
            return self._put_off(source, REFUSED_AGAIN_S, str(error))
        for notice in summary.notices:
            self._tell(notice)
        if summary.has_gap:
            self._tell(f"{source.name}: posts are lost that were older than seven days, which the search does not have")
        if summary.stopped == "time":
            return False
        if summary.stopped:
            again = AGAIN_S if summary.stopped == "rate_limit" else REFUSED_AGAIN_S
            return self._put_off(source, again, f"the search has stopped: {summary.stopped}")
        self._tell(f"{source.name}: searched up to the connect")
        return True

    def _deliver(self, rows: Iterable[Mapping[str, Any]], on_rejected: OnRejected) -> int:
        found = self._put(rows, on_rejected)
        self._progress.found += found
        return found

    def _put_off(self, source: Source, seconds: float, reason: str) -> bool:
        """Try again later, the other sources first."""
        self._tell(f"{source.name}: {reason}; again in {seconds:.0f} s")
        self._left.rotate(-1)
        self._due = self._monotonic() + seconds
        return False
