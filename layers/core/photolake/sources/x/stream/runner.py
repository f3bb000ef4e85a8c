"""Follows X's filtered stream: connects, delivers and reconnects until it is stopped or the month is used up."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from photolake.collect.runs import RunStatus
from photolake.errors import (
    BudgetExhaustedError,
    DisconnectedError,
    PermanentError,
    RateLimitedError,
    RetryableError,
)
from photolake.sources.x.stream.connection import LineSplitter, SilenceTimer
from photolake.sources.x.stream.rules import synchronise_rules

if TYPE_CHECKING:
    from photolake.sources.x.queries import Query
    from photolake.sources.x.stream.backoff import Backoff
    from photolake.sources.x.stream.batcher import Batcher, Progress
    from photolake.sources.x.stream.connection import Connection, StreamApi
    from photolake.sources.x.stream.coverage import CoverageLog
    from photolake.sources.x.stream.gap_filler import GapFiller

# How soon a stop is noticed while nothing arrives.
POLL_S = 0.25


@dataclass(frozen=True)
class StreamParts:
    """The parts of a run that are not its input: where lines go, and what happens around a connection."""

    batcher: Batcher
    gap_filler: GapFiller
    backoff: Backoff
    progress: Progress
    coverage: CoverageLog


class StreamRunner:
    """Follows the stream across its disconnections."""

    def __init__(
        self,
        api: StreamApi,
        queries: Sequence[Query],
        parts: StreamParts,
        on_notice: Callable[[str], object],
        stop: threading.Event,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Setting `stop` ends the run; `on_notice` takes lines for people."""
        self._api = api
        self._queries = queries
        self._parts = parts
        self._on_notice = on_notice
        self._stop = stop
        self._monotonic = monotonic
        self._has_rules = False

    def run(self) -> None:
        """Return after a stop, or once the month's posts are bought; all pending posts have been delivered then.

        PermanentError: X refuses, and the message says what to do. DeliveryError and errors of AWS are raised: the
        checkpoint of the search lies before everything that was not delivered, so the next run finds it.
        """
        backoff = self._parts.backoff
        try:
            self._parts.batcher.check_budget()
            self._parts.gap_filler.start_queries()
            while not self._wait_for_connect():
                try:
                    self._follow_stream()
                except RateLimitedError as error:
                    backoff.note_rate_limit(error.reset_time)
                    self._on_trouble(RunStatus.RATE_LIMITED, "X limits the number of connections")
                except DisconnectedError as error:
                    backoff.note_network_failure()
                    self._on_trouble(RunStatus.FAILED, str(error))
                except RetryableError as error:
                    backoff.note_http_failure()
                    self._on_trouble(RunStatus.FAILED, str(error))
        except BudgetExhaustedError as error:
            self._on_trouble(RunStatus.OVER_BUDGET, str(error))
        except PermanentError as error:
            self._parts.coverage.note_trouble(RunStatus.FAILED, str(error))
            raise
        finally:
            self._parts.progress.state = "ended"
            self._api.close()
            self._parts.coverage.flush()

    def _on_trouble(self, status: RunStatus, reason: str) -> None:
        self._parts.coverage.note_trouble(status, reason)
        self._on_notice(reason)

    def _wait_for_connect(self) -> bool:
        """Wait until the stream may be connected to, and return whether the run has been stopped."""
        if self._stop.is_set():
            return True
        self._parts.batcher.check_budget()
        pause = self._parts.backoff.start_connect()
        self._parts.progress.state = f"waiting {pause:.0f} s" if pause else "connecting"
        return self._stop.wait(pause)

    def _follow_stream(self) -> None:
        if not self._has_rules:
            self._parts.batcher.queries = synchronise_rules(self._api, self._queries)
            self._has_rules = True
        with self._api.connect() as connection:
            self._parts.progress.state = "connected"
            self._parts.progress.connects += 1
            self._parts.gap_filler.schedule()
            self._parts.coverage.note_connected()
            try:
                self._read_lines(connection)
            finally:
                self._parts.batcher.deliver()
                self._parts.coverage.note_disconnected()

    def _read_lines(self, connection: Connection) -> None:
        batcher, coverage = self._parts.batcher, self._parts.coverage
        timer, splitter = SilenceTimer(self._monotonic), LineSplitter()
        while not self._stop.is_set():
            chunk = connection.read_chunk(POLL_S)
            timer.check(chunk)
            for line in splitter.split(chunk):
                batcher.add(line)
            if chunk:
                self._parts.backoff.reset()
                coverage.note_alive()
            batcher.deliver_if_due()
            if coverage.is_due:
                batcher.deliver()
                coverage.flush()
            self._parts.gap_filler.fill()
        for chunk in connection.read_backlog():
            for line in splitter.split(chunk):
                batcher.add(line)
