"""The photo with what was found drawn into it: boxes, outlines of text, landmarks and names."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PIL import Image, ImageDraw, ImageFont

from photolake_cli.errors import CommandError

if TYPE_CHECKING:
    from photolake.images.rendition import Rendition
    from photolake.rows.types import AnalysisRow

Json = Mapping[str, Any]
Point = tuple[float, float]
Area = tuple[float, float, float, float]

MIN_SIDE, MAX_SIDE = 800, 2000
"""The longer side of the drawing, in pixels: a smaller photo is enlarged, a larger one reduced."""
FORMATS = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".webp": "WEBP"}
_FONT_SIZE = 16
_LINE = 3
_DOT = 3
_PADDING = 3
_YELLOW, _BLUE, _GREEN, _PINK, _ORANGE = "#ffd400", "#4cc9ff", "#7cff6b", "#ff7ad9", "#ff9f43"


@dataclass(frozen=True)
class Mark:
    """Something to draw: its outline and landmarks, in shares of the photo, its name and its colour."""

    outline: Sequence[Point]
    name: str
    color: str
    dots: Sequence[Point] = ()


def check_target(path: Path, source: str) -> None:
    """CommandError unless the annotated photo can be written to `path`."""
    if path.suffix.lower() not in FORMATS:
        raise CommandError(f"The format of {path} is not known: name it .png, .jpg or .webp")
    if path.exists() and Path(source).exists() and path.samefile(source):
        raise CommandError(f"{path} is the photo itself. Name another file")
    if not path.parent.is_dir():
        raise CommandError(f"There is no folder {path.parent}")


def write_annotated(rendition: Rendition, row: AnalysisRow, path: Path) -> None:
    """Draw what the row has into the rendition, and write it; CommandError if it cannot be written."""
    with Image.open(io.BytesIO(rendition.body)) as image:
        drawn = draw_marks(image.convert("RGB"), list(list_marks(row["image_labels"] or {})))
    buffer = io.BytesIO()
    drawn.save(buffer, FORMATS[path.suffix.lower()])
    try:
        path.write_bytes(buffer.getvalue())
    except OSError as error:
        raise CommandError(f"{path} cannot be written: {error.strerror}") from error


def list_marks(labels: Json) -> Iterator[Mark]:
    """What has a place in the photo, in the order of drawing."""
    for label in labels.get("labels") or []:
        for thing in label.get("instances") or []:
            yield Mark(_corners(thing), _name(label["name"], thing.get("confidence")), _YELLOW)
    lines = [found for found in labels.get("textdetections") or [] if found.get("type") == "LINE"]
    for number, line in enumerate(lines, 1):
        geometry = line.get("geometry") or {}
        polygon = [(point["x"], point["y"]) for point in geometry.get("polygon") or []]
        # Its words would cover other lines; the report has them by this number.
        yield Mark(polygon or _corners(geometry), f"line {number}", _GREEN)
    for label in labels.get("customlabels") or []:
        geometry = label.get("geometry") or {}
        yield Mark(_corners(geometry), _name(label["name"], label.get("confidence")), _ORANGE)
    for number, face in enumerate(labels.get("facedetails") or [], 1):
        yield Mark(_corners(face), _name_face(number, face), _BLUE, _landmarks(face))
    for known in (labels.get("celebrityrecognition") or {}).get("celebrityfaces") or []:
        face = known.get("face") or {}
        yield Mark(_corners(face), _name(known["name"], known.get("matchconfidence")), _PINK)


def draw_marks(image: Image.Image, marks: Sequence[Mark]) -> Image.Image:
    """Draw the marks into a copy of a size at which names are legible.

    Every line is coloured on black, and every name stands on black, so that they show on light and on dark. Names do
    not cover each other where there is room.
    """
    longer = max(image.size)
    scale = min(max(longer, MIN_SIDE), MAX_SIDE) / longer
    drawn = image.resize((max(1, round(image.width * scale)), max(1, round(image.height * scale))))
    canvas, font, taken = ImageDraw.Draw(drawn), ImageFont.load_default(_FONT_SIZE), list[Area]()
    places = [(mark, [(x * drawn.width, y * drawn.height) for x, y in mark.outline]) for mark in marks]
    for mark, outline in places:
        if outline:
            canvas.line([*outline, outline[0]], "black", _LINE + 2, joint="curve")
            canvas.line([*outline, outline[0]], mark.color, _LINE, joint="curve")
        for x, y in mark.dots:
            center = (x * drawn.width, y * drawn.height)
            canvas.circle(center, _DOT + 1, "black")
            canvas.circle(center, _DOT, mark.color)
    for mark, outline in places:
        if outline:
            taken.append(_draw_name(canvas, font, mark, outline, drawn.size, taken))
    return drawn


def _draw_name(
    canvas: ImageDraw.ImageDraw,
    font: Any,
    mark: Mark,
    outline: Sequence[Point],
    size: tuple[int, int],
    taken: Sequence[Area],
) -> Area:
    """Draw the name above the outline, or else below, or inside, and return the area that it takes."""
    name = "".join(letter for letter in mark.name if letter.isprintable())[:60]
    width = canvas.textlength(name, font) + 2 * _PADDING
    height = _FONT_SIZE + 2 * _PADDING
    left, top = min(x for x, _ in outline), min(y for _, y in outline)
    bottom = max(y for _, y in outline)
    x = min(max(left, 0), max(size[0] - width, 0))
    rows = (top - height, bottom, top, bottom - height, *(top + height * step for step in range(1, 8)))
    areas = [(x, y, x + width, y + height) for y in (min(max(row, 0), size[1] - height) for row in rows)]
    area = next((area for area in areas if not any(_overlap(area, other) for other in taken)), areas[0])
    canvas.rectangle(area, "black")
    canvas.text((area[0] + _PADDING, area[1] + _PADDING - 1), name, mark.color, font)
    return area


def _overlap(one: Area, other: Area) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _corners(thing: Json) -> list[Point]:
    """The corners of its box, or none; Rekognition's boxes may reach beyond the photo, which are cut there."""
    box = thing.get("boundingbox") or {}
    if any(box.get(edge) is None for edge in ("left", "top", "width", "height")):
        return []
    left, top = max(box["left"], 0), max(box["top"], 0)
    right, bottom = min(box["left"] + box["width"], 1), min(box["top"] + box["height"], 1)
    return [(left, top), (right, top), (right, bottom), (left, bottom)]


def _landmarks(face: Json) -> list[Point]:
    return [(point["x"], point["y"]) for point in face.get("landmarks") or []]


def _name(name: Any, confidence: float | None) -> str:
    return str(name) if confidence is None else f"{name} {confidence:.0f}"


def _name_face(number: int, face: Json) -> str:
    gender, age = face.get("gender") or {}, face.get("agerange") or {}
    words = [f"face {number}", gender.get("value"), f"{age['low']}-{age['high']}" if age else None]
    return " ".join(word for word in words if word)
