"""The engines behind the local Rekognition, on photos that the scikit-image package carries and on drawn ones."""

import io
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from laptop_cloud.engines import luma
from laptop_cloud.engines.decoded_image import DecodedImage, decode_image
from laptop_cloud.engines.engine import CachedEngine, EngineUnavailableError
from laptop_cloud.engines.faces import AttributedFaces, CenterFaceEngine, measure_roll
from laptop_cloud.engines.image_properties import PixelStatistics
from laptop_cloud.engines.labels import derive_people_labels, derive_text_labels
from laptop_cloud.engines.results import Box, Face, Instance, Label, Point, TextLine
from laptop_cloud.engines.text_lines import RapidOcrEngine, split_words
from laptop_cloud.server.aws_json import ServiceError
from laptop_cloud_testing.photos import encode_image, find_photo


def poster(*lines):
    image = Image.new("RGB", (700, 90 * len(lines) + 60), "white")
    for number, line in enumerate(lines):
        ImageDraw.Draw(image).text((40, 30 + 90 * number), line, "black", ImageFont.load_default(48))
    return decode_image(encode_image(image))


@pytest.fixture(scope="module")
def find_faces():
    return CenterFaceEngine()


@pytest.fixture(scope="module")
def read_text():
    return RapidOcrEngine()


def test_the_astronaut_has_one_face_in_its_place(find_faces):
    (face,) = find_faces(decode_image(find_photo("astronaut.png")))

    assert (face.box.left, face.box.top) == pytest.approx((0.355, 0.115), abs=0.03)
    assert (face.box.width, face.box.height) == pytest.approx((0.17, 0.23), abs=0.04)
    assert face.confidence > 80
    assert abs(face.roll) < 10


def test_landmarks_lie_where_they_belong_in_a_face(find_faces):
    (face,) = find_faces(decode_image(find_photo("astronaut.png")))
    marks = face.landmarks

    assert list(marks) == ["eyeLeft", "eyeRight", "nose", "mouthLeft", "mouthRight"]
    assert marks["eyeLeft"].x < marks["nose"].x < marks["eyeRight"].x
    assert marks["eyeLeft"].y < marks["nose"].y < marks["mouthLeft"].y
    assert marks["mouthLeft"].x < marks["mouthRight"].x


def test_turning_the_picture_turns_the_roll(find_faces):
    image = Image.open(io.BytesIO(find_photo("astronaut.png")))
    (upright,) = find_faces(decode_image(encode_image(image)))
    (turned,) = find_faces(decode_image(encode_image(image.rotate(-15))))

    assert turned.roll - upright.roll == pytest.approx(15, abs=5)


class Faces:
    """An engine that finds the same faces in every picture."""

    version = "local-faces"

    def __init__(self, *faces):
        self._faces = faces

    def __call__(self, picture):
        return self._faces


class WidthAttribute:
    """An engine that knows the width of wide faces."""

    version = "local-width"

    def __call__(self, picture, face):
        return {"Width": face.box.width} if face.box.width > 0.1 else {}


def test_other_engines_add_what_they_know_of_a_face():
    wide, narrow = (Face(Box(0, 0, width, 0.2), 90, {}, 0, 50, 50, {"Smile": True}) for width in (0.2, 0.1))
    engine = AttributedFaces(Faces(wide, narrow), [WidthAttribute()])

    assert [face.attributes for face in engine(blank("a"))] == [{"Smile": True, "Width": 0.2}, {"Smile": True}]
    assert engine.version == "local-faces + local-width"


@pytest.mark.parametrize("name", ["coffee.png", "chelsea.png", "rocket.jpg", "page.png"])
def test_a_photo_without_people_has_no_face(find_faces, name):
    assert find_faces(decode_image(find_photo(name))) == ()


def test_roll_is_measured_in_pixels_and_not_in_fractions_of_the_sides():
    assert measure_roll(Point(0.4, 0.5), Point(0.6, 0.7), aspect=1.0) == pytest.approx(45)
    assert measure_roll(Point(0.4, 0.5), Point(0.6, 0.7), aspect=2.0) == pytest.approx(26.565, abs=0.01)


def test_a_printed_page_is_read_line_by_line(read_text):
    lines = read_text(decode_image(find_photo("page.png")))

    assert lines[0].text == "Region-based segmentation"
    assert [word.text for word in lines[0].words] == ["Region-based", "segmentation"]
    assert 5 <= len(lines) <= 8
    assert all(line.confidence >= 80 for line in lines)


