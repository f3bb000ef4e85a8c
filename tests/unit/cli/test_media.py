"""The media files of an account archive go into the lake under the keys of their URLs."""

import json
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from photolake.images.ingest import MAX_PHOTO_BYTES
from photolake_cli.collect.files import find_files
from photolake_cli.collect.formats import probe_file
from photolake_cli.collect.media import find_media, upload_media
from photolake_cli.errors import CommandError
from tests.builders.post_values import bare_item
from tests.builders.x_payloads import snowflake, v1_photo

S3: Any = None


def archive(folder, *items, part="tweets"):
    """Write the posts of an archive and open them."""
    path = folder / f"{part}.js"
    path.write_text(f"window.YTD.{part}.part0 = {json.dumps([{'tweet': item} for item in items])}")
    (file,) = find_files(str(path), S3)
    return replace(file, beside=probe_file(file).beside)


def media_item(number, name, **fields):
    medium = v1_photo(4, media_url_https=f"https://pbs.twimg.com/media/{name}", **fields)
    return bare_item(number, extended_entities={"media": [medium]})


def write_media(folder, number, name, content=b"photo", part="tweets"):
    place = folder / f"{part}_media"
    place.mkdir(exist_ok=True)
    (place / f"{snowflake(number)}-{name}").write_bytes(content)


class Lake:
    """Keeps objects, each once."""

    def __init__(self):
        self.objects = {}
        self.error = None

    def put_object(self, *, Bucket, Key, Body, ContentType, IfNoneMatch):  # noqa: N803 (boto3's names)
        assert (Bucket, IfNoneMatch) == ("lake", "*")
        if self.error or Key in self.objects:
            raise ClientError({"Error": {"Code": self.error or "PreconditionFailed", "Message": ""}}, "PutObject")
        self.objects[Key] = (ContentType, Body)


@pytest.fixture
def lake():
    return Lake()


@pytest.fixture
def cloud(lake) -> Any:
    return SimpleNamespace(client=lambda name: lake, values={"LakeBucketName": "lake"}, name="the stack")


@pytest.mark.parametrize("part", ["tweet", "tweets", "community_tweet"])
def test_the_photos_that_posts_name_are_uploaded_once(tmp_path, lake, cloud, part, capsys):
    file = archive(tmp_path, media_item(1, "A.jpg"), media_item(2, "A.jpg"), media_item(3, "B.jpg"), part=part)
    write_media(tmp_path, 1, "A.jpg", b"a", part)
    write_media(tmp_path, 3, "B.png", b"b", part)
    write_media(tmp_path, 9, "C.jpg", b"of a post that is not there", part)

    for _ in range(2):
        upload_media([file], cloud)

    assert lake.objects == {
        "provided/pbs.twimg.com/media/A.jpg": ("image/jpeg", b"a"),
        "provided/pbs.twimg.com/media/B.jpg": ("image/png", b"b"),
    }
    assert "2 of its photos are in the archive" in capsys.readouterr().err.replace("\n", " ")


@pytest.mark.parametrize(
    "item",
    [
        media_item(1, "A.jpg", type="video"),
        media_item(1, "../A.jpg"),
        media_item(1, "%2e%2e%2fA.jpg"),
        media_item(2, "A.jpg"),
        bare_item(1),
        {"full_text": "not a post"},
    ],
    ids=["preview of a video", "path", "encoded path", "other post", "no photo", "no post"],
)
def test_nothing_else_is_read(tmp_path, item):
    write_media(tmp_path, 1, "A.jpg")

    assert list(find_media(archive(tmp_path, item))) == []


def test_a_file_that_cannot_be_analysed_is_left_alone(tmp_path):
    write_media(tmp_path, 1, "A.jpg", b"x" * (MAX_PHOTO_BYTES + 1))
    write_media(tmp_path, 2, "B.jpg", b"")

    assert list(find_media(archive(tmp_path, media_item(1, "A.jpg"), media_item(2, "B.jpg")))) == []


def test_a_lake_that_refuses_a_photo_is_named(tmp_path, lake, cloud):
    write_media(tmp_path, 1, "A.jpg")
    lake.error = "AccessDenied"

    with pytest.raises(CommandError):
        upload_media([archive(tmp_path, media_item(1, "A.jpg"))], cloud)


def test_files_of_posts_that_are_not_of_an_archive_need_no_lake(tmp_path):
    path = tmp_path / "posts.jsonl"
    path.write_text(json.dumps(bare_item()))
    (file,) = find_files(str(path), S3)

    upload_media([file], SimpleNamespace())  # type: ignore[arg-type]
