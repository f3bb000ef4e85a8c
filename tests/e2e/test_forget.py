"""`photolake forget` on a laptop cloud: posts that are asked for, all of an author, and what the log keeps."""

import gzip
import io
import json

import boto3
import pyarrow.parquet as pq
import pytest

from laptop_cloud import state
from photolake_cli.demo import photos
from tests.e2e.conftest import run_cloud
from tests.e2e.permissions import read_calls
from tests.fakes.opensearch_server import FakeOpenSearch
from tests.policies.recorded_calls import find_differences

pytestmark = pytest.mark.e2e

FIRST = 2030600000000000000
NAMES = ("astronaut.png", "poster_sale.jpg", "poster_gate.jpg", "astronaut.png")


@pytest.fixture(scope="module")
def index():
    """What takes the place of an OpenSearch domain."""
    with FakeOpenSearch() as running:
        yield running


@pytest.fixture(scope="module")
def cloud(tmp_path_factory, photo_folder, index):
    with run_cloud(
        tmp_path_factory.mktemp("cloud"), photo_folder, "--param", f"OpenSearchEndpoint={index.url}"
    ) as command:
        yield command


@pytest.fixture(scope="module")
def s3(cloud):
    running = state.read(cloud.state)
    assert running
    environment = running.environment
    url = environment.get("AWS_ENDPOINT_URL_S3", environment["AWS_ENDPOINT_URL"])
    return boto3.client("s3", endpoint_url=url, region_name=environment["AWS_REGION"])


@pytest.fixture(scope="module")
def lake(cloud, tmp_path_factory):
    """Four posts; the first and the last show the same photo, and the last two are of another author."""
    lines = [json.dumps(page(number)) for number in range(len(NAMES))]
    file = tmp_path_factory.mktemp("posts") / "posts.jsonl"
    file.write_text("\n".join(lines))
    cloud("collect", str(file))
    cloud("wait")
    return cloud


def page(number):
    author = "7" if number < 2 else "8"
    media = {
        "media_key": f"3_{FIRST + number}",
        "type": "photo",
        "url": photos.photo_url(NAMES[number]),
        "alt_text": f"marker{number}alt",
    }
    post = {
        "id": str(FIRST + number),
        "text": f"marker{number}text was a lovely day in Paris",
        "lang": "en",
        "author_id": author,
        "attachments": {"media_keys": [media["media_key"]]},
    }
    users = [{"id": author, "username": f"handle{author}", "name": f"Ann {author}"}]
    return {"data": [post], "includes": {"media": [media], "users": users}}


def read_lake(s3):
    """Everything in the bucket but the deletions, as text."""
    bucket = s3.list_buckets()["Buckets"][0]["Name"]
    texts = []
    for item in s3.list_objects_v2(Bucket=bucket)["Contents"]:
        body = s3.get_object(Bucket=bucket, Key=item["Key"])["Body"].read()
        if body[:4] == b"PAR1":
            text = json.dumps(pq.read_table(io.BytesIO(body)).to_pylist(), default=str)
        else:
            text = (gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body).decode("latin-1")
        if not item["Key"].startswith("deletions/"):
            texts.append(item["Key"] + text)
    return "\n".join(texts)


def read_index(index):
    """Every document of the search index in OpenSearch, as text."""
    return json.dumps(index.documents)


def count(lake, table):
    return json.loads(lake("query", f"select count(*) as found from {table}", "--format", "json"))[0]["found"]


def test_posts_leave_every_byte_and_the_others_stay(lake, s3, index):
    assert "marker0text" in read_lake(s3)
    assert "marker0alt" in read_index(index)
    plan = json.loads(lake("forget", str(FIRST), "--dry-run", "--json"))
    assert {name: plan[name] for name in ("deletions", "posts", "photos", "images")} == {
        "deletions": 1,
        "posts": 1,
        "photos": 1,
        "images": 0,
    }
    assert "Nothing has been erased" in lake("forget", str(FIRST), status=1)

    result = json.loads(lake("forget", f"https://x.com/ann/status/{FIRST}", "--yes", "--json"))

    assert result["counts"]["archived posts"] == result["counts"]["posts"] == 1
    found = read_lake(s3)
    assert "marker0" not in found
    assert str(FIRST) not in found
    indexed = read_index(index)
    assert [word in indexed for word in ("marker0", str(FIRST), "marker1alt", "marker3alt")] == [False] * 2 + [True] * 2
    assert [word in found for word in ("marker1text", "marker1alt", "marker2text", "marker3alt")] == [True] * 4
    lake("wait")
    assert (count(lake, "tweets"), count(lake, "photolake_landing.posts")) == (3, 3)
    assert count(lake, "media_rekognition") == 3


def test_copies_that_were_made_before_are_named(lake, tmp_path):
    lake("export", "tweets", "--to", str(tmp_path / "posts.csv"))
    lake("dashboard", "--out", str(tmp_path / "page"))

    copies = json.loads(lake("forget", "--copies", "--json"))["copies"]

    assert [(copy["command"], copy["place"], copy["is_outdated"]) for copy in copies] == [
        ("export tweets", str(tmp_path / "posts.csv"), False),
        ("dashboard", str(tmp_path / "page"), False),
    ]


def test_all_posts_of_an_author_go_with_their_photos(lake, s3, index):
    images = count(lake, "image_analyses")

    said = lake("forget", "--author", "8", "--yes", "--reason", "asked by the author")
    assert "photolake export tweets" in said
    assert all(copy["is_outdated"] for copy in json.loads(lake("forget", "--copies", "--json"))["copies"])

    found = read_lake(s3)
    assert [word in found for word in ("marker1text", "marker2", "marker3", "handle8")] == [True, False, False, False]
    assert "marker3" not in read_index(index)
    assert len(index.documents[index.aliases["photolake-images"]]) == 1
    lake("wait")
    assert count(lake, "tweets") == 1
    assert count(lake, "image_analyses") == images - 2
    passes = json.loads(lake("forget", "--log", "--json"))["passes"]
    assert [each["counts"]["posts"] for each in passes] == [1, 2]
    assert "no posts of 8" in lake("forget", "--author", "8", "--yes", status=1)


def test_every_call_is_recorded_for_its_role(lake):
    assert find_differences(read_calls(lake, "test_forget"), "test_forget") == {}
