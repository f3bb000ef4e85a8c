"""Which colours a photo means, and what they are in sRGB."""

import io
import struct
from contextlib import suppress
from itertools import pairwise

import pytest
from PIL import Image

from photolake.errors import PermanentError
from photolake.images.coded_colours import REC_709, CodedColours, map_tone, read_codes, read_gamma
from photolake.images.isobmff import find_colour_codes
from photolake.images.rendition import is_readable_in_place, render
from tests.builders import image_files as files
from tests.builders.hard_photos import COLOURS, SIZE, draw_scene, encode_light, swap_profile, to_hlg, to_pq
from tests.builders.image_files import encode

# Colours (and what they are in sRGB) as Chromium 156 draws them from a PNG with a cICP chunk.
MEASURED = {
    (12, 13): {(180, 90, 40): (193, 83, 19), (60, 120, 200): (30, 122, 206), (128, 0, 0): (141, 0, 0)},
    (9, 13): {(180, 90, 40): (217, 69, 16), (60, 120, 200): (0, 124, 207), (128, 128, 128): (128, 128, 128)},
    (1, 4): {(26, 26, 26): (19, 19, 19), (180, 90, 40): (181, 90, 35)},
    (1, 8): {(26, 26, 26): (90, 90, 90), (60, 120, 200): (133, 183, 229)},
    (22, 13): {(255, 0, 0): (255, 38, 0), (0, 255, 0): (0, 249, 0)},
    (9, 16): {(77, 77, 77): (44, 44, 44), (128, 128, 128): (132, 132, 132), (153, 153, 153): (200, 200, 200)},
    (9, 18): {(77, 77, 77): (54, 54, 54), (191, 191, 191): (187, 187, 187), (180, 90, 40): (186, 49, 6)},
}


def drawn(data):
    return Image.open(io.BytesIO(render(data).body)).convert("RGB")


def is_close(colour, expected, tolerance=3):
    return all(abs(a - b) <= tolerance for a, b in zip(colour, expected, strict=True))


@pytest.mark.parametrize("codes", MEASURED)
def test_colours_by_their_numbers_become_those_that_a_browser_shows(codes):
    for colour, expected in MEASURED[codes].items():
        converted = read_codes(*codes).convert(Image.new("RGB", (1, 1), colour)).getpixel((0, 0))

        assert is_close(converted, expected), (colour, converted, expected)


@pytest.mark.parametrize("transfer", [1, 2, 6, 13, 14, 15, 99, 65535])
def test_the_curves_of_cameras_and_unknown_ones_count_as_srgb(transfer):
    assert read_codes(1, transfer) == CodedColours()
    assert read_codes(65535, transfer).is_srgb


def test_the_tone_curve_is_smooth_and_ends_in_white():
    values = [map_tone(step / 100) for step in range(1200)]

    assert values == sorted(values)
    assert max(b - a for a, b in pairwise(values)) < 0.006
    assert (map_tone(1), values[-1]) == (0.5, 1)


@pytest.mark.parametrize(
    ("gamma", "chromaticities", "is_srgb"),
    [
        (None, files.DISPLAY_P3, True),  # as browsers do
        (0.45455, None, True),
        (0.45455, files.SRGB, True),
        (0.45455, files.DISPLAY_P3, False),
        (1.0, None, False),
        (0.0, files.DISPLAY_P3, True),
        (0.00001, None, True),
        (42_949.67295, None, True),
        (0.45455, (0.0,) * 8, True),
        (0.45455, (0.3, 0.3) * 4, True),
        (0.45455, (42_949.0,) * 8, True),
    ],
)
def test_a_gamma_counts_if_it_means_something(gamma, chromaticities, is_srgb):
    space = read_gamma(gamma, chromaticities)

    assert space.is_srgb == is_srgb
    space.convert(Image.new("RGB", (2, 2)))


@pytest.mark.parametrize("name", COLOURS)
def test_a_photo_in_other_colours_is_drawn_again_as_rgb(name):
    data = COLOURS[name]()
    rendition = render(data)

    image = Image.open(io.BytesIO(rendition.body))
    assert (image.mode, image.size, image.info.get("icc_profile")) == ("RGB", SIZE, None)
    assert (rendition.body == data) == (name == "jpeg-rgb")
    assert is_readable_in_place(data, len(data)) == (name == "jpeg-rgb")


