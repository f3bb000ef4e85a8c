"""X's filtered stream as a long run: connect, deliver, connect again, until it is stopped or the month is used up."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from photolake.collect.source import RateLimitedError, UsedUpError
from photolake.errors import RetryableError
from photolake.sources.x.stream.connection import DisconnectedError, Lines, StreamApi, Watch
from photolake.sources.x.stream.rules import synchronise

if TYPE_CHECKING:
    from photolake.sources.x.queries import Query
    from photolake.sources.x.stream.backoff import Pauses
    from photolake.sources.x.stream.batcher import Progress, StreamPosts
    from photolake.sources.x.stream.gap_filler import Gap

# How soon a stop is noticed while nothing comes.
LOOK_S = 0.25


class StreamRun:
    """Follows the stream over all its disconnects."""

    def __init__(
        self,
        api: StreamApi,
        queries: Sequence[Query],
        posts: StreamPosts,
        gap: Gap,
        pauses: Pauses,
        progress: Progress,
        tell: Callable[[str], None],
        stop: threading.Event,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Setting `stop` ends the run; `tell` takes lines for people."""
        self._api = api
        self._queries = queries
        self._posts = posts
        self._gap = gap
        self._pauses = pauses
        self._progress = progress
        self._tell = tell
        self._stop = stop
        self._monotonic = monotonic
        self._has_rules = False

    def run(self) -> None:
        """Return after a stop, or once the month's posts are bought; what is held has been delivered then.

        PermanentError: X refuses, and the message says what to do. DeliveryError and errors of AWS are raised: the
        checkpoint of the search is below whatever was not delivered, so the next run finds it.
        """
        try:
            self._posts.check()
            self._gap.begin()
            while not self._stop.is_set():
                self._connect()
        except UsedUpError as error:
            self._tell(str(error))
        finally:
            self._progress.state = "ended"
            self._api.close()

    def _connect(self) -> None:
        self._posts.check()
        pause = self._pauses.connecting()
        self._progress.state = f"waiting {pause:.0f} s" if pause else "connecting"
        if self._stop.wait(pause):
            return
        try:
            self._follow()
        except RateLimitedError as error:
            self._pauses.rate_limited(error.reset_time)
            self._tell("X limits the connects")
        except DisconnectedError as error:
            self._pauses.network_failed()
            self._tell(str(error))
        except RetryableError as error:
            self._pauses.http_failed()
            self._tell(str(error))

    def _follow(self) -> None:
        if not self._has_rules:
            self._posts.name_queries(synchronise(self._api, self._queries))
            self._has_rules = True
        with self._api.connect() as connection:
            self._progress.state = "connected"
            self._progress.connects += 1
            self._gap.connected()
            watch, lines = Watch(self._monotonic), Lines()
            try:
                while not self._stop.is_set():
                    chunk = connection.chunk(LOOK_S)
                    watch.hear(chunk)
                    self._take(lines.feed(chunk))
                    if chunk:
                        self._pauses.reset()
                    self._posts.deliver_if_due()
                    self._gap.go_on()
                for chunk in connection.rest():
                    self._take(lines.feed(chunk))
            finally:
                self._posts.deliver()

    def _take(self, lines: Iterable[bytes]) -> None:
        for line in lines:
            self._posts.take(line)
