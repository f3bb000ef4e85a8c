"""Who signed a request: the access key, and the Region and service that it was signed for.

https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

_CREDENTIAL = re.compile(r"AWS4-HMAC-SHA256 Credential=([^/]+)/\d+/([^/]+)/([^/]+)/aws4_request")


class Signature(NamedTuple):
    """The scope of a Signature Version 4; the access key of a function is its logical id."""

    access_key: str
    region: str
    service: str


def read_signature(environ: WSGIEnvironment) -> Signature | None:
    """The signature in a request's Authorization header, not verified; None for a request that is not signed."""
    match = _CREDENTIAL.match(environ.get("HTTP_AUTHORIZATION", ""))
    return Signature(*match.groups()) if match else None
