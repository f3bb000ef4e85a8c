import pytest

from tests.fakes.dynamodb_table import FakeTable


@pytest.fixture
def table() -> FakeTable:
    return FakeTable()
