"""Layers of convolutional networks in numpy, which is fast enough for small ones: no runtime, no conversion of formats.

An image is an array of rows, columns, channels.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import threadpoolctl
from numpy.lib.stride_tricks import sliding_window_view

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float32]

# The products here are too small to share: a second thread never made them faster, and four times slower while other
# processes were busy.
threadpoolctl.threadpool_limits(limits=1, user_api="blas")


def convolve(image: Array, filters: Array, bias: Array | float = 0.0, stride: int = 1) -> Array:
    """A convolution without padding; `filters` is rows, columns, channels in, channels out."""
    rows, columns, channels, filters_out = filters.shape
    windows = sliding_window_view(image, (rows, columns), axis=(0, 1))[::stride, ::stride]
    patches = windows.transpose(0, 1, 3, 4, 2).reshape(-1, rows * columns * channels)
    result: Array = patches @ filters.reshape(-1, filters_out) + bias
    return result.reshape(*windows.shape[:2], filters_out)


def convolve_depthwise(image: Array, filters: Array, stride: int = 1) -> Array:
    """A convolution of each channel by itself, without padding; `filters` is rows, columns, channels, 1."""
    rows, columns = filters.shape[:2]
    windows = sliding_window_view(image, (rows, columns), axis=(0, 1))[::stride, ::stride]
    result: Array = np.einsum("ijcrs,rsc->ijc", windows, filters[..., 0])
    return result


def pad(image: Array, before: int, after: int) -> Array:
    """The image with zeros around it: `before` above and to the left, `after` below and to the right."""
    return np.pad(image, ((before, after), (before, after), (0, 0)))


def pool_maximum(image: Array, size: int, stride: int) -> Array:
    """The maximum of each channel in windows, without padding."""
    result: Array = sliding_window_view(image, (size, size), axis=(0, 1))[::stride, ::stride].max(axis=(3, 4))
    return result


def pool_mean(image: Array, size: int) -> Array:
    """The mean of each channel in windows that touch each other; what fills no window is left out."""
    rows, columns, channels = image.shape[0] // size, image.shape[1] // size, image.shape[2]
    windows = image[: rows * size, : columns * size].reshape(rows, size, columns, size, channels)
    result: Array = windows.mean(axis=(1, 3))
    return result


def rectify(image: Array) -> Array:
    """Negative numbers become 0."""
    return np.maximum(image, np.float32(0))
