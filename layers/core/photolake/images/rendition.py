"""The form of a photo that Rekognition can read: JPEG or PNG of 80 to 10,000 pixels a side and at most 5 MiB.

Limits: https://docs.aws.amazon.com/rekognition/latest/dg/limits.html. A photo that is within them already passes
byte for byte; any other is drawn again, upright, in sRGB, without its metadata (a phone writes where it was).
"""

from __future__ import annotations

import io
import struct
import warnings
import zlib
from dataclasses import dataclass

from PIL import Image, ImageCms
from PIL.Image import Transpose

from photolake.errors import PermanentError

MIN_SIDE = 80
MAX_SIDE = 10_000
MAX_BYTES = 5_242_880
MAX_PIXELS = 50_000_000

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
_AVIF_BRANDS = (b"avif", b"avis")
_PLAIN_MODES = {"JPEG": frozenset({"L", "RGB"}), "PNG": frozenset({"1", "L", "P", "RGB"})}
_LOSSLESS = frozenset({"PNG", "GIF"})
_ORIENTATION = 0x0112
_UPRIGHT = {
    2: Transpose.FLIP_LEFT_RIGHT,
    3: Transpose.ROTATE_180,
    4: Transpose.FLIP_TOP_BOTTOM,
    5: Transpose.TRANSPOSE,
    6: Transpose.ROTATE_270,
    7: Transpose.TRANSVERSE,
    8: Transpose.ROTATE_90,
}


@dataclass(frozen=True)
class Rendition:
    """What is stored under images/; width and height are those of `body`, upright."""

    body: bytes
    content_type: str
    extension: str
    width: int
    height: int


def render(data: bytes) -> Rendition:
    """Turn a photo as received into its rendition; the same bytes always give the same one.

    PermanentError: `unsupported_format` (not JPEG, PNG, WebP, AVIF or GIF by its first bytes; HEIC for one),
    `too_small` (a side under 80 pixels), `too_large` (over 50 megapixels, told from the header alone, or too long
    and narrow to be scaled down), `broken` (cut off or damaged).
    """
    kind = _sniff(data)
    image = _decoded(data, kind)
    orientation = _orientation(image)
    if orientation not in _UPRIGHT and _is_plain(image, kind, data):
        return _as(kind, data, image.size)
    drawn = _to_rgb(image)
    if orientation in _UPRIGHT:
        drawn = drawn.transpose(_UPRIGHT[orientation])
    drawn.thumbnail((MAX_SIDE, MAX_SIDE))
    return _encoded(drawn, lossless=kind in _LOSSLESS)


def _sniff(data: bytes) -> str:
    """The format by its first bytes; names and content types lie."""
    if data.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if data.startswith((b"GIF87a", b"GIF89a")):
        return "GIF"
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "WEBP"
    if data[4:8] == b"ftyp":
        brands = data[8 : min(int.from_bytes(data[:4], "big"), 256)]
        if any(brands[at : at + 4] in _AVIF_BRANDS for at in range(0, len(brands), 4)):
            return "AVIF"
        raise PermanentError("unsupported_format", f"an ISO media file of brand {data[8:12]!r}, such as HEIC or MP4")
    if not data:
        raise PermanentError("broken", "the photo has no bytes")
    raise PermanentError("unsupported_format", f"begins with {data[:8]!r}: not a JPEG, PNG, WebP, AVIF or GIF")


def _decoded(data: bytes, kind: str) -> Image.Image:
    """The photo, or the first frame of it."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # such as those on odd EXIF
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(data), formats=[kind])
            _check_size(image.width, image.height)
            image.load()
    except _TOO_MANY_PIXELS as error:
        raise PermanentError("too_large", str(error)) from error
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
    """Whether Rekognition can read the bytes as they are."""
    if (
        kind not in _PLAIN_MODES
        or len(data) > MAX_BYTES
        or max(image.size) > MAX_SIDE
        or getattr(image, "n_frames", 1) > 1
    ):
        return False
    if kind == "PNG" and data[24] == 16:  # bits a channel; Pillow opens 16-bit colour as RGB
        return False
    if image.mode == "RGBA" and kind == "PNG":
        return image.getchannel("A").getextrema() == (255, 255)
    return image.mode in _PLAIN_MODES[kind] and not image.has_transparency_data


def _orientation(image: Image.Image) -> int | None:
    """The EXIF orientation; EXIF that cannot be read says nothing about the picture."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            value = image.getexif().get(_ORIENTATION)
    except _BROKEN:
        return None
    return value if isinstance(value, int) else None


def _to_rgb(image: Image.Image) -> Image.Image:
    """The picture in sRGB, without metadata, on white where it is transparent (as X and browsers show it)."""
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
            drawn = None  # a profile that is damaged, or of another colour space, says nothing about the picture
        if drawn is not None:
            return drawn
    return image.convert(target)


def _encoded(image: Image.Image, *, lossless: bool) -> Rendition:
    """Encode within the limit of bytes: PNG if asked for and small enough, else JPEG, scaled down as far as needed."""
    if lossless:
        body = _save(image, "PNG")
        if len(body) <= MAX_BYTES:
            return _as("PNG", body, image.size)
    for quality in (90, 80):
        body = _save(image, "JPEG", quality=quality, subsampling="4:4:4" if quality == 90 else "4:2:0")
        if len(body) <= MAX_BYTES:
            return _as("JPEG", body, image.size)
    while len(body) > MAX_BYTES:
        ratio = min(0.9, (MAX_BYTES / len(body)) ** 0.5)
        image = image.resize((max(MIN_SIDE, int(image.width * ratio)), max(MIN_SIDE, int(image.height * ratio))))
        body = _save(image, "JPEG", quality=80)
    return _as("JPEG", body, image.size)


def _save(image: Image.Image, kind: str, **options: int | str) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def _as(kind: str, body: bytes, size: tuple[int, int]) -> Rendition:
    name, extension = ("jpeg", "jpg") if kind == "JPEG" else ("png", "png")
    return Rendition(body, f"image/{name}", extension, *size)
