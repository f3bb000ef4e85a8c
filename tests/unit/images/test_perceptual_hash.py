"""What the perceptual hash of a photo survives, and what it tells apart."""

from __future__ import annotations

import io

import pytest
from PIL import Image, ImageDraw

from photolake.images.perceptual_hash import perceptual_hash


def drawing(size: tuple[int, int] = (800, 600)) -> Image.Image:
    """A bright disc and a dark bar before a gradient."""
    image = Image.linear_gradient("L").rotate(60).resize(size).convert("RGB")
    draw = ImageDraw.Draw(image)
    draw.ellipse((size[0] // 8, size[1] // 8, size[0] // 2, size[1] // 2), fill="yellow")
    draw.rectangle((size[0] // 2, size[1] // 2, size[0] // 1.2, size[1] // 1.1), fill="navy")
    return image


def encoded(image: Image.Image, kind: str = "PNG", **options: int) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def distance(one: str | None, other: str | None) -> int:
    assert one is not None
    assert other is not None
    return (int(one, 16) ^ int(other, 16)).bit_count()


def test_the_hash_has_sixteen_hex_digits_also_when_it_begins_with_zeros() -> None:
    darker_to_the_right = Image.linear_gradient("L").rotate(-90)

    assert perceptual_hash(encoded(darker_to_the_right)) == "0" * 16
    assert perceptual_hash(encoded(darker_to_the_right.rotate(180))) == "f" * 16


@pytest.mark.parametrize("size", [(400, 300), (1600, 1200)])
def test_a_photo_scaled_and_compressed_again_keeps_its_hash_within_two_bits(size: tuple[int, int]) -> None:
    original = perceptual_hash(encoded(drawing()))
    again = perceptual_hash(encoded(drawing().resize(size), "JPEG", quality=40))

    assert distance(original, again) <= 2


def test_another_photo_has_another_hash() -> None:
    original = perceptual_hash(encoded(drawing()))
    mirrored = perceptual_hash(encoded(drawing().transpose(Image.Transpose.FLIP_LEFT_RIGHT)))

    assert distance(original, mirrored) > 16


def test_transparent_pixels_count_as_white_whatever_colour_they_hide() -> None:
    def with_hidden(colour: str) -> bytes:
        layer = Image.new("RGBA", (90, 90), colour)
        layer.putalpha(0)
        layer.paste(drawing((45, 90)).convert("RGBA"), (0, 0))
        return encoded(layer)

    assert perceptual_hash(with_hidden("black")) == perceptual_hash(with_hidden("red"))


@pytest.mark.parametrize("data", [b"", b"no image", encoded(drawing())[:500]], ids=["empty", "text", "cut off"])
def test_bytes_that_do_not_decode_have_no_hash(data: bytes) -> None:
    assert perceptual_hash(data) is None
