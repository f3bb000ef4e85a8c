"""Comprehend's batches, languages and text limit."""

from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError
from hypothesis import given
from hypothesis import strategies as st

from photolake.errors import RetryableError
from photolake.posts.comprehend import (
    MAX_BYTES,
    SUPPORTED,
    Comprehend,
    NoResult,
    clip_text,
    read_language_tag,
)
from tests.fakes.client_error import client_error
from tests.fakes.comprehend import LANGUAGES, FakeComprehend, make_sentiment


def detect(fake: Any, texts: list[str], language: str = "en") -> list[Any]:
    detection = Comprehend(fake).detect("sentiment", texts, language)
    if detection.error:
        raise detection.error
    return detection.results


def test_results_and_errors_are_in_the_order_of_the_texts() -> None:
    fake = FakeComprehend(document_errors={"b": ["TextSizeLimitExceededException"]})

    assert detect(fake, ["a", "b", "ccccccc"]) == [
        {"Index": 0, **make_sentiment("a")},
        NoResult("TextSizeLimitExceededException"),
        {"Index": 2, **make_sentiment("ccccccc")},
    ]


@pytest.mark.parametrize("code", ["InternalServerException", "ThrottlingException", "500", "503", "429"])
def test_a_text_that_fails_for_a_transient_reason_is_sent_once_more_alone(code: str) -> None:
    fake = FakeComprehend(document_errors={"b": [code]})

    assert detect(fake, ["a", "b"])[1] == {"Index": 0, **make_sentiment("b")}
    assert fake.calls == [("BatchDetectSentiment", 2), ("BatchDetectSentiment", 1)]
    assert fake.answered == {("BatchDetectSentiment", "en", text): 1 for text in "ab"}


@pytest.mark.parametrize("code", ["400", "413", "5000", "TEXT_SIZE_LIMIT_EXCEEDED"])
def test_a_text_that_fails_for_good_is_sent_once(code: str) -> None:
    fake = FakeComprehend(document_errors={"b": [code]})

    assert detect(fake, ["a", "b"])[1] == NoResult(code)
    assert len(fake.calls) == 1


def test_a_text_that_fails_twice_can_be_retried_later() -> None:
    fake = FakeComprehend(document_errors={"b": ["InternalServerException"] * 2})

    assert detect(fake, ["a", "b"]) == [
        {"Index": 0, **make_sentiment("a")},
        NoResult("InternalServerException", is_retryable=True),
    ]


def test_a_text_missing_from_the_response_can_be_retried_later() -> None:
    class Forgetful(FakeComprehend):
        def batch_detect_sentiment(self, **request):
            response = super().batch_detect_sentiment(**request)
            return {**response, "ResultList": response["ResultList"][:1]}

    assert detect(Forgetful(), ["a", "b", "c"])[2] == NoResult("MissingFromAnswer", is_retryable=True)


def test_one_bad_text_does_not_spoil_the_call_for_the_others() -> None:
    texts = [f"text {index}" for index in range(25)]
    fake = FakeComprehend(poison={"text 7"})
    results = detect(fake, texts)

    assert results[7] == NoResult("InvalidRequestException")
    assert [result["Sentiment"] for result in results if isinstance(result, dict)] == [
        make_sentiment(text)["Sentiment"] for text in texts if text != "text 7"
    ]
    assert max(fake.answered.values()) == 1
    assert len(fake.calls) < 12


def test_a_language_that_the_region_does_not_support_is_a_status_not_a_failure() -> None:
    assert detect(FakeComprehend(supported={"en"}), ["hallo", "welt"], "de") == [NoResult("unsupported_language")] * 2


@pytest.mark.parametrize(
    "error",
    [
        client_error("ThrottlingException"),
        client_error("TooManyRequestsException"),
        client_error("InternalServerException", 500),
        client_error("SomethingNew", 503),
        ReadTimeoutError(endpoint_url="https://comprehend"),
        EndpointConnectionError(endpoint_url="https://comprehend"),
    ],
)
def test_a_service_that_is_not_available_is_retried_later(error: Exception) -> None:
    with pytest.raises(RetryableError, match="Comprehend"):
        detect(FakeComprehend(call_errors=[error]), ["a"])


