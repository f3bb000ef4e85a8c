"""Fixtures: checkpoints, a lake, and an instance."""

import pytest

from tests.fakes.collect import checkpoints, delivered
from tests.fakes.mastodon_server import FakeMastodon

__all__ = ["checkpoints", "delivered", "instance"]


@pytest.fixture
def instance():
    with FakeMastodon() as fake:
        yield fake
