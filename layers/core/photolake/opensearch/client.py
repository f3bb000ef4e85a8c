"""Requests to an OpenSearch domain, signed with the caller's IAM credentials.

https://docs.aws.amazon.com/opensearch-service/latest/developerguide/request-signing.html
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

import urllib3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from urllib3.exceptions import HTTPError

from photolake.errors import RetryableError, SettingsError

if TYPE_CHECKING:
    import boto3
    from botocore.credentials import Credentials

# A request takes at worst two attempts of 7 s. Then the domain is left alone for a while, so that an outage costs a
# batch of messages 15 s and not each of them: their functions have 300 s, which Rekognition or the photos may need.
_TIMEOUT = urllib3.Timeout(connect=2, read=5)
_ATTEMPTS = 2
_PAUSE_SECONDS = 0.5
_REST_SECONDS = 30.0
_JSON = "application/json"
JSON_LINES = "application/x-ndjson"


@dataclass(frozen=True)
class Response:
    """The status of a response below 500, and its JSON."""

    status: int
    content: Any

    @property
    def error_type(self) -> str:
        """OpenSearch's name for the error, such as `index_not_found_exception`; empty if there is none."""
        error = self.content.get("error") if isinstance(self.content, dict) else None
        return str(error.get("type", "")) if isinstance(error, dict) else ""


class OpenSearchClient:
    """Sends requests to one domain."""

    def __init__(
        self,
        endpoint: str,
        credentials: Credentials,
        region: str,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`endpoint` is the domain's URL without a path; SettingsError if no signed request may go there.

        `sleep` takes seconds, `clock` counts them.
        """
        _check_endpoint(endpoint)
        self._endpoint = endpoint.rstrip("/")
        self._credentials = credentials
        self._region = region
        self._sleep = sleep
        self._clock = clock
        self._rests_until = clock()
        self._problem = ""
        self._pool = urllib3.PoolManager(timeout=_TIMEOUT, retries=False)

    @classmethod
    def of_session(cls, endpoint: str, session: boto3.Session) -> Self:
        """Make a client that signs with the credentials of the session; SettingsError if it has none, or no Region."""
        credentials, region = session.get_credentials(), session.region_name
        if credentials is None or region is None:
            raise SettingsError("OpenSearch needs AWS credentials and a Region to sign its requests with")
        return cls(endpoint, credentials, region)

    def request(self, method: str, path: str, body: Any = None, content_type: str = _JSON) -> Response:
        """Send a request and return the response; `body` is JSON, or with JSON_LINES the bytes of the lines.

        RetryableError: no response, 429, 5xx, or the domain does not let the caller in. None of them says anything
        about the body. For half a minute after no response, 429 or 5xx no request is sent.
        """
        if self._clock() < self._rests_until:
            raise RetryableError(self._problem)
        data = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        for attempt in range(_ATTEMPTS):
            if attempt:
                self._sleep(random.uniform(0, _PAUSE_SECONDS))  # noqa: S311 (jitter, not a secret)
            try:
                response = self._send(method, f"{self._endpoint}/{path}", data, content_type)
            except HTTPError as error:
                self._problem = f"OpenSearch does not respond: {error}"
                continue
            if response.status in {401, 403}:
                raise RetryableError(_explain_refusal(response))
            if response.status < 500 and response.status != 429:
                return Response(response.status, _parse(response))
            self._problem = f"OpenSearch responds with status {response.status}: {_excerpt(response)}"
        self._rests_until = self._clock() + _REST_SECONDS
        raise RetryableError(self._problem)

    def _send(self, method: str, url: str, data: bytes, content_type: str) -> urllib3.BaseHTTPResponse:
        request = AWSRequest(method, url, {"Content-Type": content_type}, data)
        SigV4Auth(self._credentials.get_frozen_credentials(), "es", self._region).add_auth(request)
        return self._pool.request(method, url, body=data, headers=dict(request.headers), redirect=False)


def _check_endpoint(endpoint: str) -> None:
    parts = urlsplit(endpoint)
    host = parts.hostname or ""
    if host.endswith(".aoss.amazonaws.com"):
        raise SettingsError(
            f"OpenSearchEndpoint {endpoint} is a Serverless collection, which photolake does not support: use a domain"
        )
    is_domain = parts.scheme == "https" and host
    if not (is_domain or (parts.scheme == "http" and host == "127.0.0.1")) or parts.path.strip("/"):
        raise SettingsError(f"OpenSearchEndpoint {endpoint!r} is not of the form https://host")


def _parse(response: urllib3.BaseHTTPResponse) -> Any:
    if not response.data:
        return {}
    try:
        return response.json()
    except ValueError as error:
        raise RetryableError(f"OpenSearch's response is not JSON: {_excerpt(response)}") from error


def _explain_refusal(response: urllib3.BaseHTTPResponse) -> str:
    return (
        f"OpenSearch refuses this role with status {response.status}: {_excerpt(response)} "
        "(see docs/opensearch.md: OpenSearchDomainArn, and the domain's access policy)"
    )


def _excerpt(response: urllib3.BaseHTTPResponse) -> str:
    return response.data[:300].decode(errors="replace")
