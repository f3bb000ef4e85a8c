import datetime as dt
from typing import Any

import pytest

from photolake.errors import DeliveryError
from photolake.posts.documents import Document
from photolake.posts.text_cache import TextCache

NOW = dt.datetime(2026, 11, 20, tzinfo=dt.UTC)
DOCUMENTS = [Document("en", f"text {index}") for index in range(230)]
ANSWERS = {document: {"sentiment": ["NEUTRAL", 0.1, 0.2, 0.3, 0.4], "entities": []} for document in DOCUMENTS}


def cache_on(table: Any, now: dt.datetime = NOW, waits: list[float] | None = None) -> TextCache:
    return TextCache(table, 30, lambda: now, (waits if waits is not None else []).append)


def test_what_was_put_is_found_again_in_calls_within_the_limits(table) -> None:
    cache_on(table).put(ANSWERS)

    assert cache_on(table).get([*DOCUMENTS, Document("en", "unknown")]) == ANSWERS
    assert table.calls == [25] * 9 + [5] + [100, 100, 31]


def test_nothing_is_asked_for_when_there_is_nothing_to_ask(table) -> None:
    cache_on(table).put({})

    assert cache_on(table).get([]) == {}
    assert table.calls == []


def test_an_item_holds_compact_json_and_the_time_it_may_be_forgotten(table) -> None:
    document = Document("fr", "Été")
    cache_on(table).put({document: {"language": "fr"}})

    assert table.items == {
        document.cache_key: {
            "id": document.cache_key,
            "body": '{"language":"fr"}',
            "expiration": int((NOW + dt.timedelta(days=30)).timestamp()),
        }
    }


def test_an_expired_answer_is_not_used_although_dynamodb_still_has_it(table) -> None:
    cache_on(table).put(ANSWERS)

    assert cache_on(table, NOW + dt.timedelta(days=31)).get(DOCUMENTS) == {}


def test_only_what_dynamodb_left_unprocessed_is_asked_for_again(table) -> None:
    waits: list[float] = []
    table.leave = [10, 3]
    cache_on(table, waits=waits).put(dict(list(ANSWERS.items())[:25]))
    table.leave = [4]

    assert cache_on(table, waits=waits).get(DOCUMENTS[:25]) == dict(list(ANSWERS.items())[:25])
    assert table.calls == [25, 10, 3, 25, 4]
    assert len(waits) == 3


def test_items_that_dynamodb_goes_on_refusing_are_an_error(table) -> None:
    table.leave = [1] * 6
    with pytest.raises(DeliveryError, match="cache still refuses 1 items after 6 attempts"):
        cache_on(table).put(dict(list(ANSWERS.items())[:2]))


def test_keys_that_dynamodb_goes_on_leaving_are_an_error(table) -> None:
    table.leave = [1] * 6
    with pytest.raises(DeliveryError, match="cache left 1 keys unread after 6 attempts"):
        cache_on(table).get(DOCUMENTS[:2])
