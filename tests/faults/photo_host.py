"""A photo host on loopback that fails on purpose: each URL has troubles first, then what it stays with."""

from __future__ import annotations

import socket
import struct
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.faults.clock import CLOCK

TROUBLES = ("503", "429", "reset", "cut", "slow")
SLOW_SECONDS = 25.0  # longer than the function waits for a photo


@dataclass
class HostedPhoto:
    """What a URL answers: `troubles` first, one for each request, then the status, with the body if it is 200."""

    body: bytes
    status: int = 200
    troubles: deque[str] = field(default_factory=deque)


class PhotoHost:
    """Answers requests in absolute form, as a proxy gets them."""

    def __init__(self) -> None:
        self.photos: dict[str, HostedPhoto] = {}
        self.url = ""

    @contextmanager
    def open(self) -> Iterator[None]:
        """Serve for the block."""
        server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        server.daemon_threads = True
        self.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        host = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.close_connection = True
                photo = host.photos.get(self.path, HostedPhoto(b"", 404))
                trouble = photo.troubles.popleft() if photo.troubles else ""
                with suppress(OSError):
                    self._answer(photo, trouble)

            def _answer(self, photo: HostedPhoto, trouble: str) -> None:
                if trouble == "reset":
                    self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    self.connection.close()
                    return
                status = int(trouble) if trouble.isdigit() else photo.status
                body = photo.body if status == 200 else b""
                self.send_response_only(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                if trouble in ("cut", "slow"):
                    if trouble == "slow":
                        CLOCK.pass_time(SLOW_SECONDS)
                    body = body[: len(body) // 2]
                self.wfile.write(body)

            def log_message(self, *arguments: object) -> None:
                """Nothing to the terminal."""

        return Handler
