"""The files of images, shrunk, or why there are none."""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from PIL import Image, UnidentifiedImageError

from photolake_cli.stored_images import ImageBucket, MissingFileError

if TYPE_CHECKING:
    from photolake_cli.explorers.image import LakeImage

_QUALITY = 85
_BROKEN = (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError)


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


@dataclass(frozen=True)
class ImageStore:
    """The files of the images in a bucket; with a `side`, larger ones are shrunk until no side is longer."""

    bucket: ImageBucket
    side: int | None

    def load(self, image: LakeImage) -> ImageFile | MissingImage:
        """Read one file; CommandError if the bucket refuses."""
        try:
            data = self.bucket.read(image.image_id, image.s3_key)
            return build_file(data, image.image_id, PurePosixPath(image.s3_key).suffix, self.side)
        except MissingFileError as error:
            return MissingImage(image.image_id, image.s3_key, str(error))
        except _BROKEN:
            return MissingImage(image.image_id, image.s3_key, "it is not an image that can be read")


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
