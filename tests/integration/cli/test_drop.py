"""`photolake drop` from disk into a lake on moto."""

import io
import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import boto3
import pytest
import typer
from botocore.exceptions import ClientError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from moto import mock_aws
from PIL import Image
from typer.testing import CliRunner

from photolake_cli import cloud as clouds
from photolake_cli import main
from photolake_cli.cloud import Cloud
from photolake_cli.drop import run as drop_run
from photolake_cli.drop.files import PhotoFile
from photolake_cli.drop.folder import DropFolder, Presence
from photolake_cli.drop.run import DropRequest, drop_photos
from photolake_cli.errors import CommandError

BUCKET = "lake"
REGION: Any = "eu-west-1"


def photo(color: str = "teal", kind: str = "PNG") -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (90, 90), color).save(buffer, kind)
    return buffer.getvalue()


@pytest.fixture(scope="module")
def aws():
    with mock_aws():
        s3 = boto3.client("s3", REGION)
        s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
        yield s3


@pytest.fixture
def s3(aws):
    yield aws
    for item in aws.list_objects_v2(Bucket=BUCKET).get("Contents", []):
        aws.delete_object(Bucket=BUCKET, Key=item["Key"])


@pytest.fixture
def cloud(s3):
    values = {"ImageApis": "labels,text", "LakeBucketName": BUCKET, "DailyImageBudget": "10000"}
    return Cloud("the laptop cloud", "laptop 1", boto3.Session(region_name=REGION), values, str, on_laptop=True)


@pytest.fixture
def drop(cloud, monkeypatch):
    """Run the command; returns the exit status and the output with single blanks."""
    monkeypatch.setattr(clouds, "connect", lambda stack, region, state: replace(cloud, on_laptop=not stack))

    def run(*arguments):
        result = CliRunner().invoke(main.app, ["drop", *map(str, arguments)])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result.exit_code, " ".join(result.output.split())

    return run


