"""Photos that installed packages carry, and images as the bytes of a file."""

import io
from importlib.metadata import distribution
from pathlib import Path

from PIL import Image


def find_photo(name: str) -> bytes:
    """A sample photo of scikit-image."""
    return Path(str(distribution("scikit-image").locate_file(f"skimage/data/{name}"))).read_bytes()


def encode_image(image: Image.Image, format_: str = "PNG", **options: object) -> bytes:
    """The image as a PNG or JPEG file."""
    buffer = io.BytesIO()
    image.save(buffer, format_, **options)
    return buffer.getvalue()
