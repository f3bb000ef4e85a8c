"""A fake of X's filtered stream over HTTP on 127.0.0.1, with its search: rules, chunks, stalls and disconnects."""

import json
import threading
import time
from collections import deque
from contextlib import suppress
from itertools import count
from typing import Any

from tests.fakes.x_search_server import FakeX

STREAM = "/2/tweets/search/stream"
KEEP_ALIVE_S = 0.05
# After this many keep-alives, the client has read what came before them.
CALM_KEEP_ALIVES = 10


class FakeStream(FakeX):
    """Each connect takes the next of `sessions`: a status to refuse it with, or what to send, piece by piece.

    A piece is bytes, `stall` (nothing for a while), `end` (a proper end) or `break` (none). After its last piece a
    session goes on with line breaks.
    """

    def __init__(self):
        super().__init__()
        self.sessions: deque[Any] = deque()
        self.connects = []
        self.rules = [{"id": "1", "value": "cats", "tag": "somebody's"}]
        self.is_closed = threading.Event()
        self.is_calm = threading.Event()  # the last session has been sent, and read
        self.stall_s = 1.0

    def __exit__(self, *error):
        self.is_closed.set()
        super().__exit__(*error)

    def line(self, seconds_ago, in_search=True, **fields):
        """A post as a line of the stream."""
        number = self.post(seconds_ago, **fields)
        post = self.posts[number] if in_search else self.posts.pop(number)
        return number, json.dumps({"data": post, "matching_rules": [{"id": "2"}]}).encode() + b"\r\n"

    def change_rules(self, body):
        for rule in body.get("add", []):
            self.rules.append({"id": str(len(self.rules) + 1), **rule})
        deleted = body.get("delete", {}).get("ids", [])
        self.rules = [rule for rule in self.rules if rule["id"] not in deleted]

    def _handler(self):  # noqa: C901 (a server in a closure)
        x = self

        class Handler(super()._handler()):  # type: ignore[misc]
            protocol_version = "HTTP/1.1"

            def do_GET(self):  # noqa: N802
                if self.path.startswith(f"{STREAM}/rules"):
                    self._send(200, json.dumps({"data": x.rules}).encode())
                elif self.path.startswith(STREAM):
                    with suppress(BrokenPipeError, ConnectionResetError):
                        self._stream()
                else:
                    super().do_GET()

            def do_POST(self):  # noqa: N802
                x.change_rules(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self._send(201, b"{}")

            def _stream(self):
                self.close_connection = True
                x.connects.append((time.monotonic(), self.path, dict(self.headers)))
                session = x.sessions.popleft() if x.sessions else []
                if isinstance(session, int):
                    self._send(session, b'{"title": "Trouble"}')
                    return
                self.send_response(200)
                self.send_header("Transfer-Encoding", "chunked")
                self.end_headers()
                for piece in session:
                    if piece in ("end", "break"):
                        self.wfile.write(b"0\r\n\r\n" if piece == "end" else b"40\r\nhalf a chunk")
                        return
                    if piece == "stall":
                        x.is_closed.wait(x.stall_s)
                    else:
                        self._chunk(piece)
                for number in count():
                    if number == CALM_KEEP_ALIVES and not x.sessions:
                        x.is_calm.set()
                    if x.is_closed.wait(KEEP_ALIVE_S):
                        return
                    self._chunk(b"\r\n")

            def _chunk(self, piece):
                self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))

        return Handler
