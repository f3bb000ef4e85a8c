"""Reads the files of images out of the lake's bucket, several ahead of whoever takes them."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from photolake.aws.s3 import read_object
from photolake.errors import PermanentError
from photolake.images.limits import MAX_OBJECT_BYTES
from photolake_cli.aws_errors import explain_error

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

WORKERS = 8
WINDOW = 2 * WORKERS
"""How many files are in memory at most."""
_IMAGE_ID = re.compile(r"[0-9a-f]{64}")
_REASONS = {"gone": "the image is no longer stored", "too_large": "the image is too large"}

NOT_AN_IMAGE_ID = "its image_id is not a SHA-256"

Item = TypeVar("Item")
Loaded = TypeVar("Loaded")


class MissingFileError(Exception):
    """The file of an image cannot be had; the message says why."""


@dataclass(frozen=True)
class ImageBucket:
    """The bucket that the images of a lake lie in; `place` is how messages name the lake."""

    s3: S3Client
    name: str
    place: str

    def read(self, image_id: str, key: str | None) -> bytes:
        """The file of an image; MissingFileError if there is none, CommandError if the bucket refuses."""
        if not is_image_id(image_id):
            raise MissingFileError(NOT_AN_IMAGE_ID)
        if not key:
            raise MissingFileError("the lake does not say where it is")
        try:
            return read_object(self.s3, self.name, key, MAX_OBJECT_BYTES)
        except PermanentError as error:
            raise MissingFileError(_REASONS[error.status]) from error
        except ClientError as error:
            if error.response["Error"]["Code"] == "InvalidObjectState":
                raise MissingFileError("the image is archived in S3 Glacier") from error
            raise explain_error(error, self.place) from error
        except BotoCoreError as error:
            raise explain_error(error, self.place) from error


def is_image_id(text: str) -> bool:
    """Whether it can name a file: nothing else may become a part of a path."""
    return _IMAGE_ID.fullmatch(text) is not None


def load_in_order(items: Iterable[Item], load: Callable[[Item], Loaded]) -> Iterator[tuple[Item, Loaded]]:
    """Give each item with what `load` makes of it, in order, while WORKERS threads read ahead by at most WINDOW."""
    waiting: deque[tuple[Item, Future[Loaded]]] = deque()
    pool = ThreadPoolExecutor(WORKERS)
    try:
        for item in items:
            waiting.append((item, pool.submit(load, item)))
            if len(waiting) == WINDOW:
                yield _take(waiting)
        while waiting:
            yield _take(waiting)
    finally:
        pool.shutdown(cancel_futures=True)


def _take(waiting: deque[tuple[Item, Future[Loaded]]]) -> tuple[Item, Loaded]:
    item, future = waiting.popleft()
    return item, future.result()
