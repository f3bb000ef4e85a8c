"""Turns the bytes of an image into pixels, within the limits of Rekognition.

Limits: https://docs.aws.amazon.com/rekognition/latest/dg/limits.html
"""

from __future__ import annotations

import hashlib
import io
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from laptop_cloud.server.aws_json import ServiceError

if TYPE_CHECKING:
    from numpy.typing import NDArray

MIN_SIDE = 80
MAX_SIDE = 10_000


@dataclass(frozen=True)
class DecodedImage:
    """An upright picture: rows of RGB pixels, and the SHA-256 of the bytes it came from."""

    pixels: NDArray[np.uint8]
    digest: str

    @property
    def width(self) -> int:
        return int(self.pixels.shape[1])

    @property
    def height(self) -> int:
        return int(self.pixels.shape[0])

    def shrunk(self, longest_side: int) -> NDArray[np.uint8]:
        """The pixels, made smaller where the longer side exceeds `longest_side`, never larger."""
        return shrink_pixels(self.pixels, longest_side)


def shrink_pixels(pixels: NDArray[np.uint8], longest_side: int) -> NDArray[np.uint8]:
    """The same rows of pixels with at most `longest_side` of them in either direction."""
    height, width = pixels.shape[:2]
    scale = longest_side / max(height, width)
    if scale >= 1:
        return pixels
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def decode_image(content: bytes) -> DecodedImage:
    """Decode a JPEG or PNG, turned upright by its EXIF orientation, on white where it is transparent.

    Raises ServiceError as Rekognition answers: InvalidImageFormatException for anything else or broken bytes,
    InvalidParameterException for a side under 80 or over 10,000 pixels.
    """
    try:
        with warnings.catch_warnings():
            # Pillow warns of large pictures; the limit of the sides is what counts here.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(content), formats=("JPEG", "PNG"))
            _check_sides(image)
            pixels = np.asarray(_remove_transparency(ImageOps.exif_transpose(image)), dtype=np.uint8)
    except Image.DecompressionBombError as error:
        raise _side_error(f"the image is too large: {error}") from error
    # Pillow reports a broken PNG as SyntaxError.
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise ServiceError("InvalidImageFormatException", "Request has invalid image format") from error
    return DecodedImage(pixels, hashlib.sha256(content).hexdigest())


def _check_sides(image: Image.Image) -> None:
    if min(image.size) < MIN_SIDE or max(image.size) > MAX_SIDE:
        width, height = image.size
        raise _side_error(f"each side must have {MIN_SIDE} to {MAX_SIDE} pixels, the image is {width}x{height}")


def _side_error(detail: str) -> ServiceError:
    return ServiceError("InvalidParameterException", f"Request has invalid parameters: {detail}")


def _remove_transparency(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I"):
        grey: NDArray[Any] = np.asarray(image) >> 8
        return Image.fromarray(grey.astype(np.uint8)).convert("RGB")
    if image.has_transparency_data:
        layer = image.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", layer.size, "white"), layer).convert("RGB")
    return image.convert("RGB")
