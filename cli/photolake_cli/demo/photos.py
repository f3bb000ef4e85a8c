"""The demo's photos: real ones from installed packages, drawn posters, and files that are not usable photos."""

from __future__ import annotations

import io
from collections.abc import Mapping
from importlib.metadata import files
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

HOST = "https://pbs.twimg.com/media"

# File in the demo's folder -> (package that contains it, file in the package). Licences: public domain (NASA, US Navy),
# CC0 and BSD (see scikit-image's data documentation), CC BY 2.0 (scikit-learn's china and flower).
REAL: Mapping[str, tuple[str, str]] = {
    "astronaut.png": ("scikit-image", "astronaut.png"),
    "cat.png": ("scikit-image", "chelsea.png"),
    "coffee.png": ("scikit-image", "coffee.png"),
    "coins.png": ("scikit-image", "coins.png"),
    "grass.png": ("scikit-image", "grass.png"),
    "hubble.jpg": ("scikit-image", "hubble_deep_field.jpg"),
    "moon.png": ("scikit-image", "moon.png"),
    "motorcycle.png": ("scikit-image", "motorcycle_left.png"),
    "page.png": ("scikit-image", "page.png"),
    "rocket.jpg": ("scikit-image", "rocket.jpg"),
    "text.png": ("scikit-image", "text.png"),
    "pagoda.jpg": ("scikit-learn", "china.jpg"),
    "flower.jpg": ("scikit-learn", "flower.jpg"),
    "officer.jpg": ("matplotlib", "grace_hopper.jpg"),
}

POSTERS: Mapping[str, tuple[str, ...]] = {
    "poster_market.jpg": ("FARMERS MARKET", "SATURDAY 9 AM", "OLD TOWN SQUARE"),
    "poster_sale.jpg": ("SUMMER SALE", "50% OFF", "THIS WEEK ONLY"),
    "poster_gate.jpg": ("GATE B12", "BOARDING", "SEAT 24A"),
    "poster_exhibition.jpg": ("MOON AND STARS", "UNTIL 12 JUNE", "CITY MUSEUM"),
}

WEBP, TINY, BROKEN, NOT_AN_IMAGE = "coffee.webp", "pixel.png", "broken.jpg", "page.html.jpg"

GONE = f"{HOST}/gone.jpg"
BLOCKED = "https://photos.example.org/elsewhere.jpg"


def photo_url(name: str) -> str:
    """The URL of this file in the synthetic posts."""
    return f"{HOST}/{Path(name).name}"


def write_photos(folder: Path) -> dict[str, str | int]:
    """Fill the folder and return what each URL answers: a file's name, or an HTTP status."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, (package, file) in REAL.items():
        (folder / name).write_bytes(read_packaged(package, file))
    for name, lines in POSTERS.items():
        (folder / name).write_bytes(draw_poster(lines))
    (folder / WEBP).write_bytes(_encode(Image.open(folder / "coffee.png"), "WEBP"))
    (folder / TINY).write_bytes(_encode(Image.new("RGB", (48, 48), "teal"), "PNG"))
    photo = (folder / "flower.jpg").read_bytes()
    (folder / BROKEN).write_bytes(photo[: len(photo) // 100])
    (folder / NOT_AN_IMAGE).write_bytes(b"<!doctype html><title>Not here any more</title>")
    names = [*REAL, *POSTERS, WEBP, TINY, BROKEN, NOT_AN_IMAGE]
    return {**{photo_url(name): name for name in names}, GONE: 404}


def read_packaged(package: str, file: str) -> bytes:
    """A data file of an installed package, found without importing it."""
    found = next((path for path in files(package) or [] if path.name == file), None)
    if found is None:
        raise FileNotFoundError(f"{package} no longer contains {file}")
    return found.read_binary()


def draw_poster(lines: tuple[str, ...]) -> bytes:
    """A poster with the lines in large letters, as JPEG."""
    image = Image.new("RGB", (900, 600), "#f4efe4")
    draw = ImageDraw.Draw(image)
    draw.rectangle((30, 30, 870, 570), outline="#b23a2e", width=10)
    for row, line in enumerate(lines):
        font = ImageFont.load_default(84 if row == 0 else 64)
        draw.text((450, 150 + 150 * row), line, font=font, fill="#22313f", anchor="mm")
    return _encode(image, "JPEG")


def _encode(image: Image.Image, format_name: str) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, format_name)
    return buffer.getvalue()
