"""Rekognition's responses about one image: what can be requested at once is, and no response is lost.

A round of responses is stored while the next one is under way. If the round is late, what is there is stored without
waiting for the rest; after an error everything is. The responses of the last round are returned, to be stored.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from photolake.errors import RetryableError
from photolake.images.rekognition_apis import LABELS, ImageApi, digest_requests, list_missing
from photolake.price_list import DEFAULT_REGION
from photolake.spending.limits import convert_to_micros
from photolake.spending.purse import NO_LIMIT, Payment

if TYPE_CHECKING:
    from mypy_boto3_rekognition import RekognitionClient

    from photolake.rows.types import ApiError

# The image itself is refused (https://docs.aws.amazon.com/rekognition/latest/dg/error-handling.html). Everything else,
# also what is the configuration's fault (AccessDenied, or InvalidS3Object for an object that we can read), goes back to
# the queue and from there to its DLQ.
PERMANENT_CODES = frozenset({"ImageTooLargeException", "InvalidImageFormatException", "InvalidParameterException"})
# A model of Custom Labels is not running. It may run again tomorrow, or never, and the other responses must not wait
# for it: the row says so, and the image counts as analysed without this request (`ImageResponses.digest`).
NOT_READY_CODE = "ResourceNotReadyException"
_FINAL_CODES = PERMANENT_CODES | {NOT_READY_CODE}

# As long as the requests of a round may differ in time before the first responses are stored on their own.
LATE_SECONDS = 1.0

Responses = Mapping[str, Mapping[str, Any]]
"""Responses by the digest of their request, or by the name of their API."""
NONE_KNOWN: Responses = {}


@dataclass(frozen=True)
class ImageResponses:
    """What Rekognition said about an image: each response with its request, and the requests it refused.

    `digest` is the request digest without the requests that were made too early, so that they are made again later.
    """

    responses: Sequence[tuple[ImageApi, Mapping[str, Any]]]
    errors: Sequence[ApiError]
    digest: str


class ResponseStore(Protocol):
    """Keeps responses until their image is done, as `PartialResults` does."""

    def store(self, image_id: str, responses: Responses) -> None:
        """Store responses by the digest of their request."""


class ImageRequests:
    """The configured requests, each sent once for an image however often a run is interrupted."""

    def __init__(
        self,
        client: RekognitionClient,
        bucket: str,
        apis: Sequence[ImageApi],
        partial_results: ResponseStore,
        on_response: Callable[[str], None],
        region: str = DEFAULT_REGION,
    ) -> None:
        """`bucket` holds the images; prices are those of the Region.

        `on_response` gets the name of each API that responded and will be billed. A joint request is billed as each of
        its parts, and so counted as two.
        """
        self._client = client
        self._bucket = bucket
        self._apis = apis
        self._partial_results = partial_results
        self._on_response = on_response
        self._region = region
        self.digest = digest_requests(apis)

    def price(self, known: Responses = NONE_KNOWN) -> int:
        """Return what the requests without a response cost at most, in millionths of a dollar; `known` as below."""
        responses = self._name_known(known)
        labels = responses.get(LABELS.name)
        missing = list_missing(self._apis, responses)
        return sum(convert_to_micros(api.find_price(self._region)) for api in missing if api.passes_gate(labels))

    def send(
        self, image_id: str, s3_key: str, known: Responses = NONE_KNOWN, payment: Payment | None = None
    ) -> ImageResponses:
        """Send what has no response yet about an object of the bucket; `known`, payment, errors as in `send_image`."""
        return self.send_image(image_id, {"S3Object": {"Bucket": self._bucket, "Name": s3_key}}, known, payment)

    def send_image(
        self,
        image_id: str,
        image: Mapping[str, Any],
        known: Responses = NONE_KNOWN,
        payment: Payment | None = None,
    ) -> ImageResponses:
        """Send what has no response yet: the requests without a gate at once, then those that the labels call for.

        `image` is Rekognition's `Image`: an object in S3, or bytes. `known` are earlier responses by the digest of
        their request. `payment` holds their `price`; each request is paid by it before it is sent.
        RetryableError: some requests may still succeed later. By then all the others have been sent and their
        responses stored, except for those that wait for the labels.
        """
        apis = [api for request in self._apis for api in request.apis]
        paid = payment or Payment(NO_LIMIT, 0)
        rounds = _Rounds(
            lambda request: self._call(request, image, paid),
            lambda responses: self._partial_results.store(image_id, responses),
            self._on_response,
            self._name_known(known),
        )
        try:
            self._send_rounds(rounds)
        except Exception:
            rounds.store()
            raise
        early = {name for name, error in rounds.errors.items() if error["code"] == NOT_READY_CODE}
        return ImageResponses(
            [(api, rounds.responses[api.name]) for api in apis if api.name in rounds.responses],
            [rounds.errors[api.name] for api in apis if api.name in rounds.errors],
            digest_requests(api for api in self._apis if api.name not in early),
        )

    def _name_known(self, known: Responses) -> dict[str, Mapping[str, Any]]:
        apis = (api for request in self._apis for api in request.apis)
        return {api.name: found for api in apis if (found := api.find_response(known)) is not None}

    def _send_rounds(self, rounds: _Rounds) -> None:
        missing = list_missing(self._apis, rounds.responses)
        rounds.send([api for api in missing if not api.gate])
        error = rounds.errors.get(LABELS.name)
        if not error or error["code"] in PERMANENT_CODES:
            labels = rounds.responses.get(LABELS.name)
            rounds.send([api for api in missing if api.gate and api.passes_gate(labels)])
        if temporary := [error for error in rounds.errors.values() if error["code"] not in _FINAL_CODES]:
            raise RetryableError(
                "; ".join(f"{error['api']}: {error['code']}: {error['message']}" for error in temporary)
            )

    def _call(self, api: ImageApi, image: Mapping[str, Any], payment: Payment) -> dict[str, Any]:
        price = convert_to_micros(api.find_price(self._region))
        payment.spend(price)
        try:
            response = getattr(self._client, api.method)(Image=image, **api.parameters)
        except ClientError:  # not billed; whether a request without any response is, nobody knows
            payment.refund(price)
            raise
        return {name: value for name, value in response.items() if name != "ResponseMetadata"}


@dataclass
class _Rounds:
    """The requests about one image, round by round; `responses` and `errors` by the name of their API."""

    _call: Callable[[ImageApi], dict[str, Any]]
    _store: Callable[[Responses], None]
    _on_response: Callable[[str], None]
    responses: dict[str, Mapping[str, Any]]
    errors: dict[str, ApiError] = field(default_factory=dict)
    _unstored: dict[str, Mapping[str, Any]] = field(default_factory=dict)

    def send(self, requests: Sequence[ImageApi]) -> None:
        """Send the requests at once, and meanwhile store the responses of the round before."""
        if not requests:
            return
        with ThreadPoolExecutor(max_workers=len(requests) + 1) as pool:
            futures = {pool.submit(self._call, request): request for request in requests}
            storing = pool.submit(self._write, dict(self._unstored))
            waiting = dict(futures)
            try:
                for future in as_completed(futures, timeout=LATE_SECONDS):
                    self._take(waiting.pop(future), future)
            except TimeoutError:
                storing.result()
                self.store()
                for future in as_completed(waiting):
                    self._take(waiting[future], future)
                    self.store()
            storing.result()

    def store(self) -> None:
        """Store the responses that are not yet stored.

        What cannot be stored is still here: to go on is the best chance not to buy it twice.
        """
        self._write(dict(self._unstored))

    def _write(self, responses: Responses) -> None:
        if not responses:
            return
        try:
            self._store(responses)
        except (ClientError, BotoCoreError):
            return
        for digest in responses:
            self._unstored.pop(digest)

    def _take(self, request: ImageApi, future: Future[dict[str, Any]]) -> None:
        try:
            response = future.result()
        except ClientError as error:
            details = error.response["Error"]
            self.errors |= _describe_error(request, details["Code"], details["Message"])
            return
        except BotoCoreError as error:
            self.errors |= _describe_error(request, type(error).__name__, str(error))
            return
        by_api = request.split_response(response)
        for name in by_api:
            self._on_response(name)
        self.responses |= by_api
        self._unstored |= {api.digest: by_api[api.name] for api in request.apis}


def _describe_error(request: ImageApi, code: str, message: str) -> dict[str, ApiError]:
    return {api.name: {"api": api.name, "code": code, "message": message} for api in request.apis}
