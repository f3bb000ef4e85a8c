"""One photo through `photolake inspect`: by the laptop cloud, by its engines alone, and from S3."""

import json

import pytest
from PIL import Image

from photolake_cli.inspect.analysis import read_schema
from tests.resolved_template import ROOT

pytestmark = pytest.mark.e2e


def test_the_laptop_cloud_shows_what_is_in_a_photo(photolake, photo_folder, tmp_path):
    shown = photolake("inspect", str(photo_folder / "astronaut.png"), "--annotate", str(tmp_path / "out.png"))

    assert "Person" in shown
    assert "Face 1" in shown
    assert "5 points" in shown
    assert "not available: " in shown
    assert "celebrities: Not available locally" in shown
    with Image.open(tmp_path / "out.png") as image:
        assert image.size == (800, 800)


def test_an_object_of_the_lake_is_the_same_photo_and_its_row_fits_the_table(photolake, photo_folder):
    drop = ["drop", str(photo_folder / "poster_sale.jpg"), "--below", "inspected", "--wait"]
    assert "poster_sale.jpg" in photolake(*drop)
    key = "s3://photolake-lakebucket/images/dropped/inspected/poster_sale.jpg"

    row = json.loads(photolake("inspect", key, "--apis", "labels,text,custom_labels", "--model", MODEL, "--json"))

    read_schema(ROOT / "template.yaml").check(row)
    lines = [found["detectedtext"] for found in row["image_labels"]["textdetections"] if found["type"] == "LINE"]
    assert "SUMMER SALE" in lines
    assert [(error["api"], error["message"][:21]) for error in row["errors"]] == [
        ("custom_labels", "Not available locally")
    ]
    sql = f"select image_id, perceptual_hash from image_analyses where image_id = '{row['image_id']}'"
    analysed = photolake("query", sql, "--format", "csv").splitlines()[1]
    assert analysed == f"{row['image_id']},{row['perceptual_hash']}"


MODEL = "arn:aws:rekognition:us-east-1:123456789012:project/logos/version/logos.2026/1700000000000"


def test_without_a_cloud_its_engines_are_started_for_one_photo(photolake, photo_folder, tmp_path):
    nowhere = str(tmp_path / "no-cloud")

    row = json.loads(photolake("inspect", "--state", nowhere, str(photo_folder / "astronaut.png"), "--json"))

    assert "Person" in {label["name"] for label in row["image_labels"]["labels"]}
    assert not (tmp_path / "no-cloud").exists()
