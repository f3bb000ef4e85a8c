"""Results of the engines in the shapes of Rekognition's responses."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from laptop_cloud.engines.results import Box, Face, ImageProperties, Label, Point, TextLine, Word

if TYPE_CHECKING:
    from laptop_cloud.services.rekognition.face_collections import IndexedFace


def shape_label(label: Label) -> dict[str, Any]:
    """A Label, with all the lists that label model 3.0 has, empty or not."""
    return {
        "Name": label.name,
        "Confidence": label.confidence,
        "Instances": [{"BoundingBox": shape_box(one.box), "Confidence": one.confidence} for one in label.instances],
        "Parents": [{"Name": name} for name in label.parents],
        "Aliases": [{"Name": name} for name in label.aliases],
        "Categories": [{"Name": label.category}] if label.category else [],
    }


def shape_properties(found: ImageProperties, max_colors: int) -> dict[str, Any]:
    """DetectLabelsImageProperties of the whole picture; nothing here tells foreground from background."""
    return {
        "Quality": {"Brightness": found.brightness, "Sharpness": found.sharpness, "Contrast": found.contrast},
        "DominantColors": [
            {
                "Red": color.red,
                "Green": color.green,
                "Blue": color.blue,
                "HexCode": f"#{color.red:02x}{color.green:02x}{color.blue:02x}",
                "CSSColor": color.css_name,
                "SimplifiedColor": color.simple_name,
                "PixelPercent": color.pixel_percent,
            }
            for color in found.colors[:max_colors]
        ],
    }


def shape_face(face: Face, asked: Collection[str]) -> dict[str, Any]:
    """A FaceDetail: the default attributes, and what else is known of those asked for (`AGE_RANGE`, `ALL`).

    Pose has no yaw and no pitch: five landmarks do not give them.
    """
    return {
        "BoundingBox": shape_box(face.box),
        "Landmarks": [{"Type": name, "X": place.x, "Y": place.y} for name, place in face.landmarks.items()],
        "Pose": {"Roll": face.roll},
        "Quality": {"Brightness": face.brightness, "Sharpness": face.sharpness},
        "Confidence": face.confidence,
        **{
            name: value for name, value in face.attributes.items() if "ALL" in asked or _to_constant_case(name) in asked
        },
    }


def shape_indexed_face(indexed: IndexedFace) -> dict[str, Any]:
    """A Face of a collection.

    `IndexFacesModelVersion` is left out: it allows digits and dots only, and a local version must say that it is local.
    """
    named = {"ExternalImageId": indexed.external_image_id} if indexed.external_image_id else {}
    return {
        "FaceId": indexed.face_id,
        "BoundingBox": shape_box(indexed.vector.face.box),
        "ImageId": indexed.image_id,
        "Confidence": indexed.vector.face.confidence,
        **named,
    }


def shape_text(lines: Sequence[TextLine], word_filter: Mapping[str, float]) -> list[dict[str, Any]]:
    """TextDetections: the lines first, then their words, which carry the confidence of their line.

    `word_filter` is DetectText's: words under its minimum confidence, width or height are left out, and lines of which
    no word remains.
    """
    kept = [replace(line, words=tuple(_filter_words(line, word_filter))) for line in lines] if word_filter else lines
    kept = [line for line in kept if line.words or not word_filter]
    words = [(parent, word) for parent, line in enumerate(kept) for word in line.words]
    return [
        *(
            {"DetectedText": line.text, "Type": "LINE", "Id": number, **_shape_geometry(line.corners, line.confidence)}
            for number, line in enumerate(kept)
        ),
        *(
            {
                "DetectedText": word.text,
                "Type": "WORD",
                "Id": number,
                "ParentId": parent,
                **_shape_geometry(word.corners, kept[parent].confidence),
            }
            for number, (parent, word) in enumerate(words, len(kept))
        ),
    ]


def _filter_words(line: TextLine, word_filter: Mapping[str, float]) -> Iterator[Word]:
    if line.confidence < word_filter.get("MinConfidence", 0):
        return
    for word in line.words:
        box = Box.around(word.corners)
        high = box.height >= word_filter.get("MinBoundingBoxHeight", 0)
        if high and box.width >= word_filter.get("MinBoundingBoxWidth", 0):
            yield word


def _shape_geometry(corners: Sequence[Point], confidence: float) -> dict[str, Any]:
    polygon = [{"X": corner.x, "Y": corner.y} for corner in corners]
    return {"Confidence": confidence, "Geometry": {"BoundingBox": shape_box(Box.around(corners)), "Polygon": polygon}}


def shape_box(box: Box) -> dict[str, float]:
    """A BoundingBox."""
    return {"Width": box.width, "Height": box.height, "Left": box.left, "Top": box.top}


def _to_constant_case(name: str) -> str:
    return "".join(f"_{letter}" if letter.isupper() else letter for letter in name).lstrip("_").upper()
