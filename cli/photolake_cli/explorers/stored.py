"""Reads the files of images out of the lake's bucket, many at once and in order, and shrinks them."""

from __future__ import annotations

import io
import re
import warnings
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError
from PIL import Image, UnidentifiedImageError

from photolake.images.rendition import MAX_OBJECT_BYTES
from photolake_cli.aws_errors import explain_error

if TYPE_CHECKING:
    from photolake_cli.explorers.image import LakeImage

WORKERS = 8
WINDOW = 2 * WORKERS
"""How many files are in memory at most."""
_QUALITY = 85
_BROKEN = (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError)
_IMAGE_ID = re.compile(r"[0-9a-f]{64}")
_GONE = frozenset({"NoSuchKey", "404", "NotFound"})


@dataclass(frozen=True)
class ImageFile:
    """The file of an image (.jpg or .png); `data` is empty if it lies in a folder."""

    name: str
    width: int
    height: int
    size: int
    data: bytes = b""


@dataclass(frozen=True)
class MissingImage:
    """An image whose file cannot be had, and why."""

    image_id: str
    s3_key: str
    reason: str


class ImageStore:
    """The files of the images in a bucket; with a `side`, larger ones are shrunk until no side is longer."""

    def __init__(self, s3: Any, bucket: str, place: str, side: int | None) -> None:
        """`place` is how messages name the lake."""
        self._s3 = s3
        self._bucket = bucket
        self._place = place
        self.side = side

    def load(self, image: LakeImage) -> ImageFile | MissingImage:
        """Read one file; CommandError if the bucket refuses."""
        if not _IMAGE_ID.fullmatch(image.image_id):
            return MissingImage(image.image_id, image.s3_key, "its image_id is not a SHA-256")
        data = self._read(image.s3_key)
        if isinstance(data, str):
            return MissingImage(image.image_id, image.s3_key, data)
        try:
            return build_file(data, image.image_id, PurePosixPath(image.s3_key).suffix, self.side)
        except _BROKEN:
            return MissingImage(image.image_id, image.s3_key, "it is not an image that can be read")

    def _read(self, key: str) -> bytes | str:
        """The bytes, or why there are none."""
        try:
            with self._s3.get_object(Bucket=self._bucket, Key=key)["Body"] as body:
                data: bytes = body.read(MAX_OBJECT_BYTES + 1)
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code in _GONE:
                return "it is no longer stored"
            if code == "InvalidObjectState":
                return "it is archived in S3 Glacier"
            raise explain_error(error, self._place) from error
        except BotoCoreError as error:
            raise explain_error(error, self._place) from error
        return data if len(data) <= MAX_OBJECT_BYTES else "it is too large"


def build_file(data: bytes, stem: str, suffix: str, side: int | None) -> ImageFile:
    """Measure an image, and shrink it if a side is longer than `side`; what Pillow raises if it cannot be read."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            with Image.open(io.BytesIO(data)) as image:
                if side is None or max(image.size) <= side:
                    return ImageFile(stem + suffix, *image.size, len(data), data)
                image.draft("RGB", (side, side))
                image.thumbnail((side, side))
                out = io.BytesIO()
                drawn = image.convert("RGB")
                drawn.save(out, "JPEG", quality=_QUALITY)
                return ImageFile(f"{stem}.jpg", *drawn.size, out.tell(), out.getvalue())
        except Image.DecompressionBombWarning as warning:
            raise ValueError(str(warning)) from warning


def load_in_order(
    images: Iterable[LakeImage], load: Callable[[LakeImage], ImageFile | MissingImage]
) -> Iterator[tuple[LakeImage, ImageFile | MissingImage]]:
    """Give each image with its file, in order, while WORKERS threads read ahead by at most WINDOW."""
    waiting: deque[tuple[LakeImage, Future[ImageFile | MissingImage]]] = deque()
    pool = ThreadPoolExecutor(WORKERS)
    try:
        for image in images:
            waiting.append((image, pool.submit(load, image)))
            if len(waiting) == WINDOW:
                yield _take(waiting)
        while waiting:
            yield _take(waiting)
    finally:
        pool.shutdown(cancel_futures=True)


def _take(
    waiting: deque[tuple[LakeImage, Future[ImageFile | MissingImage]]],
) -> tuple[LakeImage, ImageFile | MissingImage]:
    image, future = waiting.popleft()
    return image, future.result()
