"""Rekognition's responses about one image: what can be requested at once is, and every response is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from photolake.errors import RetryableError
from photolake.images.rekognition_apis import LABELS, ImageApi, digest_requests, list_missing

if TYPE_CHECKING:
    from mypy_boto3_rekognition import RekognitionClient

    from photolake.rows.types import ApiError

# The image itself is refused (https://docs.aws.amazon.com/rekognition/latest/dg/error-handling.html). Everything else,
# also what is the configuration's fault (AccessDenied, InvalidS3Object: we have just read that object), goes back to
# the queue and from there to its DLQ.
PERMANENT_CODES = frozenset({"ImageTooLargeException", "InvalidImageFormatException", "InvalidParameterException"})
# A model of Custom Labels is not running. It may run again tomorrow, or never, and the other responses must not wait
# for it: the row says so, and the image counts as analysed without this request (`ImageResponses.digest`).
NOT_READY_CODE = "ResourceNotReadyException"
_FINAL_CODES = PERMANENT_CODES | {NOT_READY_CODE}

Responses = Mapping[str, Mapping[str, Any]]
NONE_KEPT: Responses = {}


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

    def load(self, image_id: str, apis: Iterable[ImageApi]) -> dict[str, dict[str, Any]]:
        """Return the stored responses by API name."""

    def store(self, image_id: str, api: ImageApi, response: dict[str, Any]) -> None:
        """Store a response."""


class ImageRequests:
    """The configured requests, each sent once for an image however often a run is interrupted."""

    def __init__(
        self,
        client: RekognitionClient,
        bucket: str,
        apis: Sequence[ImageApi],
        partial_results: ResponseStore,
        on_response: Callable[[str], None],
    ) -> None:
        """`bucket` holds the images; `on_response` gets the name of each API that responded and will be billed.

        A joint request is billed as each of its parts, and so counted as two.
        """
        self._client = client
        self._bucket = bucket
        self._apis = apis
        self._partial_results = partial_results
        self._on_response = on_response
        self.digest = digest_requests(apis)

    def send(self, image_id: str, s3_key: str, kept: Responses = NONE_KEPT) -> ImageResponses:
        """Send what has no response yet about an object of the bucket; `kept` and errors as in `send_image`."""
        return self.send_image(image_id, {"S3Object": {"Bucket": self._bucket, "Name": s3_key}}, kept)

    def send_image(self, image_id: str, image: Mapping[str, Any], kept: Responses = NONE_KEPT) -> ImageResponses:
        """Send what has no response yet: the requests without a gate at once, then those that the labels call for.

        `image` is Rekognition's `Image`: an object in S3, or bytes. `kept` are responses of earlier analyses by the
        digest of their request (`KeptResponses`).
        RetryableError: some requests may still succeed later. By then all the others have been sent and their
        responses kept, except for those that wait for the labels.
        """
        apis = [api for request in self._apis for api in request.apis]
        responses = {api.name: kept[api.digest] for api in apis if api.digest in kept}
        unkept = [api for api in apis if api.name not in responses]
        responses |= self._partial_results.load(image_id, unkept)
        missing = list_missing(self._apis, responses)
        errors = self._send_at_once([api for api in missing if not api.gate], image_id, image, responses)
        if LABELS.name not in errors or errors[LABELS.name]["code"] in PERMANENT_CODES:
            labels = responses.get(LABELS.name)
            gated = [api for api in missing if api.gate and api.passes_gate(labels)]
            errors |= self._send_at_once(gated, image_id, image, responses)
        if temporary := [error for error in errors.values() if error["code"] not in _FINAL_CODES]:
            raise RetryableError(
                "; ".join(f"{error['api']}: {error['code']}: {error['message']}" for error in temporary)
            )
        early = {name for name, error in errors.items() if error["code"] == NOT_READY_CODE}
        return ImageResponses(
            [(api, responses[api.name]) for api in apis if api.name in responses],
            [errors[api.name] for api in apis if api.name in errors],
            digest_requests(api for api in self._apis if api.name not in early),
        )

    def _send_at_once(
        self,
        requests: Sequence[ImageApi],
        image_id: str,
        image: Mapping[str, Any],
        responses: dict[str, Mapping[str, Any]],
    ) -> dict[str, ApiError]:
        """Add the responses to `responses`, and return the errors."""
        errors: dict[str, ApiError] = {}
        with ThreadPoolExecutor(max_workers=len(requests) or 1) as pool:
            futures = {pool.submit(self._call, request, image): request for request in requests}
            # Responses are stored by this thread, because boto3's Table is not made for several.
            for future in as_completed(futures):
                request = futures[future]
                try:
                    response = future.result()
                except ClientError as error:
                    details = error.response["Error"]
                    errors |= _describe_error(request, details["Code"], details["Message"])
                    continue
                except BotoCoreError as error:
                    errors |= _describe_error(request, type(error).__name__, str(error))
                    continue
                by_api = request.split_response(response)
                for name in by_api:
                    self._on_response(name)
                responses |= by_api
                # A response that cannot be stored is still here: to go on is the best chance not to buy it twice.
                with suppress(ClientError, BotoCoreError):
                    for api in request.apis:
                        self._partial_results.store(image_id, api, by_api[api.name])
        return errors

    def _call(self, api: ImageApi, image: Mapping[str, Any]) -> dict[str, Any]:
        response = getattr(self._client, api.method)(Image=image, **api.parameters)
        return {name: value for name, value in response.items() if name != "ResponseMetadata"}


def _describe_error(request: ImageApi, code: str, message: str) -> dict[str, ApiError]:
    return {api.name: {"api": api.name, "code": code, "message": message} for api in request.apis}
