"""Items of a DynamoDB table, read and written in batches."""

from typing import Any

import pytest

from photolake.aws.dynamodb import read_items, write_items
from photolake.errors import DeliveryError
from tests.fakes.dynamodb_table import FakeTable

ITEMS = [{"id": str(number)} for number in range(230)]
IDS = [item["id"] for item in ITEMS]


@pytest.fixture
def table() -> Any:
    return FakeTable()


def test_items_that_were_written_are_read_in_calls_within_the_limits(table) -> None:
    write_items(table, ITEMS, lambda _: None)

    assert list(read_items(table, [*IDS, "unknown"], lambda _: None)) == ITEMS
    assert table.calls == [25] * 9 + [5] + [100, 100, 31]


def test_nothing_is_called_when_there_is_nothing_to_read_or_write(table) -> None:
    write_items(table, [], lambda _: None)

    assert list(read_items(table, [], lambda _: None)) == []
    assert table.calls == []


def test_only_what_dynamodb_left_unprocessed_is_sent_again(table) -> None:
    pauses: list[float] = []
    table.leave = [10, 3]
    write_items(table, ITEMS[:25], pauses.append)
    table.leave = [4]

    assert sorted(item["id"] for item in read_items(table, IDS[:25], pauses.append)) == sorted(IDS[:25])
    assert table.calls == [25, 10, 3, 25, 4]
    assert len(pauses) == 3


def test_items_that_stay_unprocessed_are_an_error(table) -> None:
    table.leave = [1] * 6
    with pytest.raises(DeliveryError, match="cache still refuses 1 items after 6 attempts"):
        write_items(table, ITEMS[:2], lambda _: None)


def test_keys_that_stay_unprocessed_are_an_error(table) -> None:
    table.leave = [1] * 6
    with pytest.raises(DeliveryError, match="cache left 1 keys unread after 6 attempts"):
        list(read_items(table, IDS[:2], lambda _: None))
