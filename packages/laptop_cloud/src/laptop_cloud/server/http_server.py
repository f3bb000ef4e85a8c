"""HTTP over connections that stay open, for WSGI applications.

werkzeug's own handler closes the connection after every response, so that each request takes a new one, with a thread
of its own: https://github.com/pallets/werkzeug/blob/main/src/werkzeug/serving.py. The laptop cloud answers thousands
of small requests, for which that costs more than the answers.
"""

from __future__ import annotations

import contextlib
import socket
import sys
import traceback
from collections.abc import Callable
from http import HTTPStatus
from itertools import chain
from typing import TYPE_CHECKING, Any

from werkzeug.exceptions import ClientDisconnected, InternalServerError
from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler
from werkzeug.wsgi import ClosingIterator, LimitedStream

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment

_HOST = "127.0.0.1"
_BLOCK = 1 << 20


class HttpServer(ThreadedWSGIServer):
    """Serves an application on a free loopback port, in one thread for each connection."""

    def __init__(self, application: WSGIApplication, handler: type[KeepAliveHandler] | None = None) -> None:
        self.is_closed = False
        self._connections: set[socket.socket] = set()
        super().__init__(_HOST, 0, application, handler or KeepAliveHandler)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Serve a connection in a thread of its own."""
        self._connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Close a connection."""
        self._connections.discard(request)
        super().shutdown_request(request)

    def server_close(self) -> None:
        """Free the port, and take no more requests from open connections; responses under way are completed."""
        self.is_closed = True
        super().server_close()
        for connection in list(self._connections):
            with contextlib.suppress(OSError):  # the client was faster
                connection.shutdown(socket.SHUT_RD)


class KeepAliveHandler(WSGIRequestHandler):
    """Runs the application for each request of a connection, and prints nothing."""

    protocol_version = "HTTP/1.1"
    # With it a round trip can wait some 40 ms for a delayed ACK.
    disable_nagle_algorithm = True
    # A response leaves in one piece.
    wbufsize = _BLOCK
    server: HttpServer

    def run_wsgi(self) -> None:
        """Answer one request; what the application has not read of it is read, so that the next one can follow."""
        if self.server.is_closed:  # it came while the connection was being shut down
            self.close_connection = True
            return
        self.environ = environ = self.make_environ()
        if "wsgi.input_terminated" not in environ:
            length = environ.get("CONTENT_LENGTH") or "0"
            if not (length.isascii() and length.isdecimal()):
                self.send_error(HTTPStatus.BAD_REQUEST, "Content-Length is not a number")
                return
            environ["wsgi.input"] = LimitedStream(environ["wsgi.input"], int(length))
        try:
            response = _Response(self, environ)
            try:
                response.send(self.server.app)
            except (ConnectionError, TimeoutError, ClientDisconnected):
                raise
            except Exception:  # noqa: BLE001 (the next request must be answered)
                self._answer_failure(response, environ)
            while environ["wsgi.input"].read(_BLOCK):
                pass
        except (OSError, ClientDisconnected):  # the client is gone, or sends other chunks than it announces
            self.close_connection = True

    def handle_expect_100(self) -> bool:
        """Let the client go on, at once: S3's would wait a second."""
        is_expected = super().handle_expect_100()
        self.wfile.flush()
        return is_expected

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Print nothing for a request."""

    def _answer_failure(self, response: _Response, environ: WSGIEnvironment) -> None:
        sys.stderr.write(f"{self.command} {self.path}\n{traceback.format_exc()}")
        self.close_connection = True
        if not response.has_begun:
            _Response(self, environ).send(InternalServerError())


class _Response:
    """One response on a connection, with the length that its headers say, or in chunks."""

    def __init__(self, handler: KeepAliveHandler, environ: WSGIEnvironment) -> None:
        self.has_begun = False
        self._handler = handler
        self._environ = environ
        self._status = ""
        self._headers: list[tuple[str, str]] = []

    def send(self, application: WSGIApplication) -> None:
        """Run the application, and send what it returns."""
        blocks = ClosingIterator(application(self._environ, self._start))
        with contextlib.closing(blocks):
            first = next(blocks, b"")  # the application may start its response only now
            write = self._begin()
            for block in filter(None, chain([first], blocks)):
                write(block)
            write(b"")
        self._handler.wfile.flush()

    def _start(self, status: str, headers: list[tuple[str, str]], error: Any = None) -> Any:
        if error and self.has_begun:
            raise error[1].with_traceback(error[2])
        self._status, self._headers = status, headers
        return self._refuse_write

    def _refuse_write(self, data: bytes) -> None:
        raise NotImplementedError("write() of WSGI; return the body instead")

    def _begin(self) -> Callable[[bytes], object]:
        """Write the status and the headers; return what writes a block of the body, and its end, an empty block."""
        handler, names = self._handler, {name.lower() for name, _ in self._headers}
        code, _, reason = self._status.partition(" ")
        has_body = self._environ["REQUEST_METHOD"] != "HEAD" and code not in ("204", "304")
        is_endless = has_body and "content-length" not in names
        is_chunked = is_endless and handler.request_version == "HTTP/1.1"
        handler.close_connection |= is_endless and not is_chunked
        self.has_begun = True
        handler.send_response(int(code), reason)
        for name, value in self._headers:
            handler.send_header(name, value)
        if is_chunked:
            handler.send_header("Transfer-Encoding", "chunked")
        if handler.close_connection:
            handler.send_header("Connection", "close")
        handler.end_headers()
        if is_chunked:
            return self._write_chunk
        return handler.wfile.write if has_body else bytes

    def _write_chunk(self, block: bytes) -> None:
        self._handler.wfile.write(b"%x\r\n%b\r\n" % (len(block), block))
