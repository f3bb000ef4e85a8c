"""Requests to a domain: signed, tried twice, and refused by class."""

from __future__ import annotations

import pytest
from botocore.credentials import Credentials

from photolake.errors import RetryableError, SettingsError
from photolake.opensearch.client import OpenSearchClient
from tests.fakes.opensearch_server import FakeOpenSearch


def test_every_request_is_signed_for_the_service_es_in_its_region(
    domain: FakeOpenSearch, client: OpenSearchClient
) -> None:
    client.request("HEAD", "images")
    client.request("PUT", "images", {})

    for _, _, headers in domain.requests:
        assert "/eu-west-1/es/aws4_request, SignedHeaders=content-type;host;x-amz-date" in headers["Authorization"]


def test_a_session_token_is_sent_along(domain: FakeOpenSearch) -> None:
    credentials = Credentials("AKIDEXAMPLE", "secret", "token")

    OpenSearchClient(domain.url, credentials, "eu-west-1").request("HEAD", "images")

    assert domain.requests[0][2]["X-Amz-Security-Token"] == "token"


@pytest.mark.parametrize("trouble", [429, 500, 503, "cut"])
def test_a_passing_trouble_is_tried_again(domain: FakeOpenSearch, client: OpenSearchClient, trouble: int | str) -> None:
    domain.troubles.append(trouble)

    assert client.request("HEAD", "images").status == 404
    assert len(domain.requests) == 2


@pytest.mark.parametrize(
    ("trouble", "message"), [(429, "status 429: .*of its own"), (503, "status 503"), ("cut", "does not respond")]
)
def test_a_lasting_trouble_is_an_error_that_says_to_try_again(
    domain: FakeOpenSearch, client: OpenSearchClient, trouble: int | str, message: str
) -> None:
    domain.troubles.extend([trouble] * 2)

    with pytest.raises(RetryableError, match=message):
        client.request("POST", "images/_mget", {"ids": []})


def test_a_domain_that_nobody_runs_is_an_error_that_says_to_try_again() -> None:
    with FakeOpenSearch() as gone:
        url = gone.url
    client = OpenSearchClient(url, Credentials("a", "b"), "eu-west-1", sleep=lambda seconds: None)

    with pytest.raises(RetryableError, match="does not respond"):
        client.request("HEAD", "images")


@pytest.mark.parametrize("status", [401, 403])
def test_a_role_that_is_not_let_in_is_told_where_to_look(
    domain: FakeOpenSearch, client: OpenSearchClient, status: int
) -> None:
    domain.troubles.append(status)

    with pytest.raises(RetryableError, match=f"refuses this role with status {status}.*OpenSearchDomainArn"):
        client.request("POST", "images/_mget", {"ids": []})
    assert len(domain.requests) == 1


@pytest.mark.parametrize(
    ("endpoint", "message"),
    [
        ("https://abc.eu-west-1.aoss.amazonaws.com", "Serverless collection, which photolake does not support"),
        ("http://search.example.org", "not of the form https://host"),
        ("https://search.example.org/images", "not of the form https://host"),
        ("search.example.org", "not of the form https://host"),
        ("http://127.0.0.1.example.org", "not of the form https://host"),
    ],
)
def test_an_endpoint_that_is_not_a_domain_is_refused(endpoint: str, message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        OpenSearchClient(endpoint, Credentials("a", "b"), "eu-west-1")


def test_a_domain_in_trouble_is_left_alone_for_half_a_minute(domain: FakeOpenSearch) -> None:
    now = [0.0]
    client = OpenSearchClient(
        domain.url, Credentials("a", "b"), "eu-west-1", sleep=lambda seconds: None, clock=lambda: now[0]
    )
    domain.troubles.extend([503, 503])
    for now[0] in (0.0, 10.0, 29.0):
        with pytest.raises(RetryableError, match="status 503"):
            client.request("HEAD", "images")
    assert len(domain.requests) == 2

    now[0] = 31.0
    assert client.request("HEAD", "images").status == 404
