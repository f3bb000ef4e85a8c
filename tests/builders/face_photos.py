"""Photos with painted faces: a square of one colour is a face, and the colour says whose."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

from PIL import Image

PEOPLE = ("ric", "ann", "bob", "eve")
BLUE = 77
"""Only squares with this much blue are faces."""


@dataclass(frozen=True)
class PaintedFace:
    """A face of `side` pixels; faces of one person differ a little by `look`, 0 to 9."""

    person: str
    left: int = 30
    top: int = 30
    side: int = 40
    look: int = 0

    @property
    def color(self) -> tuple[int, int, int]:
        return 10 * (1 + PEOPLE.index(self.person)), 10 * self.look, BLUE


def draw_photo(*faces: PaintedFace, size: tuple[int, int] = (160, 120), kind: str = "PNG", **options: Any) -> bytes:
    """A photo as the bytes of a file."""
    image = Image.new("RGB", size, "white")
    for face in faces:
        image.paste(face.color, (face.left, face.top, face.left + face.side, face.top + face.side))
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()
