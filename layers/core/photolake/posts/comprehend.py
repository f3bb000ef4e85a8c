"""Amazon Comprehend in batches: one outcome for every text, in order, whatever the service refuses.

Limits: 25 texts a call, 5,000 bytes a text, one language a call
(https://docs.aws.amazon.com/comprehend/latest/APIReference/API_BatchDetectSentiment.html).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from botocore.exceptions import ClientError, ConnectionError, HTTPClientError  # noqa: A004 (botocore's name)

from photolake.errors import RetryableError

if TYPE_CHECKING:
    from mypy_boto3_comprehend import ComprehendClient
    from mypy_boto3_comprehend.literals import LanguageCodeType

UNSUPPORTED_LANGUAGE = "unsupported_language"

_RETRYABLE = frozenset(
    {
        "InternalFailure",
        "InternalServerError",
        "InternalServerException",
        "ProvisionedThroughputExceededException",
        "ServiceUnavailable",
        "ServiceUnavailableException",
        "ThrottlingException",
        "TooManyRequestsException",
    }
)
_ABOUT_ONE_TEXT = frozenset({"InvalidRequestException", "TextSizeLimitExceededException"})


@dataclass(frozen=True)
class Refusal:
    """Why a text has no answer: the word for the row's status column, and whether asking later may help."""

    status: str
    retryable: bool = False


Answer = Mapping[str, Any]
Outcome = Answer | Refusal
_Call = Callable[[list[str]], Mapping[str, Any]]


class Comprehend:
    """The batch operations. Each method takes at most 25 texts, none of them empty, and gives as many outcomes.

    A text that Comprehend fails on for a passing reason is asked for once more, alone with its like. RetryableError:
    the whole call was throttled, timed out or failed with a 5xx; the client's own retries come before that.
    """

    def __init__(self, client: ComprehendClient, count: Callable[[str, int], None]) -> None:
        """`count` is told `ComprehendCalls`, one for each call made."""
        self._client = client
        self._count = count

    def sentiments(self, texts: Sequence[str], language: str) -> list[Outcome]:
        """BatchDetectSentiment: answers hold `Sentiment` and `SentimentScore`."""
        code = cast("LanguageCodeType", language)
        return self._ask(lambda some: self._client.batch_detect_sentiment(TextList=some, LanguageCode=code), texts)

    def entities(self, texts: Sequence[str], language: str) -> list[Outcome]:
        """BatchDetectEntities: answers hold `Entities`, with offsets in characters of the text sent."""
        code = cast("LanguageCodeType", language)
        return self._ask(lambda some: self._client.batch_detect_entities(TextList=some, LanguageCode=code), texts)

    def languages(self, texts: Sequence[str]) -> list[Outcome]:
        """BatchDetectDominantLanguage: answers hold `Languages`."""
        return self._ask(lambda some: self._client.batch_detect_dominant_language(TextList=some), texts)

    def _ask(self, call: _Call, texts: Sequence[str]) -> list[Outcome]:
        outcomes = self._call(call, list(texts))
        again = [index for index, outcome in enumerate(outcomes) if isinstance(outcome, Refusal) and outcome.retryable]
        if again:
            second = self._call(call, [texts[index] for index in again])
            for index, outcome in zip(again, second, strict=True):
                outcomes[index] = outcome
        return outcomes

    def _call(self, call: _Call, texts: list[str]) -> list[Outcome]:
        self._count("ComprehendCalls", 1)
        try:
            response = call(texts)
        except ClientError as error:
            return self._refused(call, texts, error)
        except (ConnectionError, HTTPClientError) as error:
            raise RetryableError(f"Comprehend did not answer: {error}") from error
        answers: dict[int, Outcome] = {answer["Index"]: answer for answer in response["ResultList"]}
        errors = {error["Index"]: _refusal(error.get("ErrorCode", "WithoutCode")) for error in response["ErrorList"]}
        missing = Refusal("MissingFromAnswer", retryable=True)
        return [answers.get(index) or errors.get(index, missing) for index in range(len(texts))]

    def _refused(self, call: _Call, texts: list[str], error: ClientError) -> list[Outcome]:
        """Outcomes for a call refused as a whole: the fault of one text must not become that of the other 24."""
        code = error.response["Error"]["Code"]
        if code == "UnsupportedLanguageException":
            return [Refusal(UNSUPPORTED_LANGUAGE)] * len(texts)
        if code in _ABOUT_ONE_TEXT:
            if len(texts) == 1:
                return [Refusal(code)]
            half = len(texts) // 2
            return self._call(call, texts[:half]) + self._call(call, texts[half:])
        if code in _RETRYABLE or error.response["ResponseMetadata"]["HTTPStatusCode"] >= 500:
            raise RetryableError(f"Comprehend refused a batch: {code}") from error
        raise error


def _refusal(code: str) -> Refusal:
    if code == "UnsupportedLanguageException":
        return Refusal(UNSUPPORTED_LANGUAGE)
    # The code of one text is documented as numeric, and nothing says which numbers there are: those of HTTP, if any
    # (https://docs.aws.amazon.com/comprehend/latest/APIReference/API_BatchItemError.html).
    is_passing = code == "429" or re.fullmatch(r"5\d\d", code) is not None
    return Refusal(code, retryable=is_passing or code in _RETRYABLE)
