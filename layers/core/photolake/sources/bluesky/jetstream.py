"""Reads Jetstream from a cursor up to a given time, across dropped connections and hosts that do not work."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from websockets.exceptions import ConnectionClosed, WebSocketException
from websockets.sync.client import connect

from photolake.aws.backoff import iterate_attempts
from photolake.errors import PermanentError, RetryableError
from photolake.rejected import MAX_CUT_BYTES, RejectedRecord
from photolake.sources.bluesky.event import Event
from photolake.sources.bluesky.identifiers import COLLECTION

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

SECOND_US = 1_000_000
# A cursor is the time at which a host saw an event, and events are not always in order. Another host may have seen an
# event earlier or later, hence the longer rewind. Reading a post twice does no harm.
REWIND_US = 5 * SECOND_US
REWIND_TO_ANOTHER_HOST_US = 120 * SECOND_US
# An event that claims to be from further ahead than this would end every run at once.
MAX_CLOCK_SKEW_US = 3_600 * SECOND_US
CHUNK_EVENTS = 1_000
CHUNK_BYTES = 8_000_000
CHUNK_S = 5.0
QUIET_S = 5.0
# The whole network is never quiet for this long, so such a host does not work.
SILENCE_US = 900 * SECOND_US
MAX_FRAME_BYTES = 16_000_000


class Connection(Protocol):
    """An open connection."""

    def recv(self, timeout: float | None = None) -> str | bytes:
        """Return the next frame; TimeoutError, or ConnectionClosed."""


Connect = Callable[[str], "AbstractContextManager[Connection]"]
"""Opens a connection to a URL."""


@dataclass(frozen=True)
class Position:
    """How far events are read: `cursor_us` is the newest one's time at `host` (empty: at none yet)."""

    cursor_us: int
    host: str = ""


@dataclass
class Chunk:
    """Events in the order they came, and `rejected` frames; `position` is the one after them.

    `first_us` is the time of its first event, 0 if it has none; `size` counts characters.
    """

    position: Position
    events: list[Event] = field(default_factory=list)
    rejected: list[RejectedRecord] = field(default_factory=list)
    first_us: int = 0
    size: int = 0

    @property
    def frames(self) -> int:
        """The number of its frames."""
        return len(self.events) + len(self.rejected)

    def add(self, frame: str | bytes, until_us: int) -> None:
        """Add a frame; one that is not a valid event is rejected."""
        self.size += len(frame)
        try:
            event = Event.parse(frame)
        except PermanentError as error:
            self._reject(frame, error.message)
            return
        if event.time_us > until_us + MAX_CLOCK_SKEW_US:
            self._reject(frame, f"time_us: {event.time_us} is more than an hour from now")
            return
        self.events.append(event)
        self.first_us = self.first_us or event.time_us
        self.position = Position(max(self.position.cursor_us, event.time_us), self.position.host)

    def _reject(self, frame: str | bytes, message: str) -> None:
        raw = frame if isinstance(frame, bytes) else frame.encode()
        self.rejected.append(RejectedRecord(raw[:MAX_CUT_BYTES], message))


def open_connection(url: str) -> AbstractContextManager[Connection]:
    """Connect within 5 s, so that six attempts end well before the run has to."""
    return connect(url, open_timeout=5, close_timeout=1, max_size=MAX_FRAME_BYTES, compression=None)


@dataclass(frozen=True)
class Jetstream:
    """Several hosts of the same events; `hosts` are URLs of their `/subscribe` endpoints, the first the preferred one.

    `quiet_s`: seconds without an event after which a run is at its end.
    """

    hosts: Sequence[str]
    connect: Connect = open_connection
    quiet_s: float = QUIET_S
    sleep: Callable[[float], None] = time.sleep
    seconds: Callable[[], float] = time.monotonic

    def read_chunks(self, position: Position, until_us: int) -> Iterator[Chunk]:
        """Read from a position on until an event is as new as `until_us`, or none comes from any host.

        A dropped connection is opened again, five times in all and at the next host; so is one to a host that falls
        silent long before `until_us`. RetryableError: no attempt is left; the chunks yielded before are valid.
        """
        failure, silent = "", set()
        first = self.hosts.index(position.host) if position.host in self.hosts else 0
        for attempt in iterate_attempts(self.sleep):
            host = self.hosts[(first + attempt) % len(self.hosts)]
            rewind_us = REWIND_US if host == position.host else REWIND_TO_ANOTHER_HOST_US
            asked = Position(position.cursor_us - rewind_us, host)
            try:
                with self.connect(_make_url(asked)) as connection:
                    for chunk in self._read_chunks(connection, asked, until_us):
                        position = chunk.position
                        yield chunk
                silent.add(host)
                if until_us - position.cursor_us < SILENCE_US or len(silent) == len(self.hosts):
                    return
                failure = f"{host}: it sends no events"
            except (WebSocketException, OSError) as error:
                failure = f"{host}: {error or type(error).__name__}"
        raise RetryableError(f"Jetstream drops every connection, lastly {failure}; the next run reads on from here")

    def _read_chunks(self, connection: Connection, position: Position, until_us: int) -> Iterator[Chunk]:
        dropped: ConnectionClosed | None = None
        while not dropped:
            chunk = Chunk(position)
            is_quiet = False
            try:
                self._fill_chunk(chunk, connection, until_us)
            except TimeoutError:
                is_quiet = True
            except ConnectionClosed as error:
                dropped = error
            if chunk.frames:
                yield chunk
            position = chunk.position
            if is_quiet or position.cursor_us >= until_us:
                return
        raise dropped

    def _fill_chunk(self, chunk: Chunk, connection: Connection, until_us: int) -> None:
        started = self.seconds()
        while (
            chunk.frames < CHUNK_EVENTS
            and chunk.size < CHUNK_BYTES
            and self.seconds() - started < CHUNK_S
            and not (chunk.events and chunk.position.cursor_us >= until_us)
        ):
            chunk.add(connection.recv(timeout=self.quiet_s), until_us)


def _make_url(position: Position) -> str:
    return f"{position.host}?wantedCollections={COLLECTION}&cursor={position.cursor_us}"
