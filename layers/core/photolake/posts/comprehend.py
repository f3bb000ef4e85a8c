"""Amazon Comprehend in batches: one result for every text, in order, even if the service refuses some of them.

Limits: 25 texts a call, 5,000 bytes a text, one language a call
(https://docs.aws.amazon.com/comprehend/latest/APIReference/API_BatchDetectSentiment.html). Languages:
https://docs.aws.amazon.com/comprehend/latest/dg/supported-languages.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from botocore.exceptions import BotoCoreError, ClientError, ConnectionError, HTTPClientError  # noqa: A004 (botocore's)

from photolake.errors import RetryableError
from photolake.price_list import DEFAULT_REGION, find_usd
from photolake.pricing import count_comprehend_units
from photolake.spending.limits import convert_to_micros
from photolake.spending.purse import NO_LIMIT, Purse

if TYPE_CHECKING:
    from mypy_boto3_comprehend import ComprehendClient

# "5 KB" in the API reference; the service's own error says "Max length of request text allowed is 5000 bytes".
MAX_BYTES = 5_000
BATCH_SIZE = 25
UNSUPPORTED_LANGUAGE = "unsupported_language"
OVER_BUDGET = "over_budget"
UNDETERMINED = "und"
SUPPORTED = frozenset({"en", "es", "fr", "de", "it", "pt", "ar", "hi", "ja", "ko", "zh", "zh-TW"})

_LANGUAGE_TAG = re.compile(r"[a-z]{2,3}(-[a-z0-9]{1,8})*")
_RENAMED: Mapping[str, str] = {"in": "id", "iw": "he", "ji": "yi"}  # X still sends the codes ISO 639 withdrew
_TRADITIONAL_CHINESE = frozenset({"hant", "tw", "hk", "mo"})
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

Api = Literal["language", "sentiment", "entities"]


@dataclass(frozen=True)
class NoResult:
    """Why a text has no result: the word for the row's status column, and whether a later call may give one."""

    status: str
    is_retryable: bool = False


_MISSING = NoResult("MissingFromAnswer", is_retryable=True)
# The row is delivered without the result; the object that it is made of waits for money (`posts/waiting_objects.py`).
_OVER_BUDGET = NoResult(OVER_BUDGET)

Response = Mapping[str, Any]
"""What Comprehend returned for one text, as it is."""


@dataclass
class Detection:
    """What Comprehend found in the texts of a batch, in order, and what that took.

    `calls` were made and `units` are billed. `error` ended it: the texts that were not reached have no result. `packed`
    are the texts, by index, whose result is from a document with other texts.
    """

    results: list[Response | NoResult]
    calls: int = 0
    units: int = 0
    error: Exception | None = None
    packed: frozenset[int] = frozenset()

    def list_retryable(self) -> list[int]:
        """The texts that may get a result if they are sent again, by their index."""
        return [
            index for index, result in enumerate(self.results) if isinstance(result, NoResult) and result.is_retryable
        ]


def price_unit(region: str = DEFAULT_REGION) -> int:
    """Return what a unit of text costs in a Region, in millionths of a dollar: the same for each operation."""
    return convert_to_micros(find_usd("comprehend_sentiment", region))


