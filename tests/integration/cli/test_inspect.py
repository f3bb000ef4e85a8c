"""`photolake inspect` with a Rekognition in memory."""

import io
import json
import struct
import zlib
from collections import deque
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import boto3
import pytest
from moto import mock_aws
from PIL import Image
from typer.testing import CliRunner

from photolake.images.face_use import FaceUse
from photolake_cli import main
from photolake_cli.errors import CommandError
from photolake_cli.inspect import engine as engines
from photolake_cli.inspect.analysis import ORIGIN
from photolake_cli.inspect.engine import EVERY_API, Engine
from photolake_cli.inspect.photo import read_photo
from photolake_cli.inspect.run import InspectRequest, choose_apis
from photolake_cli.template import StackTemplate
from tests.builders.hard_photos import DAMAGED
from tests.fakes.rekognition import CAT, CUSTOM_MODEL, PERSON, TEXT, FakeRekognition, service_error
from tests.resolved_template import ROOT


def encoded(size=(120, 90), kind="PNG"):
    buffer = io.BytesIO()
    Image.new("RGB", size, "teal").save(buffer, kind)
    return buffer.getvalue()


def chunk(kind, data):
    return len(data).to_bytes(4) + kind + data + zlib.crc32(kind + data).to_bytes(4)


# 10,000 pixels a side in a few bytes.
HUGE = (
    b"\x89PNG\r\n\x1a\n"
    + chunk(b"IHDR", struct.pack(">IIBBBBB", 10_000, 10_000, 8, 2, 0, 0, 0))
    + chunk(b"IDAT", zlib.compress(b""))
    + chunk(b"IEND", b"")
)


@pytest.fixture
def rekognition():
    return FakeRekognition([PERSON, TEXT])


@pytest.fixture
def inspect(rekognition, monkeypatch):
    """Run the command; returns the exit status, what it printed, and what it said on standard error."""

    @contextmanager
    def open_engine(stack, region, state, engine_set):
        fake: Any = rekognition
        model = CUSTOM_MODEL if stack else ""
        apis = ("labels", "custom_labels") if stack else EVERY_API
        yield Engine("Rekognition in eu-west-1", not region, fake, None, apis, model)

    monkeypatch.setattr(engines, "open_engine", open_engine)

    def run(*arguments):
        result = CliRunner().invoke(main.app, ["inspect", *map(str, arguments)])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result.exit_code, result.stdout, " ".join(result.stderr.split())

    return run


@pytest.fixture
def photo(tmp_path):
    path = tmp_path / "a [red]b.png"
    path.write_bytes(encoded())
    return path


def test_everything_in_the_responses_is_shown(inspect, photo, rekognition):
    status, shown, _ = inspect(photo)

    assert status == 0
    assert "a [red]b.png" in shown.replace("\n", "")
    for words in (
        "Person  ███",
        "Person Description",
        "Human",
        "Face 1",
        "emotion",
        "eye direction",
    ):
        assert words in shown
    for title in ("Labels", "Faces", "Celebrities", "Text", "Moderation", "Image properties"):
        assert f"\n{title}\n" in shown
    assert "not available: " not in shown
    assert "Not called" not in shown
    assert len(rekognition.requests) == 5


def test_the_bytes_of_the_rendition_are_sent_and_json_is_a_row_of_the_table(inspect, tmp_path, rekognition):
    path = tmp_path / "a.webp"
    path.write_bytes(encoded(kind="WEBP"))

    status, shown, _ = inspect(path, "--json")

    row = json.loads(shown)
    schema = StackTemplate(ROOT / "template.yaml").read_table("AnalysesTable")
    schema.check(row)
    assert status == 0
    assert set(row) == set(schema.columns)
    assert (row["origin"], row["width"], row["content_type"]) == (ORIGIN, 120, "image/jpeg")
    assert row["image_labels"]["labels"][0]["name"] == "Person"
    assert all(request["Image"]["Bytes"].startswith(b"\xff\xd8\xff") for _, request in rekognition.requests)


def test_the_rules_of_the_pipeline_hold_unless_apis_are_named(inspect, photo, rekognition):
    rekognition.labels = [CAT]

    _, shown, _ = inspect(photo)
    assert "Not called, as no label suggests it: text,faces,celebrities." in " ".join(shown.split())
    assert set(rekognition.billed) == {"detect_labels", "detect_moderation_labels"}

    rekognition.billed.clear()
    _, shown, _ = inspect(photo, "--apis", "labels,faces")
    assert set(rekognition.billed) == {"detect_labels", "detect_faces"}
    assert "Not called" not in shown


def test_what_is_refused_is_shown_with_the_reason(inspect, photo, rekognition):
    rekognition.faults = {"detect_moderation_labels": deque([service_error("InvalidParameterException")])}

    status, shown, _ = inspect(photo, "--apis", "labels,moderation")

    assert status == 0
    assert "moderation: refused with InvalidParameterException" in shown
    assert "\nModeration\n" not in shown


