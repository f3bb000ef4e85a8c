"""A Mastodon instance on 127.0.0.1: one tag timeline with the paging of the real one."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from tests.builders.mastodon_statuses import make_number, status

MAX_LIMIT = 40


class FakeMastodon:
    """Pages of `statuses`, newest first: those directly after `min_id`, or the newest after `since_id`.

    https://docs.joinmastodon.org/methods/timelines/#tag; `code`, `headers` and `body` replace those of every response.
    """

    def __init__(self):
        self.statuses = {}
        self.code = 200
        self.headers = {}
        self.body = None
        self.asked = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._make_handler())
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def post(self, seconds=0, **fields):
        """Publish a status of this many seconds after noon, and return its URI."""
        number = make_number(seconds)
        while number in self.statuses:
            number += 1
        self.statuses[number] = status(number, **fields)
        return self.statuses[number]["uri"]

    def find_page(self, query):
        numbers = sorted(self.statuses)
        limit = min(int(query.get("limit", 20)), MAX_LIMIT)
        if "min_id" in query:
            page = [number for number in numbers if number > int(query["min_id"])][:limit]
        else:
            page = [number for number in numbers if number > int(query.get("since_id", 0))][-limit:]
        return [self.statuses[number] for number in reversed(page)]

    def _make_handler(self):
        instance = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                instance.asked.append(self.path)
                query = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
                body = instance.body or json.dumps(instance.find_page(query)).encode()
                self.send_response(instance.code)
                for name, value in instance.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        return Handler