@pytest.mark.parametrize("name", [name for name in COLOURS if name.endswith(("pq", "hlg"))])
def test_hdr_is_named_in_the_note(name):
    curve = name.partition("-")[2].upper()
    assert render(COLOURS[name]()).note == f"HDR ({curve}), tone-mapped to sRGB"


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
@pytest.mark.parametrize("primaries", [files.SRGB, files.DISPLAY_P3])
def test_a_photo_with_a_profile_like_srgb_passes_byte_for_byte(kind, primaries):
    data = encode(draw_scene(), kind, icc_profile=files.matrix_profile(primaries))

    assert (render(data).body == data) == (primaries == files.SRGB)
    assert is_readable_in_place(data, len(data)) == (primaries == files.SRGB)


def test_a_profile_with_a_table_is_applied():
    image = drawn(encode(draw_scene(), "JPEG", quality=95, icc_profile=swap_profile()))

    assert is_close(image.getpixel((50, 80)), (30, 40, 200), tolerance=12)  # the house was red


def test_inks_become_colours_with_and_without_a_profile():
    image = drawn(COLOURS["jpeg-cmyk"]())

    assert is_close(image.getpixel((50, 80)), (200, 40, 30), tolerance=12)
    assert drawn(COLOURS["jpeg-cmyk-profile"]()).tobytes() != image.tobytes()


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_profile_of_another_colour_space_is_ignored(kind):
    data = encode(draw_scene(), kind, icc_profile=files.grey_profile(1.0))

    assert render(data).body == data


def test_numbers_outrank_a_profile_and_a_profile_a_gamma():
    profile = files.profile_chunk(files.matrix_profile(files.DISPLAY_P3))
    srgb, linear = files.colour_chunk(1, 13), files.gamma_chunk(1.0)

    assert drawn(files.png_of(draw_scene(), [srgb, profile, linear])).tobytes() == draw_scene().tobytes()
    with_profile = drawn(files.png_of(draw_scene(), [profile]))
    assert drawn(files.png_of(draw_scene(), [profile, linear])).tobytes() == with_profile.tobytes()


def test_hdr_of_either_curve_looks_like_the_scene():
    for codes, curve, peak in ((16, to_pq, 203), (18, to_hlg, 0.265)):
        image = drawn(files.png_of(encode_light(curve, peak), [files.colour_chunk(1, codes)]))

        # Half the light of white in SDR leaves room for what is brighter.
        assert is_close(image.getpixel((159, 119)), (188, 188, 188), tolerance=6)


@pytest.mark.parametrize("at", range(0, 400, 7))
def test_odd_boxes_of_an_avif_do_no_harm(at):
    data = bytearray(COLOURS["avif-p3"]())
    data[at : at + 4] = b"\xff\xff\xff\xff"
    with suppress(PermanentError):
        render(bytes(data))


@pytest.mark.parametrize(
    "primaries",
    [
        (0.3127, 0.329, 0.68, 0.32, 0.265, 0.69, 0.15, 0.06),
        (0.3, 0.3, 1.0, 0.001, 0.0, 1.0, 0.0, 0.001),
    ],
)
def test_chromaticities_that_span_a_space_count(primaries):
    assert read_gamma(1 / 2.2, primaries).primaries == primaries


@pytest.mark.parametrize(
    "primaries",
    [
        (0.3127, 0.329, 0.68, 0.32, 0.265, 0.69),
        (0.3127, 0.329, 1.01, 0.32, 0.265, 0.69, 0.15, 0.06),
        (0.3127, 0.329, 0.68, 0.32, 0.265, 0.69, -0.01, 0.06),
        (0.3127, 0.329, 0.68, 0.32, 0.265, 0.69, 0.15, 0.0),
        (0.3127, 0.329, 0.64, 0.33, 0.3, 0.33, 0.15, 0.33),
        (0.3127, 0.329, 0.2, 0.33, 0.2, 0.6, 0.2, 0.06),
    ],
    ids=["six", "above one", "below zero", "black", "on a level line", "on an upright line"],
)
def test_chromaticities_that_span_no_space_are_taken_for_those_of_srgb(primaries):
    assert read_gamma(1 / 2.2, primaries).primaries == REC_709


