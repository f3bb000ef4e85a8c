"""X's batch compliance jobs (https://docs.x.com/x-api/compliance/batch-compliance/introduction).

A job takes a list of post or user ids, and returns those that are gone. X runs one job of a type at a time for an app,
lets 150 requests pass in 15 minutes, and keeps the upload address for 15 minutes, the result for a week.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import requests
import tweepy

from photolake.clock import parse_time
from photolake.errors import PermanentError, RateLimitedError, RetryableError
from photolake.sources.x.api_errors import make_api_error

if TYPE_CHECKING:
    from typing import Self

# Of a signed address; to connect, and between two reads.
TIMEOUT_S = (10.0, 60.0)
_ID = re.compile("[0-9]{1,19}")
_BAD_REQUEST = ("X refuses the compliance job", "X has changed; look for a newer photolake")
_CONFLICT = 409
_LOCAL = ("127.0.0.1", "localhost")


class JobType(StrEnum):
    """Whose ids a job takes, in X's words."""

    USERS = "users"
    POSTS = "tweets"


@dataclass(frozen=True)
class ComplianceJob:
    """A job as X describes it. `status` is created, in_progress, complete, failed or expired.

    The addresses are signed: who has one may upload or read without the token.
    """

    id: str
    type: str
    status: str
    name: str
    created_at: dt.datetime
    upload_url: str
    upload_expires_at: dt.datetime
    download_url: str
    download_expires_at: dt.datetime

    @classmethod
    def parse(cls, data: Any) -> Self:
        """Read X's description; RetryableError if it is not one."""
        try:
            if not _ID.fullmatch(data["id"]):
                raise ValueError(data["id"])
            return cls(
                id=data["id"],
                type=str(data["type"]),
                status=str(data["status"]),
                name=str(data.get("name") or ""),
                created_at=parse_time(data["created_at"]),
                upload_url=str(data["upload_url"]),
                upload_expires_at=parse_time(data["upload_expires_at"]),
                download_url=str(data["download_url"]),
                download_expires_at=parse_time(data["download_expires_at"]),
            )
        except (KeyError, TypeError, ValueError, OverflowError, AttributeError) as error:
            raise RetryableError(f"X described a compliance job in another form: {error!r}") from error


class AddressExpiredError(RetryableError):
    """The signed address of a job is not valid any more; another job has to be created."""


class ComplianceApi:
    """The endpoints, and the addresses that they return.

    Its methods raise RateLimitedError: try again later. RetryableError: X was out of order. PermanentError: X refuses
    the token or the request.
    """

    def __init__(self, client: tweepy.Client, storage: requests.Session) -> None:
        """`client` is from `make_x_client`; `storage` sends what goes to signed addresses, without the token."""
        self._client = client
        self._storage = storage

    def create(self, kind: JobType, name: str) -> ComplianceJob | None:
        """Create a job; None if X runs another one of this type."""
        response = _send(lambda: self._client.create_compliance_job(str(kind), name=name, resumable=False))
        return ComplianceJob.parse(_read_data(response)) if response else None

    def read(self, job_id: str) -> ComplianceJob:
        """Read a job."""
        return ComplianceJob.parse(_read_data(_send(lambda: self._client.get_compliance_job(job_id))))

    def list_open(self, kind: JobType) -> list[ComplianceJob]:
        """List the jobs of a type that X still waits for, or works on."""
        data = _read_data(_send(lambda: self._client.get_compliance_jobs(str(kind)))) or []
        jobs = [ComplianceJob.parse(each) for each in data if isinstance(each, Mapping)]
        return [job for job in jobs if job.status in ("created", "in_progress")]

    def upload(self, job: ComplianceJob, body: bytes) -> None:
        """Upload the ids, one a line; AddressExpiredError if it is too late."""
        # The header is part of the signature.
        response = self._request("PUT", job.upload_url, data=body, headers={"Content-Type": "text/plain"})
        response.close()

    def download(self, job: ComplianceJob) -> Iterator[bytes]:
        """Yield the lines of the result; AddressExpiredError if it is too late."""
        response = self._request("GET", job.download_url, stream=True)
        try:
            with response:
                yield from response.iter_lines(chunk_size=65_536)
        except requests.RequestException as error:
            raise RetryableError(f"the result of compliance job {job.id} broke off: {_name(error)}") from error

    def _request(self, method: str, url: str, **options: Any) -> requests.Response:
        address = urlsplit(url)
        if address.scheme != "https" and address.hostname not in _LOCAL:
            raise PermanentError("refused", "X named an address for a compliance job that is not https")
        try:
            response = self._storage.request(method, url, timeout=TIMEOUT_S, allow_redirects=False, **options)
        except requests.RequestException as error:
            # Its text would quote the address.
            raise RetryableError(f"the storage of X's compliance jobs did not answer: {_name(error)}") from error
        if response.status_code == requests.codes.ok:
            return response
        response.close()
        status = response.status_code
        if status in (400, 403, 404, 410):
            raise AddressExpiredError(f"the storage of X's compliance jobs answered {status}: its address has expired")
        raise RetryableError(f"the storage of X's compliance jobs answered {status}")


def _send(request: Callable[[], Any]) -> Any:
    """Return X's response; None if it conflicts with a job that is under way."""
    try:
        return request()
    except tweepy.TooManyRequests as error:
        raise RateLimitedError(error.reset_time) from error
    # ValueError: tweepy cannot read the header that says when the rate limit ends, or X's JSON.
    except (tweepy.TwitterServerError, requests.RequestException, ValueError) as error:
        raise RetryableError(f"X did not answer: {error}") from error
    except tweepy.HTTPException as error:
        if error.response.status_code == _CONFLICT:
            return None
        details = " ".join(str(error).split())
        raise make_api_error(error.response.status_code, error.response.text, details, _BAD_REQUEST) from error


def _read_data(response: Any) -> Any:
    return response.get("data") if isinstance(response, Mapping) else None


def _name(error: Exception) -> str:
    return type(error).__name__
