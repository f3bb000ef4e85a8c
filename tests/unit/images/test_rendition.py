"""What is stored of a photo, by format."""

import io
import random
import struct
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms, ImageDraw

from photolake.errors import PermanentError
from photolake.images.limits import MAX_BYTES
from photolake.images.rendition import Rendition, draw_small, is_readable_in_place, render
from tests.builders.hard_photos import DEPTHS, SIZE, STORED, draw_scene, draw_with_hole

RED, WHITE = (220, 20, 20), (255, 255, 255)
GPS_PLACE = "SecretPlace"


def drawing(size=(120, 90), mode="RGB"):
    """Red at the top left, blue elsewhere."""
    image = Image.new("RGB", size, (20, 20, 200))
    ImageDraw.Draw(image).rectangle((0, 0, size[0] // 2, size[1] // 2), fill=RED)
    return image.convert(mode)


def encoded(image, kind, **options):
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def exif(orientation=1):
    tags = Image.Exif()
    tags[0x0112] = orientation
    tags[0x010E] = GPS_PLACE
    return tags


def opened(result):
    image = Image.open(io.BytesIO(result.body))
    image.load()
    return image


def close(pixel, expected, tolerance=12):
    return all(abs(a - b) <= tolerance for a, b in zip(pixel, expected, strict=True))


def png(width, height, bits=8, colour=2, data=b""):
    """A PNG of whatever header, with whatever pixels."""

    def chunk(name, body):
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(data)) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    "data",
    [
        encoded(drawing(), "JPEG"),
        encoded(drawing(), "JPEG", progressive=True),
        encoded(drawing(mode="L"), "JPEG"),
        encoded(drawing(), "JPEG", exif=exif()),
        encoded(drawing(), "PNG"),
        encoded(drawing(mode="L"), "PNG"),
        encoded(drawing(mode="P"), "PNG"),
        encoded(drawing(mode="RGBA"), "PNG"),
        encoded(drawing((80, 80)), "PNG"),
        encoded(drawing((10_000, 80)), "PNG"),
    ],
)
def test_a_photo_within_the_limits_passes_byte_for_byte(data):
    image = Image.open(io.BytesIO(data))
    kind, extension = ("image/jpeg", "jpg") if image.format == "JPEG" else ("image/png", "png")
    assert render(data) == Rendition(data, kind, extension, image.width, image.height)


@pytest.mark.parametrize(
    ("data", "content_type"),
    [
        (encoded(drawing(), "WEBP"), "image/jpeg"),
        (encoded(drawing(), "WEBP", lossless=True), "image/jpeg"),
        (encoded(drawing(), "AVIF"), "image/jpeg"),
        (encoded(drawing(), "GIF"), "image/png"),
        (encoded(drawing(mode="CMYK"), "JPEG"), "image/jpeg"),
    ],
)
def test_other_formats_are_drawn_again(data, content_type):
    result = render(data)
    assert (result.content_type, result.width, result.height) == (content_type, 120, 90)
    image = opened(result)
    assert image.mode == "RGB"
    assert close(image.getpixel((20, 20)), RED, tolerance=40)
    assert not close(image.getpixel((100, 80)), RED, tolerance=100)


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG", "AVIF"])
def test_the_first_frame_stands_for_an_animation(kind):
    data = encoded(drawing(), kind, save_all=True, append_images=[Image.new("RGB", (120, 90), WHITE)])
    image = opened(render(data))
    assert getattr(image, "n_frames", 1) == 1
    assert close(image.getpixel((20, 20)), RED, tolerance=30)


def test_of_a_multi_picture_jpeg_only_the_first_picture_is_kept():
    data = encoded(drawing(), "MPO", save_all=True, append_images=[Image.new("RGB", (120, 90), WHITE)])
    result = render(data)
    assert (result.content_type, opened(result).format) == ("image/jpeg", "JPEG")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photo_is_stored_upright(kind, orientation):
    stored = STORED[orientation](drawing())
    result = render(encoded(stored, kind, exif=exif(orientation)))
    assert (result.width, result.height) == (120, 90)
    image = opened(result)
    assert close(image.getpixel((20, 20)), RED, tolerance=40)
    assert not close(image.getpixel((100, 20)), RED, tolerance=100)
    assert not close(image.getpixel((20, 80)), RED, tolerance=100)


def test_a_redrawn_photo_does_not_say_where_it_was_taken():
    data = encoded(drawing(), "JPEG", exif=exif(6), comment=GPS_PLACE.encode())
    assert data.count(GPS_PLACE.encode()) == 2
    assert GPS_PLACE.encode() not in render(data).body


def test_damaged_exif_does_not_spoil_the_photo():
    data = encoded(drawing(), "JPEG", exif=b"Exif\x00\x00II*\x00\x08\x00\x00\x00\x40\x00\x12\x01")
    assert render(data).body == data


