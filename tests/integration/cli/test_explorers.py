"""`photolake export atlas`, `coco` and `gexf` over the real views, opened by the libraries that their tools read by."""

import datetime as dt
import io
import json
import re

import boto3
import networkx
import pyarrow.parquet as pq
import pytest
from labelformat.formats.coco import COCOObjectDetectionInput
from PIL import Image
from pycocotools.coco import COCO
from typer.testing import CliRunner

from photolake_cli import cloud as clouds
from photolake_cli import main
from photolake_cli.cloud import Cloud
from tests.builders import explorer_lake as lake_rows
from tests.builders.explorer_lake import DAY, HOSTILE, NEXT_DAY, SIZES, image_id, s3_key
from tests.synthetic_lake.warehouse import BUCKET, DATABASE, LANDING, REGION, WORKGROUP, open_warehouse


@pytest.fixture(scope="module")
def lake(tmp_path_factory):
    """The lake of tests/builders/explorer_lake.py with its files, which a Cloud names."""
    now = dt.datetime(2026, 3, 3, 12, tzinfo=dt.UTC)
    with open_warehouse(tmp_path_factory.mktemp("athena"), now) as warehouse:
        warehouse.land("posts", lake_rows.post_rows())
        warehouse.land("photos", lake_rows.photo_rows())
        warehouse.land("analyses", lake_rows.analysis_rows())
        warehouse.delete(lake_rows.deletion_rows())
        warehouse.create_views()
        for key, body in lake_rows.image_bytes().items():
            warehouse._s3.put_object(Bucket=BUCKET, Key=key, Body=body)
        yield Cloud(
            "the laptop cloud in .photolake",
            "laptop 1",
            boto3.Session("x", "x", region_name=REGION),
            {
                "WorkgroupName": WORKGROUP,
                "DatabaseName": DATABASE,
                "LandingDatabaseName": LANDING,
                "LakeBucketName": BUCKET,
                "EarliestDate": DAY,
            },
            str,
            {"AWS_ENDPOINT_URL_ATHENA": warehouse._athena.meta.endpoint_url},
            on_laptop=True,
        )


@pytest.fixture
def export(lake, monkeypatch):
    monkeypatch.setattr("photolake_cli.query.client.LAPTOP_POLL_SECONDS", 0.01)
    monkeypatch.setattr(clouds, "connect", lambda *_: lake)

    def run(*arguments, status=0):
        result = CliRunner().invoke(main.app, ["export", *map(str, arguments), "--until", NEXT_DAY])
        assert result.exit_code == status, result.output
        return result.stderr

    return run


def names(ids):
    known = {image_id(name): name for name in ("dog", "wine", "drop", "gone", "broken", "deleted", "late")}
    return sorted(known[each] for each in ids)


# Embedding Atlas


def read_rows(path):
    return {names([row["image_id"]])[0]: row for row in pq.read_table(path).to_pylist()}


@pytest.fixture(scope="module")
def atlas_said():
    return {}


@pytest.fixture
def atlas(atlas_said, tmp_path_factory, export):
    """The rows of an export, written once, and what the command said."""
    if not atlas_said:
        path = tmp_path_factory.mktemp("atlas") / "images.parquet"
        atlas_said["said"] = export("atlas", "--to", path)
        atlas_said["rows"] = read_rows(path)
    return atlas_said


def test_atlas_has_a_row_for_each_image_with_what_the_lake_knows_of_it(atlas):
    row = dict(atlas["rows"]["dog"])
    data = row.pop("image")
    assert data["path"] == f"{image_id('dog')}.jpg"
    with Image.open(io.BytesIO(data["bytes"])) as image:
        assert image.size == SIZES["dog"]
    assert (
        row.pop("description") == f'{HOSTILE}\nDog, Pet, Animal, Beach, Nature, Quote"<b>\x0b, Logo\n{HOSTILE} / SALE'
    )
    posted = dt.datetime.fromtimestamp(0, dt.UTC) + dt.timedelta(milliseconds=lake_rows.FIRST_POSTED_MS)
    assert row == {
        "image_id": image_id("dog"),
        "labels": ["Dog", "Pet", "Animal", "Beach", "Nature", 'Quote"<b>\x0b', "Logo"],
        "top_label": "Dog",
        "text_in_image": f"{HOSTILE}\nSALE",
        "faces": 2,
        "emotion": "HAPPY",
        "celebrities": ["Ann Onym"],
        "suspect": False,
        "moderation": [],
        "color": None,
        "posts": 2,
        "authors": 2,
        "text": HOSTILE,
        "hashtags": ["Beach", lake_rows.HOSTILE_TAG],
        "language": "en",
        "sentiment": "POSITIVE",
        "platform": "x",
        "query": None,
        "posted_at": posted,
        "last_posted_at": posted + dt.timedelta(milliseconds=1),
        "likes": 3,
        "reposts": 1,
        "post_url": "https://x.com/i/status/1",
        "media_url": "https://photos.example/dog.jpg",
        "alt_text": "A dog at the beach",
        "file_name": None,
        "width": 400,
        "height": 200,
        "perceptual_hash": None,
        "day": DAY,
    }


