"""`photolake find-person` over folders, S3 and a lake's registry on moto, with Rekognition faked behind boto3."""

import json
import os
import sqlite3
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws
from PIL import Image
from typer.testing import CliRunner

from photolake.images.registry import ImageRecord, ImageRegistry
from photolake_cli import main
from photolake_cli.cloud import Cloud
from photolake_cli.errors import CommandError
from photolake_cli.find_person import service as services
from photolake_cli.find_person.annotate import COLOR
from photolake_cli.find_person.journal import Journal
from tests.builders.dynamodb_tables import template_table
from tests.builders.face_photos import PaintedFace, draw_photo
from tests.fakes.face_rekognition import FakeFaceRekognition, RefusedError

REGION: Any = "us-east-1"
SESSION = boto3.Session(region_name=REGION)  # loading its models again for each test would take a while
RIC = draw_photo(PaintedFace("ric"))
ANN = draw_photo(PaintedFace("ann"))
GROUP = draw_photo(PaintedFace("ann", 0, 0, 70), PaintedFace("ric", 90, 10, 50, look=1))


@pytest.fixture
def aws():
    with mock_aws():
        yield SESSION.client("s3")


@pytest.fixture
def rekognition(aws):
    return FakeFaceRekognition(lambda bucket, key: aws.get_object(Bucket=bucket, Key=key)["Body"].read())


@pytest.fixture
def cloud():
    """The fields of the cloud that the command finds; a test may change them."""
    return {"name": "the stack photolake", "key": "aws", "values": {"LakeBucketName": "lake"}, "on_laptop": False}


