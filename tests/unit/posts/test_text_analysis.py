"""Texts are analysed once each, and their results cached."""

import datetime as dt
import threading
from collections import Counter
from contextlib import suppress
from hashlib import sha256
from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from photolake.errors import RetryableError
from photolake.posts.comprehend import Comprehend, read_language_tag
from photolake.posts.text_analysis import TextAnalyzer
from photolake.posts.text_cache import PostText, TextCache
from tests.fakes.client_error import client_error
from tests.fakes.comprehend import LANGUAGES, FakeComprehend, make_entities
from tests.fakes.dynamodb_table import FakeTable

NOW = dt.datetime(2026, 11, 20, tzinfo=dt.UTC)
NO_SCORES = dict.fromkeys(("sentimentposscore", "sentimentnegscore", "sentimentneuscore", "sentimentmixedscore"))


def analyzer_on(
    table: Any, comprehend: Any, tally: Counter[str] | None = None, now: dt.datetime = NOW, packs: bool = False
) -> TextAnalyzer:
    counted = Counter[str]() if tally is None else tally

    def count(name: str, value: int) -> None:
        counted.update({name: value})

    return TextAnalyzer(
        Comprehend(comprehend), TextCache(table, 30, lambda: now, lambda _: None), count, packs_entities=packs
    )


def test_an_analyzed_text_fills_every_column(table) -> None:
    (analysis,) = analyzer_on(table, FakeComprehend()).analyze([("Ada met Grace", "en")])

    assert analysis.columns() == {
        "language": "en",
        "sentiment": "NEGATIVE",
        "sentimentposscore": 0.2,
        "sentimentnegscore": 0.8,
        "sentimentneuscore": 0.0,
        "sentimentmixedscore": 0.0,
        "sentiment_status": "ok",
        "entities_status": "ok",
        "text_entities": [
            {"text": "Ada", "type": "PERSON", "score": 0.75, "begin_offset": 0, "end_offset": 3},
            {"text": "Grace", "type": "PERSON", "score": 0.75, "begin_offset": 8, "end_offset": 13},
        ],
    }


@pytest.mark.parametrize(
    ("text", "tag", "language", "status"),
    [
        (None, None, "und", "empty"),
        (" \n ", "en", "en", "empty"),
        ("hei på deg", "no", "no", "unsupported_language"),
        ("#a #b", "qht", "qht", "unsupported_language"),
    ],
)
def test_a_text_that_cannot_be_analyzed_has_a_status_and_costs_no_call(table, text, tag, language, status) -> None:
    comprehend = FakeComprehend()
    (analysis,) = analyzer_on(table, comprehend).analyze([(text, tag)])

    assert analysis.columns() == {
        "language": language,
        "sentiment": None,
        **NO_SCORES,
        "sentiment_status": status,
        "entities_status": status,
        "text_entities": None,
    }
    assert comprehend.calls == []


def test_a_missing_language_is_detected_once_and_cached(table) -> None:
    comprehend = FakeComprehend()
    texts = [("good morning", None), ("good morning", "und"), ("おはよう", "und"), ("what?", None)]

    for _ in range(2):
        languages = [analysis.language for analysis in analyzer_on(table, comprehend).analyze(texts)]
        assert languages == ["en", "en", "ja", "und"]
    assert Counter(operation for operation, _ in comprehend.calls) == {
        "BatchDetectDominantLanguage": 1,
        "BatchDetectSentiment": 2,
        "BatchDetectEntities": 2,
    }


def test_a_failed_detection_is_the_status_of_both_apis(table) -> None:
    comprehend = FakeComprehend(document_errors={"odd": ["SomethingWrong"]})
    (analysis,) = analyzer_on(table, comprehend).analyze([("odd", None)])

    assert (analysis.language, analysis.columns()["sentiment_status"], analysis.columns()["entities_status"]) == (
        "und",
        "SomethingWrong",
        "SomethingWrong",
    )


def test_texts_are_sent_in_batches_of_25_of_one_language(table) -> None:
    comprehend = FakeComprehend()
    analyzer_on(table, comprehend).analyze([(f"text {index}", "en" if index % 2 else "de") for index in range(60)])

    assert sorted(comprehend.calls) == [
        (operation, size) for operation in ("BatchDetectEntities", "BatchDetectSentiment") for size in (5, 5, 25, 25)
    ]


