"""X's filtered stream over HTTP: the requests, one long response, and the lines in it.

This uses requests instead of tweepy's StreamingClient, which reads lines, reconnects and waits by itself: nothing could
be delivered or stopped while it waits for a line, and it parses lines that we store as they came.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from queue import Empty, Full, Queue
from typing import TYPE_CHECKING, Any, NoReturn, Self

import requests
import urllib3

from photolake.errors import DisconnectedError, RateLimitedError, RetryableError
from photolake.sources.x import parameters
from photolake.sources.x.api_errors import is_usage_capped, make_api_error
from photolake.sources.x.search_api import XSession

if TYPE_CHECKING:
    from types import TracebackType

PATH = "/2/tweets/search/stream"
# X sends a line break every 20 s, if nothing else (https://docs.x.com/x-api/fundamentals/handling-disconnections).
SILENCE_S = 25.0
# A second limit besides SILENCE_S, for a reader thread that nobody waits for any more.
TIMEOUT_S = (5.0, 35.0)
CHUNK_BYTES = 65_536
# About 64 MiB of backlog. When it is full, the thread stops reading; X ends a connection that lags too far behind.
MAX_CHUNKS = 1_024
# Many times the largest post.
MAX_LINE_BYTES = 8_000_000


class StreamApi:
    """The requests of the filtered stream."""

    def __init__(self, bearer_token: str, url: str, timeout_s: tuple[float, float] = TIMEOUT_S) -> None:
        """`url` is X's API, or a test server; `timeout_s` to connect, and between two reads."""
        self._session = XSession(url, timeout_s)
        # A compressed stream would hold lines back until a block is full.
        self._session.headers.update({"Authorization": f"Bearer {bearer_token}", "Accept-Encoding": "identity"})

    def request_json(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Mapping[str, Any]:
        """Send a request and return the JSON of the response; the errors are those of `connect`."""
        with self._send(method, path, json=body) as response:
            try:
                body_json = response.json()
            except requests.RequestException as error:
                raise RetryableError(f"X did not return JSON: {error}") from error
        if not isinstance(body_json, dict):
            raise RetryableError(f"X returned {type(body_json).__name__}, not an object")
        return body_json

    def connect(self) -> Connection:
        """Open the stream.

        RateLimitedError: try again later. DisconnectedError: there was no response. RetryableError: X is out of order.
        PermanentError: X refuses, and the message says what to do.
        """
        return Connection(self._send("GET", PATH, params=parameters.TWEETS, stream=True))

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def _send(self, method: str, path: str, **options: Any) -> requests.Response:
        try:
            response = self._session.request(method, path, **options)
            if response.ok:
                return response
            with response:
                _raise_refusal(response)
        except requests.RequestException as error:
            raise DisconnectedError(f"X did not answer: {error}") from error


class Connection:
    """An open stream, read by a thread of its own, because X ends a connection that is not read for a while."""

    def __init__(self, response: requests.Response) -> None:
        """`response` is a streamed response of which nothing has been read."""
        self._response = response
        self._chunks: Queue[bytes | DisconnectedError] = Queue(MAX_CHUNKS)
        self._closing = threading.Event()
        self._reader = threading.Thread(target=self._read_chunks, name="x-stream", daemon=True)

    def __enter__(self) -> Self:
        self._reader.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()
        # This wakes the reader thread, which may be waiting for more; the connection may already be closed.
        with suppress(OSError, ValueError, RuntimeError):
            self._response.raw.shutdown()
        self._reader.join(TIMEOUT_S[1])
        self._response.close()

    def read_chunk(self, timeout_s: float) -> bytes:
        """Return what has arrived, b"" after `timeout_s`; DisconnectedError once everything before the end is read."""
        try:
            chunk = self._chunks.get(timeout=timeout_s)
        except Empty:
            return b""
        if isinstance(chunk, DisconnectedError):
            raise chunk
        return chunk

    def read_backlog(self) -> Iterator[bytes]:
        """Yield what has arrived already, at most one full backlog, because the stream may never pause."""
        for _ in range(MAX_CHUNKS):
            chunk = self.read_chunk(0)
            if not chunk:
                return
            yield chunk

    def _read_chunks(self) -> None:
        reason = "X has closed the connection"
        try:
            while chunk := self._response.raw.read1(CHUNK_BYTES):
                self._put_chunk(chunk)
        except (urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            # ValueError: the socket was shut down within a read.
            reason = f"the connection broke: {error}"
        self._put_chunk(DisconnectedError(reason))

    def _put_chunk(self, item: bytes | DisconnectedError) -> None:
        while not self._closing.is_set():
            with suppress(Full):
                self._chunks.put(item, timeout=0.2)
                return


class SilenceTimer:
    """Ends a connection on which nothing arrives any more."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._last_chunk = monotonic()

    def check(self, chunk: bytes) -> None:
        """Note a chunk (b"" for none); DisconnectedError if none, not even a line break, has arrived for too long."""
        now = self._monotonic()
        if chunk:
            self._last_chunk = now
        elif now - self._last_chunk > SILENCE_S:
            raise DisconnectedError(f"X has been silent for {now - self._last_chunk:.0f} s")


class LineSplitter:
    """Splits chunks into lines."""

    def __init__(self) -> None:
        self._rest = b""

    def split(self, chunk: bytes) -> list[bytes]:
        """Return the lines that are complete now, without blank ones; DisconnectedError for one that does not end."""
        *parts, rest = (self._rest + chunk).split(b"\n")
        self._rest = rest
        if len(rest) > MAX_LINE_BYTES:
            raise DisconnectedError(f"X has sent {len(rest):,} bytes without a line break")
        return [line for line in (part.strip() for part in parts) if line]


def _raise_refusal(response: requests.Response) -> NoReturn:
    code = response.status_code
    details = f"{code} {' '.join(response.text[:500].split()) or response.reason}"
    if code == 429 and not is_usage_capped(response.text):
        reset = response.headers.get("x-rate-limit-reset", "")
        raise RateLimitedError(int(reset) if reset.isascii() and reset.isdecimal() else None)
    if code >= 500:
        raise RetryableError(f"X is out of order: {details}")
    raise make_api_error(code, response.text, details, ("X refuses the stream", "correct the queries"))
