import pytest

from tests.integration.collector.fake_x import FakeX


@pytest.fixture
def x():
    with FakeX() as fake:
        yield fake