@pytest.fixture
def find(aws, rekognition, cloud, monkeypatch, tmp_path):
    """Runs the command; returns its exit status, standard output and standard error."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "ric.png").write_bytes(RIC)

    @contextmanager
    def open_service(stack, region, state, places):
        service = services.FaceService(Cloud(session=SESSION, find_physical_id=lambda name: "images", **cloud))
        service.requests = service.build_requests(rekognition.client)
        yield service

    monkeypatch.setattr(services, "open_service", open_service)

    def run(*arguments, consents=True):
        options = ["--yes"] if consents else []
        result = CliRunner().invoke(main.app, ["find-person", *map(str, arguments), *options])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result.exit_code, " ".join(result.stdout.split()), " ".join(result.stderr.split())

    return run


def fill(folder, **files):
    for name, content in files.items():
        path = Path(folder, name.replace("__", "/").replace("_", "."))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


def put(s3, bucket, region=REGION, **files):
    place = {} if region == REGION else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    s3.create_bucket(Bucket=bucket, **place)
    for name, content in files.items():
        s3.put_object(Bucket=bucket, Key=name.replace("__", "/").replace("_", "."), Body=content)


def test_the_photos_of_a_folder_are_counted_listed_and_paid_once(find, rekognition):
    fill("album", a_png=RIC, sub__b_png=GROUP, c_png=ANN, d_png=draw_photo(), notes_txt=b"hello", _hidden=RIC)

    status, out, told = find("ric.png", "--in", "album")

    assert status == 0
    assert "2 of 4 photos show the person of ric.png (similarity 80 or more)" in out
    assert "album/a.png 99.5 1 of 1 18.8 25.0 25.0 33.3" in out
    assert "album/sub/b.png 98.5 2 of 2" in out
    assert "4 photos compared: 2 show the person, 1 only others, 1 no face. 1 files skipped" in told
    assert "album/notes.txt: a text, not a JPEG, PNG, WebP, AVIF or GIF" in told
    assert "→ compare 5 requests now $0.005; 0:00:01 at the quota of 100 a second" in told
    assert "GDPR Art. 9" in told
    assert dict(rekognition.billed) == {"CompareFaces": 5}

    assert find("ric.png", "--in", "album", "--similarity", "99", consents=False)[0] == 0
    assert dict(rekognition.billed) == {"CompareFaces": 5}


def test_csv_and_json_hold_everything_and_nothing_else_is_on_standard_output(find):
    fill("album", a_png=GROUP, b_png=ANN, c_png=draw_photo(), d_txt=b"hello")

    _, table, _ = find("ric.png", "--in", "album", "--csv")
    assert table == (
        "photo,similarity,face,faces,left,top,width,height "
        "album/a.png,98.5,2,2,0.5625,0.08333333333333333,0.3125,0.4166666666666667"
    )
    _, document, _ = find("ric.png", "--in", "album", "--json")
    box = {"left": 0.5625, "top": 0.08333333333333333, "width": 0.3125, "height": 0.4166666666666667}
    assert json.loads(document) == {
        "portrait": "ric.png",
        "face": 1,
        "strategy": "compare",
        "similarity": 80,
        "is_calibrated": True,
        "is_complete": True,
        "requests": 0,
        "usd": "0.000",
        "compared": 3,
        "found": 1,
        "matches": [
            {
                "photo": "album/a.png",
                "similarity": 98.5,
                "face_count": 2,
                "faces": [{"number": 2, "similarity": 98.5, "box": box}],
            }
        ],
        "others": ["album/b.png"],
        "no_face": ["album/c.png"],
        "skipped": [
            {
                "photo": "album/d.txt",
                "status": "unsupported_format",
                "message": "a text, not a JPEG, PNG, WebP, AVIF or GIF",
            }
        ],
        "busy": [],
    }


def test_nothing_is_bought_without_consent_or_in_a_dry_run(find, rekognition):
    fill("album", a_png=RIC)

    status, _, told = find("ric.png", "--in", "album", consents=False)
    assert (status, "To spend that in the stack photolake: --yes" in told) == (1, True)
    status, out, told = find("ric.png", "--in", "album", "--dry-run", consents=False)
    assert (status, out) == (0, "")
    assert "1 photos to search" in told
    assert not rekognition.billed
    assert not rekognition.collections


def test_the_collection_is_chosen_for_many_searches_shown_with_its_price_and_deleted(find, rekognition):
    fill("album", a_png=RIC, b_png=GROUP, c_png=ANN)

    _, _, told = find("ric.png", "--in", "album", "--searches", "4")
    assert "compare 4 requests now $0.004 + 12 for later searches $0.012 = $0.016" in told
    assert "→ collection 5 requests now $0.005 + 6 for later searches $0.006 + about 6 new face vectors" in told
    assert "about 6 face vectors more, which are biometric data" in told
    assert dict(rekognition.billed) == {"CompareFaces": 1, "IndexFaces": 3, "SearchFacesByImage": 1}
    fill(".", ann_png=ANN)
    _, out, told = find("ann.png", "--in", "album")
    assert "→ collection 2 requests now $0.002" in told
    assert "2 of 3 photos show the person of ann.png" in out

    assert "Deleted: the collection" in find("--delete-collection", "--in", "album")[2]
    assert rekognition.collections == {}
    assert "Nothing is stored for these places" in find("--delete-collection", "--in", "album")[2]
    with sqlite3.connect(".photolake/people/responses.sqlite") as database:
        keys = [key for (key,) in database.execute("select key from responses")]
    database.close()
    assert {key.split()[0] for key in keys} == {"portrait"}


def test_two_orders_of_the_same_places_share_a_collection_and_photos_named_twice_count_once(find, rekognition):
    fill("album", a_png=RIC, b_png=GROUP)
    find("ric.png", "--in", "album", "--in", "album/a.png", "--strategy", "collection")
    _, out, told = find("ric.png", "--in", "album/a.png", "--in", "album", "--strategy", "collection")

    assert "→ collection 0 requests" in told
    assert "2 of 2 photos" in out
    assert len(rekognition.collections) == 1


def test_objects_are_read_in_place_if_rekognition_can_read_them_there(find, aws, rekognition):
    gif = draw_photo(PaintedFace("ric"), kind="GIF")
    put(aws, "album", a_png=RIC, sub__b_gif=gif, notes_txt=b"hello", empty_png=b"")
    put(aws, "abroad", "us-west-2", a_png=RIC)

    status, out, told = find("ric.png", "--in", "s3://album", "--in", "s3://abroad/a")

    assert status == 0
    assert "3 of 3 photos" in out
    targets = [request["TargetImage"] for _, request in rekognition.requests if "TargetImage" in request][1:]
    in_place = [target["S3Object"] for target in targets if "S3Object" in target]
    assert in_place == [{"Bucket": "album", "Name": "a.png"}]
    assert len(targets) == 3
    assert "s3://album/empty.png: the photo has no bytes" in told


def record(image_id, origin, source_key):
    key = f"images/{image_id[:2]}/{image_id}.png"
    return ImageRecord(image_id, "2026-11-20", origin, source_key, key, 160, 120, "image/png", "done")


def test_photos_of_posts_and_of_unknown_origin_are_left_out(find, aws, rekognition):
    post, dropped, both, unknown = ("1" * 64, "2" * 64, "3" * 64, "4" * 64)
    registry = ImageRegistry(template_table("ImagesTable", "images"))
    for image_id, origin, source_key in (
        (post, "post", "17:3_1"),
        (dropped, "dropped", "s3://lake/images/dropped/gone.png"),
        (both, "dropped", "s3://lake/images/dropped/mine.png"),
    ):
        registry.claim(record(image_id, origin, source_key))
    images = {f"images__{each[:2]}__{each}_png": RIC for each in (post, dropped, both, unknown)}
    put(aws, "lake", images__dropped__mine_png=RIC, tweets__1_gz=b"\x1f\x8b", **images)

    status, out, told = find("ric.png", "--in", "s3://lake/")

    assert status == 0
    assert "2 of 2 photos" in out
    assert "s3://lake/images/dropped/mine.png" in out
    assert "it is the photo of a post (17:3_1)" in told
    for line in ("skipped, post: 1", "skipped, unknown_origin: 1", "skipped, duplicate: 1"):
        assert line in told
    _, out, told = find("ric.png", "--in", "s3://lake/", "--include-posts")
    assert "4 of 4 photos" in out
    assert "X forbids facial recognition with its content" in told


def test_a_copy_of_a_lake_is_known_by_its_names_and_left_out_without_a_lake(find, cloud):
    cloud["values"] = {}
    fill("copy", **{f"ab__{'ab' * 32}_png": RIC, "mine_png": RIC})

    _, out, told = find("ric.png", "--in", "copy")

    assert "1 of 1 photos" in out
    assert "skipped, unknown_origin: 1" in told


def test_an_interrupted_search_goes_on_where_it_stopped(find, rekognition, monkeypatch):
    fill("album", **{f"{number}_png": draw_photo(PaintedFace("ric", look=number)) for number in range(6)})
    monkeypatch.setattr(services.FaceService, "count_workers", lambda self, operation: 1)

    def interrupt(operation):
        if rekognition.billed.total() == 4:
            raise KeyboardInterrupt

    rekognition.before = interrupt
    status, _, told = find("ric.png", "--in", "album")
    assert (status, "Stopped after 3 of 6 photos. Run the command again to resume there." in told) == (130, True)

    rekognition.before = lambda operation: None
    status, out, told = find("ric.png", "--in", "album")
    assert (status, "6 of 6 photos" in out, "→ compare 3 requests" in told) == (0, True, True)
    assert dict(rekognition.billed) == {"CompareFaces": 7}


def test_a_busy_service_is_told_and_ends_with_status_1(find, rekognition, monkeypatch):
    fill("album", a_png=RIC)
    monkeypatch.setattr("photolake.people.workers.RequestRate.pause", lambda self, seconds: None)

    def refuse(operation):
        if rekognition.billed.total() == 1:
            raise RefusedError("ProvisionedThroughputExceededException", message="Provisioned Rate exceeded")

    def refuse_all():
        raise RefusedError("ThrottlingException")

    rekognition.before = refuse
    status, _, told = find("ric.png", "--in", "album")

    assert status == 1
    assert "Rekognition was too busy for 1 photos. Run the command again to ask about them." in told

    rekognition.before = lambda operation: refuse_all()
    status, _, told = find("ric.png", "--in", "album", "--strategy", "collection")
    assert (status, "Rekognition is too busy (ThrottlingException" in told) == (1, True)


@pytest.mark.parametrize(
    ("code", "message", "said"),
    [
        ("AccessDeniedException", "User x is not authorized", "Ask the owner of the stack photolake"),
        ("InvalidParameterException", "Not available locally: no vectors", "only with the full engine set"),
    ],
)
def test_what_the_service_cannot_do_is_explained(find, rekognition, code, message, said):
    fill("album", a_png=RIC)

    def refuse(operation):
        raise RefusedError(code, message=message)

    rekognition.before = refuse
    for strategy in ("auto", "compare"):
        status, _, told = find("ric.png", "--in", "album", "--strategy", strategy)
        assert (status, said in told) == (1, True), told


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nobody.png", "--in", "album"], "nobody.png cannot be read: No such file or directory"),
        (["ric.png", "--in", "nowhere"], "nowhere cannot be read: No such file or directory"),
        (["ric.png", "--in", "empty"], "empty holds no file. Name a folder of photos"),
        (["ric.png", "--in", "/dev/null"], "/dev/null is a pipe or a device"),
        (["ric.png", "--in", "s3://nobucket/x"], "There is no bucket nobucket"),
        (["ric.png", "--in", "s3://album/x"], "There is no object whose name begins with s3://album/x"),
        (["ric.png", "--in", "s3:///x"], "s3:///x names no bucket"),
        (["album", "--in", "album"], "album is not a file. Name one photo of the person"),
        (["--in", "album"], "Whom to search for?"),
        (["album/notes.txt", "--in", "album"], "album/notes.txt: a text, not a JPEG"),
        (["both.png", "--in", "album"], "both.png shows 2 faces: face 1: 0% from the left"),
        (["both.png", "--in", "album"], "Choose one: --face 1"),
        (["none.png", "--in", "album"], "finds no face in none.png"),
    ],
)
def test_a_mistake_is_told_with_what_to_do(find, aws, arguments, said):
    put(aws, "album", a_png=RIC)
    fill("album", a_png=RIC, notes_txt=b"hello")
    fill(".", both_png=GROUP, none_png=draw_photo())
    Path("empty").mkdir()

    status, _, told = find(*arguments)

    assert (status, said in told) == (1, True), told


def test_odd_names_stay_on_their_line(find):
    fill("album", a_png=RIC)
    Path("album/a.png").rename(os.fsdecode(b"album/[red]\n\xff\x1b[2J.png"))

    _, out, _ = find("ric.png", "--in", "album")
    assert r"album/[red]\n\udcff\x1b[2J.png" in out
    _, out, _ = find("ric.png", "--in", "album", "--csv")
    assert r"album/[red]\n\udcff\x1b[2J.png,99.5" in out
    assert find("ric.png", "--in", "album", "--json")[0] == 0


def test_a_file_that_changes_during_the_search_has_no_result_under_its_old_identity(find, rekognition):
    fill("album", a_png=RIC, b_png=ANN, c_png=RIC)

    def change(operation):
        if rekognition.billed.total() == 1 and Path("album/b.png").exists():
            fill("album", a_png=GROUP)
            Path("album/b.png").unlink()

    rekognition.after = change
    status, _, told = find("ric.png", "--in", "album")

    assert status == 0
    assert "album/a.png: it was changed during the search" in told
    assert "album/b.png: it was deleted during the search" in told
    rekognition.after = lambda operation: None
    assert "2 of 2 photos" in find("ric.png", "--in", "album")[1]


def test_boxes_are_drawn_on_copies(find):
    fill("album", a_png=GROUP)

    find("ric.png", "--in", "album", "--annotate", "found")

    (copy,) = Path("found").iterdir()
    assert copy.name.endswith("-a.png.jpg")
    with Image.open(copy) as image:
        pixel: Any = image.getpixel((91, 35))
        assert all(abs(got - wanted) < 60 for got, wanted in zip(pixel, COLOR, strict=True))
    assert Path("album/a.png").read_bytes() == GROUP


def test_a_second_search_with_the_same_folder_waits_for_the_first(tmp_path):
    with Journal(tmp_path, "aws") as journal:
        journal.save("a", {"b": 1})
        with pytest.raises(CommandError, match="Another find-person uses"):
            Journal(tmp_path, "aws")
    with Journal(tmp_path, "aws") as journal, pytest.raises(CommandError, match="Another"):
        Journal(tmp_path, "laptop 1")
    with Journal(tmp_path, "laptop 1") as journal:
        assert journal.load("a") is None
    (tmp_path / "responses.sqlite").write_bytes(b"not a database at all" * 100)
    with pytest.raises(CommandError, match="is damaged"):
        Journal(tmp_path, "aws")


def test_what_cannot_be_read_in_a_folder_is_told(find, monkeypatch):
    fill("album", a_png=RIC, secret__b_png=RIC)
    fill("elsewhere", c_png=RIC)
    Path("album/linked").symlink_to(Path("elsewhere").absolute())
    Path("album/dangling.png").symlink_to("nothing")
    os.mkfifo("album/pipe.png")
    scan = os.scandir

    def refuse(path):
        if str(path).endswith("secret"):
            raise PermissionError(13, "Permission denied", str(path))
        return scan(path)

    monkeypatch.setattr(os, "scandir", refuse)
    status, out, told = find("ric.png", "--in", "album")

    assert (status, "1 of 1 photos" in out) == (0, True)
    assert "skipped, unreadable: 4" in told
    for line in (
        "album/linked: it is a link to a folder. Name that folder too: --in",
        "album/dangling.png: No such file or directory",
        "album/pipe.png: it is a pipe or a device",
        "album/secret: Permission denied",
    ):
        assert line in told


def test_an_object_that_rekognition_cannot_read_in_its_bucket_is_sent_as_bytes(find, aws, rekognition):
    put(aws, "album", a_png=RIC, b_png=ANN)

    def refuse(bucket, key):
        raise FileNotFoundError(key)

    rekognition._read_object = refuse
    status, out, _ = find("ric.png", "--in", "s3://album")

    assert (status, "1 of 2 photos" in out) == (0, True)


def test_a_search_that_cannot_return_all_faces_says_that_it_is_not_complete(find, rekognition, monkeypatch):
    monkeypatch.setattr("photolake.people.face_requests.MAX_MATCHES", 2)
    fill("album", **{f"{number}_png": draw_photo(PaintedFace("ric", look=number)) for number in range(3)})

    status, out, told = find("ric.png", "--in", "album", "--strategy", "collection")
    assert (status, "2 of 3 photos" in out) == (1, True)
    assert "all have a similarity of 98.5 or more. Raise --similarity, or use --strategy compare" in told
    assert find("ric.png", "--in", "album", "--strategy", "collection", "--similarity", "99")[0] == 0
    status, out, _ = find("ric.png", "--in", "album", "--strategy", "compare", "--similarity", "0")
    assert (status, "3 of 3 photos" in out) == (0, True)


def test_without_a_laptop_cloud_or_a_region_a_bucket_needs_one_of_them(tmp_path):
    (tmp_path / "ric.png").write_bytes(RIC)
    arguments = ["find-person", f"{tmp_path}/ric.png", "--in", "s3://album/", "--state", f"{tmp_path}/state"]
    result = CliRunner().invoke(main.app, arguments)

    assert result.exit_code == 1
    told = " ".join(result.stderr.split())
    assert "Start one that compares faces: photolake up --background --engine full --state" in told
    assert "To search on AWS: --region eu-west-1" in told


def test_a_region_alone_is_an_account_without_a_lake(aws, tmp_path):
    service = services.connect_service(None, "eu-central-1", tmp_path)

    assert service.key == "aws 123456789012 eu-central-1"
    assert list(service.read_records(["a" * 64])) == []
    assert (service.count_workers("CompareFaces"), service.count_workers("IndexFaces")) == (25, 5)


@pytest.mark.parametrize("face_use", ["aggregate", "off"])
def test_a_stack_that_keeps_no_faces_is_not_searched_for_a_person(find, cloud, rekognition, face_use):
    cloud["values"]["FacesAndCelebrities"] = face_use
    fill("album", a_png=RIC)

    status, _, told = find("ric.png", "--in", "album")

    assert status == 1
    assert (
        f"the stack photolake does not look for single people: its parameter FacesAndCelebrities is {face_use}" in told
    )
    assert not rekognition.billed
