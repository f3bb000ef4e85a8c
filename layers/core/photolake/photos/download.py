"""Downloads of photos from hosts that we do not control: checked, and bounded in size and time."""

from __future__ import annotations

import logging
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPException
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

from photolake.errors import PermanentError, RetryableError, SettingsError
from photolake.images.ingest import MAX_PHOTO_BYTES
from photolake.photos.urls import PhotoUrl, check_url, resolve_public_address

if TYPE_CHECKING:
    from urllib3.response import HTTPResponse

MAX_REDIRECTS = 3
HTTPS_PORT = 443
_CONNECT_SECONDS = 5.0
_CHUNK_BYTES = 64 * 1024
_REDIRECT_STATUSES = frozenset({301, 302, 303, 307, 308})
_GONE_STATUSES = frozenset({404, 410, 451})
_RETRYABLE_STATUSES = frozenset({408, 425, 429})


@dataclass(frozen=True)
class _Redirect:
    location: str


class Downloader:
    """Downloads photos from allowed hosts, connecting only to the address that was checked."""

    def __init__(
        self,
        allowed_hosts: Sequence[str],
        resolve: Callable[[str], str] = resolve_public_address,
        photo_endpoint: str = "",
        max_bytes: int = MAX_PHOTO_BYTES,
        deadline_seconds: float = 20.0,
    ) -> None:
        """`resolve` turns a host into the address to connect to; PermanentError if it has none that is public.

        `photo_endpoint`, such as `http://127.0.0.1:8080`, takes the place of all photo hosts: like a proxy it receives
        every request in absolute form, after the checks that need no DNS. `deadline_seconds` limits one photo with
        its redirects.
        """
        self._allowed_hosts = tuple(allowed_hosts)
        self._resolve = resolve
        self._endpoint = _parse_endpoint(photo_endpoint) if photo_endpoint else None
        self._max_bytes = max_bytes
        self._seconds = deadline_seconds
        self._tls = ssl.create_default_context()
        # It logs headers that it cannot read, with a traceback.
        logging.getLogger("urllib3.connection").setLevel(logging.ERROR)

    def download(self, url: str) -> bytes:
        """Download the photo, following redirects.

        PermanentError: `blocked_host`, `gone` (404, 410, 451), `too_large`, `unsupported_format` (compressed although
        the request does not allow it), `too_many_redirects`, or `http_<code>` for any other status.
        RetryableError: 408, 425, 429, 5xx, too slow, or an incomplete response.
        """
        deadline = time.monotonic() + self._seconds
        checked = check_url(url, self._allowed_hosts)
        for _ in range(MAX_REDIRECTS + 1):
            response = self._request(checked, deadline)
            if isinstance(response, bytes):
                return response
            checked = check_url(response.location, self._allowed_hosts, base=str(checked))
        raise PermanentError("too_many_redirects", f"more than {MAX_REDIRECTS} redirects, the last to {checked}")

    def _request(self, url: PhotoUrl, deadline: float) -> bytes | _Redirect:
        connection = self._open_connection(url, deadline)
        try:
            connection.connect()
            with _cut_at(deadline, connection.sock), self._send(connection, url) as response:
                if response.status in _REDIRECT_STATUSES and response.headers.get("Location"):
                    return _Redirect(response.headers["Location"])
                _check_status(response.status, url)
                return self._read_body(response, deadline)
        except (HTTPError, HTTPException, OSError) as error:
            if time.monotonic() >= deadline:
                raise RetryableError(self._too_slow()) from error
            raise RetryableError(f"no whole answer from {url.host}: {error}") from error
        finally:
            connection.close()

    def _open_connection(self, url: PhotoUrl, deadline: float) -> HTTPConnection:
        if self._endpoint:
            host, port = self._endpoint
            return HTTPConnection(host, port, timeout=self._seconds_left(deadline))
        address = self._resolve(url.host)
        timeout = self._seconds_left(deadline)
        # The certificate must be the host's, although the connection is to the address.
        return HTTPSConnection(address, HTTPS_PORT, timeout=timeout, server_hostname=url.host, ssl_context=self._tls)

    def _send(self, connection: HTTPConnection, url: PhotoUrl) -> HTTPResponse:
        headers = {"Host": url.host, "Accept": "image/*", "Accept-Encoding": "identity", "User-Agent": "photolake"}
        target = str(url) if self._endpoint else url.target
        connection.request("GET", target, headers=headers, preload_content=False, decode_content=False)
        return connection.getresponse()

    def _read_body(self, response: HTTPResponse, deadline: float) -> bytes:
        encoding = response.headers.get("Content-Encoding", "identity")
        if encoding.strip().lower() not in ("", "identity"):
            raise PermanentError("unsupported_format", f"the host sends Content-Encoding {encoding[:40]!r} unasked")
        if (response.length_remaining or 0) > self._max_bytes:
            raise self._too_large()
        body = bytearray()
        # read() would wait for a whole chunk; read1() returns what is there.
        while data := response.read1(_CHUNK_BYTES):
            body += data
            if len(body) > self._max_bytes:
                raise self._too_large()
        # A body without a Content-Length looks complete when it has been cut off.
        if time.monotonic() >= deadline:
            raise RetryableError(self._too_slow())
        return bytes(body)

    def _seconds_left(self, deadline: float) -> float:
        remaining = deadline - time.monotonic()
        if remaining <= 0:
            raise RetryableError(self._too_slow())
        return min(remaining, _CONNECT_SECONDS)

    def _too_slow(self) -> str:
        return f"the photo was not complete after {self._seconds:g} seconds"

    def _too_large(self) -> PermanentError:
        return PermanentError("too_large", f"the photo has more than {self._max_bytes} bytes")


def _check_status(status: int, url: PhotoUrl) -> None:
    if status in _GONE_STATUSES:
        raise PermanentError("gone", f"{url.host} answered {status}")
    if status in _RETRYABLE_STATUSES or status >= 500:
        raise RetryableError(f"{url.host} answered {status}")
    if status != 200:
        raise PermanentError(f"http_{status}", f"{url.host} answered {status}")


@contextmanager
def _cut_at(deadline: float, sock: socket.socket | None) -> Iterator[None]:
    """Cut the connection at the deadline, whatever it is doing then.

    A socket's timeout counts from byte to byte: a host that sends its headers slowly enough would block the function
    for hours. The socket is an argument because http.client drops it before it reads some bodies.
    """
    timer = threading.Timer(max(0.0, deadline - time.monotonic()), _cut, [sock])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _cut(sock: socket.socket | None) -> None:
    if sock is not None:
        with suppress(OSError):
            # SSLSocket.shutdown would remove the TLS state under the thread that is reading.
            socket.socket.shutdown(sock, socket.SHUT_RDWR)


def _parse_endpoint(url: str) -> tuple[str, int]:
    parts = urlsplit(url)
    if parts.scheme != "http" or not parts.hostname:
        raise SettingsError(f"the photo endpoint {url!r} is not of the form http://host:port")
    return parts.hostname, parts.port or 80
