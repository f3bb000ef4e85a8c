"""Brightness, sharpness and contrast, measured on the pixels."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import cv2
import numpy as np

from laptop_cloud.engines.decoded_image import shrink_pixels

if TYPE_CHECKING:
    from numpy.typing import NDArray

# The variance of the Laplacian depends on the size of the picture, so it is taken at one size. A variance of
# SHARP reads as 63; it was chosen by eye on the sample photos and is not calibrated against Rekognition.
MEASURED_SIDE = 512
SHARP = 400.0


def measure_brightness(pixels: NDArray[np.uint8]) -> float:
    """Mean luma in percent."""
    return float(_convert_to_luma(pixels).mean()) / 255 * 100


def measure_contrast(pixels: NDArray[np.uint8]) -> float:
    """Standard deviation of the luma in percent of the largest there can be (half black, half white)."""
    return float(_convert_to_luma(pixels).std()) / 127.5 * 100


def measure_sharpness(pixels: NDArray[np.uint8]) -> float:
    """100 * (1 - e^(-v / 400)), where v is the variance of the Laplacian of the luma."""
    edges = cv2.Laplacian(_convert_to_luma(shrink_pixels(pixels, MEASURED_SIDE)), cv2.CV_64F)
    return 100 * (1 - math.exp(-float(edges.var()) / SHARP))


def _convert_to_luma(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), dtype=np.uint8)
