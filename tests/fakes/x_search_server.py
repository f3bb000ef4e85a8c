"""X's recent search and counts over HTTP on 127.0.0.1: pages, bounds, limits and troubles as X has them."""

import base64
import json
import threading
import time
from collections import deque
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from photolake.rows.ids import make_snowflake, read_snowflake_ms
from tests.builders.x_payloads import rename_tweets

DAY_MS = 86_400_000
KNOWN = {
    "query",
    "max_results",
    "sort_order",
    "since_id",
    "until_id",
    "next_token",
    "expansions",
    "tweet.fields",
    "post.fields",
    "media.fields",
    "user.fields",
    "place.fields",
}
HTML = b"<!DOCTYPE html><html><body>Something went wrong</body></html>"


class FakeX:
    """A history of posts, and the troubles of the next requests, one for each (None: no trouble).

    A trouble is a status of X's own making (401, 403, 429, 503 ...), or `html`, `html_200`, `broken` (closed without
    an answer), `cut` (half an answer), `slow` (none for a while).
    """

    token = "token"

    def __init__(self):
        self.posts = {}
        self.appears = {}
        self.includes = {}
        self.troubles: deque[Any] = deque()
        self.requests = []
        self.page_size = 100
        self.repeats = False  # each page begins with the last post of the one before
        self.renames = False  # posts for tweets, as whenever it is asked for posts
        self.knows_tweets = True
        self.reset_time = int(time.time()) + 900
        self.slowness_s = 0.8
        self.ahead_s = 0  # how far the clock has been put forward
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self):
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *error):
        self._server.shutdown()
        self._server.server_close()

    def now_ms(self):
        return int((time.time() + self.ahead_s) * 1000)

    def post(self, seconds_ago, late_s=0, **fields):
        """A post of so long ago, which the search has had only `late_s` after that."""
        made_ms = self.now_ms() - seconds_ago * 1000
        number = make_snowflake(made_ms) + len(self.posts)
        self.posts[number] = {"id": str(number), "text": f"post {len(self.posts)}", **fields}
        self.appears[number] = made_ms + late_s * 1000
        return number

    def edit(self, number, text, seconds_ago):
        """An edit is a post of its own, which the search shows in place of the one before."""
        before = self.posts.pop(number)
        history = [*before.get("edit_history_tweet_ids", [before["id"]])]
        edited = self.post(seconds_ago, text=text)
        self.posts[edited]["edit_history_tweet_ids"] = [*history, str(edited)]
        return edited

    def asked(self, path="/2/tweets/search/recent"):
        return [parameters for asked, parameters in self.requests if asked == path]

    def answer(self, path, parameters):
        """The status and body of an answer."""
        if path == "/2/tweets/counts/recent":
            total = len(self._found({}))
            return 200, {"data": [{"tweet_count": total}], "meta": {"total_tweet_count": total}}
        if "pagination_token" in parameters:  # its other name, which X's own SDK says
            parameters = {**parameters, "next_token": parameters["pagination_token"]}
            del parameters["pagination_token"]
        if wrong := self._wrong(parameters):
            return 400, {"title": "Invalid Request", "detail": wrong}
        if "tweet.fields" in parameters and not self.knows_tweets:
            return 400, {"title": "Invalid Request", "errors": [_unknown("tweet.fields", parameters)]}
        page = self._page(parameters)
        return 200, json.loads(rename_tweets(json.dumps(page))) if self.renames or "post.fields" in parameters else page

    def _wrong(self, parameters):
        now_ms = self.now_ms()
        for name in ("since_id", "until_id"):
            if name in parameters and not now_ms - 7 * DAY_MS < read_snowflake_ms(int(parameters[name])) <= now_ms:
                return f"'{name}' must be a post id of the last seven days"
        if int(parameters.get("since_id", 0)) >= int(parameters.get("until_id", 2**63)):
            return "'since_id' must be less than 'until_id'"
        if not 10 <= int(parameters.get("max_results", 10)) <= 100:
            return "'max_results' must be from 10 to 100"
        if unknown := parameters.keys() - KNOWN:
            return f"unknown parameters {sorted(unknown)}"
        return None if 0 < len(parameters.get("query", "")) <= 512 else "the query must have 1 to 512 characters"

    def _found(self, parameters):
        now_ms = self.now_ms()
        bounds = range(int(parameters.get("since_id", 0)) + 1, int(parameters.get("until_id", 2**63)))
        week = make_snowflake(now_ms - 7 * DAY_MS)
        found = (n for n in self.posts if n in bounds and n > week and self.appears[n] <= now_ms)
        return sorted(found, reverse=True)

    def _page(self, parameters):
        start = int(base64.b64decode(parameters["next_token"])) if "next_token" in parameters else 2**63
        found = self._found(parameters)
        left = [number for number in found if number < start]
        shown = left[: min(self.page_size, int(parameters.get("max_results", 10)))]
        if not shown:
            return {"meta": {"result_count": 0}}
        more = {"next_token": base64.b64encode(str(shown[-1]).encode()).decode()} if len(left) > len(shown) else {}
        if self.repeats:
            shown = [number for number in found if number >= start][-1:] + shown
        meta = {"result_count": len(shown), "newest_id": str(shown[0]), "oldest_id": str(shown[-1]), **more}
        return {"data": [self.posts[number] for number in shown], "includes": self.includes, "meta": meta}

    def _handler(self):
        x = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                address = urlsplit(self.path)
                parameters = {name: values[0] for name, values in parse_qs(address.query).items()}
                x.requests.append((address.path, parameters))
                trouble = x.troubles.popleft() if x.troubles else None
                if trouble is None and self.headers["Authorization"] != f"Bearer {x.token}":
                    trouble = 401
                with suppress(BrokenPipeError, ConnectionResetError):  # who asked has not waited
                    self._answer(trouble, address.path, parameters)

            def _answer(self, trouble, path, parameters):
                if trouble == "broken":
                    return
                if trouble == "slow":
                    time.sleep(x.slowness_s)
                if trouble in ("html", "html_200"):
                    self._send(200 if trouble == "html_200" else 503, HTML, "text/html")
                elif isinstance(trouble, int):
                    body = {"title": "Trouble", "detail": "as asked for", "status": trouble}
                    self._send(trouble, json.dumps(body).encode())
                else:
                    status, body = x.answer(path, parameters)
                    self._send(status, json.dumps(body).encode(), is_cut=trouble == "cut")

            def _send(self, status, body, content_type="application/json", is_cut=False):
                self.send_response(status)
                self.send_header("Content-Type", content_type)
                self.send_header("Content-Length", str(len(body)))
                self.send_header("x-rate-limit-limit", "450")
                self.send_header("x-rate-limit-remaining", "0" if status == 429 else "449")
                self.send_header("x-rate-limit-reset", str(x.reset_time))
                self.end_headers()
                self.wfile.write(body[: len(body) // 2] if is_cut else body)

            def log_message(self, *arguments):
                """Nothing to the terminal."""

        return Handler


def _unknown(name, parameters):
    return {"parameters": {name: [parameters[name]]}, "message": f"The query parameter [{name}] is not one of [query]"}
