"""Photos in a form that Rekognition can read: JPEG or PNG of 80 to 10,000 pixels a side and at most 5 MiB.

Limits: https://docs.aws.amazon.com/rekognition/latest/dg/limits.html. A photo within them is not changed at all; any
other is drawn again, upright, in sRGB, without its metadata (a phone records where the photo was taken).
"""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from PIL import Image

from photolake.errors import PermanentError
from photolake.images.colour_space import find_colour_space, is_srgb
from photolake.images.damage import DECODER_ERRORS
from photolake.images.decoder import TOO_MANY_PIXELS, decode_photo
from photolake.images.file_format import detect_format
from photolake.images.limits import MAX_BYTES, MAX_OBJECT_BYTES, MAX_SIDE, MIN_SIDE, check_size
from photolake.images.png_file import read_header

if TYPE_CHECKING:
    from photolake.images.decoder import DecodedPhoto

_PLAIN_MODES = {"JPEG": frozenset({"L", "RGB"}), "PNG": frozenset({"1", "L", "P", "RGB"})}
_LOSSLESS = frozenset({"PNG", "GIF"})


@dataclass(frozen=True)
class Rendition:
    """The object to store under images/; width and height are those of `body`, upright.

    `note` says what of the photo cannot be seen in it; None if all can.
    """

    body: bytes
    content_type: str
    extension: str
    width: int
    height: int
    note: str | None = None


def render(data: bytes) -> Rendition:
    """Turn a photo as received into its rendition; the same bytes always give the same one.

    PermanentError: `unsupported_format` (by its first bytes not JPEG, PNG, WebP, AVIF or GIF, but for example HEIC),
    `too_small` (a side under 80 pixels), `too_large` (over 50 megapixels according to the header, a JPEG of over
    100 scans, or too long and narrow to be scaled down), `broken` (cut off or damaged).
    """
    kind = detect_format(data)
    photo = decode_photo(data, kind)
    if _is_plain(photo, kind, data):
        return _build_rendition(kind, data, photo.image.size)
    drawn = photo.draw()
    drawn.thumbnail((MAX_SIDE, MAX_SIDE))
    return replace(_encode(drawn, lossless=kind in _LOSSLESS), note=photo.note)


def draw_small(data: bytes, side: int) -> Image.Image:
    """Draw a photo upright and in sRGB, scaled down until no side is longer than `side`, to be shown.

    PermanentError as `render`.
    """
    return decode_photo(data, detect_format(data), side).draw(side)


def is_readable_in_place(head: bytes, size: int) -> bool:
    """Whether Rekognition can read an S3 object of `size` bytes as it is; False if its first bytes do not tell.

    PermanentError as `render`, as far as the first bytes tell.
    """
    kind = detect_format(head)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            image = Image.open(io.BytesIO(head), formats=[kind])
            mode, frames = image.mode, getattr(image, "n_frames", 1)
            is_plain = kind in _PLAIN_MODES and mode in _PLAIN_MODES[kind] and frames == 1
            is_plain = is_plain and is_srgb(find_colour_space(image, kind, head), mode)
    except TOO_MANY_PIXELS as error:
        raise PermanentError("too_large", str(error)) from error
    except DECODER_ERRORS:
        if len(head) >= size:
            decode_photo(head, kind)  # which may salvage it, or says that it is broken
        return False
    check_size(image.width, image.height)
    return is_plain and size <= MAX_OBJECT_BYTES and max(image.size) <= MAX_SIDE and not _is_deep_png(kind, head)


def _is_deep_png(kind: str, data: bytes) -> bool:
    """Whether it has 16 bits a channel; Pillow opens 16-bit colour as RGB."""
    header = read_header(data) if kind == "PNG" else None
    return header is not None and header.depth == 16


def _is_plain(photo: DecodedPhoto, kind: str, data: bytes) -> bool:
    """Whether Rekognition can read the bytes unchanged, and sees what people see."""
    image = photo.image
    if kind not in _PLAIN_MODES or not photo.is_as_stored or len(data) > MAX_BYTES or max(image.size) > MAX_SIDE:
        return False
    if getattr(image, "n_frames", 1) > 1 or photo.depth == 16 or not is_srgb(photo.space, image.mode):
        return False
    if image.mode == "RGBA" and kind == "PNG":
        return image.getchannel("A").getextrema() == (255, 255)
    return image.mode in _PLAIN_MODES[kind] and not image.has_transparency_data


def _encode(image: Image.Image, *, lossless: bool) -> Rendition:
    """Encode within the limit of bytes: as PNG if it is small enough and `lossless`, else as JPEG, scaled if needed."""
    if lossless:
        body = _save(image, "PNG")
        if len(body) <= MAX_BYTES:
            return _build_rendition("PNG", body, image.size)
    for quality in (90, 80):
        body = _save(image, "JPEG", quality=quality, subsampling="4:4:4" if quality == 90 else "4:2:0")
        if len(body) <= MAX_BYTES:
            return _build_rendition("JPEG", body, image.size)
    while len(body) > MAX_BYTES:
        ratio = min(0.9, (MAX_BYTES / len(body)) ** 0.5)
        image = image.resize((max(MIN_SIDE, int(image.width * ratio)), max(MIN_SIDE, int(image.height * ratio))))
        body = _save(image, "JPEG", quality=80)
    return _build_rendition("JPEG", body, image.size)


def _save(image: Image.Image, kind: str, **options: int | str) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def _build_rendition(kind: str, body: bytes, size: tuple[int, int]) -> Rendition:
    name, extension = ("jpeg", "jpg") if kind == "JPEG" else ("png", "png")
    return Rendition(body, f"image/{name}", extension, *size)
