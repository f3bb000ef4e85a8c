"""The hard photos as photolake stores them and as Chromium draws them, measured, and drawn on two sheets to look at."""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PIL import Image, ImageChops, ImageDraw, ImageStat

from photolake.images.file_format import detect_format
from photolake.images.rendition import render

if TYPE_CHECKING:
    from playwright.sync_api import Page

COLUMNS = 10
_CELL = (172, 184)
_LARGE = 24
"""Of 255: a difference that anybody sees."""
# A canvas draws the first frame of an animation, in sRGB, also what a file that is cut off has.
_DRAW = """async ([data, mime]) => {
    const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
    const image = new Image();
    const settled = new Promise((resolve) => { image.onload = resolve; image.onerror = resolve; });
    image.src = URL.createObjectURL(new Blob([bytes], { type: mime }));
    await settled;
    const canvas = document.createElement("canvas");
    canvas.width = image.naturalWidth;
    canvas.height = image.naturalHeight;
    if (!canvas.width) return null;
    const pen = canvas.getContext("2d");
    pen.fillStyle = "white";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.drawImage(image, 0, 0);
    return canvas.toDataURL("image/png").split(",")[1];
}"""


@dataclass(frozen=True)
class ComparedPhoto:
    """One photo by photolake and by Chromium; `theirs` is None if Chromium shows nothing."""

    kind: str
    name: str
    ours: Image.Image
    theirs: Image.Image | None
    note: str | None

    @property
    def difference(self) -> tuple[float, float]:
        """The mean difference of the channels, 0 to 255, and the share of pixels that anybody sees to be different."""
        if self.theirs is None or self.theirs.size != self.ours.size:
            return 255.0, 1.0
        difference = ImageChops.difference(self.ours, self.theirs)
        red, green, blue = difference.split()
        histogram = ImageChops.lighter(ImageChops.lighter(red, green), blue).histogram()
        return sum(ImageStat.Stat(difference).mean) / 3, sum(histogram[_LARGE + 1 :]) / sum(histogram)


def compare(page: Page, kind: str, name: str, data: bytes) -> ComparedPhoto:
    """Render one photo, and let Chromium draw it."""
    rendition = render(data)
    ours = Image.open(io.BytesIO(rendition.body)).convert("RGB")
    drawn = page.evaluate(_DRAW, [base64.b64encode(data).decode(), f"image/{detect_format(data).lower()}"])
    theirs = Image.open(io.BytesIO(base64.b64decode(drawn))).convert("RGB") if drawn else None
    return ComparedPhoto(kind, name, ours, theirs, rendition.note)


def draw_sheet(photos: list[ComparedPhoto], *, by_chromium: bool) -> Image.Image:
    """Draw one side of all photos, in rows of COLUMNS, each with its name."""
    rows = -(-len(photos) // COLUMNS)
    sheet = Image.new("RGB", (COLUMNS * _CELL[0], rows * _CELL[1]), (90, 90, 90))
    pen = ImageDraw.Draw(sheet)
    for number, photo in enumerate(photos):
        left, top = number % COLUMNS * _CELL[0] + 6, number // COLUMNS * _CELL[1] + 4
        image = photo.theirs if by_chromium else photo.ours
        if image:
            sheet.paste(image, (left, top))
        words = photo.name.split("-")
        half = -(-len(words) // 2)
        pen.text((left, top + 161 if image and image.height > 120 else top + 122), "-".join(words[:half]))
        if words[half:] and (image is None or image.height <= 120):
            pen.text((left, top + 134), "-".join(words[half:]))
    return sheet
