"""A fingerprint that a photo keeps when it is scaled or compressed again."""

from __future__ import annotations

import io

import dhash
from PIL import Image

_SIZE = 8
# JPEG decodes at a fraction of its size when asked to: the same hash for a fraction of the time and memory.
_DRAFT = (512, 512)


def perceptual_hash(data: bytes) -> str | None:
    """The 64-bit difference hash of an image as 16 hex digits; None for bytes that do not decode."""
    try:
        with Image.open(io.BytesIO(data)) as image:
            image.draft("L", _DRAFT)
            greys = _on_white(image).convert("L").resize((_SIZE + 1, _SIZE + 1), Image.Resampling.LANCZOS)
    except (OSError, SyntaxError):
        return None
    # dhash gets the grey values, as its own way of reading them out of Pillow is deprecated there.
    rows, _ = dhash.dhash_row_col(list(greys.tobytes()), _SIZE)
    return f"{rows:016x}"


def _on_white(image: Image.Image) -> Image.Image:
    if not image.has_transparency_data:
        return image
    layer = image.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", layer.size, "white"), layer)
