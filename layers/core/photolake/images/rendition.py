"""Photos in a form that Rekognition can read: JPEG or PNG of 80 to 10,000 pixels a side and at most 5 MiB.

Limits: https://docs.aws.amazon.com/rekognition/latest/dg/limits.html. A photo within them is not changed at all; any
other is drawn again, upright, in sRGB, without its metadata (a phone records where the photo was taken).
"""

from __future__ import annotations

import io
import struct
import warnings
import zlib
from contextlib import suppress
from dataclasses import dataclass

from PIL import Image, ImageCms, ImageOps

from photolake.errors import PermanentError
from photolake.images.file_format import detect_format

MIN_SIDE = 80
MAX_SIDE = 10_000
MAX_BYTES = 5_242_880
MAX_OBJECT_BYTES = 15 * 1024 * 1024
"""The limit of an image that Rekognition reads from S3 itself."""
MAX_PIXELS = 50_000_000
MAX_SCANS = 500
"""Of a JPEG; photos have up to a dozen, and a video that a phone appends looks like some hundred. Each scan takes as
long as all pixels: 1,000 of 42 bytes in 25 megapixels take 16 seconds, and a file could have 300,000 of them."""
_SCAN = b"\xff\xda"

# What Pillow raises on bytes that are not the image they claim to be.
_BROKEN = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    IndexError,
    KeyError,
    TypeError,
    RuntimeError,
    struct.error,
    zlib.error,
)
_TOO_MANY_PIXELS = (Image.DecompressionBombError, Image.DecompressionBombWarning)
_PLAIN_MODES = {"JPEG": frozenset({"L", "RGB"}), "PNG": frozenset({"1", "L", "P", "RGB"})}
_SCALABLE_MODES = frozenset({"CMYK", "L", "LA", "RGB", "RGBA"})
_LOSSLESS = frozenset({"PNG", "GIF"})


@dataclass(frozen=True)
class Rendition:
    """The object to store under images/; width and height are those of `body`, upright."""

    body: bytes
    content_type: str
    extension: str
    width: int
    height: int


def render(data: bytes) -> Rendition:
    """Turn a photo as received into its rendition; the same bytes always give the same one.

    PermanentError: `unsupported_format` (by its first bytes not JPEG, PNG, WebP, AVIF or GIF, but for example HEIC),
    `too_small` (a side under 80 pixels), `too_large` (over 50 megapixels according to the header, a JPEG of over
    500 scans, or too long and narrow to be scaled down), `broken` (cut off or damaged).
    """
    kind = detect_format(data)
    image = _decode(data, kind)
    if not _turn_upright(image) and _is_plain(image, kind, data):
        return _build_rendition(kind, data, image.size)
    drawn = _to_rgb(image)
    drawn.thumbnail((MAX_SIDE, MAX_SIDE))
    return _encode(drawn, lossless=kind in _LOSSLESS)


def draw_small(data: bytes, side: int) -> Image.Image:
    """Draw a photo upright and in sRGB, scaled down until no side is longer than `side`, to be shown.

    PermanentError as `render`.
    """
    kind = detect_format(data)
    image = _decode(data, kind, side)
    _turn_upright(image)
    if image.mode in _SCALABLE_MODES:  # otherwise a palette's colours would be mixed
        image.thumbnail((side, side))
    drawn = _to_rgb(image)
    drawn.thumbnail((side, side))
    return drawn


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
    except _TOO_MANY_PIXELS as error:
        raise PermanentError("too_large", str(error)) from error
    except _BROKEN as error:
        if len(head) >= size:
            raise PermanentError("broken", f"not a whole {kind}") from error
        return False
    _check_size(image.width, image.height)
    is_plain = kind in _PLAIN_MODES and mode in _PLAIN_MODES[kind] and frames == 1
    return is_plain and size <= MAX_OBJECT_BYTES and max(image.size) <= MAX_SIDE and not _is_deep_png(kind, head)


def _is_deep_png(kind: str, data: bytes) -> bool:
    """Whether it has 16 bits a channel; Pillow opens 16-bit colour as RGB."""
    return kind == "PNG" and data[24] == 16


def _decode(data: bytes, kind: str, side: int | None = None) -> Image.Image:
    """Decode the photo, or its first frame; a JPEG only as large as twice the `side` needs."""
    if kind == "JPEG" and (scans := data.count(_SCAN)) > MAX_SCANS:
        raise PermanentError("too_large", f"{scans:,} scans are more than {MAX_SCANS}, and each draws all pixels anew")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # such as those on odd EXIF
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(data), formats=[kind])
            _check_size(image.width, image.height)
            if side is not None:
                image.draft(None, (2 * side, 2 * side))
            image.load()
    except _TOO_MANY_PIXELS as error:
        raise PermanentError("too_large", f"more than {MAX_PIXELS // 1_000_000} megapixels ({error})") from error
    except _BROKEN as error:
        raise PermanentError("broken", f"not a whole {kind}: {error}") from error
    return image


def _check_size(width: int, height: int) -> None:
    if min(width, height) < MIN_SIDE:
        raise PermanentError("too_small", f"{width}x{height} pixels; Rekognition needs {MIN_SIDE} on each side")
    if width * height > MAX_PIXELS:
        raise PermanentError("too_large", f"{width}x{height} pixels are more than {MAX_PIXELS // 1_000_000} megapixels")
    if min(width, height) * MAX_SIDE < MIN_SIDE * max(width, height):
        raise PermanentError("too_large", f"{width}x{height} pixels do not fit between {MIN_SIDE} and {MAX_SIDE}")


def _is_plain(image: Image.Image, kind: str, data: bytes) -> bool:
    """Whether Rekognition can read the bytes unchanged."""
    if (
        kind not in _PLAIN_MODES
        or len(data) > MAX_BYTES
        or max(image.size) > MAX_SIDE
        or getattr(image, "n_frames", 1) > 1
    ):
        return False
    if _is_deep_png(kind, data):
        return False
    if image.mode == "RGBA" and kind == "PNG":
        return image.getchannel("A").getextrema() == (255, 255)
    return image.mode in _PLAIN_MODES[kind] and not image.has_transparency_data


def _turn_upright(image: Image.Image) -> bool:
    """Turn the image as its EXIF orientation says, and return whether it had to be; unreadable EXIF counts as none."""
    pixels = image.im
    with warnings.catch_warnings(), suppress(*_BROKEN):
        warnings.simplefilter("ignore")
        ImageOps.exif_transpose(image, in_place=True)
    return image.im is not pixels


def _to_rgb(image: Image.Image) -> Image.Image:
    """Return the image in sRGB without metadata, on white where it is transparent (as X and browsers show it)."""
    if image.mode.startswith("I"):
        image = image.convert("I").point(lambda level: level / 256).convert("L")
    if image.has_transparency_data:
        image = image.convert("RGBA")
    image = _to_srgb(image)
    canvas = Image.new("RGB", image.size, "white")
    canvas.paste(image, mask=image.getchannel("A") if image.mode == "RGBA" else None)
    return canvas


def _to_srgb(image: Image.Image) -> Image.Image:
    profile = image.info.get("icc_profile")
    target = "RGBA" if image.mode == "RGBA" else "RGB"
    if image.mode == "P":
        image = image.convert("RGB")
    if profile:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            drawn = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode=target)
        except (ImageCms.PyCMSError, *_BROKEN):
            drawn = None  # the profile is damaged, or of another colour space
        if drawn is not None:
            return drawn
    return image.convert(target)


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