def test_custom_labels_are_asked_of_the_model_that_is_named(inspect, photo, rekognition):
    status, shown, _ = inspect(photo, "--apis", "labels", "--model", CUSTOM_MODEL)

    assert status == 0
    assert "\nCustom labels\n" in shown
    assert {request.get("ProjectVersionArn") for _, request in rekognition.requests} == {None, CUSTOM_MODEL}
    assert "\nCustom labels\n" in inspect(photo, "--stack", "photolake")[1]
    assert inspect(photo, "--apis", "custom_labels")[0] == 1
    assert "--model ARN" in inspect(photo, "--apis", "custom_labels")[2]


def test_on_aws_the_price_is_shown_and_consent_needed(inspect, photo, rekognition):
    status, _, said = inspect(photo, "--region", "eu-west-1")
    assert status == 1
    assert "costs at most $0.01 (5 requests)" in said
    assert "Nothing has been analysed. To spend that in Rekognition in eu-west-1: --yes" in said
    assert rekognition.requests == []

    assert inspect(photo, "--region", "eu-west-1", "--yes")[0] == 0


def test_the_annotated_photo_is_written(inspect, photo, tmp_path):
    status, _, said = inspect(photo, "--annotate", tmp_path / "out.jpg")

    assert status == 0
    assert "Written:" in said
    with Image.open(tmp_path / "out.jpg") as image:
        assert (image.format, image.size) == ("JPEG", (800, 600))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "the photo has no bytes"),
        (b"%PDF-1.7", "a PDF document, not a JPEG"),
        (encoded((79, 79)), "79x79 pixels; Rekognition needs 80"),
        (encoded()[:60], "not a whole photo: only 0 % of it is there"),
        (HUGE, "megapixels"),
    ],
    ids=["empty", "pdf", "small", "cut", "100 megapixels"],
)
def test_what_cannot_be_analysed_is_an_error_that_names_it(inspect, tmp_path, rekognition, data, message):
    path = tmp_path / "bad.png"
    path.write_bytes(data)

    status, _, said = inspect(path)

    assert status == 1
    assert "bad.png: " in said
    assert message in said
    assert rekognition.requests == []


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_a_damaged_photo_is_analysed_and_what_is_missing_is_told(inspect, tmp_path, rekognition, options):
    path = tmp_path / "cut.jpg"
    path.write_bytes(DAMAGED["jpeg-cut"]())

    status, _, said = inspect(path, *options)

    assert status == 0
    assert "cut.jpg: cut off or damaged: 47 % of its rows are missing, and white" in said
    assert rekognition.requests


def test_a_missing_file_a_folder_and_an_unknown_api_are_errors(inspect, photo, tmp_path):
    for arguments, message in (
        ([tmp_path / "no.png"], "There is no file"),
        ([tmp_path], "is a folder. To analyse all photos in it: photolake drop"),
        ([photo, "--apis", "smiles"], "unknown image APIs ['smiles']"),
        (["s3://bucket"], "is not s3://BUCKET/KEY"),
        (["s3://bucket/a.png"], "To read from S3: start the laptop cloud"),
        (["/dev/null"], "is neither a file nor a folder"),
    ):
        status, _, said = inspect(*arguments)
        assert status == 1
        assert message in said


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/a.png",
        "http://localhost/a.png",
        "https://[::1]/a.png",
        "https://example.org:8443/a.png",
        "https://me:secret@example.org/a.png",
        "https://example.org/ä.png",
    ],
)
def test_a_url_that_could_lead_into_a_private_network_is_refused(inspect, url):
    status, _, said = inspect(url)

    assert status == 1
    assert said.startswith(url)


def test_a_url_of_any_host_is_downloaded_and_a_failure_names_it():
    def unused():
        raise AssertionError

    assert read_photo("https://example.org/a.png", unused, lambda url: url.encode()) == b"https://example.org/a.png"


def test_an_object_is_read_from_s3():
    with mock_aws():
        s3 = boto3.client("s3", "us-east-1")
        s3.create_bucket(Bucket="album")
        s3.put_object(Bucket="album", Key="a b+ü.png", Body=b"bytes")

        assert read_photo("s3://album/a b+ü.png", lambda: s3) == b"bytes"
        with pytest.raises(CommandError, match=r"^s3://album/no\.png: "):
            read_photo("s3://album/no.png", lambda: s3)


def test_every_api_but_custom_labels_is_asked_by_default():
    assert EVERY_API == ("labels", "moderation", "text", "faces", "celebrities", "properties")
    assert replace(Engine("here", True, None, None)).image_apis == EVERY_API  # type: ignore[arg-type]


def test_a_stack_that_keeps_no_faces_shows_none_of_a_single_photo():
    engine = Engine("the stack photolake", False, None, None, ("labels",), face_use=FaceUse.AGGREGATE)  # type: ignore[arg-type]

    assert [api.name for api in choose_apis(InspectRequest("a.jpg"), engine)] == ["labels"]
    with pytest.raises(CommandError, match=r"FacesAndCelebrities is aggregate.*without faces"):
        choose_apis(InspectRequest("a.jpg", apis=["faces", "text"]), engine)