def test_atlas_leaves_out_what_has_no_file_and_says_so_and_has_nothing_of_deleted_posts(atlas):
    said = atlas["said"]

    assert sorted(atlas["rows"]) == ["dog", "drop", "late", "wine"]
    assert "images.parquet has 4 images, " in said
    assert "2 images without a file, left out; --urls keeps them" in said
    assert f"{s3_key('gone')}: the image is no longer stored" in said
    assert f"{s3_key('broken')}: it is not an image that can be read" in said
    assert "images.parquet --image image" in said


def test_atlas_with_urls_reads_no_file(export, tmp_path):
    said = export("atlas", "--to", tmp_path / "images.parquet", "--urls")

    rows = read_rows(tmp_path / "images.parquet")
    assert sorted(rows) == ["broken", "dog", "drop", "gone", "late", "wine"]
    assert (rows["gone"]["image"], rows["drop"]["image"]) == ("https://photos.example/gone.jpg", None)
    assert "without a file" not in said


def test_what_was_not_asked_is_null_and_what_was_not_found_is_empty(atlas):
    rows = atlas["rows"]

    found = {name: (row["suspect"], row["moderation"]) for name, row in rows.items()}
    assert found == {
        "dog": (False, []),
        "wine": (True, ["Alcohol", "Wine"]),
        "drop": (None, None),
        "late": (None, None),
    }
    assert (rows["drop"]["text"], rows["drop"]["posts"], rows["drop"]["file_name"]) == (None, 0, "a <b>.jpg")


def test_images_are_those_of_the_days_of_the_posts(export, tmp_path):
    export("atlas", "--to", tmp_path / "images.parquet", "--since", NEXT_DAY)

    assert sorted(read_rows(tmp_path / "images.parquet")) == ["late"]


# FiftyOne and LightlyStudio


@pytest.fixture(scope="module")
def coco_folder(tmp_path_factory):
    return tmp_path_factory.mktemp("coco") / "coco"


@pytest.fixture
def coco(coco_folder, export):
    """The folder of an export, written once."""
    if not coco_folder.exists():
        export("coco", "--to", coco_folder)
    return coco_folder


def test_pycocotools_reads_the_boxes_in_pixels_within_the_images(coco):
    document = COCO(coco / "labels.json")

    [dog] = [image for image in document.dataset["images"] if names([image["image_id"]]) == ["dog"]]
    boxes = document.loadAnns(document.getAnnIds(imgIds=[dog["id"]]))
    categories = {number: (each["name"], each["supercategory"]) for number, each in document.cats.items()}
    assert (dog["width"], dog["height"]) == SIZES["dog"]
    assert [(*categories[box["category_id"]], box["bbox"], box["score"]) for box in boxes] == [
        ("Dog", "Pet", [100.0, 100.0, 200.0, 50.0], 0.98),
        ("Dog", "Pet", [360.0, 0.0, 40.0, 40.0], 0.98),
        ("Dog (custom label)", "custom label", [0.0, 100.0, 100.0, 50.0], 0.88),
        ("Ann Onym", "celebrity", [0.0, 0.0, 100.0, 100.0], 0.97),
        ("face", "face", [0.0, 0.0, 100.0, 100.0], 0.99),
        ("face", "face", [200.0, 100.0, 40.0, 20.0], 0.7),
        ("text", "text", [40.0, 20.0, 80.0, 20.0], 0.9),
        ("text", "text", [40.0, 180.0, 200.0, 20.0], 0.9),
    ]
    assert [box["attributes"] for box in boxes[4:]] == [
        {"kind": "face", "age_low": 20, "age_high": 30, "gender": "Female", "emotion": "HAPPY"},
        {"kind": "face"},
        {"kind": "text", "text": HOSTILE},
        {"kind": "text", "text": "SALE"},
    ]
    assert {box["iscrowd"] for box in boxes} == {0}
    assert boxes[0]["area"] == 10_000


def test_the_reader_of_lightlystudio_reads_the_same_boxes(coco):
    labels = {label.image.filename: label for label in COCOObjectDetectionInput(coco / "labels.json").get_labels()}

    dog = labels[f"{image_id('dog')}.jpg"]
    assert (dog.image.width, dog.image.height) == SIZES["dog"]
    first = dog.objects[0]
    assert (first.category.name, first.confidence) == ("Dog", 0.98)
    assert (first.box.xmin, first.box.ymin, first.box.xmax, first.box.ymax) == (100, 100, 300, 150)


def test_each_image_of_the_document_lies_beside_it_with_its_size(coco):
    images = json.loads((coco / "labels.json").read_text())["images"]

    assert names(image["image_id"] for image in images) == ["dog", "drop", "late", "wine"]
    assert sorted(path.name for path in (coco / "data").iterdir()) == sorted(image["file_name"] for image in images)
    for each in images:
        with Image.open(coco / "data" / each["file_name"]) as image:
            assert image.size == (each["width"], each["height"])


