"""A fake Jetstream on 127.0.0.1, with the protocol, cursor and faults of the real one."""

import contextlib
import json
import threading
import time
from urllib.parse import parse_qs, urlsplit

from websockets.exceptions import ConnectionClosed
from websockets.sync.server import serve


class FakeJetstream:
    """Replays `history` from the cursor asked for, and then waits as a live stream does.

    `frames` turns an event into what is sent for it, `drops` says after how many events a connection is cut (one
    number a connection, then none is), `pause_s` passes before each event, `refuses` answers 503 to handshakes.
    """

    def __init__(self, history=()):
        self.history = list(history)
        self.frames = lambda event: [json.dumps(event)]
        self.drops = []
        self.pause_s = 0.0
        self.refuses = 0
        self.asked = []
        self._server = serve(self._serve, "127.0.0.1", 0, process_request=self._greet, compression=None)
        self.url = f"ws://127.0.0.1:{self._server.socket.getsockname()[1]}/subscribe"
        self._thread = threading.Thread(target=self._server.serve_forever)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._thread.join()

    def _greet(self, connection, request):
        if self.refuses:
            self.refuses -= 1
            return connection.respond(503, "out of order\n")
        return None

    def _serve(self, connection):
        asked = parse_qs(urlsplit(connection.request.path).query)
        self.asked.append({name: values[0] for name, values in asked.items()})
        left = self.drops.pop(0) if self.drops else None
        with contextlib.suppress(ConnectionClosed):
            for event in self.history:
                if event.get("time_us", 0) < int(asked["cursor"][0]):
                    continue
                if left == 0:
                    connection.socket.close()
                    return
                left = None if left is None else left - 1
                time.sleep(self.pause_s)
                for frame in self.frames(event):
                    connection.send(frame)
            connection.recv()