def test_a_poster_gives_each_word_its_place(read_text):
    (line,) = read_text(poster("SUMMER SALE 50% OFF"))
    lefts = [Box.around(word.corners).left for word in line.words]

    assert [word.text for word in line.words] == ["SUMMER", "SALE", "50%", "OFF"]
    assert lefts == sorted(lefts)
    assert lefts[0] == pytest.approx(40 / 700, abs=0.03)


def test_a_picture_without_text_has_no_lines(read_text):
    assert read_text(decode_image(find_photo("coffee.png"))) == ()


def test_not_more_than_100_words_are_read(read_text):
    lines = read_text(poster(*["a few more words for this line of it"] * 14))

    assert 80 < sum(len(line.text.split()) for line in lines) <= 100


SQUARE = [[0, 0], [10, 0], [10, 10], [0, 10]]
NEXT_SQUARE = [[10, 0], [20, 0], [20, 10], [10, 10]]


def test_a_word_read_sign_by_sign_spans_its_signs():
    (word,) = split_words("写真", [("写", 0.9, SQUARE), ("真", 0.9, NEXT_SQUARE)], 100, 10)

    assert word.text == "写真"
    assert Box.around(word.corners) == Box(0, 0, 0.2, 1)


def test_pieces_that_do_not_spell_the_line_give_no_words():
    assert split_words("one two", [("one", 0.9, SQUARE), ("tw", 0.9, NEXT_SQUARE)], 100, 10) == ()


def test_labels_of_faces_and_text_carry_the_taxonomy_of_model_3():
    box = Box(0.1, 0.1, 0.2, 0.2)
    faces = tuple(Face(box, confidence, {}, 0, 50, 50) for confidence in (70.0, 90.0))
    line = TextLine("OPEN", 95.0, (Point(0, 0),) * 4, ())

    assert derive_people_labels(faces) == (
        Label("Person", 90.0, "Person Description", aliases=("Human",)),
        Label("Head", 90.0, "Person Description", parents=("Person",)),
        Label(
            "Face",
            90.0,
            "Person Description",
            parents=("Head", "Person"),
            instances=(Instance(box, 70.0), Instance(box, 90.0)),
        ),
    )
    assert derive_text_labels((line,)) == (Label("Text", 95.0, "Text and Documents"),)
    assert derive_people_labels(()) == derive_text_labels(()) == ()


def test_colours_are_named_and_add_up():
    image = Image.new("RGB", (100, 100), (255, 0, 0))
    image.paste((0, 0, 255), (0, 0, 100, 25))

    colors = PixelStatistics()(decode_image(encode_image(image))).colors

    named = [(color.css_name, color.simple_name, round(color.pixel_percent)) for color in colors]
    assert named == [("red", "red", 75), ("blue", "blue", 25)]


def test_black_white_and_a_chessboard_have_the_qualities_one_expects():
    black, white = np.zeros((100, 100, 3), np.uint8), np.full((100, 100, 3), 255, np.uint8)
    chessboard = (
        np.kron(np.indices((10, 10)).sum(axis=0) % 2, np.ones((10, 10))).astype(np.uint8)[..., None].repeat(3, 2) * 255
    )

    assert [luma.measure_brightness(pixels) for pixels in (black, chessboard, white)] == pytest.approx([0, 50, 100])
    assert [luma.measure_contrast(pixels) for pixels in (black, chessboard, white)] == pytest.approx([0, 100, 0])
    assert luma.measure_sharpness(black) == 0
    assert luma.measure_sharpness(chessboard) > 90


def test_a_blurred_photo_is_less_sharp():
    image = Image.open(io.BytesIO(find_photo("coffee.png")))
    blurred = image.resize((60, 40)).resize(image.size)

    assert luma.measure_sharpness(np.asarray(blurred)) < luma.measure_sharpness(np.asarray(image)) / 2


def test_a_phone_photo_is_turned_upright():
    exif = Image.Exif()
    exif[0x0112] = 6
    picture = decode_image(encode_image(Image.new("RGB", (200, 100)), "JPEG", exif=exif))

    assert (picture.width, picture.height) == (100, 200)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16", "CMYK"])
def test_every_mode_becomes_rgb_of_the_same_brightness(mode):
    if mode == "I;16":
        image = Image.fromarray(np.full((100, 100), 65535, np.uint16))
    else:
        image = Image.new("RGB", (100, 100), "white").convert(mode)
    picture = decode_image(encode_image(image, "JPEG" if mode == "CMYK" else "PNG"))

    assert picture.pixels.shape == (100, 100, 3)
    assert picture.pixels.min() >= 250


