"""A photo as received, decoded: its first frame, upright, with its colour space and notes on what had to be done."""

from __future__ import annotations

import io
import warnings
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PIL import Image, ImageChops, ImageOps

from photolake.errors import PermanentError
from photolake.images import png_file
from photolake.images.colour_space import find_colour_space, to_srgb
from photolake.images.damage import DECODER_ERRORS, describe_decoder_error, salvage
from photolake.images.first_frame import load_first_frame
from photolake.images.jpeg_file import MAX_SCANS, has_too_many_scans
from photolake.images.limits import MAX_PIXELS, check_size

if TYPE_CHECKING:
    from photolake.images.colour_space import ColourSpace

TOO_MANY_PIXELS = (Image.DecompressionBombError, Image.DecompressionBombWarning)
_SCALABLE_MODES = frozenset({"CMYK", "L", "LA", "RGB", "RGBA"})


@dataclass(frozen=True)
class DecodedPhoto:
    """The first frame, upright; `note` says what cannot be seen in it: damage, or that HDR was lost.

    `is_as_stored`: its pixels stand in the file as they are here, so that another program sees the same.
    """

    image: Image.Image
    space: ColourSpace | None
    depth: int
    note: str | None
    is_as_stored: bool

    def draw(self, side: int | None = None) -> Image.Image:
        """Draw it in sRGB without metadata, on white where it is transparent; no side longer than `side`."""
        image = self.image
        if side is not None and image.mode in _SCALABLE_MODES:  # otherwise a palette's colours would be mixed
            image.thumbnail((side, side))
        drawn = _draw_on_white(image, self.space, self.depth)
        if side is not None:
            drawn.thumbnail((side, side))
        return drawn


def decode_photo(data: bytes, kind: str, side: int | None = None) -> DecodedPhoto:
    """Decode a photo; a JPEG only as large as twice the `side` needs.

    PermanentError: `too_small`, `too_large`, `broken`.
    """
    image, damage = _load(data, kind, side)
    space = find_colour_space(image, kind, data)
    header = png_file.read_header(data) if kind == "PNG" else None
    lost = f"HDR ({space.hdr}), tone-mapped to sRGB" if space and space.hdr else None
    is_turned = _turn_upright(image)
    note = "; ".join(filter(None, (damage, lost))) or None
    return DecodedPhoto(image, space, header.depth if header else 8, note, not (damage or is_turned))


def _load(data: bytes, kind: str, side: int | None) -> tuple[Image.Image, str | None]:
    """Load the first frame, as far as it can be decoded, and say what is wrong with it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # such as those on odd EXIF
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            image = _load_whole(data, kind, side)
            if kind != "PNG" or png_file.is_whole(data):
                return image, None
            cause = "chunks are missing or damaged"
        except TOO_MANY_PIXELS as error:
            message = f"more than {MAX_PIXELS // 1_000_000} megapixels ({error})"
            raise PermanentError("too_large", message) from error
        except DECODER_ERRORS as error:
            cause = describe_decoder_error(error)  # the error itself would keep what was read so far
        salvaged = salvage(data, kind)
    if salvaged is None:
        raise PermanentError("broken", f"not a whole {kind}: {cause}")
    return salvaged.image, salvaged.note


def _load_whole(data: bytes, kind: str, side: int | None) -> Image.Image:
    image: Any = Image.open(io.BytesIO(data), formats=[kind])
    check_size(image.width, image.height)
    if kind == "JPEG" and has_too_many_scans(data):
        raise PermanentError("too_large", f"a JPEG of more than {MAX_SCANS} scans, each of which draws all pixels anew")
    if side is not None:
        image.draft(None, (2 * side, 2 * side))
    return load_first_frame(image, kind, data)


def _turn_upright(image: Image.Image) -> bool:
    """Turn the image as its EXIF or XMP says, and return whether it had to be; an unreadable note counts as none."""
    pixels = image.im
    with warnings.catch_warnings(), suppress(*DECODER_ERRORS):
        warnings.simplefilter("ignore")
        ImageOps.exif_transpose(image, in_place=True)
    return image.im is not pixels


def _draw_on_white(image: Image.Image, space: ColourSpace | None, depth: int) -> Image.Image:
    """As X and browsers show what is transparent."""
    if image.mode == "P" and image.has_transparency_data:
        image = image.convert("RGBA")
    alpha = _find_alpha(image, depth)
    drawn = to_srgb(_to_opaque(image), space)
    canvas = Image.new("RGB", image.size, "white")
    canvas.paste(drawn, mask=alpha)
    return canvas


def _to_opaque(image: Image.Image) -> Image.Image:
    """The same colours in a mode with neither transparency nor palette nor more than 8 bits."""
    if image.mode.startswith("I"):
        return image.convert("I").point(lambda level: level / 256).convert("L")
    if image.mode == "LA":
        return image.getchannel("L")
    return image if image.mode in ("1", "L", "CMYK") else image.convert("RGB")


def _find_alpha(image: Image.Image, depth: int) -> Image.Image | None:
    """How opaque each pixel is; None if all are, wholly."""
    if image.mode in ("LA", "RGBA"):
        return image.getchannel("A")
    key = image.info.get("transparency")
    if key is None:
        return None
    if image.mode == "I;16":
        # Its bytes alternate, the lower one first.
        planes = [Image.frombytes("L", image.size, image.tobytes()[at::2]) for at in (0, 1)]
        return _mask_others(planes, (key & 0xFF, key >> 8))
    if image.mode == "RGB":
        return _mask_others(image.split(), [value >> 8 if depth == 16 else value for value in key])
    # Pillow spreads fewer bits over 0 to 255, but not the number that is transparent; of one bit it does.
    scale = 255 // (2**depth - 1) if depth in (2, 4) else 1
    return _mask_others([image.convert("L")], [key * scale])


def _mask_others(channels: Any, values: Any) -> Image.Image | None:
    """A mask of the pixels that differ in any channel from its value."""
    mask = None
    for channel, value in zip(channels, values, strict=True):
        differs = channel.point([0 if level == value else 255 for level in range(256)])
        mask = differs if mask is None else ImageChops.lighter(mask, differs)
    return mask
