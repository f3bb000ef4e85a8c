"""Amazon Comprehend as far as open engines can answer it: sentiment of English, entities by form, dominant language.

https://docs.aws.amazon.com/comprehend/latest/APIReference/Welcome.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from importlib.metadata import version
from typing import Any

from laptop_cloud.engines.entities import find_entities
from laptop_cloud.engines.language import LanguageIdentifier
from laptop_cloud.engines.sentiment import VaderSentiment, pick_sentiment
from laptop_cloud.server.aws_json import JsonService, ServiceError

MAX_DOCUMENTS = 25
MAX_SENTIMENT_BYTES = 5_000
MAX_TEXT_BYTES = 100_000
LANGUAGES = ("en", "es", "fr", "de", "it", "pt", "ar", "hi", "ja", "ko", "zh", "zh-TW")

Request = dict[str, Any]
Analysis = Callable[[str], dict[str, Any]]
# Gives the analysis of one text for a request, or raises ServiceError where the request cannot be answered.
Feature = Callable[[Request], Analysis]


def build_comprehend_service() -> JsonService:
    """Sentiment, entities and dominant language, single and in batches. Models load when they are first needed."""
    sentiment = partial(_detect_sentiment, VaderSentiment())
    language = partial(_detect_dominant_language, LanguageIdentifier())
    return JsonService(
        "comprehend",
        {
            "DetectSentiment": partial(_run_single, sentiment, MAX_SENTIMENT_BYTES),
            "DetectEntities": partial(_run_single, _detect_entities, MAX_TEXT_BYTES),
            "DetectDominantLanguage": partial(_run_single, language, MAX_TEXT_BYTES),
            "BatchDetectSentiment": partial(_run_batch, sentiment),
            "BatchDetectEntities": partial(_run_batch, _detect_entities),
            "BatchDetectDominantLanguage": partial(_run_batch, language),
        },
        # Comprehend's responses name no model, so the status document does.
        model_version=f"local-1 (vaderSentiment {version('vadersentiment')}, rules for entities, "
        f"py3langid {version('py3langid')})",
    )


def _detect_sentiment(engine: VaderSentiment, request: Request) -> Analysis:
    if _language_code(request) != "en":
        raise ServiceError(
            "UnsupportedLanguageException",
            f"Sentiment is available locally in English only, not in {request['LanguageCode']!r}",
        )

    def analysis(text: str) -> dict[str, Any]:
        scores = engine(text)
        return {"Sentiment": pick_sentiment(scores), "SentimentScore": scores}

    return analysis


def _detect_entities(request: Request) -> Analysis:
    for member in ("EndpointArn", "Bytes", "DocumentReaderConfig"):
        if member in request:
            raise ServiceError("InvalidRequestException", f"Not available locally: {member}")
    language = _language_code(request)

    def analysis(text: str) -> dict[str, Any]:
        return {
            "Entities": [
                {"Type": entity.type, "Text": entity.text, "BeginOffset": entity.begin, "EndOffset": entity.end}
                for entity in find_entities(text, language)
            ]
        }

    return analysis


def _detect_dominant_language(engine: LanguageIdentifier, request: Request) -> Analysis:
    return lambda text: {"Languages": [{"LanguageCode": code, "Score": score} for code, score in engine(text)]}


def _run_single(feature: Feature, limit: int, request: Request) -> dict[str, Any]:
    text = request.get("Text", "")
    _check_length(text, "text")
    analysis = feature(request)
    if too_long := _size_error(text, limit):
        raise ServiceError("TextSizeLimitExceededException", too_long)
    return analysis(text)


def _run_batch(feature: Feature, request: Request) -> dict[str, Any]:
    texts = request.get("TextList") or []
    if not texts:
        raise _validation_error("textList", "Member must have length greater than or equal to 1")
    if len(texts) > MAX_DOCUMENTS:
        raise ServiceError(
            "BatchSizeLimitExceededException",
            f"The number of documents in the request, {len(texts)}, exceeds the limit of {MAX_DOCUMENTS}",
        )
    for text in texts:
        _check_length(text, "textList")
    analysis = feature(request)
    results, errors = [], []
    for index, text in enumerate(texts):
        if too_long := _size_error(text, MAX_SENTIMENT_BYTES):
            errors.append({"Index": index, "ErrorCode": "TEXT_SIZE_LIMIT_EXCEEDED", "ErrorMessage": too_long})
        else:
            results.append({"Index": index, **analysis(text)})
    return {"ResultList": results, "ErrorList": errors}


def _language_code(request: Mapping[str, Any]) -> str:
    code = request.get("LanguageCode")
    if code not in LANGUAGES:
        raise _validation_error("languageCode", f"Member must satisfy enum value set: [{', '.join(LANGUAGES)}]")
    return str(code)


def _check_length(text: str, member: str) -> None:
    if not text:
        raise _validation_error(member, "Member must have length greater than or equal to 1")


def _size_error(text: str, limit: int) -> str:
    size = len(text.encode())
    if size <= limit:
        return ""
    return (
        f"Input text size exceeds limit. Max length of request text allowed is {limit} bytes "
        f"while in this request the text size is {size} bytes"
    )


def _validation_error(member: str, constraint: str) -> ServiceError:
    return ServiceError(
        "ValidationException",
        f"1 validation error detected: Value at '{member}' failed to satisfy constraint: {constraint}",
    )
