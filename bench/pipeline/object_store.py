"""S3 for one bucket: whole objects and ranges, writes that must not overwrite, lists by prefix."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

from bench.pipeline.http import Reply, Request

_RANGE = re.compile(r"bytes=(\d+)-(\d*)")


@dataclass
class ObjectStore:
    """The objects by key; `on_put` gets the key of each object that is written."""

    on_put: Callable[[str], None]
    objects: dict[str, bytes] = field(default_factory=dict)

    def answer(self, request: Request) -> tuple[str, Reply]:
        """Return the name of the operation, and its response."""
        parts = urlsplit(request.target)
        _bucket, _, key = unquote(parts.path).lstrip("/").partition("/")
        if request.method == "PUT":
            return "PutObject", self._put(key, request)
        if request.method == "DELETE":
            self.objects.pop(key, None)
            return "DeleteObject", Reply(204)
        if request.method == "HEAD":
            return "HeadObject", self._get(key, {}, with_body=False)
        if key:
            return "GetObject", self._get(key, request.headers)
        return "ListObjects", self._list(parse_qs(parts.query).get("prefix", [""])[0])

    def etag(self, key: str) -> str:
        """The ETag of an object, without quotes."""
        return hashlib.md5(self.objects[key]).hexdigest()

    def _put(self, key: str, request: Request) -> Reply:
        if request.headers.get("if-none-match") == "*" and key in self.objects:
            return _error(412, "PreconditionFailed")
        self.objects[key] = request.body
        self.on_put(key)
        return Reply(headers={"ETag": f'"{self.etag(key)}"'})

    def _get(self, key: str, headers: Mapping[str, str], with_body: bool = True) -> Reply:
        if key not in self.objects:
            return _error(404, "NoSuchKey") if with_body else Reply(404)
        data, status = self.objects[key], 200
        sent = {"ETag": f'"{self.etag(key)}"', "Content-Type": "binary/octet-stream"}
        if not with_body:
            return Reply(200, b"", {**sent, "Content-Length": str(len(data))})
        if wanted := _RANGE.fullmatch(headers.get("range", "")):
            first, last = int(wanted[1]), min(int(wanted[2] or len(data)), len(data) - 1)
            if first >= len(data):
                return _error(416, "InvalidRange")
            sent["Content-Range"] = f"bytes {first}-{last}/{len(data)}"
            data, status = data[first : last + 1], 206
        return Reply(status, data, sent)

    def _list(self, prefix: str) -> Reply:
        keys = sorted(key for key in self.objects if key.startswith(prefix))
        contents = "".join(f"<Contents><Key>{escape(key)}</Key><Size>1</Size></Contents>" for key in keys)
        body = f"<ListBucketResult><KeyCount>{len(keys)}</KeyCount>{contents}</ListBucketResult>"
        return Reply(200, body.encode(), {"Content-Type": "application/xml"})


def _error(status: int, code: str) -> Reply:
    body = f"<Error><Code>{code}</Code><Message>{code}</Message></Error>"
    return Reply(status, body.encode(), {"Content-Type": "application/xml"})