def box(name, body):
    return struct.pack(">I4s", 8 + len(body), name) + body


def colours_box(*codes):
    return box(b"colr", b"nclx" + struct.pack(">HHHB", *codes, 0, 0x80))


def meta_box(codes, id_format=">H", number_format=">B"):
    """The body of `meta`: item 1 has the codes (1, 13), the primary item has `codes`, marked as essential."""
    is_wide = number_format == ">H"
    first, primary = (70_001, 70_000) if id_format == ">I" else (1, 2)
    others = box(b"free", b"") * (200 if is_wide else 1)
    properties = others + colours_box(1, 13) + colours_box(*codes)
    own = properties.count(b"free") + 2
    numbers = [own - 1, own | (0x8000 if is_wide else 0x80)]
    head = bytes([id_format == ">I", 0, 0, 0])
    links = struct.pack(id_format, first) + b"\x01" + struct.pack(number_format, numbers[0])
    links += struct.pack(id_format, primary) + b"\x02" + struct.pack(number_format, 1)
    links += struct.pack(number_format, numbers[1])
    ipma = box(b"ipma", head[:3] + bytes([is_wide]) + struct.pack(">I", 2) + links)
    return (
        bytes(4) + box(b"pitm", head + struct.pack(id_format, primary)) + box(b"iprp", box(b"ipco", properties) + ipma)
    )


@pytest.mark.parametrize("number_format", [">B", ">H"])
@pytest.mark.parametrize("id_format", [">H", ">I"])
@pytest.mark.parametrize("codes", [(9, 16), (0x0102, 0x0304)])
def test_the_colours_of_the_primary_item_are_found_whatever_the_width_of_ids_and_numbers(
    codes, id_format, number_format
):
    meta = box(b"meta", meta_box(codes, id_format, number_format))

    assert find_colour_codes(box(b"ftyp", b"avif") + meta + box(b"mdat", b"pixels")) == codes


def test_the_size_of_a_box_may_be_long_or_reach_to_the_end_of_the_file():
    body = meta_box((9, 16))

    assert find_colour_codes(struct.pack(">I4sQ", 1, b"meta", 16 + len(body)) + body) == (9, 16)
    assert find_colour_codes(struct.pack(">I4s", 0, b"meta") + body) == (9, 16)


def test_a_file_without_colours_of_its_primary_item_has_no_codes():
    profile = box(b"colr", b"prof" + bytes(7))
    whole = box(b"meta", meta_box((9, 16)))

    assert find_colour_codes(b"") is None
    assert find_colour_codes(box(b"ftyp", b"avif")) is None
    assert find_colour_codes(whole.replace(colours_box(9, 16), profile)) is None
    assert (
        find_colour_codes(whole.replace(struct.pack(">HBBB", 2, 2, 1, 0x83), struct.pack(">HBBB", 2, 2, 1, 0x84)))
        is None
    )


@pytest.mark.parametrize("primaries", [4, 9, 11])
def test_white_stays_white_whatever_the_white_of_a_space(primaries):
    assert read_codes(primaries, 13).convert(Image.new("RGB", (1, 1), "white")).getpixel((0, 0)) == (255, 255, 255)


@pytest.mark.parametrize(
    ("encoding_gamma", "gamma"),
    [
        (1.0, 1.0),
        (0.5, 2.0),
        (0.1, 10.0),
        (10.0, 0.1),
        (1 / 2.2, None),
        (0.45455, None),
        (0.09, None),
        (10.1, None),
        (0.0, None),
    ],
)
def test_the_gamma_of_a_png_is_the_reverse_of_what_it_was_encoded_with(encoding_gamma, gamma):
    assert read_gamma(encoding_gamma, None) == CodedColours(gamma=gamma)
