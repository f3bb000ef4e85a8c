"""A photo host on loopback, which answers whatever a test says."""

import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class PhotoHost:
    """An HTTP server that answers each path (or absolute URL) with raw bytes, or as a function of its own does."""

    def __init__(self) -> None:
        self.answers: dict[str, bytes | Callable[[BaseHTTPRequestHandler], None]] = {}
        self.requests: list[tuple[str, dict[str, str]]] = []
        self.stopping = threading.Event()
        host = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                host.requests.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
                answer = host.answers.get(self.path, response(404))
                self.close_connection = True
                if callable(answer):
                    answer(self)
                else:
                    self.wfile.write(answer)

            def log_message(self, *args: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            def handle_error(self, *args: object) -> None:
                """Clients hang up on purpose."""

        self.server = Server(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01})

    def __enter__(self) -> "PhotoHost":
        self._thread.start()
        return self

    def __exit__(self, *args: object) -> None:
        self.stopping.set()
        self.server.shutdown()
        self.server.server_close()
        self._thread.join()

    def trickle(self, head: bytes, drop: bytes) -> Callable[[BaseHTTPRequestHandler], None]:
        """Send the head at once, then the drop again and again until the client hangs up."""

        def answer(handler: BaseHTTPRequestHandler) -> None:
            handler.wfile.write(head)
            while not self.stopping.wait(0.02):
                handler.wfile.write(drop)

        return answer


def response(status: int, body: bytes = b"", **headers: str) -> bytes:
    """A raw HTTP response with a Content-Length, unless another is given."""
    fields = {"Content-Length": str(len(body)), **{name.replace("_", "-"): value for name, value in headers.items()}}
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"HTTP/1.1 {status} whatever\r\n{head}\r\n".encode("latin-1") + body
