"""Which tables of the Glue catalog have changed, so that Athena need not read all of them again for each statement.

A statement reads every table and view below it, and moto takes milliseconds to describe a wide one.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import urllib3
from werkzeug.wrappers import Request, Response

from laptop_cloud.server.iam_calls import SignedCall
from laptop_cloud.server.signatures import read_signature

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

# Not a bucket: their names begin with a letter or a digit.
PAGE = "/_catalog_changes"
_READS = ("Get", "BatchGet", "List", "Search")
_OF_A_TABLE = frozenset({"CreateTable", "UpdateTable", "DeleteTable"})

Changes = list[str | None]
"""Tables and views as `database.name` in lower case; None if anything may have changed."""


class CatalogChanges:
    """Passes requests on to an application; `GET /_catalog_changes?since=5` gives the changes after the first five."""

    def __init__(self, application: WSGIApplication) -> None:
        self._application = application
        self._changes: Changes = []

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """The application's response, or the changes as JSON."""
        if environ["PATH_INFO"] == PAGE:
            since = int(Request(environ).args["since"])
            return Response(json.dumps(self._changes[since:]), content_type="application/json")(environ, start_response)
        signature = read_signature(environ)
        if signature is None or signature.service != "glue":
            return self._application(environ, start_response)
        call = SignedCall.of(environ, signature.region, signature.service)
        response = list(self._application(environ, start_response))
        if not call.operation.startswith(_READS):
            # Now that it is done, and before anyone is told: who asks from now on reads what has been written.
            self._changes.append(_name_table(call))
        return response


def connect_changes(url: str) -> Callable[[int], Changes]:
    """Return what reads the changes from a server with `CatalogChanges`."""
    http = urllib3.PoolManager()

    def read_changes(since: int) -> Changes:
        changes: Changes = http.request("GET", f"{url}{PAGE}?since={since}", timeout=5.0).json()
        return changes

    return read_changes


def _name_table(call: SignedCall) -> str | None:
    if call.operation not in _OF_A_TABLE:
        return None
    name = call.input.get("Name") or call.input.get("TableInput", {}).get("Name")
    return f"{call.input.get('DatabaseName')}.{name}".lower()