class Comprehend:
    """The batch operations, by API: BatchDetectDominantLanguage, BatchDetectSentiment and BatchDetectEntities."""

    def __init__(self, client: ComprehendClient, purse: Purse = NO_LIMIT, region: str = DEFAULT_REGION) -> None:
        """`purse` pays for each call before it is made, at the prices of the Region."""
        self.purse = purse
        self.unit_price = price_unit(region)
        self._operations: Mapping[Api, Callable[..., Any]] = {
            "language": client.batch_detect_dominant_language,
            "sentiment": client.batch_detect_sentiment,
            "entities": client.batch_detect_entities,
        }

    def price_call(self, _: str, parameters: Mapping[str, Any]) -> int:
        """Return what a call with these parameters costs, in millionths of a dollar."""
        return sum(count_comprehend_units(text) for text in parameters["TextList"]) * self.unit_price

    def detect(self, api: Api, texts: Sequence[str], language: str) -> Detection:
        """Return what Comprehend finds in each of at most 25 texts, none of them empty; threads may call it at once.

        A text that fails for a transient reason is sent once more, together with the others that did. A call that is
        refused because of one text, or that the purse cannot pay, is made again for each half of its texts; one text
        that it cannot pay has no result, for the reason `OVER_BUDGET`. The detection ends with an error if a
        whole call was throttled, timed out or failed with a 5xx (RetryableError; the client's own retries come before
        that), or was refused for what no text can help.
        """
        detection = Detection([_MISSING] * len(texts))
        try:
            for _ in range(2):
                batches = [detection.list_retryable()]
                while batches and (batch := batches.pop()):
                    batches += self._detect_batch(api, texts, language, batch, detection)
        except (RetryableError, ClientError, BotoCoreError) as error:
            detection.error = error
        return detection

    def _detect_batch(
        self, api: Api, texts: Sequence[str], language: str, batch: list[int], detection: Detection
    ) -> list[list[int]]:
        """Add what one call returns to the detection; return the halves of the batch if they must be sent instead."""
        half = len(batch) // 2
        units = [count_comprehend_units(texts[index]) for index in batch]
        if not self.purse.take(sum(units) * self.unit_price):
            if half:
                return [batch[half:], batch[:half]]
            detection.results[batch[0]] = _OVER_BUDGET
            return []
        found = self._call(api, [texts[index] for index in batch], language, detection, sum(units) * self.unit_price)
        if isinstance(found, NoResult):
            if found.status in _ABOUT_ONE_TEXT and half:
                return [batch[half:], batch[:half]]
            found = [found] * len(batch)
        else:
            unbilled = (each for each, result in zip(units, found, strict=True) if isinstance(result, NoResult))
            self.purse.put_back(sum(unbilled) * self.unit_price)
        for index, result, billed in zip(batch, found, units, strict=True):
            detection.results[index] = result
            if not isinstance(result, NoResult):
                detection.units += billed
        return []

    def _call(
        self, api: Api, texts: Sequence[str], language: str, detection: Detection, price: int
    ) -> list[Response | NoResult] | NoResult:
        """Make a call whose price is taken; return the results, or why it was refused."""
        parameters = {} if api == "language" else {"LanguageCode": language}
        detection.calls += 1
        try:
            response = self._operations[api](TextList=texts, **parameters)
        except (ClientError, ConnectionError, HTTPClientError) as error:
            if isinstance(error, ClientError):  # not billed; whether a call without any response is, nobody knows
                self.purse.put_back(price)
            return _read_error(error)
        return _read_response(response, len(texts))


def read_language_tag(tag: str | None) -> str:
    """Return Comprehend's code for a source's language tag; `und` if the language is unknown and must be detected.

    A region is dropped (`en-GB` is `en`) except where it means traditional Chinese. A language that Comprehend does
    not support keeps its own code, as do X's codes for posts without sentences (`zxx` no text, `qme` media links only,
    `qht` hashtags only, `qam` mentions only, `qct` cashtags only, `qst` very short text): none is in SUPPORTED.
    """
    normal = (tag or "").strip().lower().replace("_", "-")
    if not _LANGUAGE_TAG.fullmatch(normal):
        return UNDETERMINED
    language, *subtags = normal.split("-")
    if language == "zh" and _TRADITIONAL_CHINESE.intersection(subtags):
        return "zh-TW"
    return _RENAMED.get(language, language)


def clip_text(text: str, max_bytes: int = MAX_BYTES) -> str:
    """Return the longest beginning of a text that has at most `max_bytes` in UTF-8, cut between characters.

    A character without UTF-8 (half a surrogate pair) becomes "?".
    """
    encoded = text.encode("utf-8", "replace")
    return encoded[:max_bytes].decode("utf-8", "ignore") if len(encoded) > max_bytes else encoded.decode("utf-8")


def _read_response(response: Mapping[str, Any], size: int) -> list[Response | NoResult]:
    results: dict[int, Response | NoResult] = {result["Index"]: result for result in response["ResultList"]}
    for error in response["ErrorList"]:
        results.setdefault(error["Index"], _read_text_error(error.get("ErrorCode", "WithoutCode")))
    return [results.get(index, _MISSING) for index in range(size)]


def _read_text_error(code: str) -> NoResult:
    if code == "UnsupportedLanguageException":
        return NoResult(UNSUPPORTED_LANGUAGE)
    # The code of one text is documented as numeric, and nothing says which numbers there are: those of HTTP, if any
    # (https://docs.aws.amazon.com/comprehend/latest/APIReference/API_BatchItemError.html).
    is_transient = code == "429" or re.fullmatch(r"5\d\d", code) is not None
    return NoResult(code, is_retryable=is_transient or code in _RETRYABLE)


def _read_error(error: ClientError | ConnectionError | HTTPClientError) -> NoResult:
    """Return the reason that applies to every text of a failed call; raise what is not about its texts."""
    if not isinstance(error, ClientError):
        raise RetryableError(f"Comprehend did not answer: {error}") from error
    code = error.response["Error"]["Code"]
    if code == "UnsupportedLanguageException":
        return NoResult(UNSUPPORTED_LANGUAGE)
    if code in _ABOUT_ONE_TEXT:
        return NoResult(code)
    if code in _RETRYABLE or error.response["ResponseMetadata"]["HTTPStatusCode"] >= 500:
        raise RetryableError(f"Comprehend refused a batch: {code}") from error
    raise error
