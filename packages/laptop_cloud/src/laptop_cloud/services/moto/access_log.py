"""The laptop cloud's S3 request log: who asked for which object, in one JSON line per request.

The words are those of S3's own server access logs, as far as they mean something here:
https://docs.aws.amazon.com/AmazonS3/latest/userguide/LogFormat.html
"""

from __future__ import annotations

import datetime
import json
import threading
from collections.abc import Iterable
from typing import IO, TYPE_CHECKING, Any

from laptop_cloud.server.signatures import read_signature

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


class AccessLog:
    """Lets requests through to an application, and writes those that are signed for S3 to a text file.

    A line holds time (UTC), requester (the access key; of a function its logical id), operation (`REST.GET.OBJECT`,
    `REST.GET.BUCKET` ...), bucket, key, query, range, http_status and bytes_sent. It is written before the answer
    leaves, so a client that has the response finds its line. bytes_sent is the response's size, even if the client
    hangs up.
    """

    def __init__(self, application: WSGIApplication, log: IO[str]) -> None:
        self._application = application
        self._log = log
        self._lock = threading.Lock()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """The application's answer."""
        signature = read_signature(environ)
        if signature is None or signature.service != "s3":
            return self._application(environ, start_response)
        requester = signature.access_key

        def log_and_start(status: str, headers: list[tuple[str, str]], *error: Any) -> Any:
            self._write_entry(_describe_request(environ, requester) | _describe_response(environ, status, headers))
            return start_response(status, headers, *error)

        return self._application(environ, log_and_start)

    def _write_entry(self, entry: dict[str, Any]) -> None:
        line = json.dumps(entry, ensure_ascii=False, separators=(",", ":")) + "\n"
        with self._lock:
            self._log.write(line)
            self._log.flush()


def _describe_request(environ: WSGIEnvironment, requester: str) -> dict[str, Any]:
    # WSGI passes the path's bytes decoded as Latin-1.
    path = environ["PATH_INFO"].encode("latin-1").decode("utf-8", "replace")
    bucket, _, key = path.removeprefix("/").partition("/")
    kind = "OBJECT" if key else "BUCKET" if bucket else "SERVICE"
    return {
        "time": datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds"),
        "requester": requester,
        "operation": f"REST.{environ['REQUEST_METHOD']}.{kind}",
        "bucket": bucket,
        "key": key,
        "query": environ.get("QUERY_STRING", ""),
        "range": environ.get("HTTP_RANGE"),
    }


def _describe_response(environ: WSGIEnvironment, status: str, headers: list[tuple[str, str]]) -> dict[str, Any]:
    length = next((value for name, value in headers if name.lower() == "content-length"), None)
    sent = 0 if environ["REQUEST_METHOD"] == "HEAD" else length and int(length)
    return {"http_status": int(status[:3]), "bytes_sent": sent}
