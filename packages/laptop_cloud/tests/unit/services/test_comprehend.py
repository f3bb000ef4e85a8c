"""The local Comprehend as boto3 sees it."""

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from laptop_cloud.server.aws_json import JsonServer
from laptop_cloud.services.comprehend.service import LANGUAGES, build_comprehend_service
from laptop_cloud_testing.response_shapes import misfits

GOOD = "I love this phone, only $19.99 at https://shop.example"


@pytest.fixture(scope="module")
def service():
    return build_comprehend_service()


@pytest.fixture(scope="module")
def comprehend(service):
    server = JsonServer([service])
    server.start()
    # The checks of the client would hide those of the service.
    config = Config(parameter_validation=False, retries={"mode": "standard", "total_max_attempts": 1})
    yield boto3.client("comprehend", endpoint_url=server.url, region_name="us-east-1", config=config)
    server.stop()


def refusal(call, **parameters):
    with pytest.raises(ClientError) as refused:
        call(**parameters)
    return refused.value.response["Error"]["Code"]


@pytest.mark.parametrize(
    ("operation", "request_"),
    [
        ("DetectSentiment", {"Text": GOOD, "LanguageCode": "en"}),
        ("DetectEntities", {"Text": GOOD, "LanguageCode": "en"}),
        ("DetectDominantLanguage", {"Text": GOOD}),
        ("BatchDetectSentiment", {"TextList": [GOOD, "x" * 5001], "LanguageCode": "en"}),
        ("BatchDetectEntities", {"TextList": [GOOD, "x" * 5001], "LanguageCode": "en"}),
        ("BatchDetectDominantLanguage", {"TextList": [GOOD, "x" * 5001]}),
    ],
)
def test_answers_have_the_shape_that_sdks_expect(service, operation, request_):
    answer = service.operations[operation](request_)

    assert misfits("comprehend", operation, answer) == []


def test_a_batch_answers_each_text_under_its_index(comprehend):
    answer = comprehend.batch_detect_sentiment(TextList=["I love it", "I hate it"], LanguageCode="en")

    assert [(result["Index"], result["Sentiment"]) for result in answer["ResultList"]] == [
        (0, "POSITIVE"),
        (1, "NEGATIVE"),
    ]
    assert answer["ErrorList"] == []


def test_a_text_over_5000_bytes_is_refused_alone(comprehend):
    answer = comprehend.batch_detect_sentiment(TextList=["fine", "é" * 2501, "good"], LanguageCode="en")

    assert [result["Index"] for result in answer["ResultList"]] == [0, 2]
    assert [(error["Index"], error["ErrorCode"]) for error in answer["ErrorList"]] == [(1, "TEXT_SIZE_LIMIT_EXCEEDED")]
    assert "5002 bytes" in answer["ErrorList"][0]["ErrorMessage"]


def test_a_text_of_5000_bytes_is_answered(comprehend):
    answer = comprehend.batch_detect_entities(TextList=["é" * 2500], LanguageCode="fr")

    assert answer["ErrorList"] == []


def test_more_than_25_texts_are_refused(comprehend):
    code = refusal(comprehend.batch_detect_sentiment, TextList=["a"] * 26, LanguageCode="en")

    assert code == "BatchSizeLimitExceededException"


@pytest.mark.parametrize("texts", [[], ["fine", ""]])
def test_an_empty_batch_or_text_is_refused(comprehend, texts):
    assert refusal(comprehend.batch_detect_entities, TextList=texts, LanguageCode="en") == "ValidationException"
    assert refusal(comprehend.batch_detect_dominant_language, TextList=texts) == "ValidationException"


def test_an_empty_single_text_is_refused(comprehend):
    assert refusal(comprehend.detect_sentiment, Text="", LanguageCode="en") == "ValidationException"


@pytest.mark.parametrize("language", [code for code in LANGUAGES if code != "en"])
def test_sentiment_in_another_language_is_refused_and_never_called_neutral(comprehend, language):
    refused = [
        refusal(comprehend.batch_detect_sentiment, TextList=["x"], LanguageCode=language),
        refusal(comprehend.detect_sentiment, Text="x", LanguageCode=language),
    ]

    assert refused == ["UnsupportedLanguageException"] * 2


def test_a_language_comprehend_does_not_know_is_refused(comprehend):
    assert refusal(comprehend.detect_entities, Text="x", LanguageCode="xx") == "ValidationException"


def test_a_single_text_over_the_limit_is_refused(comprehend):
    code = refusal(comprehend.detect_sentiment, Text="x" * 5001, LanguageCode="en")

    assert code == "TextSizeLimitExceededException"


def test_entities_have_no_score_as_rules_have_no_probability(comprehend):
    answer = comprehend.detect_entities(Text="just $5", LanguageCode="en")

    assert answer["Entities"] == [{"Type": "QUANTITY", "Text": "$5", "BeginOffset": 5, "EndOffset": 7}]


def test_custom_recognisers_are_refused(comprehend):
    code = refusal(comprehend.detect_entities, Text="x", LanguageCode="en", EndpointArn="arn:aws:comprehend:x")

    assert code == "InvalidRequestException"
