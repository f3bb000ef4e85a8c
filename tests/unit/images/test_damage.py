"""What of a damaged photo is kept, and what is said of it."""

import io
import random
import struct
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops

from photolake.errors import PermanentError
from photolake.images.damage import describe_decoder_error
from photolake.images.jpeg_file import repack
from photolake.images.rendition import draw_small, render
from tests.builders import image_files as files
from tests.builders.hard_photos import DAMAGED, PROGRESSIVE, SIZE, cut, damage_png, deep_png, draw_scene, palette_png
from tests.builders.image_files import encode

WHITE = (255, 255, 255)
WHOLE_NOTE = "cut off or damaged, but none of its pixels are missing"


def drawn(data):
    return Image.open(io.BytesIO(render(data).body)).convert("RGB")


def count_equal_rows(image, other, tolerance=0):
    """From the top, how many rows are the same."""
    difference = ImageChops.difference(image, other).convert("L").point(lambda level: 255 * (level > tolerance))
    box = difference.getbbox()
    return box[1] if box else image.height


@pytest.mark.parametrize(
    ("name", "note"),
    [
        ("jpeg-cut", "cut off or damaged: 47 % of its rows are missing, and white"),
        ("jpeg-without-end", WHOLE_NOTE),
        ("jpeg-cut-at-restart", "cut off or damaged: 60 % of its rows are missing, and white"),
        ("jpeg-progressive-cut", "cut off or damaged: all of it is there, but not in full detail"),
        ("jpeg-progressive-cut-in-first-scan", "cut off or damaged: 60 % of its rows are missing, and white"),
        ("jpeg-grey-cut", "cut off or damaged: 33 % of its rows are missing, and white"),
        ("png-cut", "cut off or damaged: 48 % of its rows are missing, and white"),
        ("png-without-end", WHOLE_NOTE),
        ("png-pixels-crc", WHOLE_NOTE),
        ("png-text-crc", WHOLE_NOTE),
        ("png-short-srgb", WHOLE_NOTE),
        ("png-short-gamma", WHOLE_NOTE),
        ("png-odd-text-compression", WHOLE_NOTE),
        ("png-odd-profile-compression", WHOLE_NOTE),
        ("png-flipped", "cut off or damaged: 41 % of its rows are missing, and white"),
        ("png-too-few-rows", "cut off or damaged: 50 % of its rows are missing, and white"),
        ("png-interlaced-cut", "cut off or damaged: 62 % of its pixels are missing, and filled from others"),
        ("png-palette-cut", "cut off or damaged: 50 % of its rows are missing, and white"),
        ("png-deep-cut", "cut off or damaged: 37 % of its rows are missing, and white"),
        ("gif-cut", "cut off or damaged: 39 % of its rows are missing, and white"),
        ("gif-interlaced-cut", "cut off or damaged: 44 % of its rows are missing, and filled from others"),
    ],
)
def test_a_damaged_photo_has_its_size_and_a_note_of_what_is_missing(name, note):
    data = DAMAGED[name]()

    rendition = render(data)

    assert (rendition.width, rendition.height, rendition.note) == (*SIZE, note)
    assert rendition.body != data
    Image.open(io.BytesIO(rendition.body)).load()


@pytest.mark.parametrize(
    "whole",
    [
        encode(draw_scene(), "JPEG", quality=90),
        encode(draw_scene(), "JPEG", quality=90, subsampling="4:4:4"),
        encode(draw_scene("L"), "JPEG", quality=90),
        files.png_of(draw_scene()),
        deep_png(2, "L"),
        palette_png(4),
        encode(draw_scene().quantize(16), "GIF", interlace=0),
    ],
)
@pytest.mark.parametrize("share", [0.55, 0.8, 0.95])
def test_of_a_cut_photo_the_upper_rows_are_kept_and_the_others_are_white(whole, share):
    image = drawn(cut(whole, share))

    kept = count_equal_rows(image, drawn(whole), tolerance=16)

    assert kept > 10
    rest = image.crop((0, min(kept + 16, SIZE[1]), *SIZE))
    assert not rest.height or rest.getcolors() == [(rest.width * rest.height, WHITE)]