def test_sixteen_bits_a_channel_become_eight():
    colour = render(png(100, 90, bits=16, colour=2, data=(b"\x00" + b"\xff\x00\x80\x00\x00\xff" * 100) * 90))
    assert (opened(colour).mode, opened(colour).getpixel((5, 5))) == ("RGB", (255, 128, 0))
    grey = render(png(100, 90, bits=16, colour=0, data=(b"\x00" + b"\x80\x00" * 100) * 90))
    assert opened(grey).getpixel((5, 5)) == (128, 128, 128)
    assert {colour.content_type, grey.content_type} == {"image/png"}


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_what_is_transparent_becomes_white(mode, kind):
    image = drawing(mode=mode)
    image.paste(0, (60, 0, 120, 90))
    result = opened(render(encoded(image, kind)))
    assert result.mode == "RGB"
    assert close(result.getpixel((110, 40)), WHITE)
    assert not close(result.getpixel((20, 20)), WHITE, tolerance=60)


def test_a_transparent_colour_of_a_palette_becomes_white():
    image = drawing(mode="P")
    result = opened(render(encoded(image, "PNG", transparency=image.getpixel((100, 80)))))
    assert result.getpixel((100, 80)) == WHITE
    assert close(result.getpixel((20, 20)), RED, tolerance=40)


@pytest.mark.parametrize("name", DEPTHS)
def test_a_png_of_any_depth_is_drawn_as_its_samples_say(name):
    image = opened(render(DEPTHS[name]())).convert("RGB")

    expected = {
        "png-1-bit": draw_scene("L").point(lambda level: 255 * (level == 255)).convert("RGB"),
        "png-2-bits": draw_scene("L").point(lambda level: level * 3 // 255 * 85).convert("RGB"),
        "png-16-bits-grey": draw_scene("L").convert("RGB"),
        "png-16-bits-alpha": on_white(draw_with_hole()),
        "png-grey-alpha": on_white(draw_with_hole("LA")),
        "png-interlaced": draw_scene(),
    }.get(name)
    assert image.size == SIZE
    assert expected is None or image.tobytes() == expected.tobytes()
    if name.endswith("key"):  # the second field of the row of greys is transparent
        assert image.getpixel((15, 114)) == WHITE
        assert image.getpixel((50, 80)) != WHITE


def on_white(image):
    layer = image.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", layer.size, "white"), layer).convert("RGB")


def test_a_colour_profile_is_applied_when_a_photo_is_drawn_again():
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    red_and_blue_exchanged = srgb.replace(b"rXYZ", b"????").replace(b"bXYZ", b"rXYZ").replace(b"????", b"bXYZ")
    image = opened(render(encoded(drawing(), "WEBP", icc_profile=red_and_blue_exchanged)))
    assert close(image.getpixel((20, 20)), RED[::-1], tolerance=40)
    assert "icc_profile" not in image.info


@pytest.mark.parametrize("kind", ["LAB", "cut off"])
def test_a_colour_profile_that_does_not_fit_is_ignored(kind):
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    data = encoded(drawing(), "WEBP", icc_profile=profile if kind == "LAB" else profile[:60])
    assert close(opened(render(data)).getpixel((20, 20)), RED, tolerance=40)


def test_a_photo_of_too_many_bytes_is_squeezed_and_then_scaled_down():
    noise = Image.frombytes("RGB", (2000, 1600), random.Random(1).randbytes(2000 * 1600 * 3))
    data = encoded(noise, "PNG")
    assert len(data) > MAX_BYTES
    result = render(data)
    assert len(result.body) <= MAX_BYTES
    assert result.content_type == "image/jpeg"
    assert result.width / result.height == pytest.approx(1.25, abs=0.01)
    assert opened(result).size == (result.width, result.height)


def test_a_side_over_ten_thousand_pixels_is_scaled_down():
    result = render(encoded(drawing((12_000, 200)), "PNG"))
    assert (result.width, result.height) == (10_000, 167)


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"", "broken"),
        (encoded(drawing(), "JPEG")[:640], "broken"),
        (encoded(drawing(), "PNG")[:50], "broken"),
        (encoded(drawing(), "WEBP")[:60], "broken"),
        (encoded(drawing(), "AVIF")[:-60], "broken"),
        (encoded(drawing(), "GIF")[:30], "broken"),
        (b"\xff\xd8\xff", "broken"),
        (encoded(drawing((79, 300)), "PNG"), "too_small"),
        (encoded(drawing((300, 79)), "WEBP"), "too_small"),
        (encoded(drawing((1, 1)), "GIF"), "too_small"),
        (png(7_072, 7_072), "too_large"),
        (png(12_000, 12_000), "too_large"),
        (png(50_000, 50_000), "too_large"),
        (encoded(drawing((20_000, 90)), "PNG"), "too_large"),
        (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + b"\x00" * 40, "unsupported_format"),
        (b"\x00\x00\x00\x18ftypmif1\x00\x00\x00\x00mif1heic" + b"\x00" * 40, "unsupported_format"),
        (b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom" + b"\x00" * 40, "unsupported_format"),
        (b"<html><body>not found</body></html>", "unsupported_format"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "unsupported_format"),
        (encoded(drawing(), "BMP"), "unsupported_format"),
        (encoded(drawing(), "TIFF"), "unsupported_format"),
    ],
)
def test_what_cannot_be_an_image_is_told_apart(data, status):
    with pytest.raises(PermanentError) as refused:
        render(data)
    assert refused.value.status == status


