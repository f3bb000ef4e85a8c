"""What is seen on the screen, pixel by pixel."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from PIL import Image, ImageChops

from tests.page.lake import MARK

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

_TOLERANCE = 90


def take_screenshot(target: Page | Locator) -> Image.Image:
    """The page as far as it is in the window, or an element."""
    return Image.open(io.BytesIO(target.screenshot())).convert("RGB")


def find_mark(image: Image.Image, within: tuple[float, float, float, float]) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of the pixels with the colour of the mark; all are in pixels of the whole image."""
    left, top = int(within[0]), int(within[1])
    part = image.crop((left, top, int(within[2]), int(within[3])))
    far = ImageChops.difference(part, Image.new("RGB", part.size, MARK))
    red, green, blue = far.point(lambda value: 255 if value < _TOLERANCE else 0).split()
    box = ImageChops.multiply(ImageChops.multiply(red, green), blue).getbbox()
    assert box is not None, "the mark is not in sight"
    return box[0] + left, box[1] + top, box[2] + left, box[3] + top


def measure_sharpness(image: Image.Image) -> int:
    """The greatest difference of two pixels side by side, 0 to 255, away from the edges of the image."""
    width, height = image.size
    grey = image.convert("L").crop((width // 8, height // 8, width - width // 8, height - height // 8))
    different = ImageChops.difference(grey, ImageChops.offset(grey, 1, 0)).crop((1, 0, *grey.size))
    _, greatest = different.getextrema()
    return int(greatest)  # type: ignore[arg-type]