def written(path: Path, data: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def stored(s3) -> dict[str, bytes]:
    """The objects of the lake by their names below images/dropped/."""
    keys = [item["Key"] for item in s3.list_objects_v2(Bucket=BUCKET).get("Contents", [])]
    return {key.removeprefix("images/dropped/"): s3.get_object(Bucket=BUCKET, Key=key)["Body"].read() for key in keys}


def test_photos_keep_their_names_and_get_the_metadata(drop, s3, tmp_path):
    written(tmp_path / "holiday" / "a b+ü 100%.png", photo())
    written(tmp_path / "holiday" / "deep" / "er" / "no_suffix", photo("red", "WEBP"))
    single = written(tmp_path / "one.gif", photo("blue", "GIF"))

    status, output = drop(tmp_path / "holiday", single, "--metadata", "Campaign=spring", "--metadata", "place=Zürich")

    assert status == 0
    assert "To drop: 3 photos" in output
    assert "2 APIs ($0.01)" in output
    assert stored(s3) == {
        "holiday/a b+ü 100%.png": photo(),
        "holiday/deep/er/no_suffix": photo("red", "WEBP"),
        "one.gif": photo("blue", "GIF"),
    }
    head = s3.head_object(Bucket=BUCKET, Key="images/dropped/holiday/deep/er/no_suffix")
    assert head["ContentType"] == "image/webp"
    assert head["Metadata"] == {"campaign": "spring", "place": "=?UTF-8?B?WsO8cmljaA==?="}


def test_what_became_of_the_photos_is_one_json_document(drop, s3, tmp_path):
    written(tmp_path / "a.png", photo())
    written(tmp_path / "b.png", photo("red"))
    s3.put_object(Bucket=BUCKET, Key="images/dropped/a.png", Body=photo())
    s3.put_object(Bucket=BUCKET, Key="images/dropped/c.png", Body=photo("blue"))
    other = written(tmp_path / "c.png", photo("green"))
    paths = [str(tmp_path / "a.png"), str(tmp_path / "b.png"), str(other)]

    dry = CliRunner().invoke(main.app, ["drop", *paths, "--json", "--dry-run"])
    result = CliRunner().invoke(main.app, ["drop", *paths, "--json"])

    def states(output):
        return [(each["object"].rpartition("/")[2], each["state"]) for each in json.loads(output)["photos"]]

    assert (dry.exit_code, result.exit_code) == (1, 1)
    assert states(dry.stdout) == [("a.png", "there already"), ("b.png", "to send"), ("c.png", "not sent")]
    assert states(result.stdout) == [("a.png", "there already"), ("b.png", "sent"), ("c.png", "not sent")]
    assert json.loads(result.stdout)["photos"][2]["reason"]
    assert json.loads(result.stdout)["usd_at_most"] == "0.002"


def test_json_goes_without_waiting(drop, tmp_path):
    status, output = drop(written(tmp_path / "a.png", photo()), "--json", "--wait")

    assert status == 1
    assert "--json goes without --wait" in output


def test_what_is_not_a_photo_is_left_out_and_named(drop, s3, tmp_path):
    folder = tmp_path / "mixed"
    written(folder / "good.jpg", photo(kind="JPEG"))
    written(folder / "paper.jpg", b"%PDF-1.7")
    written(folder / "empty.png", b"")
    written(folder / ".DS_Store", b"\x00\x00\x00\x01Bud1")
    written(folder / "large.png", photo() + bytes(15 * 1024 * 1024))
    written(folder / "[red]x[bold].txt", b"words")
    written(folder / ("x" * 240) / ("y" * 240) / ("z" * 240) / ("v" * 240) / ("w" * 50), photo())
    (folder / "loop").symlink_to(folder)
    (folder / "nowhere.png").symlink_to("missing")
    (folder / "memory").symlink_to("/proc/self/mem")
    os.mkfifo(folder / "pipe")
    written(folder / os.fsdecode(b"\xff.png"), photo())

    status, output = drop(folder)

    assert status == 0
    assert list(stored(s3)) == ["mixed/good.jpg"]
    for reason in (
        "paper.jpg: skipped, a PDF document",
        "empty.png: skipped, the photo has no bytes",
        "large.png: skipped, larger than 15 MiB",
        "[red]x[bold].txt: skipped, a text",
        "bytes, and S3 allows 1024",
        "loop: skipped, a folder that was read already",
        "nowhere.png: skipped, a link to nothing",
        "memory: skipped, cannot be read: Input/output error",
        "pipe: skipped, neither a file nor a folder",
        "skipped, its name is not UTF-8",
        "Hidden files and folders, skipped: 1",
    ):
        assert reason in output


def test_a_path_where_nothing_is_and_a_folder_without_photos_are_errors(drop, tmp_path):
    written(tmp_path / "notes" / "a.txt", b"words")

    assert drop(tmp_path / "missing") == (
        1,
        f"There is no file {tmp_path / 'missing'}. Name a photo, or a folder of photos",
    )
    status, output = drop(tmp_path / "notes")
    assert status == 1
    assert f"There is not a photo in {tmp_path / 'notes'}" in output


def test_dry_run_sends_nothing(drop, s3, tmp_path):
    status, output = drop(written(tmp_path / "a.png", photo()), "--dry-run")

    assert (status, stored(s3)) == (0, {})
    assert "On AWS that would cost $0.01" in output


def test_on_aws_nothing_is_sent_without_consent(drop, s3, tmp_path):
    file = written(tmp_path / "a.png", photo())

    status, output = drop(file, "--stack", "photolake")
    assert (status, stored(s3)) == (1, {})
    assert "that costs $0.01" in output
    assert "Nothing has been sent. To spend that in the laptop cloud: --yes" in output

    assert drop(file, "--stack", "photolake", "--yes")[0] == 0
    assert stored(s3) == {"a.png": photo()}


def test_waiting_is_refused_on_aws(drop, tmp_path):
    status, output = drop(tmp_path, "--wait", "--stack", "photolake")

    assert status == 1
    assert "--wait is for the laptop cloud" in output


def test_what_is_there_is_not_sent_again(drop, s3, tmp_path):
    file = written(tmp_path / "a.png", photo())
    drop(file, "--metadata", "campaign=spring")
    before = s3.head_object(Bucket=BUCKET, Key="images/dropped/a.png")

    status, output = drop(file)

    assert status == 0
    assert output == "There already: 1 photo"
    assert s3.head_object(Bucket=BUCKET, Key="images/dropped/a.png")["Metadata"] == before["Metadata"]


def test_another_photo_or_other_metadata_under_a_name_is_replaced_only_when_asked(drop, s3, tmp_path):
    file = written(tmp_path / "a.png", photo())
    drop(file, "--metadata", "campaign=spring")

    status, output = drop(file, "--metadata", "campaign=autumn")
    assert status == 1
    assert "a.png: not sent, there already, with other metadata" in output
    written(file, photo("red"))
    status, output = drop(file, written(tmp_path / "b.png", photo()))
    assert status == 1
    assert "a.png: not sent, another photo has this name" in output
    assert "Not in the lake: 1 of 2 photos. To put them in the place of those" in output
    assert stored(s3) == {"a.png": photo(), "b.png": photo()}

    assert drop(file, "--replace")[0] == 0
    assert stored(s3)["a.png"] == photo("red")
    assert drop(file, "--below", "/2026/spring/")[0] == 0
    assert stored(s3)["2026/spring/a.png"] == photo("red")


@pytest.mark.parametrize("below", ["..", "a/../b", "./a", "a//b"])
def test_a_folder_that_leads_elsewhere_is_refused(drop, s3, tmp_path, below):
    status, output = drop(written(tmp_path / "a.png", photo()), "--below", below)

    assert (status, stored(s3)) == (1, {})
    assert "which S3 does not resolve" in output


def test_two_files_with_one_name_are_told(drop, s3, tmp_path):
    first, same, other = (
        written(tmp_path / name / "a.png", photo(color)) for name, color in (("1", "red"), ("2", "red"), ("3", "blue"))
    )

    status, output = drop(first, same, other)

    assert status == 0
    assert stored(s3) == {"a.png": photo("red")}
    assert f"{same}: skipped, the same photo as {first}" in output
    assert f"{other}: skipped, another photo with the same name as {first}" in output


def test_an_object_that_was_sent_in_parts_is_compared_by_its_bytes(s3, tmp_path):
    data = photo()
    upload = s3.create_multipart_upload(Bucket=BUCKET, Key="images/dropped/a.png")["UploadId"]
    part = s3.upload_part(Bucket=BUCKET, Key="images/dropped/a.png", UploadId=upload, PartNumber=1, Body=data)
    s3.complete_multipart_upload(
        Bucket=BUCKET,
        Key="images/dropped/a.png",
        UploadId=upload,
        MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]},
    )
    file = PhotoFile(written(tmp_path / "a.png", data), "a.png", len(data), "image/png")

    assert DropFolder(s3, BUCKET, {}).look_up(file) == Presence.SAME
    file.path.write_bytes(bytes(reversed(data)))
    assert DropFolder(s3, BUCKET, {}).look_up(file) == Presence.OTHER_PHOTO


