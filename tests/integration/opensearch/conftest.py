"""A domain on loopback, and the index that is written to it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from botocore.credentials import Credentials

from photolake.opensearch.client import OpenSearchClient
from photolake.opensearch.index import ImageIndex
from tests.fakes.opensearch_server import FakeOpenSearch


@pytest.fixture
def domain() -> Iterator[FakeOpenSearch]:
    with FakeOpenSearch() as running:
        yield running


@pytest.fixture
def client(domain: FakeOpenSearch) -> OpenSearchClient:
    return OpenSearchClient(domain.url, Credentials("AKIDEXAMPLE", "secret"), "eu-west-1", sleep=lambda seconds: None)


@pytest.fixture
def index(client: OpenSearchClient) -> ImageIndex:
    return ImageIndex(client, "photolake-images")
