"""Cuts a face out upright and at one size, as dlib does for its networks.

https://github.com/davisking/dlib/blob/v19.24/dlib/image_transforms/interpolation.h (get_face_chip_details)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from laptop_cloud.engines.decoded_image import DecodedImage
    from laptop_cloud.engines.results import Face

# Where dlib's chip without padding has the middle of the left eye, of the right eye, and the base of the nose.
_TEMPLATE = np.array([0.2273 + 0.2214j, 0.7528 + 0.2212j, 0.4901 + 0.6278j])
# The base lies this far from the tip of the nose towards the mouth, by dlib's own landmarks on five portraits.
_NOSE_BASE = 0.4
# Sampled finer and then shrunk, so that large faces do not flicker.
_OVERSAMPLING = 4


def cut_face_chip(picture: DecodedImage, face: Face, side: int, padding: float) -> NDArray[np.uint8]:
    """`side` times `side` RGB pixels around a face that has all five landmarks; black beyond the picture's edges.

    `padding` is the margin as a share of the template: 0.2 in dlib.
    """
    source = _locate_template(picture, face)
    target = (_TEMPLATE + complex(padding, padding)) / (2 * padding + 1) * side * _OVERSAMPLING
    size = (side * _OVERSAMPLING,) * 2
    fine = cv2.warpAffine(picture.pixels, _fit_similarity(source, target), size, flags=cv2.INTER_LINEAR)
    return np.asarray(cv2.resize(fine, (side, side), interpolation=cv2.INTER_AREA), dtype=np.uint8)


def _locate_template(picture: DecodedImage, face: Face) -> NDArray[np.complex128]:
    """The template's three points in pixels of the picture, as complex numbers x + iy."""
    marks = {name: place.x * picture.width + 1j * place.y * picture.height for name, place in face.landmarks.items()}
    mouth = (marks["mouthLeft"] + marks["mouthRight"]) / 2
    return np.array([marks["eyeLeft"], marks["eyeRight"], marks["nose"] + _NOSE_BASE * (mouth - marks["nose"])])


def _fit_similarity(source: NDArray[np.complex128], target: NDArray[np.complex128]) -> NDArray[np.float64]:
    """The turn, scale and shift that bring the source nearest to the target, by least squares, as a 2x3 matrix."""
    from_mean, to_mean = source - source.mean(), target - target.mean()
    factor = (from_mean.conj() * to_mean).sum() / max(float((abs(from_mean) ** 2).sum()), 1e-9)
    shift = target.mean() - factor * source.mean()
    return np.array([[factor.real, -factor.imag, shift.real], [factor.imag, factor.real, shift.imag]])