def test_a_photo_that_appears_meanwhile_is_not_overwritten(s3, tmp_path):
    data = photo()
    file = PhotoFile(written(tmp_path / "a.png", data), "a.png", len(data), "image/png")
    folder = DropFolder(s3, BUCKET, {})

    assert folder.put(file, replace=False) == Presence.ABSENT
    assert folder.put(file, replace=False) == Presence.SAME
    file.path.write_bytes(photo("red"))
    assert folder.put(file, replace=False) == Presence.OTHER_PHOTO
    assert stored(s3) == {"a.png": data}


class FailingS3:
    """Passes requests on, notes what was put, and fails at the put with this number."""

    def __init__(self, s3: Any, number: int, error: BaseException, put: list[str]) -> None:
        self._s3, self._left, self._error, self._put = s3, number, error, put

    def __getattr__(self, name: str) -> Any:
        return getattr(self._s3, name)

    def put_object(self, **request: Any) -> Any:
        self._left -= 1
        if self._left == 0:
            raise self._error
        response = self._s3.put_object(**request)
        self._put.append(request["Key"].removeprefix("images/dropped/"))
        return response


def refused(status: int, code: str) -> ClientError:
    response: Any = {"Error": {"Code": code, "Message": "no"}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(response, "PutObject")


def test_a_photo_that_s3_refuses_does_not_stop_the_others(s3, cloud, tmp_path, monkeypatch, capsys):
    for name in ("a.png", "b.png", "c.png"):
        written(tmp_path / "all" / name, photo())
    monkeypatch.setattr(drop_run, "WORKERS", 1)
    failing = FailingS3(s3, 2, refused(400, "InvalidURI"), [])
    monkeypatch.setattr(Cloud, "client", lambda self, service: failing)

    with pytest.raises(CommandError, match="Not in the lake: 1 of 3 photos"):
        drop_photos(DropRequest([tmp_path / "all"]), cloud)

    assert list(stored(s3)) == ["all/a.png", "all/c.png"]
    assert "b.png: not sent, S3 refuses it: InvalidURI: no" in " ".join(capsys.readouterr().err.split())


def test_without_the_permission_to_look_the_owner_is_to_be_asked(s3, tmp_path):
    file = PhotoFile(written(tmp_path / "a.png", photo()), "a.png", 1, "image/png")

    class Forbidding:
        def head_object(self, **request: Any) -> None:
            raise refused(403, "403")

    folder: Any = DropFolder(Forbidding(), BUCKET, {})  # type: ignore[arg-type]
    with pytest.raises(CommandError, match="s3:ListBucket, s3:GetObject and s3:PutObject"):
        folder.look_up(file)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    stops=st.lists(st.integers(1, 6), max_size=3),
    error=st.sampled_from([refused(403, "AccessDenied"), KeyboardInterrupt()]),
)
def test_however_often_it_is_interrupted_every_photo_is_sent_once(s3, cloud, tmp_path, stops, error):
    for item in s3.list_objects_v2(Bucket=BUCKET).get("Contents", []):
        s3.delete_object(Bucket=BUCKET, Key=item["Key"])
    expected = {f"all/{number}.png": photo(f"#0000{number:02x}") for number in range(5)}
    for name, data in expected.items():
        written(tmp_path / name, data)
    puts: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(drop_run, "WORKERS", 1)
        for stop in [*stops, 100]:
            failing = FailingS3(s3, stop, error, puts)
            patch.setattr(Cloud, "client", lambda self, service, failing=failing: failing)
            try:
                drop_photos(DropRequest([tmp_path / "all"]), cloud)
            except (CommandError, typer.Exit, KeyboardInterrupt):
                continue
    assert stored(s3) == expected
    assert sorted(puts) == sorted(expected)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["campaign"], "is not NAME=VALUE"),
        (["=spring"], "is not NAME=VALUE"),
        (["ü=1"], "is not NAME=VALUE"),
        (["a b=1"], "is not NAME=VALUE"),
        (["a=1", "A=2"], "names a twice"),
        (["a=" + "x" * 2048], "2,049 bytes"),
        (["a=" + os.fsdecode(b"\xff")], "is not UTF-8"),
    ],
)
def test_metadata_that_s3_would_not_take_is_refused(drop, tmp_path, words, message):
    file = written(tmp_path / "a.png", photo())

    status, output = drop(file, *(f"--metadata={word}" for word in words))

    assert status == 1
    assert message in output
