"""A domain on loopback, and the index that is written to it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from photolake.opensearch.index import ImageIndex
from tests.fakes.opensearch_server import FakeOpenSearch

if TYPE_CHECKING:
    from photolake.opensearch.client import OpenSearchClient


@pytest.fixture
def domain() -> Iterator[FakeOpenSearch]:
    with FakeOpenSearch() as running:
        yield running


@pytest.fixture
def client(domain: FakeOpenSearch) -> OpenSearchClient:
    return domain.connect()


@pytest.fixture
def index(client: OpenSearchClient) -> ImageIndex:
    return ImageIndex(client, "photolake-images", sleep=lambda seconds: None)
