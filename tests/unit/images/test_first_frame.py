"""Where the first frame of an animation lies, and what is around it."""

import io
import struct
from contextlib import suppress

import pytest
from PIL import Image

from photolake.errors import PermanentError
from photolake.images.rendition import render
from tests.builders.hard_photos import SIZE, apng, draw_scene, gif_frame, webp_frame

WHITE = (255, 255, 255)


def drawn(data):
    return Image.open(io.BytesIO(render(data).body)).convert("RGB")


@pytest.mark.parametrize(
    ("data", "box"),
    [
        (gif_frame(SIZE, (40, 30, 120, 90)), (40, 30, 120, 90)),
        (gif_frame(SIZE, (0, 0, 160, 60)), (0, 0, 160, 60)),
        (gif_frame(SIZE, (40, 30, 120, 90), 40), (40, 30, 120, 90)),
        (webp_frame(alpha=False), (40, 30, 120, 90)),
        (webp_frame(alpha=True), (40, 30, 120, 90)),
        (apng(with_default_image=True), (40, 30, 120, 90)),
    ],
)
def test_around_the_first_frame_the_canvas_is_white(data, box):
    image = drawn(data)

    around = image.copy()
    around.paste(WHITE, box)
    assert image.size == SIZE
    assert min(low for low, _ in around.getextrema()) > 230  # the rendition of a WebP is a JPEG
    middle = image.crop(box).resize((1, 1), Image.Resampling.BOX).getpixel((0, 0))
    assert middle != WHITE


def test_a_default_image_that_is_a_frame_is_the_first_one():
    assert drawn(apng(with_default_image=False)).tobytes() == draw_scene().tobytes()


def test_a_frame_larger_than_its_canvas_enlarges_it():
    assert drawn(gif_frame((100, 90), (0, 0, *SIZE))).size == SIZE


@pytest.mark.parametrize("size", [0, 0x7FFFFFFF, 0xFFFFFFFF])
def test_odd_sizes_of_chunks_in_a_webp_do_no_harm(size):
    data = bytearray(webp_frame(alpha=False))
    data[16:20] = struct.pack("<I", size)
    with suppress(PermanentError):
        render(bytes(data))
