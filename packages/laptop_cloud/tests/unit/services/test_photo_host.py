"""The server that answers every photo URL from a folder."""

import json
from pathlib import Path

import pytest

from laptop_cloud.services.photo_host import PhotoFolder, guess_content_type

URL = "https://pbs.twimg.com/media/EaBcD1.jpg"


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    for name in ("b.jpg", "a.png", "c.webp", ".hidden"):
        (tmp_path / name).write_bytes(name.encode())
    return tmp_path


def test_a_url_has_the_same_photo_in_every_run(photos: Path):
    urls = [f"https://pbs.twimg.com/media/{number}.jpg" for number in range(50)]

    chosen = [PhotoFolder(photos).find(url) for url in urls]

    assert chosen == [PhotoFolder(photos).find(url) for url in urls]
    assert set(chosen) == {photos / "a.png", photos / "b.jpg", photos / "c.webp"}


def test_urls_json_chooses_the_photo_or_the_status(photos: Path):
    (photos / "urls.json").write_text(
        json.dumps({URL: "c.webp", f"{URL}?gone": 404, f"{URL}?busy": 503, "x": "no.jpg"})
    )

    folder = PhotoFolder(photos)

    assert [folder.find(url) for url in (URL, f"{URL}?gone", f"{URL}?busy", "x")] == [photos / "c.webp", 404, 503, 404]


def test_urls_json_is_not_a_photo(photos: Path):
    (photos / "urls.json").write_text("{}")

    found = {PhotoFolder(photos).find(f"{URL}?{number}") for number in range(50)}

    assert photos / "urls.json" not in found


def test_without_photos_nothing_is_found(tmp_path: Path):
    assert PhotoFolder(None).find(URL) == 404
    assert PhotoFolder(tmp_path).find(URL) == 404


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.jpg", "image/jpeg"),
        ("a.JPEG", "image/jpeg"),
        ("a.png", "image/png"),
        ("a.webp", "image/webp"),
        ("a.avif", "image/avif"),
        ("a.gif", "image/gif"),
        ("a", "application/octet-stream"),
    ],
)
def test_the_content_type_follows_the_name(name: str, kind: str):
    assert guess_content_type(name) == kind