def test_texts_that_differ_only_beyond_the_limit_are_bought_once(table) -> None:
    comprehend, tally = FakeComprehend(), Counter[str]()
    analyses = analyzer_on(table, comprehend, tally).analyze([("A" * 5000 + end, "en") for end in ("b", "c", "d")])

    assert len({str(analysis.columns()) for analysis in analyses}) == 1
    assert tally == {"TextsBought": 1, "TextsSaved": 2, "ComprehendCalls": 2, "ComprehendUnits": 2 * 50}


@pytest.mark.parametrize("failing", ["batch_detect_sentiment", "batch_detect_entities"])
def test_the_result_of_one_api_is_cached_although_the_other_fails(table, failing: str) -> None:
    broken = FakeComprehend()
    has_answered = threading.Event()

    def answer(**request: Any) -> Any:
        has_answered.set()
        return getattr(FakeComprehend, other)(broken, **request)

    def throttle(**request: Any) -> None:
        has_answered.wait(10)
        raise client_error("ThrottlingException")

    (other,) = {"batch_detect_sentiment", "batch_detect_entities"} - {failing}
    setattr(broken, failing, throttle)
    setattr(broken, other, answer)
    with pytest.raises(RetryableError):
        analyzer_on(table, broken).analyze([("hello", "en")])

    comprehend = FakeComprehend()
    (analysis,) = analyzer_on(table, comprehend).analyze([("hello", "en")])
    assert comprehend.calls == [(failing.title().replace("_", ""), 1)]
    assert (analysis.columns()["sentiment_status"], analysis.columns()["entities_status"]) == ("ok", "ok")


def test_a_text_that_fails_for_a_passing_reason_is_retryable_and_only_it_is_bought_later(table) -> None:
    comprehend = FakeComprehend(document_errors={"b": ["InternalServerException"] * 2})
    texts = [("a", "en"), ("b", "en")]

    assert [analysis.is_retryable for analysis in analyzer_on(table, comprehend).analyze(texts)] == [False, True]
    assert [analysis.is_retryable for analysis in analyzer_on(table, comprehend).analyze(texts)] == [False, False]
    assert comprehend.answered == {
        (f"BatchDetect{api}", "en", text): 1 for api in ("Sentiment", "Entities") for text in "ab"
    }


def test_a_language_without_sentiment_still_gets_its_entities(table) -> None:
    class EnglishSentiment(FakeComprehend):
        def batch_detect_sentiment(self, **request):
            if request["LanguageCode"] != "en":
                raise client_error("UnsupportedLanguageException")
            return super().batch_detect_sentiment(**request)

    (analysis,) = analyzer_on(table, EnglishSentiment()).analyze([("Anna lacht", "de")])
    columns = analysis.columns()
    assert (columns["sentiment_status"], columns["entities_status"]) == ("unsupported_language", "ok")
    assert [entity["text"] for entity in columns["text_entities"] or []] == ["Anna"]


TEXTS = st.sampled_from(["", "  ", "a", "Ada lives", "おはよう", "why?", "x" * 5001, "x" * 5002, "\ud83d", "\ud83e"])
TAGS = st.sampled_from([None, "und", "en", "en-US", "fr", "zh-Hant", "no", "qme"])
FAULTS = st.sampled_from(["InternalServerException", "ThrottlingException", "SomethingWrong"])


@given(
    st.lists(st.tuples(TEXTS | st.text(max_size=5), TAGS), max_size=80),
    st.dictionaries(TEXTS.filter(lambda text: text.isascii()), st.lists(FAULTS, max_size=3), max_size=4),
    st.sets(st.sampled_from(LANGUAGES)),
)
def test_whatever_fails_each_post_gets_one_analysis_and_no_result_is_bought_twice(texts, faults, supported) -> None:
    table, comprehend = FakeTable(), FakeComprehend(supported, document_errors=faults)
    for _ in range(3):
        analyses = analyzer_on(table, comprehend).analyze(texts)

        assert len(analyses) == len(texts)
        for (text, tag), analysis in zip(texts, analyses, strict=True):
            declared = read_language_tag(tag)
            assert declared in ("und", analysis.language)
            if analysis.columns()["entities_status"] == "ok":
                expected = [entity["Text"] for entity in make_entities((text or "")[:5000])]
                assert [entity["text"] for entity in analysis.columns()["text_entities"] or []] == expected
    assert not comprehend.answered or max(comprehend.answered.values()) == 1


