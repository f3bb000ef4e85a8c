"""The URLs to which custom resources send their response."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Request, Response

from laptop_cloud.server.loopback import LoopbackServer

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from _typeshed.wsgi import StartResponse, WSGIEnvironment


class Callbacks:
    """Receives what functions PUT to a ResponseURL, as CloudFormation's presigned S3 URLs do."""

    def __init__(self) -> None:
        self._responses: dict[str, Mapping[str, Any] | None] = {}
        self._server = LoopbackServer(self._handle_request, "callbacks")

    def open(self) -> Callback:
        """A URL that accepts one response."""
        token = str(uuid.uuid4())
        self._responses[token] = None
        return Callback(f"{self._server.url}/{token}", token, self._responses)

    def stop(self) -> None:
        """Stop answering."""
        self._server.stop()

    def _handle_request(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        request = Request(environ)
        token = request.path.strip("/")
        if request.method != "PUT" or token not in self._responses:
            return Response(status=403)(environ, start_response)
        self._responses[token] = json.loads(request.get_data())
        return Response(status=200)(environ, start_response)


@dataclass(frozen=True)
class Callback:
    """`url` is the ResponseURL, `token` its last part."""

    url: str
    token: str
    _responses: Mapping[str, Mapping[str, Any] | None]

    def response(self) -> Mapping[str, Any] | None:
        """The response, or None as long as there is none."""
        return self._responses[self.token]
