"""Cuts faces out of a picture, turned and scaled so that eyes, nose and mouth stand in the same places."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from laptop_cloud.engines.decoded_image import DecodedImage
    from laptop_cloud.engines.results import Face

# Where dlib's mean face has them, in the square that holds its eyebrows, eyes, nose and mouth; an eye is the middle of
# its six points. https://github.com/davisking/dlib/blob/master/dlib/image_transforms/interpolation.h
MEAN_FACE = {
    "eyeLeft": (0.2255, 0.2160),
    "eyeRight": (0.7548, 0.2160),
    "nose": (0.4901, 0.5156),
    "mouthLeft": (0.2541, 0.7802),
    "mouthRight": (0.7261, 0.7802),
}
# Below this scale, single pixels would be picked out of many: the picture is shrunk first.
MIN_SCALE = 0.5


def cut_face(picture: DecodedImage, face: Face, size: int, padding: float) -> NDArray[np.uint8]:
    """The face on `size` x `size` RGB pixels; `padding` is the margin around the mean face, as a part of its width."""
    pixels = picture.pixels
    transform = _fit_transform(pixels, face, size, padding)
    scale = float(np.hypot(transform[0, 0], transform[1, 0]))
    if scale < MIN_SCALE:
        pixels = picture.shrunk(max(1, round(max(picture.width, picture.height) * scale)))
        transform = _fit_transform(pixels, face, size, padding)
    return np.asarray(cv2.warpAffine(pixels, transform, (size, size), flags=cv2.INTER_LINEAR), dtype=np.uint8)


def _fit_transform(pixels: NDArray[np.uint8], face: Face, size: int, padding: float) -> NDArray[np.float64]:
    """The turn, scale and shift that bring the landmarks nearest to the mean face, by least squares.

    A point is one complex number, so that turning and scaling it is one multiplication.
    """
    height, width = pixels.shape[:2]
    found = np.array([complex(face.landmarks[name].x * width, face.landmarks[name].y * height) for name in MEAN_FACE])
    wanted = np.array([complex(*place) + padding * (1 + 1j) for place in MEAN_FACE.values()]) * size / (1 + 2 * padding)
    (turn, shift), *_ = np.linalg.lstsq(np.stack([found, np.ones_like(found)], axis=1), wanted, rcond=None)
    return np.array([[turn.real, -turn.imag, shift.real], [turn.imag, turn.real, shift.imag]])
