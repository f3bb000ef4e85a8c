"""Comprehend in memory, as strict about requests as the service is."""

import re
import threading
from collections import Counter
from types import SimpleNamespace
from typing import Any

import botocore.session
from botocore.config import Config
from botocore.exceptions import ParamValidationError
from botocore.hooks import HierarchicalEmitter
from botocore.validate import ParamValidator

from tests.fakes.client_error import client_error

MODEL: Any = botocore.session.get_session().get_service_model("comprehend")
LANGUAGES = MODEL.shape_for("LanguageCode").enum


class FakeComprehend:
    """Responds like the service, to several threads; each fault happens once.

    `document_errors` maps a text to the ErrorCodes of its next calls, `call_errors` holds exceptions for the next calls
    (None: no exception), a `poison` text fails every call that it is in.
    """

    meta: Any = SimpleNamespace(
        events=HierarchicalEmitter(),
        service_model=MODEL,
        config=Config(retries={"total_max_attempts": 5}),
        region_name="us-east-1",
    )

    def __init__(self, supported=LANGUAGES, poison=(), document_errors=None, call_errors=()):
        self.supported = set(supported)
        self.poison = set(poison)
        self.document_errors = {text: list(codes) for text, codes in (document_errors or {}).items()}
        self.call_errors = list(call_errors)
        self.calls: list[tuple[str, int]] = []
        self.answered: Counter[tuple[str, str, str]] = Counter()
        self._lock = threading.Lock()

    def batch_detect_sentiment(self, **request):
        return self._batch("BatchDetectSentiment", request, make_sentiment)

    def batch_detect_entities(self, **request):
        return self._batch("BatchDetectEntities", request, lambda text: {"Entities": make_entities(text)})

    def batch_detect_dominant_language(self, **request):
        return self._batch("BatchDetectDominantLanguage", request, lambda text: {"Languages": make_languages(text)})

    def _batch(self, operation, request, answer):
        with self._lock:
            return self._respond(operation, request, answer)

    def _respond(self, operation, request, answer):
        self._validate(operation, request)
        texts, language = request["TextList"], request.get("LanguageCode", "und")
        self.calls.append((operation, len(texts)))
        if self.call_errors and (error := self.call_errors.pop(0)):
            raise error
        if len(texts) > 25:
            raise client_error("BatchSizeLimitExceededException")
        if any(len(text.encode()) > 5000 for text in texts):
            raise client_error("TextSizeLimitExceededException")
        if language != "und" and language not in self.supported:
            raise client_error("UnsupportedLanguageException")
        if self.poison.intersection(texts):
            raise client_error("InvalidRequestException")
        results, errors = [], []
        for index, text in enumerate(texts):
            if self.document_errors.get(text):
                errors.append(
                    {"Index": index, "ErrorCode": self.document_errors[text].pop(0), "ErrorMessage": "failed"}
                )
            else:
                self.answered[operation, language, text] += 1
                results.append({"Index": index, **answer(text)})
        return {"ResultList": results, "ErrorList": errors}

    def _validate(self, operation, request):
        report = ParamValidator().validate(request, MODEL.operation_model(operation).input_shape)
        if report.has_errors():
            raise ParamValidationError(report=report.generate_report())


def make_sentiment(text: str) -> dict[str, Any]:
    positive = len(text) % 11 / 10
    scores = {"Positive": positive, "Negative": 1 - positive, "Neutral": 0.0, "Mixed": 0.0}
    return {"Sentiment": "POSITIVE" if positive > 0.5 else "NEGATIVE", "SentimentScore": scores}


def make_entities(text: str) -> list[dict[str, Any]]:
    return [
        {"Score": 0.75, "Type": "PERSON", "Text": word[0], "BeginOffset": word.start(), "EndOffset": word.end()}
        for word in re.finditer(r"\b[A-Z][a-z]+\b", text)
    ]


def make_languages(text: str) -> list[dict[str, Any]]:
    if "?" in text:
        return []
    other = {"LanguageCode": "fr", "Score": 0.1}
    return [
        other,
        {"LanguageCode": "ja" if any("\u3040" <= letter <= "\u30ff" for letter in text) else "en", "Score": 0.9},
    ]
