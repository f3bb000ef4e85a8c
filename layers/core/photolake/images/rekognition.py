"""Rekognition's responses about one image: what can be requested at once is, and every response is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from photolake.errors import RetryableError
from photolake.images.rekognition_apis import LABELS, ImageApi, digest_requests

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
        """`bucket` holds the images; `on_response` gets the name of each API that responded and will be billed."""
        self._client = client
        self._bucket = bucket
        self._apis = apis
        self._partial_results = partial_results
        self._on_response = on_response
        self.digest = digest_requests(apis)

    def send(self, image_id: str, s3_key: str) -> ImageResponses:
        """Send what has no response yet about an object of the bucket; errors as `send_image`."""
        return self.send_image(image_id, {"S3Object": {"Bucket": self._bucket, "Name": s3_key}})

    def send_image(self, image_id: str, image: Mapping[str, Any]) -> ImageResponses:
        """Send what has no response yet: the requests without a gate at once, then those that the labels call for.

        `image` is Rekognition's `Image`: an object in S3, or bytes.
        RetryableError: some requests may still succeed later. By then all the others have been sent and their
        responses kept, except for those that wait for the labels.
        """
        responses = self._partial_results.load(image_id, self._apis)
        missing = [api for api in self._apis if api.name not in responses]
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
            [(api, responses[api.name]) for api in self._apis if api.name in responses],
            [errors[api.name] for api in self._apis if api.name in errors],
            digest_requests(api for api in self._apis if api.name not in early),
        )

    def _send_at_once(
        self, apis: Sequence[ImageApi], image_id: str, image: Mapping[str, Any], responses: dict[str, dict[str, Any]]
    ) -> dict[str, ApiError]:
        """Add the responses to `responses`, and return the errors."""
        errors: dict[str, ApiError] = {}
        with ThreadPoolExecutor(max_workers=len(apis) or 1) as pool:
            futures = {}
            for api in apis:
                futures[pool.submit(self._call, api, image)] = api
            # Responses are stored by this thread, because boto3's Table is not made for several.
            for future in as_completed(futures):
                api = futures[future]
                try:
                    response = responses[api.name] = future.result()
                except ClientError as error:
                    code, message = error.response["Error"]["Code"], error.response["Error"]["Message"]
                    errors[api.name] = {"api": api.name, "code": code, "message": message}
                    continue
                except BotoCoreError as error:
                    errors[api.name] = {"api": api.name, "code": type(error).__name__, "message": str(error)}
                    continue
                self._on_response(api.name)
                # A response that cannot be stored is still here: to go on is the best chance not to buy it twice.
                with suppress(ClientError, BotoCoreError):
                    self._partial_results.store(image_id, api, response)
        return errors

    def _call(self, api: ImageApi, image: Mapping[str, Any]) -> dict[str, Any]:
        response = getattr(self._client, api.method)(Image=image, **api.parameters)
        return {name: value for name, value in response.items() if name != "ResponseMetadata"}
