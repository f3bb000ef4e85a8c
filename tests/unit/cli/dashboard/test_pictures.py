"""The files of the pictures: drawn once, small, without metadata; what cannot be drawn says why."""

import io
import random
import zlib
from collections import Counter

import pytest
from PIL import Image

from photolake_cli.dashboard.pictures import PictureFile, PictureStore, find_palette
from photolake_cli.errors import CommandError
from photolake_cli.stored_images import ImageBucket
from tests.fakes.client_error import client_error
from tests.fakes.s3 import FakeS3

RED, BLUE, WHITE = (220, 20, 20), (20, 20, 200), (255, 255, 255)


def image_id(number):
    return f"{number:064x}"


def encode(image, kind="PNG", **options):
    body = io.BytesIO()
    image.save(body, kind, **options)
    return body.getvalue()


def drawing(size=(1600, 800)):
    """Blue with a red quarter at the top left."""
    image = Image.new("RGB", size, BLUE)
    image.paste(RED, (0, 0, size[0] // 2, size[1] // 2))
    return image


@pytest.fixture
def s3():
    fake = FakeS3()
    fake.objects["images/a.png"] = encode(drawing())
    return fake


def open_store(s3, folder, earlier=None):
    return PictureStore(ImageBucket(s3, "lake", "the stack lake"), folder, earlier)


def list_files(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def is_near(pixel, colour):
    return all(abs(one - other) < 16 for one, other in zip(pixel, colour, strict=True))


def test_a_picture_is_drawn_in_two_sizes_and_has_its_colours(s3, tmp_path):
    found = open_store(s3, tmp_path).put(image_id(171), "images/a.png")

    name = f"00/{image_id(171)}.webp"
    assert list_files(tmp_path) == [f"pictures/{name}", f"thumbnails/{name}"]
    for folder, size in {"pictures": (1024, 512), "thumbnails": (320, 160)}.items():
        with Image.open(tmp_path / folder / name) as image:
            assert (image.format, image.size) == ("WEBP", size)
            assert is_near(image.convert("RGB").getpixel((5, 5)), RED)
            assert is_near(image.convert("RGB").getpixel((size[0] - 5, size[1] - 5)), BLUE)
    first, second, *_ = (tuple(bytes.fromhex(colour[1:])) for colour in found.palette)
    assert is_near(first, BLUE)
    assert is_near(second, RED)
    assert found.missing is None


def test_a_photo_of_a_phone_is_upright_and_does_not_say_where_it_was_taken(s3, tmp_path):
    tags = Image.Exif()
    tags[0x0112], tags[0x010E] = 6, "SecretPlace"
    s3.objects["images/a.jpg"] = encode(drawing((400, 200)), "JPEG", exif=tags)

    open_store(s3, tmp_path).put(image_id(1), "images/a.jpg")

    for path in tmp_path.rglob("*.webp"):
        assert b"SecretPlace" not in path.read_bytes()
        with Image.open(path) as image:
            assert image.height == 2 * image.width
            assert is_near(image.convert("RGB").getpixel((image.width - 5, 5)), RED)


def bomb():
    """A PNG that says it has 900 megapixels."""
    data = bytearray(encode(Image.new("1", (8, 8))))
    data[16:24] = (30_000).to_bytes(4, "big") * 2
    data[29:33] = zlib.crc32(data[12:29]).to_bytes(4, "big")
    return bytes(data)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (None, "the image is no longer stored"),
        (b"", "it is not an image that can be read"),
        (b"<svg onload=alert(1)>", "it is not an image that can be read"),
        (encode(drawing())[:700], "it is not an image that can be read"),
        (bomb(), "the image is too large"),
        (b"\xff\xd8\xff" + random.Random(1).randbytes(5000), "it is not an image that can be read"),
        (b"\x89PNG" + bytes(16 << 20), "the image is too large"),
    ],
    ids=["gone", "empty", "drawing", "cut", "bomb", "noise", "huge"],
)
def test_a_picture_that_cannot_be_drawn_says_why_and_harms_none_beside_it(body, reason, s3, tmp_path):
    if body is not None:
        s3.objects["images/bad.png"] = body
    store = open_store(s3, tmp_path)

    found = dict(store.put_all([(image_id(1), "images/bad.png"), (image_id(2), "images/a.png")]))

    assert found[image_id(1)] == PictureFile(reason)
    assert found[image_id(2)].missing is None
    assert list_files(tmp_path) == [f"{name}/00/{image_id(2)}.webp" for name in ("pictures", "thumbnails")]


@pytest.mark.parametrize("name", ["../../etc/passwd", "", "a" * 63, "A" * 64, "/" + "a" * 63, "é" * 64])
def test_a_name_that_is_not_a_digest_touches_no_file(name, s3, tmp_path):
    assert open_store(s3, tmp_path).put(name, "images/a.png") == PictureFile("its image_id is not a SHA-256")
    assert list_files(tmp_path) == []


def test_an_image_without_a_place_is_missing(s3, tmp_path):
    assert open_store(s3, tmp_path).put(image_id(1), None).missing == "the lake does not say where it is"


def test_an_archived_object_is_missing_and_a_refused_request_stops_the_build(tmp_path):
    class Refusing(FakeS3):
        def get_object(self, **asked):
            raise client_error("InvalidObjectState" if asked["Key"] == "old" else "AccessDenied")

    store = open_store(Refusing(), tmp_path)

    assert store.put(image_id(1), "old").missing == "the image is archived in S3 Glacier"
    with pytest.raises(CommandError, match="Ask the owner of the stack lake"):
        list(store.put_all([(image_id(1), "old"), (image_id(2), "new")]))


def test_pictures_are_taken_from_an_earlier_build_without_a_request(s3, tmp_path):
    earlier, folder = tmp_path / "earlier", tmp_path / "new"
    first = open_store(s3, earlier).put(image_id(1), "images/a.png")
    s3.objects.clear()

    store = open_store(s3, folder, earlier)
    second = store.put(image_id(1), "images/a.png")

    assert second.palette == first.palette
    assert (store.reused, store.drawn) == (1, 0)
    assert list_files(folder) == list_files(earlier)


def test_where_files_cannot_be_linked_they_are_copied(s3, tmp_path, monkeypatch):
    def refuse(*_):
        raise OSError("links are not supported")

    earlier, folder = tmp_path / "earlier", tmp_path / "new"
    open_store(s3, earlier).put(image_id(1), "images/a.png")
    monkeypatch.setattr("pathlib.Path.hardlink_to", refuse)

    store = open_store(s3, folder, earlier)
    store.put(image_id(1), "images/a.png")

    assert store.reused == 1
    assert list_files(folder) == list_files(earlier)


@pytest.mark.parametrize("damage", [b"", b"RIFF\x00\x00\x00\x00WEBP", b"\xff\xd8\xff"])
def test_a_damaged_file_of_an_earlier_build_is_drawn_again(damage, s3, tmp_path):
    earlier, folder = tmp_path / "earlier", tmp_path / "new"
    whole = open_store(s3, earlier).put(image_id(1), "images/a.png")
    (earlier / "thumbnails/00" / f"{image_id(1)}.webp").write_bytes(damage)

    store = open_store(s3, folder, earlier)

    assert store.put(image_id(1), "images/a.png") == whole
    assert store.drawn == 1
    assert (earlier / "thumbnails/00" / f"{image_id(1)}.webp").read_bytes() == damage


def test_an_interrupted_build_goes_on_with_what_it_had_drawn(s3, tmp_path):
    s3.objects |= {f"images/{number}.png": encode(drawing((100, 90 + number))) for number in range(6)}
    keys = [(image_id(number), f"images/{number}.png") for number in range(6)]
    for image, _ in zip(open_store(s3, tmp_path).put_all(keys), range(3), strict=False):
        assert image[1].missing is None

    store = open_store(s3, tmp_path)
    found = dict(store.put_all(keys))
    store.remove_others({name for name, _ in keys[:2]})

    assert Counter(file.missing for file in found.values()) == {None: 6}
    assert store.reused >= 3
    assert list_files(tmp_path) == [
        f"{folder}/00/{image_id(number)}.webp" for folder in ("pictures", "thumbnails") for number in (0, 1)
    ]


def test_a_palette_has_at_most_five_colours_the_most_frequent_first():
    image = Image.new("RGB", (100, 100), WHITE)
    image.paste(BLUE, (0, 0, 100, 30))

    assert find_palette(Image.new("L", (5, 5), 0)) == ["#000000"]
    assert find_palette(image) == ["#ffffff", "#1414c8"]
    assert len(find_palette(Image.effect_noise((90, 90), 200))) == 5
