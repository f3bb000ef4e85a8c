"""The first frame of an animation, where it lies on its canvas, which is transparent around it as in browsers."""

from __future__ import annotations

from typing import Any

from PIL import Image

Box = tuple[int, int, int, int]


def load_first_frame(image: Any, kind: str, data: bytes) -> Image.Image:
    """Load the first frame that an animation shows; what it leaves free of the canvas is transparent.

    `image` is opened and not loaded. A PNG may have a default image for programs without animation: then its first
    frame is the next one.
    """
    if kind == "PNG" and image.info.get("default_image") and getattr(image, "n_frames", 1) > 1:
        image.load()
        image.seek(1)
        box: Box | None = image.info["bbox"]
    else:
        box = find_box(image, kind, data)
    image.load()
    if box is None or box == (0, 0, *image.size):
        return image  # type: ignore[no-any-return]
    return place_frame(image.crop(box), box, image.size)


def place_frame(frame: Image.Image, box: Box, size: tuple[int, int]) -> Image.Image:
    """Put a frame into its box on a transparent canvas."""
    canvas = Image.new("RGBA", size, (255, 255, 255, 0))
    canvas.paste(frame.convert("RGBA"), box[:2])
    canvas.info = {name: value for name, value in frame.info.items() if name != "transparency"}
    return canvas


def find_box(image: Any, kind: str, data: bytes) -> Box | None:
    """Find the box of the first frame in a GIF that is not loaded, or an animated WebP; None if it fills the canvas."""
    if kind == "GIF" and image.tile:
        box: Box = image.tile[0][1]
        return box
    if kind == "WEBP" and image.n_frames > 1:
        return _find_webp_box(data)
    return None


def _find_webp_box(data: bytes) -> Box | None:
    """Read the head of the first ANMF chunk (https://developers.google.com/speed/webp/docs/riff_container)."""
    at = 12
    while at + 24 <= len(data):
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        if data[at : at + 4] == b"ANMF":
            left, top, width, height = (
                int.from_bytes(data[at + 8 + 3 * number : at + 11 + 3 * number], "little") for number in range(4)
            )
            return 2 * left, 2 * top, 2 * left + width + 1, 2 * top + height + 1
        at += 8 + size + size % 2
    return None
