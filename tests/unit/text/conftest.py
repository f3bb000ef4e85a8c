import pytest

from tests.unit.text.fakes import FakeTable


@pytest.fixture
def table() -> FakeTable:
    return FakeTable()