def test_an_unknown_error_is_raised_as_it_is() -> None:
    with pytest.raises(ClientError, match="AccessDeniedException"):
        detect(FakeComprehend(call_errors=[client_error("AccessDeniedException")]), ["a"])


def test_what_was_bought_before_a_whole_call_fails_is_in_the_detection() -> None:
    fake: Any = FakeComprehend(
        document_errors={"b": ["InternalServerException"]}, call_errors=[None, client_error("ThrottlingException")]
    )
    detection = Comprehend(fake).detect("sentiment", ["a", "b"], "en")

    assert detection.results == [
        {"Index": 0, **make_sentiment("a")},
        NoResult("InternalServerException", is_retryable=True),
    ]
    assert (detection.calls, detection.units, type(detection.error)) == (2, 3, RetryableError)


def test_every_call_is_counted_and_what_is_billed_for_it() -> None:
    fake: Any = FakeComprehend(document_errors={"b": ["InternalServerException"]})
    comprehend = Comprehend(fake)
    found = [comprehend.detect("entities", ["a", "b"], "en"), comprehend.detect("language", ["a" * 301], "und")]

    # Three units are the least of a text; the refused one is billed when it is sent again.
    assert [(detection.calls, detection.units) for detection in found] == [(2, 3 + 3), (1, 4)]
    assert [operation for operation, _ in fake.calls] == [
        "BatchDetectEntities",
        "BatchDetectEntities",
        "BatchDetectDominantLanguage",
    ]


@given(st.text(), st.integers(min_value=0, max_value=40))
def test_a_clipped_text_is_the_longest_beginning_within_the_limit(text: str, limit: int) -> None:
    whole = text.encode("utf-8", "replace").decode("utf-8")
    clipped = clip_text(text, limit)
    following = whole[len(clipped) : len(clipped) + 1]

    assert whole.startswith(clipped)
    assert len(clipped.encode()) <= limit
    assert not following or len((clipped + following).encode()) > limit


def test_a_long_text_is_cut_between_characters() -> None:
    assert clip_text("é" * 2499 + "😀" + "x") == "é" * 2499
    assert clip_text("é" * 2498 + "😀" + "x") == "é" * 2498 + "😀"
    assert len(clip_text("a" * 6000)) == MAX_BYTES


def test_half_a_surrogate_pair_can_be_sent() -> None:
    assert clip_text("cut \ud83d") == "cut ?"


def test_the_supported_languages_are_those_of_the_api() -> None:
    assert set(LANGUAGES) == SUPPORTED


@pytest.mark.parametrize(
    ("tag", "code"),
    [
        ("en", "en"),
        ("EN-gb", "en"),
        ("pt_BR", "pt"),
        ("zh", "zh"),
        ("zh-Hans-SG", "zh"),
        ("zh-tw", "zh-TW"),
        ("zh-Hant-HK", "zh-TW"),
        ("in", "id"),
        ("iw", "he"),
        ("tl", "tl"),
    ],
)
def test_a_tag_becomes_the_code_comprehend_uses(tag: str, code: str) -> None:
    assert read_language_tag(tag) == code


@pytest.mark.parametrize("tag", [None, "", "  ", "und", "english", "e", "en_", "日本語"])
def test_a_tag_that_says_nothing_leaves_the_language_to_detection(tag: str | None) -> None:
    assert read_language_tag(tag) == "und"


@pytest.mark.parametrize("tag", ["zxx", "qme", "qht", "qam", "qct", "qst"])
def test_the_codes_of_posts_without_sentences_are_kept_and_not_supported(tag: str) -> None:
    assert read_language_tag(tag) == tag
    assert tag not in SUPPORTED
