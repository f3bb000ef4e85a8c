"""Who signed a request: the access key, and the Region and service that it was signed for.

https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html
"""

from __future__ import annotations

import hmac
import re
from datetime import UTC, datetime, timedelta
from functools import reduce
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import parse_qsl, quote

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment
    from werkzeug.wrappers import Request

_CREDENTIAL = re.compile(r"AWS4-HMAC-SHA256 Credential=([^/]+)/\d+/([^/]+)/([^/]+)/aws4_request")
_AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256 Credential=([^/,\s]+)/(\d{8})/([^/,]+)/([^/,]+)/aws4_request,\s*"
    r"SignedHeaders=([a-z0-9;_-]+),\s*Signature=([0-9a-f]{64})"
)
_MAX_AGE = timedelta(minutes=5)
_SAFE = "-_.~"
_MISMATCH = (
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key "
    "and signing method. Consult the service documentation for details."
)


class Signature(NamedTuple):
    """The scope of a Signature Version 4; the access key of a function is its logical id."""

    access_key: str
    region: str
    service: str


def read_signature(environ: WSGIEnvironment) -> Signature | None:
    """The signature in a request's Authorization header, not verified; None for a request that is not signed."""
    match = _CREDENTIAL.match(environ.get("HTTP_AUTHORIZATION", ""))
    return Signature(*match.groups()) if match else None


class WrongSignatureError(Exception):
    """A request is not signed as it has to be; the message is one of AWS's."""


def verify_signature(request: Request, *, secret: str, region: str, service: str, now: datetime) -> Signature:
    """Return whose request it is; WrongSignatureError unless its Authorization header signs it with this secret.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
    """
    match = _AUTHORIZATION.fullmatch(request.headers.get("Authorization", "").strip())
    if match is None:
        raise WrongSignatureError("Missing Authentication Token")
    access_key, day, signed_region, signed_service, names, given = match.groups()
    if (signed_region, signed_service) != (region, service):
        raise WrongSignatureError(f"Credential should be scoped to a valid region and to correct service: '{service}'.")
    date = request.headers.get("X-Amz-Date", "")
    _check_date(date, day, now)
    if not {"host", "x-amz-date"} <= set(names.split(";")):
        raise WrongSignatureError("'Host' and 'X-Amz-Date' must be signed headers")
    scope = f"{day}/{region}/{service}/aws4_request"
    digest = sha256(_build_canonical_request(request, names).encode()).hexdigest()
    key = _derive_key(secret, day, region, service)
    expected = _sign(key, f"AWS4-HMAC-SHA256\n{date}\n{scope}\n{digest}").hex()
    if not hmac.compare_digest(expected, given):
        raise WrongSignatureError(_MISMATCH)
    return Signature(access_key, region, service)


def _check_date(date: str, day: str, now: datetime) -> None:
    try:
        signed_at = datetime.strptime(date, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError as error:
        raise WrongSignatureError("Date must be in ISO-8601 'basic format'") from error
    if not date.startswith(day):
        raise WrongSignatureError("Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date")
    if abs(now - signed_at) > _MAX_AGE:
        raise WrongSignatureError(f"Signature expired or not yet current: {date} is not within 5 minutes of the time")


def _build_canonical_request(request: Request, names: str) -> str:
    path = request.environ.get("REQUEST_URI", request.path).partition("?")[0]
    # A blank is signed as %20, so a client that sends it as `+` has signed another request.
    pairs = parse_qsl(request.query_string.decode("latin-1").replace("+", "%2B"), keep_blank_values=True)
    encoded = sorted((quote(name, safe=_SAFE), quote(value, safe=_SAFE)) for name, value in pairs)
    query = "&".join(f"{name}={value}" for name, value in encoded)
    headers = "".join(f"{name}:{' '.join(request.headers.get(name, '').split())}\n" for name in names.split(";"))
    body = sha256(request.get_data()).hexdigest()
    # Every service but S3 encodes the path once more than it is on its way.
    return "\n".join([request.method, quote(path, safe=f"/{_SAFE}"), query, headers, names, body])


def _derive_key(secret: str, *scope: str) -> bytes:
    return reduce(_sign, (*scope, "aws4_request"), f"AWS4{secret}".encode())


def _sign(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), sha256).digest()
