"""`photolake find-person` on a laptop cloud with the full engine set: real faces, folders, S3 and the lake."""

import io
import json
import shutil

import pytest
from PIL import Image, ImageEnhance, ImageOps

from photolake_cli.demo.photos import read_packaged
from photolake_cli.laptop import Laptop
from tests.e2e.command import Command

pytestmark = pytest.mark.e2e

ASTRONAUT = read_packaged("scikit-image", "astronaut.png")
OFFICER = read_packaged("matplotlib", "grace_hopper.jpg")
COFFEE = read_packaged("scikit-image", "coffee.png")


def encode(image, kind="JPEG", **options):
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def open_photo(data):
    return Image.open(io.BytesIO(data)).convert("RGB")


def join_photos(left, right):
    """Two photos beside each other."""
    images = [image.resize((image.width * 500 // image.height, 500)) for image in (open_photo(left), open_photo(right))]
    joined = Image.new("RGB", (sum(image.width for image in images), 500))
    joined.paste(images[0], (0, 0))
    joined.paste(images[1], (images[0].width, 0))
    return joined


def turn(image):
    """A photo as a camera held on its side records it: turned pixels, and EXIF that says so."""
    tags = Image.Exif()
    tags[0x0112] = 6
    return encode(image.rotate(90, expand=True), exif=tags, quality=90)


ALBUM = {
    "astronaut.png": ASTRONAUT,
    "mirrored/dark.jpg": encode(ImageEnhance.Brightness(ImageOps.mirror(open_photo(ASTRONAUT))).enhance(0.7)),
    "small.webp": encode(open_photo(ASTRONAUT).resize((260, 260)), "WEBP"),
    "turned.jpg": turn(open_photo(ASTRONAUT)),
    "both.jpg": encode(join_photos(OFFICER, ASTRONAUT), quality=90),
    "officer.jpg": OFFICER,
    "coffee.png": COFFEE,
    "notes.txt": b"not a photo",
}
WITH_ASTRONAUT = {"astronaut.png", "mirrored/dark.jpg", "small.webp", "turned.jpg", "both.jpg"}


@pytest.fixture(scope="module")
def full_cloud(tmp_path_factory):
    command = Command(tmp_path_factory.mktemp("people"))
    command.process("up", "--background", "--engine", "full")
    yield command
    command.process("down")
    shutil.rmtree(command.state, ignore_errors=True)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("album")
    for name, data in ALBUM.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


@pytest.fixture(scope="module")
def bucket(full_cloud):
    s3 = Laptop.connect(full_cloud.state).client("s3")
    s3.create_bucket(Bucket="album")
    for name, data in ALBUM.items():
        s3.put_object(Bucket="album", Key=f"2026/{name}", Body=data)
    return "s3://album/2026/"


def find(command, *arguments):
    return json.loads(command("find-person", *map(str, arguments), "--json"))


def name_found(document, place):
    return {match["photo"].removeprefix(str(place)).lstrip("/") for match in document["matches"]}


@pytest.mark.parametrize("strategy", ["compare", "collection"])
@pytest.mark.parametrize("where", ["folder", "bucket"])
def test_the_photos_of_a_person_are_found_in_a_folder_and_in_s3(full_cloud, folder, bucket, where, strategy):
    place = {"folder": folder, "bucket": bucket}[where]

    document = find(full_cloud, folder / "astronaut.png", "--in", place, "--strategy", strategy)

    assert name_found(document, place) == WITH_ASTRONAUT
    assert [name.rpartition("/")[2] for name in document["others"]] == ["officer.jpg"]
    assert [name.rpartition("/")[2] for name in document["no_face"]] == ["coffee.png"]
    assert [(each["photo"].rpartition("/")[2], each["status"]) for each in document["skipped"]] == [
        ("notes.txt", "unsupported_format")
    ]
    assert (document["is_complete"], document["is_calibrated"]) == (True, False)
    # The face is at the same place of the upright photo, however its file stores it.
    boxes = {match["photo"].rpartition("/")[2]: match["faces"][0]["box"] for match in document["matches"]}
    for side, share in boxes["astronaut.png"].items():
        assert boxes["turned.jpg"][side] == pytest.approx(share, abs=0.02)
    assert boxes["both.jpg"]["left"] > 0.4
    again = find(full_cloud, folder / "astronaut.png", "--in", place, "--strategy", strategy)
    assert again["requests"] == 0
    assert again["matches"] == document["matches"]


def test_a_face_of_a_group_is_searched_for_by_its_number(full_cloud, folder):
    told = full_cloud("find-person", str(folder / "both.jpg"), "--in", str(folder), status=1)
    assert "shows 2 faces" in told

    found = []
    for face in (1, 2):
        document = find(full_cloud, folder / "both.jpg", "--in", folder, "--face", face)
        found.append(name_found(document, folder))

    assert sorted(found, key=len) == [{"officer.jpg", "both.jpg"}, WITH_ASTRONAUT]


def test_a_portrait_without_a_face_is_told(full_cloud, folder):
    told = full_cloud("find-person", str(folder / "coffee.png"), "--in", str(folder), status=1)

    assert "Rekognition finds no face in" in told


def test_of_the_lake_only_photos_that_are_not_of_posts_are_searched(full_cloud, folder):
    laptop = Laptop.connect(full_cloud.state)
    bucket = laptop.output("LakeBucketName")
    laptop.client("s3").put_object(Bucket=bucket, Key="images/dropped/me.png", Body=ASTRONAUT)
    full_cloud("wait", "--timeout", "120")
    laptop.client("s3").put_object(Bucket=bucket, Key=f"images/ab/{'ab' * 32}.png", Body=ASTRONAUT)

    document = find(full_cloud, folder / "astronaut.png", "--in", f"s3://{bucket}/images/")

    assert name_found(document, f"s3://{bucket}/images/") == {"dropped/me.png"}
    assert sorted(each["status"] for each in document["skipped"]) == ["duplicate", "unknown_origin"]


def test_face_vectors_are_deleted_on_request(full_cloud, folder):
    find(full_cloud, folder / "astronaut.png", "--in", folder, "--strategy", "collection")
    rekognition = Laptop.connect(full_cloud.state).client("rekognition")
    before = rekognition.list_collections()["CollectionIds"]

    full_cloud("find-person", "--delete-collection", "--in", str(folder))

    assert len(before) - len(rekognition.list_collections()["CollectionIds"]) == 1


def test_without_a_cloud_its_engines_search_a_folder(full_cloud, folder, tmp_path):
    options = ("--strategy", "compare", "--state", tmp_path / "nowhere")

    document = find(full_cloud, folder / "astronaut.png", "--in", folder, *options)

    assert name_found(document, folder) == WITH_ASTRONAUT
    assert document["is_calibrated"] is False
