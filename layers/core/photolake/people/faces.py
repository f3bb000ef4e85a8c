"""Faces as Rekognition reports them: where they are, and how similar to the face of the portrait.

https://docs.aws.amazon.com/rekognition/latest/APIReference/API_ComparedFace.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True)
class Box:
    """A box in an upright image, in shares of its width and height; a face at the edge may reach outside 0 to 1."""

    left: float
    top: float
    width: float
    height: float

    @classmethod
    def from_response(cls, box: Mapping[str, float]) -> Self:
        """Read a BoundingBox."""
        return cls(box["Left"], box["Top"], box["Width"], box["Height"])

    def scale(self, width: int, height: int) -> tuple[int, int, int, int]:
        """Return left, top, right and bottom in pixels of an image of this size."""
        right, bottom = (self.left + self.width) * width, (self.top + self.height) * height
        return round(self.left * width), round(self.top * height), round(right), round(bottom)

    def widen(self, share: float) -> Box:
        """Return the box with `share` of its size added on each side."""
        return Box(
            self.left - share * self.width,
            self.top - share * self.height,
            self.width * (1 + 2 * share),
            self.height * (1 + 2 * share),
        )


@dataclass(frozen=True)
class ComparedFace:
    """A face of a photo; `similarity` is 0 to 100, None if Rekognition did not return the face as a match."""

    box: Box
    similarity: float | None


PhotoFaces = tuple[ComparedFace, ...]
"""All faces of one photo, the largest first; none if it shows no face."""


def order_faces(faces: Iterable[ComparedFace]) -> PhotoFaces:
    """Order faces from the largest to the smallest, as Rekognition ranks them too; equal ones from left to right."""
    return tuple(sorted(faces, key=lambda face: (-face.box.width * face.box.height, face.box.left, face.box.top)))
