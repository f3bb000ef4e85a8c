"""Quality and dominant colours of a picture, computed from its pixels."""

from __future__ import annotations

from collections import Counter
from functools import cache
from importlib.metadata import version
from typing import TYPE_CHECKING

import cv2
import numpy as np
from PIL import Image, ImageColor

from laptop_cloud.engines import luma
from laptop_cloud.engines.results import DominantColor, ImageProperties

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from laptop_cloud.engines.decoded_image import DecodedImage

RGB = tuple[int, int, int]
# https://docs.aws.amazon.com/rekognition/latest/APIReference/API_DetectLabelsImagePropertiesSettings.html
MAX_COLORS = 20
MEASURED_SIDE = 128
# Rekognition does not publish the twelve names it simplifies to. These are the eleven basic colour words of English,
# each with shades of it that CSS has a name for.
SHADES = {
    "black": ("black",),
    "blue": ("midnightblue", "blue", "royalblue", "steelblue", "lightblue"),
    "brown": ("saddlebrown", "sienna", "peru", "tan"),
    "green": ("darkgreen", "green", "olivedrab", "lightgreen"),
    "grey": ("dimgrey", "grey", "silver", "lightgrey"),
    "orange": ("darkorange", "orange"),
    "pink": ("hotpink", "pink"),
    "purple": ("indigo", "purple", "plum"),
    "red": ("darkred", "red"),
    "white": ("white",),
    "yellow": ("yellow", "gold", "khaki"),
}


class PixelStatistics:
    """Measures brightness, sharpness, contrast, and up to 20 dominant colours."""

    @property
    def version(self) -> str:
        return f"local-1 (Pillow {version('pillow')})"

    def __call__(self, picture: DecodedImage) -> ImageProperties:
        return ImageProperties(
            brightness=luma.measure_brightness(picture.pixels),
            sharpness=luma.measure_sharpness(picture.pixels),
            contrast=luma.measure_contrast(picture.pixels),
            colors=find_dominant_colors(picture.shrunk(MEASURED_SIDE)),
        )


def find_dominant_colors(pixels: NDArray[np.uint8]) -> tuple[DominantColor, ...]:
    """Up to 20 colours, largest share first: a palette fitted to the pixels by median cut and k-means.

    Palette colours with the same nearest CSS name are one; it has the value of the largest of them.
    """
    reduced = Image.fromarray(pixels).quantize(MAX_COLORS, method=Image.Quantize.MEDIANCUT, kmeans=5)
    palette = np.asarray(reduced.getpalette(), dtype=np.uint8).reshape(-1, 3)
    counts = sorted(((count, index) for index, count in enumerate(reduced.histogram()) if count), reverse=True)
    values: dict[str, NDArray[np.uint8]] = {}
    pixels_of: Counter[str] = Counter()
    for count, index in counts:
        name = _find_nearest_name(palette[index], list_css_colors())
        values.setdefault(name, palette[index])
        pixels_of[name] += count
    return tuple(
        _build_color(values[name], name, count / pixels_of.total() * 100) for name, count in pixels_of.most_common()
    )


def _build_color(rgb: NDArray[np.uint8], css_name: str, percent: float) -> DominantColor:
    red, green, blue = (int(channel) for channel in rgb)
    return DominantColor(red, green, blue, css_name, _find_nearest_name(rgb, list_simple_colors()), percent)


@cache
def list_css_colors() -> dict[RGB, str]:
    """What each colour of CSS is called; of the two spellings of grey the one that Rekognition uses."""
    return {ImageColor.getrgb(name)[:3]: name for name in ImageColor.colormap if "gray" not in name}


@cache
def list_simple_colors() -> dict[RGB, str]:
    """The basic colour word of each shade."""
    return {ImageColor.getrgb(shade)[:3]: name for name, shades in SHADES.items() for shade in shades}


def _find_nearest_name(rgb: NDArray[np.uint8], names: Mapping[RGB, str]) -> str:
    anchors = np.array(list(names), dtype=np.uint8)
    distances = np.linalg.norm(_convert_to_lab(anchors) - _convert_to_lab(rgb.reshape(1, 3)), axis=1)
    return list(names.values())[int(distances.argmin())]


def _convert_to_lab(rgb: NDArray[np.uint8]) -> NDArray[np.float32]:
    """CIELAB, in which equal distances look about equally far apart."""
    return np.asarray(cv2.cvtColor((rgb.astype(np.float32) / 255)[None], cv2.COLOR_RGB2LAB)[0], dtype=np.float32)
