"""Asking Rekognition about one image: what can be asked at once goes out at once, and every answer is kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from photolake.errors import RetryableError
from photolake.images.gates import called_for
from photolake.images.rekognition_apis import LABELS, ImageApi, settings_of

if TYPE_CHECKING:
    from mypy_boto3_rekognition import RekognitionClient

    from photolake.images.partial_results import Partials

# The image itself is refused (https://docs.aws.amazon.com/rekognition/latest/dg/error-handling.html). Everything else,
# also what is the configuration's fault (AccessDenied, InvalidS3Object: we have just read that object), goes back to
# the queue and from there to its DLQ.
PERMANENT_CODES = frozenset({"ImageTooLargeException", "InvalidImageFormatException", "InvalidParameterException"})


@dataclass(frozen=True)
class ApiError:
    """A request that Rekognition refused: an element of the column `errors`."""

    api: str
    code: str
    message: str

    @property
    def is_permanent(self) -> bool:
        """Whether the same request can never be answered."""
        return self.code in PERMANENT_CODES

    def as_row(self) -> dict[str, str]:
        """The error as a struct of the column."""
        return asdict(self)


Reply = dict[str, Any] | ApiError


@dataclass(frozen=True)
class Answers:
    """What an image's requests came to: each answer beside its request, and the permanent refusals."""

    given: Sequence[tuple[ImageApi, Mapping[str, Any]]]
    errors: Sequence[ApiError]


class ImageQuestions:
    """The configured Rekognition requests, asked once per image however often a run is broken off."""

    def __init__(
        self,
        client: RekognitionClient,
        bucket: str,
        partials: Partials,
        apis: Sequence[ImageApi],
        bought: Callable[[str], None],
    ) -> None:
        """`bucket` holds the images; `bought` is told the name of each API that has answered and will be billed."""
        self._client = client
        self._bucket = bucket
        self._partials = partials
        self._apis = apis
        self._bought = bought
        self.settings = settings_of(apis)

    def ask(self, image_id: str, key: str) -> Answers:
        """Ask what has no answer yet: the plain requests at once, then at once those the labels call for.

        RetryableError: some requests may still be answered later. All the others have been asked by then and their
        answers kept, but for those that wait for the labels.
        """
        replies: dict[str, Reply] = {**self._partials.load(image_id, self._apis)}
        plain = [api for api in self._apis if not api.called_for_by]
        replies |= self._send([api for api in plain if api.name not in replies], image_id, key)
        if not _may_still_come(labels := replies.get(LABELS.name)):
            seen = None if isinstance(labels, ApiError) else labels
            wanted = [api for api in self._apis if api.called_for_by and called_for(api, seen)]
            replies |= self._send([api for api in wanted if api.name not in replies], image_id, key)
        return _answers(self._apis, replies)

    def _send(self, apis: Sequence[ImageApi], image_id: str, key: str) -> dict[str, Reply]:
        replies: dict[str, Reply] = {}
        with ThreadPoolExecutor(max_workers=len(apis) or 1) as pool:
            futures = {pool.submit(self._reply, api, key): api for api in apis}
            # Answers are kept from this thread: boto3's Table is not made for several.
            for future in as_completed(futures):
                api, reply = futures[future], future.result()
                replies[api.name] = reply
                if not isinstance(reply, ApiError):
                    self._bought(api.name)
                    # An answer that cannot be kept is still in hand: going on is the best chance not to buy it twice.
                    with suppress(ClientError, BotoCoreError):
                        self._partials.store(image_id, api, reply)
        return replies

    def _reply(self, api: ImageApi, key: str) -> Reply:
        try:
            return api.ask(self._client, self._bucket, key)
        except ClientError as error:
            return ApiError(api.name, error.response["Error"]["Code"], error.response["Error"]["Message"])
        except BotoCoreError as error:
            return ApiError(api.name, type(error).__name__, str(error))


def _may_still_come(reply: Reply | None) -> bool:
    return isinstance(reply, ApiError) and not reply.is_permanent


def _answers(apis: Sequence[ImageApi], replies: Mapping[str, Reply]) -> Answers:
    sorted_replies = [(api, replies[api.name]) for api in apis if api.name in replies]
    errors = [reply for _, reply in sorted_replies if isinstance(reply, ApiError)]
    if passing := [error for error in errors if not error.is_permanent]:
        raise RetryableError("; ".join(f"{error.api}: {error.code}: {error.message}" for error in passing))
    given = [(api, reply) for api, reply in sorted_replies if not isinstance(reply, ApiError)]
    return Answers(given, errors)
