"""A fake of X's batch compliance jobs over HTTP on 127.0.0.1: jobs, signed addresses that expire, results as lines."""

import datetime as dt
import json
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.fakes.x_search_server import FakeX

JOBS = "/2/compliance/jobs"
UPLOAD_LASTS, RESULT_LASTS = dt.timedelta(minutes=15), dt.timedelta(days=7)


@dataclass
class Job:
    """A job of the app; it takes `reads_left` looks at it until it is complete."""

    id: str
    type: str
    name: str | None
    created_at: dt.datetime
    reads_left: int
    status: str = "created"
    ids: list[str] = field(default_factory=list)
    uploads: int = 0


class FakeComplianceX(FakeX):
    """`events` has what X knows of posts and users: by type and id, the line that the result has for it.

    `troubles` are as in FakeX, for every kind of request, and those of uploads and downloads too. `fails` has the
    statuses in which the next jobs end instead of complete. `lines` are added to every result.
    """

    def __init__(self, clock: Any) -> None:
        super().__init__()
        self.clock = clock
        self.jobs: dict[str, Job] = {}
        self.events: dict[str, dict[int, dict[str, Any]]] = {"tweets": {}, "users": {}}
        self.lines: list[bytes] = []
        self.fails: deque[str] = deque()
        self.reads_until_complete = 1
        self.log: list[str] = []

    def tell(self, kind: str, number: int, reason: str, **fields: Any) -> None:
        """Let X say that a post or user is gone."""
        self.events[kind][number] = {
            "id": str(number),
            "action": "delete",
            "created_at": "2019-10-29T17:02:47.000Z",
            "redacted_at": "2026-07-29T17:02:47.000Z",
            "reason": reason,
            **fields,
        }

    def describe(self, job: Job) -> dict[str, Any]:
        """The job as X describes it."""
        if job.status == "created" and self.clock() >= job.created_at + UPLOAD_LASTS:
            job.status = "expired"
        name = {"name": job.name} if job.name else {}
        return {
            "id": job.id,
            "type": job.type,
            "status": job.status,
            "created_at": _write(job.created_at),
            "resumable": False,
            "upload_url": f"{self.url}/storage/{job.id}/submission?X-Goog-Expires=900",
            "upload_expires_at": _write(job.created_at + UPLOAD_LASTS),
            "download_url": f"{self.url}/storage/{job.id}/delivery?X-Goog-Expires=604800",
            "download_expires_at": _write(job.created_at + RESULT_LASTS),
            **name,
        }

    def is_busy(self, kind: str) -> bool:
        """Whether a job of the type is under way: X runs one at a time."""
        described = [self.describe(job) for job in self.jobs.values() if job.type == kind]
        return any(job["status"] in ("created", "in_progress") for job in described)

    def create(self, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """Answer a request for a job."""
        if body.get("type") not in self.events or len(body.get("name", "")) > 64:
            return 400, {"title": "Invalid Request", "detail": "type or name"}
        if self.is_busy(body["type"]):
            return 409, {"title": "Conflict", "detail": "one job of a type at a time", "status": 409}
        number = str(1425543269983784962 + len(self.jobs))
        self.jobs[number] = Job(
            number, body["type"], body.get("name"), self.clock().replace(microsecond=0), self.reads_until_complete
        )
        return 200, {"data": self.describe(self.jobs[number])}

    def read(self, number: str) -> tuple[int, dict[str, Any]]:
        """Answer a request for the state of a job; each moves a job that has its ids on."""
        job = self.jobs.get(number)
        if job is None:
            return 404, {"title": "Not Found Error"}
        if job.status == "in_progress":
            job.reads_left -= 1
            if job.reads_left <= 0:
                job.status = self.fails.popleft() if self.fails else "complete"
        return 200, {"data": self.describe(job)}

    def take(self, number: str, content_type: str | None, body: bytes) -> int:
        """Take the ids of a job."""
        job = self.jobs[number]
        if content_type != "text/plain" or self.describe(job)["status"] == "expired":
            return 403  # the signature does not fit, or is too old
        job.ids, job.status, job.uploads = body.decode().split(), "in_progress", job.uploads + 1
        return 200

    def result(self, number: str) -> tuple[int, bytes]:
        """The result of a job, as lines."""
        job = self.jobs[number]
        if self.clock() >= job.created_at + RESULT_LASTS:
            return 403, b"<Error><Code>ExpiredToken</Code></Error>"
        if job.status != "complete":
            return 404, b"<Error><Code>NoSuchKey</Code></Error>"
        known = self.events[job.type]
        lines = [json.dumps(known[int(each)]).encode() for each in job.ids if int(each) in known]
        return 200, b"".join(line + b"\n" for line in [*lines, *self.lines])

    def _handler(self) -> type[BaseHTTPRequestHandler]:  # noqa: C901 (a server in a closure)
        x = self

        class Handler(super()._handler()):  # type: ignore[misc]
            def do_GET(self) -> None:  # noqa: N802
                self._serve("GET")

            def do_POST(self) -> None:  # noqa: N802
                self._serve("POST")

            def do_PUT(self) -> None:  # noqa: N802
                self._serve("PUT")

            def _serve(self, method: str) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"] or 0))
                address = urlsplit(self.path)
                x.log.append(f"{method} {address.path}")
                trouble = x.troubles.popleft() if x.troubles else None
                is_storage = address.path.startswith("/storage/")
                has_token = self.headers["Authorization"] == f"Bearer {x.token}"
                if trouble is None and has_token == is_storage:
                    trouble = 400 if is_storage else 401
                with suppress(BrokenPipeError, ConnectionResetError):
                    if trouble not in (None, "cut", "lost"):
                        self._answer(trouble, address.path, {})
                        return
                    status, answer = self._do(method, address.path, parse_qs(address.query), body)
                    if trouble != "lost":  # done, and the answer is lost
                        self._send(status, answer, is_cut=trouble == "cut")

            def _do(self, method: str, path: str, query: dict[str, list[str]], body: bytes) -> tuple[int, bytes]:
                if path.startswith("/storage/"):
                    number = path.split("/")[2]
                    if method == "GET":
                        return x.result(number)
                    return x.take(number, self.headers["Content-Type"], body), b""
                if method == "POST":
                    status, answer = x.create(json.loads(body))
                elif path == JOBS:
                    [kind] = query["type"]
                    found = [x.describe(job) for job in x.jobs.values() if job.type == kind]
                    status, answer = 200, {"data": found, "meta": {}} if found else {"meta": {"result_count": 0}}
                else:
                    status, answer = x.read(path.rpartition("/")[2])
                return status, json.dumps(answer).encode()

        return Handler


def _write(moment: dt.datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.000Z")
