import pytest

from tests.fakes.comprehend import FakeTable


@pytest.fixture
def table() -> FakeTable:
    return FakeTable()
