"""The colour space of a photo: an ICC profile, numbers, or a gamma and chromaticities; and its pixels in sRGB."""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import Any

from PIL import Image, ImageCms

from photolake.images.coded_colours import CodedColours, read_codes, read_gamma
from photolake.images.isobmff import find_colour_codes
from photolake.images.png_file import find_chunk

# A difference of this many levels of 255 is not seen; sRGB's curve and a gamma of 2.2 differ by 8.
_SAME_COLOUR = 10
_STEPS = (0, 64, 128, 192, 255)
_CICP_FULL_RANGE = b"\0\1"
# What ImageCms raises on a profile that is damaged or of another colour space.
_BAD_PROFILE = (ImageCms.PyCMSError, OSError, ValueError, TypeError)


@dataclass(frozen=True)
class Profile:
    """The ICC profile of a file."""

    body: bytes

    @property
    def hdr(self) -> None:
        """ICC profiles of version 4 have no HDR."""
        return

    def is_srgb(self, mode: str) -> bool:
        """Whether pixels of this mode mean about what they mean in sRGB, or the profile is unreadable."""
        return _is_srgb(self.body, "L" if mode in ("1", "L", "LA") else "CMYK" if mode == "CMYK" else "RGB")

    def convert(self, image: Image.Image) -> Image.Image:
        """Return an RGB image in sRGB; a profile that does not fit counts as none."""
        return _apply(self.body, image) or image.convert("RGB")


ColourSpace = Profile | CodedColours


def find_colour_space(image: Image.Image, kind: str, data: bytes) -> ColourSpace | None:
    """Find the colour space that the file names, in the order that browsers follow; None means sRGB."""
    if kind == "PNG" and (codes := find_chunk(data, b"cICP")) and codes[2:4] == _CICP_FULL_RANGE:
        return read_codes(codes[0], codes[1])
    if profile := image.info.get("icc_profile"):
        return Profile(profile)
    if kind == "PNG" and "srgb" not in image.info:
        return read_gamma(image.info.get("gamma"), image.info.get("chromaticity"))
    if kind == "AVIF" and (found := find_colour_codes(data)):
        return read_codes(*found)
    return None


def is_srgb(space: ColourSpace | None, mode: str) -> bool:
    """Whether pixels of this mode mean in that space about what they mean in sRGB."""
    if isinstance(space, Profile):
        return space.is_srgb(mode)
    return space is None or space.is_srgb


def to_srgb(image: Image.Image, space: ColourSpace | None) -> Image.Image:
    """Return an image of mode 1, L, RGB or CMYK in sRGB, in mode RGB."""
    if isinstance(space, Profile):
        return space.convert(image)
    image = image.convert("RGB")
    return image if space is None or space.is_srgb else space.convert(image)


@lru_cache(maxsize=64)
def _is_srgb(body: bytes, mode: str) -> bool:
    channels = len(mode) if mode != "L" else 1
    samples = bytes(level for colour in product(_STEPS, repeat=channels) for level in colour)
    image = Image.frombytes(mode, (len(_STEPS) ** channels, 1), samples)
    converted = _apply(body, image)
    if converted is None:
        return True
    plain = image.convert("RGB").tobytes()
    return all(abs(one - other) <= _SAME_COLOUR for one, other in zip(converted.tobytes(), plain, strict=True))


def _apply(body: bytes, image: Image.Image) -> Image.Image | None:
    """Convert by the profile; None if it is damaged or of another colour space."""
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(body))
        space = source.profile.xcolor_space.strip()
        if space == "RGB" and image.mode in ("1", "L"):
            image = image.convert("RGB")
        target: Any = ImageCms.createProfile("sRGB")
        return ImageCms.profileToProfile(image, source, target, ImageCms.Intent.RELATIVE_COLORIMETRIC, outputMode="RGB")
    except _BAD_PROFILE:
        return None
