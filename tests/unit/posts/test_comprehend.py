from collections import Counter
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError

from photolake.errors import RetryableError
from photolake.posts.comprehend import Comprehend, Refusal
from tests.fakes.comprehend import FakeComprehend, client_error, sentiment_of


def ask(fake: Any, texts: list[str], language: str = "en") -> list[Any]:
    return Comprehend(fake, lambda name, value: None).sentiments(texts, language)


def test_answers_and_errors_are_merged_into_the_order_of_the_texts() -> None:
    fake = FakeComprehend(document_errors={"b": ["TextSizeLimitExceededException"]})

    assert ask(fake, ["a", "b", "ccccccc"]) == [
        {"Index": 0, **sentiment_of("a")},
        Refusal("TextSizeLimitExceededException"),
        {"Index": 2, **sentiment_of("ccccccc")},
    ]


@pytest.mark.parametrize("code", ["InternalServerException", "ThrottlingException", "500", "503", "429"])
def test_a_text_that_fails_for_a_passing_reason_is_asked_for_once_more_alone(code: str) -> None:
    fake = FakeComprehend(document_errors={"b": [code]})

    assert ask(fake, ["a", "b"])[1] == {"Index": 0, **sentiment_of("b")}
    assert fake.calls == [("BatchDetectSentiment", 2), ("BatchDetectSentiment", 1)]
    assert fake.answered == {("BatchDetectSentiment", "en", text): 1 for text in "ab"}


@pytest.mark.parametrize("code", ["400", "413", "5000", "TEXT_SIZE_LIMIT_EXCEEDED"])
def test_a_text_that_fails_for_good_is_asked_for_once(code: str) -> None:
    fake = FakeComprehend(document_errors={"b": [code]})

    assert ask(fake, ["a", "b"])[1] == Refusal(code)
    assert len(fake.calls) == 1


def test_a_text_that_goes_on_failing_may_be_asked_for_later() -> None:
    fake = FakeComprehend(document_errors={"b": ["InternalServerException"] * 2})

    assert ask(fake, ["a", "b"]) == [
        {"Index": 0, **sentiment_of("a")},
        Refusal("InternalServerException", retryable=True),
    ]


def test_a_text_missing_from_the_answer_may_be_asked_for_later() -> None:
    class Forgetful(FakeComprehend):
        def batch_detect_sentiment(self, **request):
            answer = super().batch_detect_sentiment(**request)
            return {**answer, "ResultList": answer["ResultList"][:1]}

    assert ask(Forgetful(), ["a", "b", "c"])[2] == Refusal("MissingFromAnswer", retryable=True)


def test_one_bad_text_does_not_spoil_the_call_for_the_others() -> None:
    texts = [f"text {index}" for index in range(25)]
    fake = FakeComprehend(poison={"text 7"})
    outcomes = ask(fake, texts)

    assert outcomes[7] == Refusal("InvalidRequestException")
    assert [outcome["Sentiment"] for outcome in outcomes if isinstance(outcome, dict)] == [
        sentiment_of(text)["Sentiment"] for text in texts if text != "text 7"
    ]
    assert max(fake.answered.values()) == 1
    assert len(fake.calls) < 12


def test_a_language_that_the_region_does_not_know_is_a_status_and_no_failure() -> None:
    assert ask(FakeComprehend(supported={"en"}), ["hallo", "welt"], "de") == [Refusal("unsupported_language")] * 2


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
def test_a_service_that_does_not_answer_is_tried_again_later(error: Exception) -> None:
    with pytest.raises(RetryableError, match="Comprehend"):
        ask(FakeComprehend(call_errors=[error]), ["a"])


def test_an_unknown_refusal_is_raised_as_it_is() -> None:
    with pytest.raises(ClientError, match="AccessDeniedException"):
        ask(FakeComprehend(call_errors=[client_error("AccessDeniedException")]), ["a"])


def test_every_call_is_counted() -> None:
    tally: Counter[str] = Counter()
    fake: Any = FakeComprehend(document_errors={"b": ["InternalServerException"]})
    comprehend = Comprehend(fake, lambda name, value: tally.update({name: value}))
    comprehend.entities(["a", "b"], "en")
    comprehend.languages(["a"])

    assert tally == {"ComprehendCalls": 3}
    assert [operation for operation, _ in fake.calls] == [
        "BatchDetectEntities",
        "BatchDetectEntities",
        "BatchDetectDominantLanguage",
    ]
