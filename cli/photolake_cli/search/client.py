"""Signed requests to the search API of a lake."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

import requests
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.exceptions import NoCredentialsError

from photolake_cli.aws_errors import explain_error
from photolake_cli.errors import CommandError

if TYPE_CHECKING:
    from photolake_cli.cloud import Cloud

MAX_PAGE = 100
_TIMEOUT_SECONDS = (5, 35)  # to connect; the function's own timeout and a little more

Parameters = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class SearchClient:
    """Searches one lake; `send` gets a URL and headers, as `requests.get` does."""

    cloud: Cloud
    send: Callable[..., requests.Response] = requests.get

    def find(self, parameters: Parameters, limit: int, on_count: Callable[[int], None]) -> list[dict[str, Any]]:
        """Return the first `limit` images, page by page; `on_count` gets how many there are after each page."""
        return list(islice(self._iterate(parameters, limit, on_count), limit))

    def _iterate(self, parameters: Parameters, limit: int, on_count: Callable[[int], None]) -> Iterator[dict[str, Any]]:
        after: list[tuple[str, str]] = []
        count = 0
        while True:
            page = self._get("images", [*parameters, ("limit", str(min(limit - count, MAX_PAGE))), *after])
            yield from page["images"]
            count += len(page["images"])
            on_count(count)
            if page["next"] is None or count >= limit:
                return
            after = [("next", page["next"])]

    def _get(self, path: str, parameters: Parameters) -> Any:
        url = f"{self._url()}{path}?{urlencode(parameters, quote_via=quote, safe='')}"
        try:
            response = self.send(url, headers=self._sign(url), timeout=_TIMEOUT_SECONDS)
        except requests.RequestException as error:
            raise CommandError(f"No connection to the search API of {self.cloud.name}: {error}") from error
        if response.ok:
            return response.json()
        raise CommandError(self._explain(response))

    def _url(self) -> str:
        url = self.cloud.values.get("SearchUrl")
        if not url:
            raise CommandError(f"{self.cloud.name} has no search API yet. Deploy again: sam build && sam deploy")
        return url

    def _sign(self, url: str) -> dict[str, str]:
        session = self.cloud.session
        credentials = session.get_credentials()
        if credentials is None:
            raise explain_error(NoCredentialsError(), self.cloud.name)
        request = AWSRequest("GET", url)
        SigV4Auth(credentials.get_frozen_credentials(), "lambda", session.region_name).add_auth(request)
        return dict(request.headers.items())

    def _explain(self, response: requests.Response) -> str:
        message = _read_message(response)
        if response.status_code == requests.codes.forbidden:
            policy = self.cloud.values.get("SearchPolicyArn", "SearchPolicy")
            return f"{self.cloud.name} does not let you search ({message}). Ask its owner for the policy {policy}."
        if response.status_code < requests.codes.server_error:
            return message
        return f"The search API of {self.cloud.name} failed: {response.status_code} {message}. Its log says why."


def _read_message(response: requests.Response) -> str:
    try:
        body = response.json()
        return str(body.get("message") or body.get("Message") or response.reason)
    except (ValueError, AttributeError):
        return response.text[:200] or response.reason
