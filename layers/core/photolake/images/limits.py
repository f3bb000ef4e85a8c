"""The sizes of images: what Rekognition reads, and what is decoded at all.

Limits: https://docs.aws.amazon.com/rekognition/latest/dg/limits.html.
"""

from __future__ import annotations

from threading import Lock

from photolake.errors import PermanentError

DECODING = Lock()
"""Held by a thread that decodes a photo: one of 50 megapixels takes several hundred megabytes."""
MIN_SIDE = 80
MAX_SIDE = 10_000
MAX_BYTES = 5_242_880
MAX_OBJECT_BYTES = 15 * 1024 * 1024
"""The limit of an image that Rekognition reads from S3 itself."""
MAX_PIXELS = 50_000_000
RULES = 2
"""Which rules a photo is read by; a photo that was refused by earlier ones is read again when it comes again."""
_DECIDED_BY_RULES = frozenset({"broken", "unsupported_format", "too_small", "too_large"})


def check_size(width: int, height: int) -> None:
    """PermanentError for a photo of so many pixels: `too_small`, `too_large`."""
    if min(width, height) < MIN_SIDE:
        raise PermanentError("too_small", f"{width}x{height} pixels; Rekognition needs {MIN_SIDE} on each side")
    if width * height > MAX_PIXELS:
        raise PermanentError("too_large", f"{width}x{height} pixels are more than {MAX_PIXELS // 1_000_000} megapixels")
    if min(width, height) * MAX_SIDE < MIN_SIDE * max(width, height):
        raise PermanentError("too_large", f"{width}x{height} pixels do not fit between {MIN_SIDE} and {MAX_SIDE}")


def is_outdated(status: str, rules: int) -> bool:
    """Whether a photo was refused by rules that are not those of today, for a reason that they decide."""
    return rules < RULES and status in _DECIDED_BY_RULES
