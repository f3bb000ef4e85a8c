"""What is drawn into a photo."""

import io

import pytest
from PIL import Image

from photolake.images.rendition import render
from photolake_cli.errors import CommandError
from photolake_cli.inspect.annotate import MAX_SIDE, MIN_SIDE, check_target, draw_marks, list_marks, write_annotated

YELLOW, BLACK = (255, 212, 0), (0, 0, 0)
BOX = {"left": 0.25, "top": 0.25, "width": 0.5, "height": 0.5}


def labelled(box=BOX, name="Dog"):
    return {"labels": [{"name": name, "instances": [{"boundingbox": box, "confidence": 91.0}]}]}


def drawn(color="white", size=(800, 800), labels=None):
    return draw_marks(Image.new("RGB", size, color), list(list_marks(labels or labelled())))


@pytest.mark.parametrize("color", ["white", "black", "#ffd400"])
def test_a_box_is_a_coloured_line_between_black_ones_on_any_photo(color):
    image = drawn(color)

    across = [image.getpixel((x, 400)) for x in range(190, 211)]
    assert YELLOW in across
    assert across[across.index(YELLOW, 7) - 1] == BLACK if color != "#ffd400" else BLACK in across


def test_a_name_stands_on_black_above_its_box():
    colors = {color for _, color in drawn("white").crop((202, 180, 250, 196)).getcolors(9999)}

    assert {BLACK, YELLOW} <= colors
    assert (255, 255, 255) not in colors


@pytest.mark.parametrize(("size", "expected"), [((100, 50), MIN_SIDE), ((1000, 500), 1000), ((9000, 4500), MAX_SIDE)])
def test_small_photos_are_enlarged_and_large_ones_reduced(size, expected):
    assert drawn(size=size).size == (expected, expected // 2)


def test_a_box_that_reaches_beyond_the_photo_is_cut_at_its_edge():
    image = drawn(labels=labelled({"left": -0.2, "top": -0.1, "width": 2.0, "height": 0.6}))

    assert YELLOW in [image.getpixel((400, y)) for y in range(395, 406)]
    assert YELLOW in [image.getpixel((0, y)) for y in range(100, 110)]


def test_names_do_not_cover_each_other():
    same = {"labels": [*labelled(name="Dog")["labels"], *labelled(name="Cat")["labels"]]}

    one, two = drawn(), drawn(labels=same)

    assert one.tobytes() != two.tobytes()
    below = {color for _, color in two.crop((202, 606, 230, 620)).getcolors(9999)}
    assert {BLACK, YELLOW} <= below


def test_every_kind_of_place_has_a_mark():
    face = {"boundingbox": BOX, "landmarks": [{"type": "nose", "x": 0.5, "y": 0.5}]}
    labels = {
        **labelled(),
        "facedetails": [{**face, "gender": {"value": "Female"}, "agerange": {"low": 25, "high": 35}}, {}],
        "textdetections": [
            {"type": "LINE", "detectedtext": "SALE\x1b[31m", "geometry": {"polygon": [{"x": 0.1, "y": 0.1}] * 4}},
            {"type": "WORD", "detectedtext": "SALE", "geometry": {"boundingbox": BOX}},
        ],
        "celebrityrecognition": {"celebrityfaces": [{"name": "Ada", "matchconfidence": 99.0, "face": face}]},
        "customlabels": [{"name": "logo", "confidence": 80.0, "geometry": None}],
    }

    marks = list(list_marks(labels))

    assert [(mark.name, len(mark.outline), len(mark.dots)) for mark in marks] == [
        ("Dog 91", 4, 0),
        ("line 1", 4, 0),
        ("logo 80", 0, 0),
        ("face 1 Female 25-35", 4, 1),
        ("face 2", 0, 0),
        ("Ada 99", 4, 0),
    ]
    assert drawn(labels=labels).size == (800, 800)


def test_a_photo_that_lies_on_its_side_is_drawn_upright(tmp_path):
    tags = Image.Exif()
    tags[0x0112] = 6
    buffer = io.BytesIO()
    Image.new("RGB", (900, 600), "white").save(buffer, "JPEG", exif=tags)
    box = {"left": 0.1, "top": 0.1, "width": 0.2, "height": 0.1}

    write_annotated(render(buffer.getvalue()), {"image_id": "", "image_labels": labelled(box)}, tmp_path / "out.png")

    with Image.open(tmp_path / "out.png") as image:
        assert image.size == (600, 900)
        assert image.convert("RGB").getpixel((60, 120)) == YELLOW


def test_a_file_that_cannot_be_written_is_told_before_anything_is_paid(tmp_path):
    photo = tmp_path / "a.png"
    photo.write_bytes(b"")

    for target, message in (
        (tmp_path / "a.gif", "is not known"),
        (photo, "is the photo itself"),
        (tmp_path / "no" / "b.png", "There is no folder"),
    ):
        with pytest.raises(CommandError, match=message):
            check_target(target, str(photo))
    check_target(tmp_path / "b.PNG", "https://example.org/a.png")