SEEDS = [encoded(drawing(), kind, exif=exif(6)) for kind in ("JPEG", "PNG", "WEBP", "AVIF")] + [
    encoded(drawing(), "GIF")
]


@settings(max_examples=150, deadline=None)
@given(
    data=st.sampled_from(SEEDS),
    changes=st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), max_size=8),
    keep=st.floats(0.05, 1),
)
def test_damaged_bytes_always_give_the_same_rendition_or_error(data, changes, keep):
    damaged = bytearray(data[: max(1, int(len(data) * keep))])
    for place, value in changes:
        damaged[place % len(damaged)] = value
    assert _outcome(bytes(damaged)) == _outcome(bytes(damaged))


def _outcome(data):
    try:
        result = render(data)
    except PermanentError as refused:
        return refused.status
    assert len(result.body) <= MAX_BYTES
    assert min(result.width, result.height) >= 80
    return result


HEAD = 1 << 16
PLAIN = [
    encoded(drawing(), "JPEG", exif=exif(6)),
    encoded(drawing(mode="L"), "JPEG"),
    encoded(drawing(), "PNG"),
    encoded(drawing(mode="P"), "PNG"),
]


@pytest.mark.parametrize("data", PLAIN)
def test_a_plain_photo_is_readable_in_place_by_its_first_bytes_up_to_15_megabytes(data):
    assert is_readable_in_place(data[:HEAD], 15 * 1024 * 1024)
    assert not is_readable_in_place(data[:HEAD], 15 * 1024 * 1024 + 1)


@pytest.mark.parametrize(
    "data",
    [
        encoded(drawing(), "WEBP"),
        encoded(drawing(), "GIF"),
        encoded(drawing(mode="CMYK"), "JPEG"),
        encoded(drawing(mode="RGBA"), "PNG"),
        encoded(Image.new("I;16", (90, 90)), "PNG"),
        encoded(drawing(), "PNG", save_all=True, append_images=[drawing().rotate(90)]),
        encoded(drawing((10_001, 90)), "PNG"),
        encoded(drawing((4_000, 3_000)), "JPEG", icc_profile=b"\0" * 200_000),
    ],
)
def test_any_other_photo_has_to_be_rendered(data):
    assert not is_readable_in_place(data[:HEAD], len(data))
    render(data)


@pytest.mark.parametrize("data", [b"", b"hello", PLAIN[2][:40], encoded(Image.new("L", (79, 90)), "PNG")])
def test_what_is_not_a_photo_is_told_from_its_first_bytes_as_from_all(data):
    with pytest.raises(PermanentError) as by_head:
        is_readable_in_place(data[:HEAD], len(data))
    with pytest.raises(PermanentError) as by_all:
        render(data)

    assert by_head.value.status == by_all.value.status


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("orientation", STORED)
def test_a_small_drawing_is_upright_and_has_no_metadata(orientation, kind):
    stored = STORED[orientation](drawing((600, 300)))

    drawn = draw_small(encoded(stored, kind, exif=exif(orientation)), 120)

    assert (drawn.size, drawn.mode) == ((120, 60), "RGB")
    assert close(drawn.getpixel((5, 5)), RED, tolerance=40)
    assert not close(drawn.getpixel((115, 55)), RED, tolerance=100)
    assert not drawn.getexif()


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_a_small_drawing_of_any_mode_is_in_colour_and_never_enlarged(mode):
    for size, drawn_size in {(300, 200): (150, 100), (90, 80): (90, 80)}.items():
        drawn = draw_small(encoded(Image.new(mode, size), "PNG"), 150)

        assert (drawn.mode, drawn.size) == ("RGB", drawn_size)


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (png(30_000, 30_000), "too_large"),
        (png(8, 8), "too_small"),
        (encoded(drawing(), "PNG")[:50], "broken"),
        (b"<svg>", "unsupported_format"),
    ],
)
def test_what_cannot_become_an_image_cannot_be_drawn_small(data, status):
    with pytest.raises(PermanentError) as error:
        draw_small(data, 100)

    assert error.value.status == status