def test_what_is_transparent_is_white():
    picture = decode_image(encode_image(Image.new("RGBA", (100, 100), (0, 0, 0, 0))))

    assert picture.pixels.min() == 255


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no image",
        encode_image(Image.new("RGB", (100, 100)), "WEBP"),
        encode_image(Image.new("RGB", (100, 100)), "GIF"),
        encode_image(Image.effect_noise((200, 200), 50), "JPEG")[:1000],
        encode_image(Image.effect_noise((200, 200), 50), "PNG")[:1000],
    ],
    ids=["empty", "text", "webp", "gif", "broken jpeg", "broken png"],
)
def test_anything_but_a_whole_jpeg_or_png_is_refused(content):
    with pytest.raises(ServiceError) as refused:
        decode_image(content)

    assert refused.value.code == "InvalidImageFormatException"


@pytest.mark.parametrize("size", [(79, 200), (200, 79), (10_001, 80), (14_000, 14_000)])
def test_sides_out_of_bounds_are_refused(size):
    with pytest.raises(ServiceError) as refused:
        decode_image(encode_image(Image.new("1", size)))

    assert refused.value.code == "InvalidParameterException"


def test_a_picture_of_extreme_shape_is_analysed_all_the_same(find_faces, read_text):
    picture = decode_image(encode_image(Image.new("RGB", (80, 9_000), "white")))

    assert (find_faces(picture), read_text(picture)) == ((), ())
    assert PixelStatistics()(picture).brightness == pytest.approx(100)


class CountingEngine:
    """Answers the digest of a picture and remembers what it was asked."""

    version = "local-test"

    def __init__(self):
        self.asked = []

    def __call__(self, picture):
        self.asked.append(picture.digest)
        return picture.digest


def blank(digest):
    return DecodedImage(np.zeros((1, 1, 3), np.uint8), digest)


def test_two_calls_for_one_picture_run_the_engine_once():
    engine = CountingEngine()
    remembered = CachedEngine(engine)
    threads = [threading.Thread(target=remembered, args=(blank("a"),)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert engine.asked == ["a"]
    assert remembered.version == "local-test"


def test_an_engine_that_is_safe_in_two_threads_runs_for_two_pictures_at_once():
    both = threading.Barrier(2, timeout=10)

    class MeetingEngine(CountingEngine):
        def __call__(self, picture):
            both.wait()
            return super().__call__(picture)

    remembered = CachedEngine(MeetingEngine(), at_once=2)
    with ThreadPoolExecutor(2) as threads:
        assert list(threads.map(remembered, map(blank, "ab"))) == ["a", "b"]


def test_an_engine_runs_in_the_thread_that_asks_so_that_nothing_is_left_to_do_when_a_process_ends():
    class NotingEngine(CountingEngine):
        def __call__(self, picture):
            super().__call__(picture)
            return threading.get_ident()

    assert CachedEngine(NotingEngine(), at_once=2)(blank("a")) == threading.get_ident()


def test_a_failure_is_not_remembered():
    class FailingEngine(CountingEngine):
        def __call__(self, picture):
            super().__call__(picture)
            raise EngineUnavailableError(f"{len(self.asked)}")

    engine = FailingEngine()
    remembered = CachedEngine(engine)
    for attempt in ("1", "2"):
        with pytest.raises(EngineUnavailableError, match=attempt):
            remembered(blank("a"))

    assert engine.asked == ["a", "a"]


def test_text_is_the_same_when_several_threads_read_at_once(read_text):
    photos = [decode_image(find_photo(name)) for name in ("page.png", "coffee.png", "astronaut.png")]
    pictures = [*photos, *(poster(f"GATE {number} BOARDING", "SUMMER SALE 50% OFF") for number in range(5))]
    alone = [read_text(picture) for picture in pictures]

    with ThreadPoolExecutor(4) as threads:
        together = list(threads.map(RapidOcrEngine(), pictures))

    assert together == alone


def test_only_the_latest_pictures_are_remembered():
    engine = CountingEngine()
    remembered = CachedEngine(engine, size=2)

    assert [remembered(blank(digest)) for digest in ("a", "b", "a", "c", "a", "b")] == ["a", "b", "a", "c", "a", "b"]
    assert engine.asked == ["a", "b", "c", "b"]
