"""Several batches are bought at once, and whichever of them fails, no result of the others is lost."""

import json
import threading
from collections import Counter
from typing import Any
from unittest.mock import patch

import pytest
from botocore.exceptions import ClientError, CredentialRetrievalError, ReadTimeoutError
from hypothesis import given
from hypothesis import strategies as st

from photolake.errors import RetryableError
from photolake.posts.comprehend import Comprehend
from photolake.posts.text_analysis import TextAnalyzer
from photolake.posts.text_batches import list_batches
from photolake.posts.text_cache import PostText, TextCache, TextResults
from photolake.posts.text_purchase import BATCHES_AT_ONCE, Failures, TextPurchase
from tests.fakes.client_error import client_error
from tests.fakes.comprehend import FakeComprehend
from tests.fakes.dynamodb_table import FakeTable
from tests.fakes.thread_pool import ChosenOrderPool

POOL = "photolake.posts.text_purchase"
APIS = {
    "BatchDetectSentiment": "sentiment",
    "BatchDetectEntities": "entities",
    "BatchDetectDominantLanguage": "language",
}
TEXTS = st.tuples(st.integers(0, 150).map(lambda number: f"text {number}"), st.sampled_from(["en", "de", "und"]))
DOCUMENT_ERRORS = st.dictionaries(
    st.integers(0, 150).map(lambda number: f"text {number}"),
    st.lists(st.sampled_from(["InternalServerException", "SomethingWrong"]), max_size=3),
    max_size=4,
)
CALL_ERRORS = st.sampled_from(
    [
        client_error("ThrottlingException"),
        client_error("AccessDeniedException"),
        client_error("InvalidRequestException"),
        ReadTimeoutError(endpoint_url="https://comprehend"),
        CredentialRetrievalError(provider="x", error_msg="expired"),
    ]
)


def buy(comprehend: Any, table: Any, tally: Counter[str], *texts: PostText) -> Failures:
    """Buy sentiment and entities of these texts."""
    results: dict[PostText, TextResults] = {text: {} for text in texts}
    cache = TextCache(table, 30, sleep=lambda _: None)
    purchase = TextPurchase(Comprehend(comprehend), cache, lambda name, value: tally.update({name: value}), results)
    return purchase.run(list_batches(results, ("sentiment", "entities")))


def list_cached(table: Any) -> set[tuple[str, str]]:
    """The results in the cache, as key and API."""
    return {(key, api) for key, item in table.items.items() for api in json.loads(item["body"])}


def list_bought(comprehend: FakeComprehend) -> set[tuple[str, str]]:
    return {(PostText(language, text).cache_key, APIS[name]) for name, language, text in comprehend.answered}


@given(
    st.lists(TEXTS, max_size=200),
    st.data(),
    DOCUMENT_ERRORS,
    st.lists(st.none() | CALL_ERRORS, max_size=12),
)
def test_in_whatever_order_batches_come_back_or_fail_each_result_is_bought_once_and_cached(
    texts, data, document_errors, call_errors
) -> None:
    table, tally = FakeTable(), Counter[str]()
    comprehend: Any = FakeComprehend(document_errors=document_errors, call_errors=call_errors)
    analyzer = TextAnalyzer(
        Comprehend(comprehend),
        TextCache(table, 30, sleep=lambda _: None),  # type: ignore[arg-type]
        lambda name, value: tally.update({name: value}),
    )
    done = False
    for _ in range(len(call_errors) + 4):
        pool = ChosenOrderPool(lambda count: data.draw(st.integers(0, count - 1)))
        with (
            patch(f"{POOL}.ThreadPoolExecutor", pool.make_pool),
            patch(f"{POOL}.as_completed", pool.as_completed),
        ):
            try:
                analyses = analyzer.analyze(texts)
            except (RetryableError, ClientError, CredentialRetrievalError):
                pass
            else:
                done = not any(analysis.is_retryable for analysis in analyses)

        assert list_bought(comprehend) == list_cached(table)
        assert not comprehend.answered or max(comprehend.answered.values()) == 1
    assert done


