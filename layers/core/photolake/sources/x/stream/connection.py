"""X's filtered stream on the wire: requests, one long answer, and the lines in it.

By requests alone: tweepy's StreamingClient reads lines, reconnects and waits by itself, so nothing could be delivered
or stopped while a line is awaited, and it parses what is to be kept as it came.
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

from photolake.collect.source import RateLimitedError
from photolake.errors import PermanentError, RetryableError
from photolake.sources.x import parameters as vocabulary
from photolake.sources.x.search_api import XSession

if TYPE_CHECKING:
    from types import TracebackType

PATH = "/2/tweets/search/stream"
# X sends a line break every 20 s, if nothing else (https://docs.x.com/x-api/fundamentals/handling-disconnections).
SILENCE_S = 25.0
# A second watch beside the one on SILENCE_S, for a reader that nobody looks at any more.
TIMEOUT_S = (5.0, 35.0)
CHUNK_BYTES = 65_536
# About 64 MiB of backlog; the connection is not read on until some of it is taken, and X ends one that lags too far.
MOST_CHUNKS = 1_024
# Many times the largest post.
MAX_LINE_BYTES = 8_000_000
# https://docs.x.com/x-api/fundamentals/response-codes-and-errors
USAGE_CAPPED = "usage-capped"


class DisconnectedError(RetryableError):
    """The stream has ended; the message says how."""


class StreamApi:
    """The requests about the filtered stream."""

    def __init__(self, bearer_token: str, url: str, timeout_s: tuple[float, float] = TIMEOUT_S) -> None:
        """`url` is X itself, or something that answers like it; `timeout_s` to connect, and between two reads."""
        self._session = XSession(url, timeout_s)
        # Compressed, lines would wait for each other.
        self._session.headers.update({"Authorization": f"Bearer {bearer_token}", "Accept-Encoding": "identity"})

    def ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Mapping[str, Any]:
        """Send a request and return X's JSON; the errors are those of `connect`."""
        with self._send(method, path, json=body) as response:
            try:
                answer = response.json()
            except requests.RequestException as error:
                raise RetryableError(f"X did not answer with JSON: {error}") from error
        if not isinstance(answer, dict):
            raise RetryableError(f"X answered with {type(answer).__name__}, not with an object")
        return answer

    def connect(self) -> Connection:
        """Open the stream.

        RateLimitedError: ask again later. DisconnectedError: there was no answer. RetryableError: X is out of order.
        PermanentError: X refuses, and the message says what to do.
        """
        return Connection(self._send("GET", PATH, params=vocabulary.TWEETS, stream=True))

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def _send(self, method: str, path: str, **options: Any) -> requests.Response:
        try:
            response = self._session.request(method, path, **options)
            if response.ok:
                return response
            with response:
                _refuse(response)
        except requests.RequestException as error:
            raise DisconnectedError(f"X did not answer: {error}") from error


class Connection:
    """The stream while it is open, read by a thread: X ends a connection whose reader is busy elsewhere."""

    def __init__(self, response: requests.Response) -> None:
        """`response` is X's answer, of which nothing has been read."""
        self._response = response
        self._chunks: Queue[bytes | DisconnectedError] = Queue(MOST_CHUNKS)
        self._closing = threading.Event()
        self._reader = threading.Thread(target=self._read, name="x-stream", daemon=True)

    def __enter__(self) -> Self:
        self._reader.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()
        # It wakes the reader, which may wait for more; the connection may be at its end already.
        with suppress(OSError, ValueError, RuntimeError):
            self._response.raw.shutdown()
        self._reader.join(TIMEOUT_S[1])
        self._response.close()

    def chunk(self, timeout_s: float) -> bytes:
        """What has come, or nothing after `timeout_s`; DisconnectedError once everything before the end is taken."""
        try:
            chunk = self._chunks.get(timeout=timeout_s)
        except Empty:
            return b""
        if isinstance(chunk, DisconnectedError):
            raise chunk
        return chunk

    def rest(self) -> Iterator[bytes]:
        """What has come and is not taken yet, at most a backlog of it: the stream may never pause."""
        for _ in range(MOST_CHUNKS):
            chunk = self.chunk(0)
            if not chunk:
                return
            yield chunk

    def _read(self) -> None:
        reason = "X has closed the connection"
        try:
            while chunk := self._response.raw.read1(CHUNK_BYTES):
                self._put(chunk)
        except (urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            # ValueError: the socket was shut down within a read.
            reason = f"the connection broke: {error}"
        self._put(DisconnectedError(reason))

    def _put(self, item: bytes | DisconnectedError) -> None:
        while not self._closing.is_set():
            with suppress(Full):
                self._chunks.put(item, timeout=0.2)
                return


class Watch:
    """Ends a connection that has fallen silent."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._heard = monotonic()

    def hear(self, chunk: bytes) -> None:
        """Take note of what has come; DisconnectedError if nothing has for too long, not even a line break."""
        now = self._monotonic()
        if chunk:
            self._heard = now
        elif now - self._heard > SILENCE_S:
            raise DisconnectedError(f"X has been silent for {now - self._heard:.0f} s")


class Lines:
    """Cuts what comes into lines."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, chunk: bytes) -> list[bytes]:
        """The lines that are whole by now, without blank ones; DisconnectedError for one that does not end."""
        *parts, rest = (self._rest + chunk).split(b"\n")
        self._rest = rest
        if len(rest) > MAX_LINE_BYTES:
            raise DisconnectedError(f"X has sent {len(rest):,} bytes without a line break")
        return [line for line in (part.strip() for part in parts) if line]


def _refuse(response: requests.Response) -> NoReturn:
    code = response.status_code
    said = " ".join(response.text[:500].split()) or response.reason
    if USAGE_CAPPED in response.text:
        raise PermanentError("refused", usage_capped(said))
    if code == 429:
        reset = response.headers.get("x-rate-limit-reset", "")
        raise RateLimitedError(int(reset) if reset.isascii() and reset.isdecimal() else None)
    if code >= 500:
        raise RetryableError(f"X is out of order: {code} {said}")
    advice = {
        400: "correct the queries",
        401: "give a valid bearer token",
        403: "check the app's access level in X's developer console",
    }.get(code, "check the app and its credits in X's developer console")
    raise PermanentError("refused", f"X refuses the stream ({code} {said}): {advice}")


def usage_capped(said: str) -> str:
    """What to do when X sells no more posts."""
    return f"X sells no more posts this billing month ({said}): raise the cap in X's developer console, or wait"