def test_each_note_says_how_much_is_missing():
    whole = files.png_of(draw_scene())
    notes = [render(cut(whole, share)).note or "" for share in (0.98, 0.7, 0.4)]

    assert [note.partition(": ")[2].partition(" of")[0] for note in notes] == ["less than 1 %", "38 %", "65 %"]


@pytest.mark.parametrize("passes", range(1, 7))
def test_an_interlaced_png_is_shown_by_blocks_of_the_passes_that_are_there(passes):
    grey = Image.linear_gradient("L").resize(SIZE).convert("RGB")
    whole = files.png_of(grey, interlaced=True)
    pixels = files.split_png(whole)[1][1]
    columns, rows = SIZE
    raw = sum(
        -(-(rows - top) // down) * (1 + 3 * -(-(columns - left) // across))
        for left, top, across, down in files.ADAM7[:passes]
    )
    data = files.png_with_pixels(grey.size, files.unpack_pixels(pixels)[:raw])

    # Blocks of a gentle slope.
    assert count_equal_rows(drawn(data), grey, tolerance=17) == SIZE[1]


@pytest.mark.parametrize(
    "data",
    [
        cut(encode(draw_scene(), "JPEG", quality=90), 0.2),
        cut(files.png_of(draw_scene()), 0.05),
        cut(files.png_of(draw_scene(), interlaced=True), 0.01),
        damage_png(lambda chunks: [chunks[0], chunks[2]]),
        encode(draw_scene(), "JPEG", **PROGRESSIVE)[:350],
        encode(draw_scene().quantize(64), "GIF", interlace=0)[:300],
    ],
)
def test_a_photo_that_shows_next_to_nothing_is_broken(data):
    with pytest.raises(PermanentError) as refused:
        render(data)

    assert refused.value.status == "broken"


def test_the_texts_of_a_png_are_not_decompressed_to_salvage_it():
    bomb = files.chunk(b"zTXt", b"Comment\0\0" + files.compress(bytes(5_000_000)))
    whole = files.png_of(draw_scene())

    image = drawn(whole[:33] + bomb * 3 + whole[33:])

    assert image.tobytes() == draw_scene().tobytes()


def test_a_jpeg_of_more_scans_than_any_program_writes_is_too_large():
    whole = encode(draw_scene(), "JPEG", **PROGRESSIVE)
    scan = whole[whole.rindex(b"\xff\xda") : -2]

    for many in (whole[:-2] + scan * 100 + b"\xff\xd9", whole[:-2] + scan * 100):
        with pytest.raises(PermanentError, match="more than 100 scans") as refused:
            render(many)
        assert refused.value.status == "too_large"
    assert render(whole[:-2] + scan * 50 + b"\xff\xd9").note is None


@pytest.mark.parametrize(
    "filling", [b"\xff" * 300_000 + b"\0", b"\xff\0" * 200_000, b"\xff\xfe\0\2" * 50_000, b"\xff\xd0" * 200_000]
)
@pytest.mark.parametrize("at", [2, -2])
def test_fillings_of_a_jpeg_are_passed_over_at_once(filling, at):
    whole = encode(draw_scene(), "JPEG", quality=60)
    began = time.process_time()

    render_or_none(whole[:at] + filling + whole[at:])
    render_or_none(whole[:at] + filling + whole[at:-2])

    assert time.process_time() - began < 3


def test_orientation_and_profile_of_a_cut_photo_count():
    exif = Image.Exif()
    exif[0x0112] = 3
    upright = encode(draw_scene(), "JPEG", quality=90)
    turned = encode(draw_scene().rotate(180), "JPEG", quality=90, exif=exif)

    image = drawn(cut(turned, 0.8))

    assert image.crop((0, 0, SIZE[0], 20)).getcolors() == [(SIZE[0] * 20, WHITE)]
    bottom = (0, 100, *SIZE)
    assert count_equal_rows(image.crop(bottom), drawn(upright).crop(bottom), tolerance=60) == 20


@pytest.mark.parametrize("name", DAMAGED)
def test_a_damaged_photo_can_be_drawn_small(name):
    assert draw_small(DAMAGED[name](), 80).size == (80, 60)


CUTTABLE = [
    encode(draw_scene(), "JPEG", quality=60),
    encode(draw_scene(), "JPEG", **PROGRESSIVE),
    encode(draw_scene("CMYK"), "JPEG", quality=60),
    files.png_of(draw_scene()),
    files.png_of(draw_scene(), interlaced=True),
    deep_png(16, "RGBA"),
    palette_png(8, bytes(range(0, 255, 5))),
    encode(draw_scene().quantize(64), "GIF", interlace=1),
]


# The last two bytes of a GIF end its pixels and its file, and hold nothing that is seen.
SEEN_WITHOUT = {b"GIF": 2}


@pytest.mark.parametrize("missing", [1, 2])
def test_a_gif_without_its_end_is_the_whole_picture(missing):
    assert render(CUTTABLE[-1][:-missing]) == render(CUTTABLE[-1])


@settings(max_examples=150, deadline=None)
@given(data=st.sampled_from(CUTTABLE), share=st.floats(0, 1), seed=st.integers(0, 3))
def test_a_file_cut_anywhere_gives_an_image_of_its_size_or_a_status(data, share, seed):
    damaged = bytearray(cut(data, share))
    noise = random.Random(seed)
    for _ in range(min(seed, len(damaged))):
        damaged[noise.randrange(len(damaged))] = noise.randrange(256)
    rendition = render_or_none(bytes(damaged))
    if rendition and not seed:
        assert (rendition.width, rendition.height) == SIZE
        assert bool(rendition.note) == (len(damaged) < len(data) - SEEN_WITHOUT.get(data[:3], 0))


def render_or_none(data):
    """The rendition, or None for a photo that is refused for a reason which its bytes can have."""
    try:
        return render(data)
    except PermanentError as refused:
        if refused.status not in ("broken", "unsupported_format", "too_small", "too_large"):
            raise
        return None


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WEBP", "AVIF"])
def test_the_same_damaged_bytes_get_the_same_message_each_time(kind):
    whole = encode(draw_scene(), kind)
    damaged = [whole[:16], whole[:40], whole[:16] + bytes(200), whole[: len(whole) // 20]]

    first, second = ([explain(data) for data in damaged] for _ in range(2))

    assert first == second
    assert not any("0x" in said or "_io." in said for said in first)
    assert "not a whole" in first[0]


def explain(data):
    with pytest.raises(PermanentError) as refused:
        render(data)
    return str(refused.value)


def test_what_pillow_says_of_a_file_holds_no_address():
    error = ValueError("cannot read <_io.BytesIO object at 0x7f32241bd490>")

    assert describe_decoder_error(error) == "cannot read <_io.BytesIO object>"


def segment(marker, body=b""):
    return struct.pack(">BBH", 0xFF, marker, 2 + len(body)) + body


JFIF, TABLE, SCAN = segment(0xE0), segment(0xDB, b"table"), segment(0xDA, b"scan") + b"pixels\xff\x00"
START, END = b"\xff\xd8", b"\xff\xd9"


def test_a_repacked_jpeg_has_its_segments_without_what_lies_between():
    found = repack(START + JFIF + b"odd\xff\x00\xff\xd0" + TABLE + b"\xff\xff" + SCAN + END, with_metadata=False)

    assert found.body == START + JFIF + TABLE + b"\xff\xff" + SCAN + END
    assert (found.noisy, found.scans, found.is_progressive) == (None, 1, False)


@pytest.mark.parametrize(
    "cut_off", [TABLE[:-1], TABLE[:3], b"\xff\xdb\0\1" + TABLE], ids=["body", "length", "too short"]
)
def test_a_jpeg_ends_before_a_segment_that_is_cut_off(cut_off):
    found = repack(START + JFIF + TABLE + cut_off, with_metadata=False)

    assert (found.body, found.noisy) == (START + JFIF + TABLE + END, None)


def test_noise_stands_where_the_last_scan_of_a_jpeg_is_cut_off():
    found = repack(START + TABLE + SCAN + segment(0xDA, b"scan") + b"more\xff", with_metadata=False)

    whole = START + TABLE + SCAN + segment(0xDA, b"scan") + b"more"
    assert (found.body, found.scans) == (whole + END, 2)
    assert found.noisy is not None
    assert (found.noisy[: len(whole)], found.noisy[-2:], len(found.noisy)) == (whole, END, len(whole) + 258)