@given(st.lists(st.tuples(TEXTS | st.text(max_size=5), TAGS), max_size=80))
def test_without_failures_a_second_run_buys_nothing_and_agrees_with_the_first(texts) -> None:
    table, comprehend, tally = FakeTable(), FakeComprehend(), Counter[str]()
    first = analyzer_on(table, comprehend, tally).analyze(texts)
    calls = len(comprehend.calls)
    second = analyzer_on(table, comprehend).analyze(texts)

    assert [analysis.columns() for analysis in second] == [analysis.columns() for analysis in first]
    assert not any(analysis.is_retryable for analysis in first)
    assert len(comprehend.calls) == calls == tally["ComprehendCalls"]
    assert tally["TextsBought"] + tally["TextsSaved"] == sum(
        analysis.columns()["sentiment_status"] == "ok" for analysis in first
    )


@given(
    st.lists(st.tuples(TEXTS | st.text(max_size=5), TAGS), max_size=80),
    st.lists(st.none() | st.sampled_from(["ThrottlingException", "AccessDeniedException"]), max_size=6),
)
def test_packed_texts_get_the_analyses_that_they_get_alone_whatever_fails_on_the_way(texts, faults) -> None:
    table, tally = FakeTable(), Counter[str]()
    comprehend = FakeComprehend(call_errors=[code and client_error(code) for code in faults])
    for _ in range(len(faults)):
        with suppress(RetryableError, ClientError):
            analyzer_on(table, comprehend, packs=True).analyze(texts)
    calls = len(comprehend.calls)
    packed = analyzer_on(table, comprehend, tally, packs=True).analyze(texts)

    alone = analyzer_on(FakeTable(), FakeComprehend()).analyze(texts)
    assert [analysis.columns() for analysis in packed] == [analysis.columns() for analysis in alone]
    assert len(comprehend.calls) - calls == tally["ComprehendCalls"]
    assert max(comprehend.answered.values(), default=1) == 1


def test_packed_entities_are_used_only_as_long_as_packing_is_on(table) -> None:
    texts = [("Ada came", "en"), ("Grace left", "en")]
    first, second, third = FakeComprehend(), FakeComprehend(), FakeComprehend()
    for _ in range(2):
        analyzer_on(table, first, packs=True).analyze(texts)
    assert sorted(first.calls) == [("BatchDetectEntities", 1), ("BatchDetectSentiment", 2)]

    analyzer_on(table, second).analyze(texts)
    assert second.calls == [("BatchDetectEntities", 2)]

    analyzer_on(table, third, packs=True).analyze(texts)
    assert third.calls == []


def test_an_item_of_the_cache_is_compact_json_with_the_time_it_expires(table) -> None:
    analyzer_on(table, FakeComprehend()).analyze([("Été", None)])

    undetermined, english = PostText("und", "Été"), PostText("en", "Été")
    expiration = int((NOW + dt.timedelta(days=30)).timestamp())
    assert table.items == {
        undetermined.cache_key: {
            "id": f"text#und#{sha256('Été'.encode()).hexdigest()}",
            "body": '{"language":"en"}',
            "expiration": expiration,
        },
        english.cache_key: {
            "id": f"text#en#{sha256('Été'.encode()).hexdigest()}",
            "body": '{"sentiment":["NEGATIVE",0.3,0.7,0.0,0.0],"entities":[]}',
            "expiration": expiration,
        },
    }


def test_an_expired_result_is_not_used_although_dynamodb_still_has_it(table) -> None:
    analyzer_on(table, FakeComprehend()).analyze([("hello", "en")])
    comprehend = FakeComprehend()
    analyzer_on(table, comprehend, now=NOW + dt.timedelta(days=31)).analyze([("hello", "en")])

    assert sorted(comprehend.calls) == [("BatchDetectEntities", 1), ("BatchDetectSentiment", 1)]


def test_without_texts_no_service_is_called(table) -> None:
    comprehend = FakeComprehend()

    assert analyzer_on(table, comprehend).analyze([]) == []
    assert (table.calls, comprehend.calls) == ([], [])


@given(st.integers(min_value=0, max_value=80))
def test_batches_hold_at_most_25_texts_and_lose_none(count: int) -> None:
    comprehend = FakeComprehend()
    analyzer_on(FakeTable(), comprehend).analyze([(f"text {index}", "en") for index in range(count)])

    sizes = [size for operation, size in comprehend.calls if operation == "BatchDetectSentiment"]
    assert all(1 <= size <= 25 for size in sizes)
    assert {text for _, _, text in comprehend.answered} == {f"text {index}" for index in range(count)}
