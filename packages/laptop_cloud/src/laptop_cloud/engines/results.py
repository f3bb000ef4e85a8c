"""Results of the image engines.

All places are fractions of the picture's width and height, counted from its upper left corner.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple


class Point(NamedTuple):
    """A place in the picture; 0 is its left or upper edge, 1 its right or lower edge."""

    x: float
    y: float


@dataclass(frozen=True)
class Box:
    """An upright rectangle."""

    left: float
    top: float
    width: float
    height: float

    @classmethod
    def around(cls, points: Sequence[Point]) -> Box:
        """The smallest box that holds the points."""
        left, top = min(p.x for p in points), min(p.y for p in points)
        return cls(left, top, max(p.x for p in points) - left, max(p.y for p in points) - top)


@dataclass(frozen=True)
class Face:
    """A face; confidence, brightness and sharpness run from 0 to 100, roll is in degrees, clockwise positive.

    `attributes` holds what else an engine knows of it, in Rekognition's own shape (`{"AgeRange": {"Low": 20, ...}}`).
    """

    box: Box
    confidence: float
    landmarks: Mapping[str, Point]
    roll: float
    brightness: float
    sharpness: float
    attributes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class FaceVector:
    """A face as numbers: the nearer two vectors lie, the likelier both faces are one person's."""

    face: Face
    values: tuple[float, ...]


@dataclass(frozen=True)
class Word:
    """One word of a line; the corners run clockwise from the upper left one as it is read."""

    text: str
    corners: tuple[Point, ...]


@dataclass(frozen=True)
class TextLine:
    """A line of text; confidence runs from 0 to 100, and its words have no other."""

    text: str
    confidence: float
    corners: tuple[Point, ...]
    words: tuple[Word, ...]


@dataclass(frozen=True)
class Instance:
    """One boxed occurrence of a label."""

    box: Box
    confidence: float


@dataclass(frozen=True)
class Label:
    """A label of the taxonomy of Rekognition's label model 3.0; one that is not in it may have no category."""

    name: str
    confidence: float
    category: str
    parents: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    instances: tuple[Instance, ...] = ()


@dataclass(frozen=True)
class DominantColor:
    """A colour with its share of the pixels in percent."""

    red: int
    green: int
    blue: int
    css_name: str
    simple_name: str
    pixel_percent: float


@dataclass(frozen=True)
class ImageProperties:
    """Computed from the pixels of the whole picture; qualities run from 0 to 100, colours come most frequent first."""

    brightness: float
    sharpness: float
    contrast: float
    colors: tuple[DominantColor, ...]