def test_labels_without_a_box_texts_and_moderation_are_in_files_of_their_own(coco):
    found = {name: json.loads((coco / f"{name}.json").read_text()) for name in ("classifications", "moderation")}
    captions = json.loads((coco / "captions.json").read_text())

    dog = found["classifications"]["labels"][image_id("dog")]
    assert {"label": "Dog", "confidence": 0.98} in dog
    assert {"label": "Logo", "confidence": 0.6} in dog
    assert set(found["classifications"]["classes"]) >= {"Dog", "Beach", "Logo", "Ann Onym"}
    assert found["moderation"] == {
        "classes": ["Alcohol", "Wine"],
        "labels": {
            image_id("wine"): [{"label": "Alcohol", "confidence": 0.8}, {"label": "Wine", "confidence": 0.7}],
            image_id("dog"): [],
        },
    }
    assert {each["caption"] for each in captions["annotations"]} == {HOSTILE, "A dog at the beach", "wine", "late"}


def test_missing_images_are_named_in_a_file(coco):
    header, *lines = (coco / "missing.csv").read_text().splitlines()

    assert header == "image_id,s3_key,reason"
    assert sorted(lines) == sorted(
        [
            f"{image_id('gone')},{s3_key('gone')},the image is no longer stored",
            f"{image_id('broken')},{s3_key('broken')},it is not an image that can be read",
        ]
    )


def test_the_same_command_again_reads_no_image_that_is_there_and_removes_others(coco, export):
    before = (coco / "labels.json").read_text()
    stale, foreign = coco / "data" / f"{'0' * 64}.jpg", coco / "data" / "notes.txt"
    stale.write_bytes(b"of a post that was deleted since")
    foreign.write_text("mine")

    said = export("coco", "--to", coco)

    assert "4 there already; 1 image of an earlier export removed" in said
    assert (stale.exists(), foreign.exists()) == (False, True)
    foreign.unlink()
    assert re.sub("date_created.*", "", (coco / "labels.json").read_text()) == re.sub("date_created.*", "", before)


# Gephi


@pytest.fixture(scope="module")
def gexf_folder(tmp_path_factory):
    return tmp_path_factory.mktemp("gexf") / "networks"


@pytest.fixture
def network(gexf_folder, export):
    """Reads a network of an export that is written once."""
    if not gexf_folder.exists():
        export("gexf", "--to", gexf_folder)
    return lambda name: networkx.read_gexf(gexf_folder / f"{name}.gexf")


def test_labels_that_are_in_the_same_image_are_joined_but_not_with_their_ancestors(network):
    graph = network("labels")

    edges = {frozenset(edge[:2]): edge[2]["weight"] for edge in graph.edges(data=True)}
    assert edges[frozenset({"label:Dog", "label:Beach"})] == 1
    assert edges[frozenset({"label:Dog", "custom label:Logo"})] == 1
    assert frozenset({"label:Dog", "label:Pet"}) not in edges
    assert frozenset({"label:Beach", "label:Nature"}) not in edges
    beach = graph.nodes["label:Beach"]
    # In wine, where Beach is surest, and not in the image of a post that was deleted.
    assert (beach["images"], beach["image"]) == (5, f"{image_id('wine')}.jpg")
    assert (beach["label"], beach["category"], beach["group"]) == ("Beach", "label", "Nature")


def test_an_image_is_joined_with_its_labels_and_names_its_file(network, gexf_folder):
    graph = network("image-labels")

    dog = graph.nodes[f"image:{image_id('dog')}"]
    assert (dog["category"], dog["image"], dog["posts"]) == ("image", f"{image_id('dog')}.jpg", 2)
    assert (gexf_folder / "images" / dog["image"]).is_file()
    assert graph.edges[f"image:{image_id('dog')}", "label:Dog"]["weight"] == 0.98
    assert "image" not in graph.nodes[f"image:{image_id('gone')}"]
    assert f"image:{image_id('deleted')}" not in graph


def test_hashtags_in_upper_and_lower_case_are_one_and_their_posts_are_counted(network):
    graph = network("image-hashtags")

    joined = {(graph.nodes[tag]["label"], graph.edges[image, tag]["weight"]) for image, tag in edges_of(graph)}
    assert joined == {("#Beach", 2), ("#Beach", 1), ("#wine", 1), ('##Söl<b>"\\x0b&amp;', 1)}
    assert "hashtag:deleted" not in graph


def edges_of(graph):
    return [sorted(edge, key=lambda node: not node.startswith("image:")) for edge in graph.edges]


def test_hostile_text_comes_back_as_it_was_but_for_what_xml_cannot_hold(network):
    graph = network("image-labels")

    node = graph.nodes[f"image:{image_id('dog')}"]
    assert node["text"] == HOSTILE.replace("\x0b", "\\x0b").replace("\x1b", "\\x1b")
    assert len(node["label"]) == 60
    assert graph.nodes['label:Quote"<b>\\x0b']["label"] == 'Quote"<b>\\x0b'
