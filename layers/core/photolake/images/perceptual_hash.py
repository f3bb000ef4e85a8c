"""The perceptual hash: 64 bits that stay the same when a photo is scaled or compressed again."""

from __future__ import annotations

import io

import dhash
from PIL import Image

_SIZE = 8
# JPEG decodes at a fraction of its size when asked to: the same hash for a fraction of the time and memory.
_DRAFT = (512, 512)


def perceptual_hash(data: bytes) -> str | None:
    """Return the 64-bit difference hash of an image as 16 hex digits; None for bytes that do not decode."""
    try:
        with Image.open(io.BytesIO(data)) as image:
            image.draft("L", _DRAFT)
            greys = _draw_on_white(image).convert("L").resize((_SIZE + 1, _SIZE + 1), Image.Resampling.LANCZOS)
    except (OSError, SyntaxError):
        return None
    # dhash reads grey values from Pillow by a method that is deprecated there, so it gets the values.
    rows, _ = dhash.dhash_row_col(list(greys.tobytes()), _SIZE)
    return f"{rows:016x}"


def _draw_on_white(image: Image.Image) -> Image.Image:
    if not image.has_transparency_data:
        return image
    layer = image.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", layer.size, "white"), layer)
