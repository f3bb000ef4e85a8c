"""A WSGI application served on a free loopback port, in threads of this process."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from laptop_cloud.server.http_server import HttpServer

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

_STOP_CHECK_SECONDS = 0.1


class LoopbackServer:
    """Answers from the moment it is made until `stop`."""

    def __init__(self, application: WSGIApplication, name: str) -> None:
        self._server = HttpServer(application)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(_STOP_CHECK_SECONDS,), name=name, daemon=True
        )
        self._thread.start()

    @property
    def address(self) -> str:
        """Host and port: `127.0.0.1:41234`."""
        return f"127.0.0.1:{self._server.server_port}"

    @property
    def url(self) -> str:
        """The server's root, without a slash at the end."""
        return f"http://{self.address}"

    def stop(self) -> None:
        """Stop answering and free the port."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
