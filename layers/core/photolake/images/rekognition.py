"""Rekognition's responses about one image: what can be requested at once is, and every response is kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from photolake.errors import RetryableError
from photolake.images.rekognition_apis import LABELS, ImageApi, digest_requests, list_missing

if TYPE_CHECKING:
    from mypy_boto3_rekognition import RekognitionClient

    from photolake.images.cache import PartialResults
    from photolake.rows.types import ApiError

# The image itself is refused (https://docs.aws.amazon.com/rekognition/latest/dg/error-handling.html). Everything else,
# also what is the configuration's fault (AccessDenied, InvalidS3Object: we have just read that object), goes back to
# the queue and from there to its DLQ.
PERMANENT_CODES = frozenset({"ImageTooLargeException", "InvalidImageFormatException", "InvalidParameterException"})

Responses = Mapping[str, Mapping[str, Any]]
NONE_KEPT: Responses = {}


@dataclass(frozen=True)
class ImageResponses:
    """What Rekognition said about an image: each response with its request, and the requests it refused for good."""

    responses: Sequence[tuple[ImageApi, Mapping[str, Any]]]
    errors: Sequence[ApiError]


class ImageRequests:
    """The configured requests, each sent once for an image however often a run is interrupted."""

    def __init__(
        self,
        client: RekognitionClient,
        bucket: str,
        apis: Sequence[ImageApi],
        partial_results: PartialResults,
        on_response: Callable[[str], None],
    ) -> None:
        """`bucket` holds the images; `on_response` gets the name of each API that responded and will be billed."""
        self._client = client
        self._bucket = bucket
        self._apis = apis
        self._partial_results = partial_results
        self._on_response = on_response
        self.digest = digest_requests(apis)

    def send(self, image_id: str, s3_key: str, kept: Responses = NONE_KEPT) -> ImageResponses:
        """Send what has no response yet: the requests without a gate at once, then those that the labels call for.

        `kept` are responses of earlier analyses by the digest of their request (`KeptResponses`).
        RetryableError: some requests may still succeed later. By then all the others have been sent and their
        responses kept, except for those that wait for the labels.
        """
        apis = [api for request in self._apis for api in request.apis]
        responses = {api.name: kept[api.digest] for api in apis if api.digest in kept}
        unkept = [api for api in apis if api.name not in responses]
        responses |= self._partial_results.load(image_id, unkept)
        missing = list_missing(self._apis, responses)
        errors = self._send_at_once([api for api in missing if not api.gate], image_id, s3_key, responses)
        if LABELS.name not in errors or errors[LABELS.name]["code"] in PERMANENT_CODES:
            labels = responses.get(LABELS.name)
            gated = [api for api in missing if api.gate and api.passes_gate(labels)]
            errors |= self._send_at_once(gated, image_id, s3_key, responses)
        if temporary := [error for error in errors.values() if error["code"] not in PERMANENT_CODES]:
            raise RetryableError(
                "; ".join(f"{error['api']}: {error['code']}: {error['message']}" for error in temporary)
            )
        return ImageResponses(
            [(api, responses[api.name]) for api in apis if api.name in responses],
            [errors[api.name] for api in apis if api.name in errors],
        )

    def _send_at_once(
        self, requests: Sequence[ImageApi], image_id: str, s3_key: str, responses: dict[str, Mapping[str, Any]]
    ) -> dict[str, ApiError]:
        """Add the responses to `responses`, and return the errors."""
        errors: dict[str, ApiError] = {}
        with ThreadPoolExecutor(max_workers=len(requests) or 1) as pool:
            futures = {pool.submit(self._call, request, s3_key): request for request in requests}
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
                self._on_response(request.name)
                by_api = request.split_response(response)
                responses |= by_api
                # A response that cannot be stored is still here: to go on is the best chance not to buy it twice.
                with suppress(ClientError, BotoCoreError):
                    for api in request.apis:
                        self._partial_results.store(image_id, api, by_api[api.name])
        return errors

    def _call(self, api: ImageApi, s3_key: str) -> dict[str, Any]:
        image = {"S3Object": {"Bucket": self._bucket, "Name": s3_key}}
        response = getattr(self._client, api.method)(Image=image, **api.parameters)
        return {name: value for name, value in response.items() if name != "ResponseMetadata"}


def _describe_error(request: ImageApi, code: str, message: str) -> dict[str, ApiError]:
    return {api.name: {"api": api.name, "code": code, "message": message} for api in request.apis}