def test_no_more_batches_are_begun_than_may_be_at_once_when_the_first_fails() -> None:
    texts = [PostText("en", f"text {number}") for number in range(1000)]
    comprehend = FakeComprehend(call_errors=[client_error("AccessDeniedException")] * 80)
    pool = ChosenOrderPool(lambda count: 0)
    with (
        patch(f"{POOL}.ThreadPoolExecutor", pool.make_pool),
        patch(f"{POOL}.as_completed", pool.as_completed),
        pytest.raises(ClientError, match="AccessDeniedException"),
    ):
        buy(comprehend, FakeTable(), Counter(), *texts)

    assert len(comprehend.calls) == BATCHES_AT_ONCE


@pytest.mark.parametrize("error", [KeyError("a bug"), KeyboardInterrupt()])
def test_an_error_that_nobody_expects_loses_no_other_batch_and_is_raised(error: BaseException) -> None:
    table, comprehend = FakeTable(), FakeComprehend(call_errors=[error])
    texts = [PostText("en", f"text {number}") for number in range(100)]
    with pytest.raises(type(error)):
        buy(comprehend, table, Counter(), *texts)

    assert list_bought(comprehend) == list_cached(table)


def test_sentiment_and_entities_are_under_way_at_once() -> None:
    both = threading.Barrier(2, timeout=10)

    class Waiting(FakeComprehend):
        def _batch(self, operation, request, answer):
            both.wait()
            return super()._batch(operation, request, answer)

    assert buy(Waiting(), FakeTable(), Counter(), PostText("en", "hello")) == {}


def test_the_cache_and_the_counts_are_left_to_the_thread_that_asks() -> None:
    threads = set[int]()

    class Table(FakeTable):
        def batch_write_item(self, **request):
            threads.add(threading.get_ident())
            return super().batch_write_item(**request)

    tally = Counter[str]()
    buy(FakeComprehend(), Table(), tally, *(PostText("en", f"text {number}") for number in range(200)))

    assert threads == {threading.get_ident()}
    assert tally == {"ComprehendCalls": 16, "ComprehendUnits": 2 * 200 * 3, "TextsBought": 200}


def test_a_cache_that_refuses_one_write_takes_the_others_before_the_error_is_raised() -> None:
    class Table(FakeTable):
        def batch_write_item(self, **request):
            if not self.calls:
                self.calls.append(0)
                raise client_error("AccessDeniedException")
            return super().batch_write_item(**request)

    table, comprehend, tally = Table(), FakeComprehend(), Counter[str]()
    texts = [PostText("en", f"text {number}") for number in range(100)]
    with pytest.raises(ClientError, match="AccessDeniedException"):
        buy(comprehend, table, tally, *texts)

    lost = list_bought(comprehend) - list_cached(table)
    assert len(lost) == 2 * 25
    assert tally["TextsBought"] * 2 == len(comprehend.answered)


def test_a_text_is_written_once_with_the_results_of_both_apis() -> None:
    table = FakeTable()
    buy(FakeComprehend(), table, Counter(), *(PostText("en", f"text {number}") for number in range(250)))

    assert sum(table.calls) == 250


def test_only_the_missing_result_of_a_text_is_asked_for_and_batches_of_the_same_texts_are_neighbours() -> None:
    known, new, german = PostText("en", "known"), PostText("en", "new"), PostText("de", "neu")
    batches = list_batches(
        {known: {"sentiment": ("NEUTRAL", 0, 0, 1, 0)}, german: {}, new: {}}, ("sentiment", "entities")
    )

    assert [(batch.api, batch.language, list(batch.texts)) for batch in batches] == [
        ("entities", "en", [known, new]),
        ("sentiment", "de", [german]),
        ("entities", "de", [german]),
        ("sentiment", "en", [new]),
    ]
