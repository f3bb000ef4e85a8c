"""Damaged and cut photos: decoded as far as they go, white where they end, with a note of how much is missing.

Pillow's own switch for them, `ImageFile.LOAD_TRUNCATED_IMAGES`, is one for the whole process and counts nothing. Here
a file is repacked so that the decoder finds no fault in it, or what it has decoded before the fault is kept.
"""

from __future__ import annotations

import io
import re
import struct
import zlib
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from PIL import Image, ImageChops, UnidentifiedImageError

from photolake.errors import PermanentError
from photolake.images import jpeg_file, png_file
from photolake.images.first_frame import find_box, place_frame
from photolake.images.limits import check_size

DECODER_ERRORS = (
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
"""What Pillow raises on bytes that are not the image they claim to be."""
MIN_SHOWN = 0.1
"""The least share of its area that a photo must show; browsers show less, but hardly anything can be found in it."""
_DRAFT = 8  # a JPEG can be decoded at an eighth of its size
# The finest grid of pixels after each pass of an interlaced PNG (Adam7).
_GRIDS = ((8, 8), (4, 8), (4, 4), (2, 4), (2, 2), (1, 2), (1, 1))
# A row of an interlaced GIF stands for those below it until the passes that follow.
_GIF_STEPS = (2, 4, 8)
_WHITE: dict[str, Any] = {"CMYK": (0, 0, 0, 0), "I;16": 65535}
_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")
_GIF_CONTROL = b"!\xf9\x04"


@dataclass(frozen=True)
class SalvagedImage:
    """What could be decoded, and a sentence on what could not."""

    image: Image.Image
    note: str


def salvage(data: bytes, kind: str) -> SalvagedImage | None:
    """Decode a damaged JPEG, PNG or GIF as far as it goes; None if nothing can be decoded, or for other formats.

    PermanentError: `broken` if less than MIN_SHOWN is there, or as `check_size`.
    """
    decode = {"JPEG": _salvage_jpeg, "PNG": _salvage_png, "GIF": _salvage_gif}.get(kind)
    # What is said beside the pixels may be damaged, too.
    for with_metadata in (True, False) if decode else ():
        with suppress(*DECODER_ERRORS):
            return decode(data, with_metadata)  # type: ignore[misc]
    return None


def describe_decoder_error(error: Exception) -> str:
    """What Pillow says of damaged bytes, in the same words each time: without the address of the file in memory."""
    if isinstance(error, UnidentifiedImageError):
        return "its header is damaged"
    return _ADDRESS.sub("", str(error)) or type(error).__name__


def _salvage_jpeg(data: bytes, with_metadata: bool) -> SalvagedImage | None:
    if jpeg_file.has_too_many_scans(data):
        return None
    repacked = jpeg_file.repack(data, with_metadata=with_metadata)
    image = _open(repacked.body, "JPEG")
    shown = image.height
    is_coarse = repacked.is_progressive and repacked.scans > 1
    if repacked.noisy and not is_coarse:
        shown = _find_first_difference(repacked.body, repacked.noisy)
        _check_shown(shown / image.height)
    image.load()
    if repacked.noisy and is_coarse:
        return SalvagedImage(image, "cut off or damaged: all of it is there, but not in full detail")
    return SalvagedImage(_whiten_from(image, shown), _describe(1 - shown / image.height))


def _find_first_difference(body: bytes, noisy: bytes) -> int:
    """Find the first row of pixels that depends on what follows the end of the file."""
    small = []
    for version in (body, noisy):
        image: Any = Image.open(io.BytesIO(version), formats=["JPEG"])
        height: int = image.height
        image.draft(None, (1, 1))
        image.load()
        small.append(image)
    box = ImageChops.difference(*small).getbbox()
    return min(height, box[1] * _DRAFT) if box else height


def _salvage_png(data: bytes, with_metadata: bool) -> SalvagedImage | None:
    header = png_file.read_header(data)
    if header is None:
        return None
    check_size(header.width, header.height)
    pixels = png_file.read_pixels(data)
    decoded = png_file.measure_pixels(pixels, header)
    until = header.height
    if decoded.passes < len(header.passes):
        until = min(header.height, decoded.rows * header.passes[decoded.passes][3])
    _check_shown(1.0 if decoded.passes else until / header.height)
    image = _open(png_file.repack(data, pixels, with_colours=with_metadata), "PNG")
    _load_part(image)
    if not header.is_interlaced or decoded.passes == len(header.passes):
        return SalvagedImage(_whiten_from(image, until), _describe(1 - until / header.height))
    filled = _enlarge_grid(image, *_GRIDS[decoded.passes])
    if decoded.passes == 0:
        return SalvagedImage(_whiten_from(filled, until), _describe(1 - until / header.height))
    coarse = _enlarge_grid(image, *_GRIDS[decoded.passes - 1])
    coarse.paste(filled.crop((0, 0, image.width, until)), (0, 0))
    return SalvagedImage(coarse, _describe_filled(1 - decoded.share, "pixels"))


def _enlarge_grid(image: Image.Image, across: int, down: int) -> Image.Image:
    """Draw each pixel of a grid as a block, as browsers do while an interlaced image loads."""
    columns, rows = -(-image.width // across), -(-image.height // down)
    # The middle of each pixel is looked up, so the grid is moved by half a block.
    place = (across, 0, 0.5 - across / 2, 0, down, 0.5 - down / 2)
    grid = image.transform((columns, rows), Image.Transform.AFFINE, place)
    drawn = grid.resize((columns * across, rows * down), Image.Resampling.NEAREST).crop((0, 0, *image.size))
    drawn.info = image.info.copy()
    return drawn


def _salvage_gif(data: bytes, with_metadata: bool) -> SalvagedImage | None:
    """Decode the first frame over two backgrounds; rows with a pixel of the background are missing."""
    image = _open(data, "GIF")
    box, start, is_interlaced = find_box(image, "GIF", data), image.tile[0][2], image.tile[0][3][1]
    if box is None:
        return None
    opaque, transparent = _remove_transparency(_shorten_last_block(data, start), start)
    frames = []
    for background in (0, 255):
        image = _open(opaque, "GIF")
        image.im = Image.new(image.mode, image.size, background).im
        _load_part(image)
        frames.append(image.crop(box))
    missing = _list_differing_rows(*frames)
    _check_shown(1 - len(missing) / frames[0].height)
    frame = frames[0]
    if transparent is not None:
        frame.info["transparency"] = transparent
    frame = frame.convert("RGBA")
    for row in missing:
        _fill_row(frame, row, missing if is_interlaced else None)
    share = len(missing) / frame.height
    note = _describe_filled(share, "rows") if missing and is_interlaced else _describe(share)
    return SalvagedImage(place_frame(frame, box, image.size), note)


def _shorten_last_block(data: bytes, at: int) -> bytes:
    """Give a block of pixels that is cut off the length that it has, or else its part would be lost."""
    while at < len(data) and data[at]:
        length = len(data) - at - 1
        if data[at] > length:
            return data[:at] + bytes((length,)) + data[at + 1 :]
        at += 1 + data[at]
    return data


def _remove_transparency(data: bytes, start: int) -> tuple[bytes, int | None]:
    """Return the GIF without the transparent colour of its first frame, and that colour."""
    at = data.rfind(_GIF_CONTROL, 0, start)
    if at < 0 or not data[at + 3] & 1:
        return data, None
    return data[: at + 3] + bytes((data[at + 3] & 0xFE,)) + data[at + 4 :], data[at + 6]


def _list_differing_rows(one: Image.Image, other: Image.Image) -> set[int]:
    difference = ImageChops.difference(*(Image.frombytes("L", image.size, image.tobytes()) for image in (one, other)))
    column = difference.point(lambda level: 255 if level else 0).reduce((difference.width, 1))
    return {row for row, level in enumerate(column.tobytes()) if level}


def _fill_row(frame: Image.Image, row: int, missing: set[int] | None) -> None:
    """Fill a missing row from the row above that stands for it, if it is interlaced, or else with white."""
    sources = (row - row % step for step in _GIF_STEPS)
    source = None if missing is None else next((above for above in sources if above not in missing), None)
    area = (0, row, frame.width, row + 1)
    if source is None:
        frame.paste("white", area)
    else:
        frame.paste(frame.crop((0, source, frame.width, source + 1)), area)


def _open(data: bytes, kind: str) -> Any:
    image = Image.open(io.BytesIO(data), formats=[kind])
    check_size(image.width, image.height)
    return image


def _load_part(image: Any) -> None:
    """Load the image; of damaged pixels what comes before the damage is kept."""
    try:
        image.load()
    except DECODER_ERRORS:
        image.tile = []
        image.load()


def _whiten_from(image: Image.Image, row: int) -> Image.Image:
    """Make the rows from this one on white."""
    if row >= image.height:
        return image
    if image.mode == "P":
        image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    image.paste(_WHITE.get(image.mode, "white"), (0, row, *image.size))
    return image


def _check_shown(share: float) -> None:
    if share < MIN_SHOWN:
        raise PermanentError("broken", f"not a whole photo: only {_percent(share)} of it is there")


def _describe(missing: float) -> str:
    if not missing:
        return "cut off or damaged, but none of its pixels are missing"
    return f"cut off or damaged: {_percent(missing)} of its rows are missing, and white"


def _describe_filled(missing: float, what: str) -> str:
    return f"cut off or damaged: {_percent(missing)} of its {what} are missing, and filled from others"


def _percent(share: float) -> str:
    return "less than 1 %" if 0 < share < 0.01 else f"{share:.0%}".replace("%", " %")
