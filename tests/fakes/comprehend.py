"""Comprehend and a DynamoDB table in memory, as strict about requests as the services are, and what takes the rows."""

import json
import re
from collections import Counter
from types import SimpleNamespace
from typing import Any

import botocore.session
from botocore.exceptions import ClientError, ParamValidationError
from botocore.validate import ParamValidator

MODEL: Any = botocore.session.get_session().get_service_model("comprehend")
LANGUAGES = MODEL.shape_for("LanguageCode").enum


def client_error(code: str, status: int = 400) -> ClientError:
    response: Any = {
        "Error": {"Code": code, "Message": "refused"},
        "ResponseMetadata": {"HTTPStatusCode": status},
    }
    return ClientError(response, "Operation")


class FakeComprehend:
    """Answers like the service; each fault is a script that is used up.

    `document_errors` maps a text to the ErrorCodes of its next turns, `call_errors` holds exceptions for the next calls
    (None: no exception), a `poison` text fails every call that it is in.
    """

    def __init__(self, supported=LANGUAGES, poison=(), document_errors=None, call_errors=()):
        self.supported = set(supported)
        self.poison = set(poison)
        self.document_errors = {text: list(codes) for text, codes in (document_errors or {}).items()}
        self.call_errors = list(call_errors)
        self.calls: list[tuple[str, int]] = []
        self.answered: Counter[tuple[str, str, str]] = Counter()

    def batch_detect_sentiment(self, **request):
        return self._batch("BatchDetectSentiment", request, sentiment_of)

    def batch_detect_entities(self, **request):
        return self._batch("BatchDetectEntities", request, lambda text: {"Entities": entities_of(text)})

    def batch_detect_dominant_language(self, **request):
        return self._batch("BatchDetectDominantLanguage", request, lambda text: {"Languages": languages_of(text)})

    def _batch(self, operation, request, answer):
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


def sentiment_of(text: str) -> dict[str, Any]:
    positive = len(text) % 11 / 10
    scores = {"Positive": positive, "Negative": 1 - positive, "Neutral": 0.0, "Mixed": 0.0}
    return {"Sentiment": "POSITIVE" if positive > 0.5 else "NEGATIVE", "SentimentScore": scores}


def entities_of(text: str) -> list[dict[str, Any]]:
    return [
        {"Score": 0.75, "Type": "PERSON", "Text": word[0], "BeginOffset": word.start(), "EndOffset": word.end()}
        for word in re.finditer(r"\b[A-Z][a-z]+\b", text)
    ]


def languages_of(text: str) -> list[dict[str, Any]]:
    if "?" in text:
        return []
    other = {"LanguageCode": "fr", "Score": 0.1}
    return [
        other,
        {"LanguageCode": "ja" if any("\u3040" <= letter <= "\u30ff" for letter in text) else "en", "Score": 0.9},
    ]


class FakeTable:
    """A table with the key `id`; `leave` is how many keys or items each of the next calls leaves unprocessed."""

    name = "cache"

    def __init__(self, leave=()):
        self.items: dict[str, dict[str, Any]] = {}
        self.leave = list(leave)
        self.calls: list[int] = []
        self.meta = SimpleNamespace(client=self)

    def batch_get_item(self, RequestItems):  # noqa: N803 (boto3's name)
        keys = [key["id"] for key in RequestItems[self.name]["Keys"]]
        now, later = self._split(keys, 100, keys)
        found = [self.items[key] for key in now if key in self.items]
        unprocessed = {self.name: {**RequestItems[self.name], "Keys": [{"id": key} for key in later]}} if later else {}
        return {"Responses": {self.name: found}, "UnprocessedKeys": unprocessed}

    def batch_write_item(self, RequestItems):  # noqa: N803 (boto3's name)
        writes = RequestItems[self.name]
        now, later = self._split(writes, 25, [write["PutRequest"]["Item"]["id"] for write in writes])
        self.items |= {write["PutRequest"]["Item"]["id"]: write["PutRequest"]["Item"] for write in now}
        return {"UnprocessedItems": {self.name: later} if later else {}}

    def _split(self, entries, limit, ids):
        if not 1 <= len(entries) <= limit or len(set(ids)) != len(ids):
            raise client_error("ValidationException")
        self.calls.append(len(entries))
        left = self.leave.pop(0) if self.leave else 0
        return entries[: len(entries) - left], entries[len(entries) - left :]


class FakeFirehose:
    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []

    def put_record_batch(self, *, DeliveryStreamName, Records):  # noqa: N803 (boto3's names)
        self.rows += [json.loads(line) for record in Records for line in record["Data"].splitlines()]
        return {"FailedPutCount": 0, "RequestResponses": []}


class FakeJobs:
    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []

    def send(self, jobs):
        before = len(self.sent)
        self.sent += jobs
        return len(self.sent) - before
