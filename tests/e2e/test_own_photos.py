"""Photos of one's own: dropped through the AWS CLI and the command, and looked at one by one."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from photolake_cli.template import StackTemplate
from tests.resolved_template import ROOT

pytestmark = pytest.mark.e2e

MODEL = "arn:aws:rekognition:us-east-1:123456789012:project/logos/version/logos.2026/1700000000000"
AWS = str(Path(sys.executable).parent / "aws")


@pytest.fixture(scope="module")
def aws(own_photolake):
    """Run the AWS CLI as `eval $(photolake env)` sets it up."""
    lines = [line.removeprefix("export ").partition("=") for line in own_photolake("env").splitlines()]
    environment = {**os.environ, **{name: value for name, _, value in lines}}

    def run(*arguments):
        subprocess.run([AWS, *arguments], env=environment, check=True, capture_output=True, timeout=60)

    return run


@pytest.fixture(scope="module")
def dropped(own_photolake, aws, photo_folder, tmp_path_factory):
    """Two photos and a text through the AWS CLI, then a folder through the command; gives what the command showed."""
    folder = tmp_path_factory.mktemp("drop") / "gate"
    (folder / "b").mkdir(parents=True)
    (folder / "b" / "poster gate").write_bytes((photo_folder / "poster_gate.jpg").read_bytes())
    (folder / "notes.txt").write_text("not a photo")
    (folder / "face copy.png").write_bytes((photo_folder / "astronaut.png").read_bytes())
    target = "s3://photolake-lakebucket/images/dropped/cms"
    aws(
        "s3", "cp", str(photo_folder / "astronaut.png"), f"{target}/a b+ü 100%.png", "--metadata", "Author=Ann Lee,id=7"
    )
    aws("s3", "cp", str(folder / "notes.txt"), f"{target}/notes.jpg", "--metadata", "id=8")
    own_photolake("wait", "--timeout", "60")
    return own_photolake("drop", str(folder), "--metadata", "place=Zürich", "--wait")


def test_the_command_shows_what_became_of_each_photo(dropped):
    lines = [" ".join(line.split()) for line in dropped.splitlines()]

    assert any(line.startswith("gate/b/poster gate ok") and "Text" in line for line in lines)
    assert any(line.startswith("gate/face copy.png duplicate") and "Person" in line for line in lines)
    assert "notes" not in dropped


def test_sql_has_name_metadata_status_and_labels(dropped, own_photolake):
    sql = """
        select d.file_name, m.name, m.value, d.status,
            contains(transform(a.image_labels.labels, label -> label."name"), 'Person') as has_person
        from dropped_photos as d
        inner join photo_metadata as m on d.source_key = m.source_key
        left join image_analyses as a on d.image_id = a.image_id and d.image_dt = a.dt
        order by d.source_key, m.name
    """

    assert own_photolake("query", "--format", "csv", sql).splitlines() == [
        "file_name,name,value,status,has_person",
        "a b+ü 100%.png,author,Ann Lee,ok,true",
        "a b+ü 100%.png,id,7,ok,true",
        "notes.jpg,id,8,unsupported_format,",
        "poster gate,place,Zürich,ok,false",
        "face copy.png,place,Zürich,duplicate,true",
    ]


def test_the_saved_query_lists_them(dropped, own_photolake):
    listed = own_photolake("query", "--saved", "dropped_photos", "--format", "csv")

    assert "a text, not a JPEG, PNG, WebP, AVIF or GIF" in listed
    assert "place=Zürich" in listed


def test_the_laptop_cloud_shows_what_is_in_a_photo(own_photolake, photo_folder, tmp_path):
    shown = own_photolake("inspect", str(photo_folder / "astronaut.png"), "--annotate", str(tmp_path / "out.png"))

    assert "Person" in shown
    assert "Face 1" in shown
    assert "5 points" in shown
    assert "not available: " in shown
    assert "celebrities: Not available locally" in shown
    with Image.open(tmp_path / "out.png") as image:
        assert image.size == (800, 800)


def test_an_object_of_the_lake_is_the_same_photo_and_its_row_fits_the_table(own_photolake, photo_folder):
    drop = ["drop", str(photo_folder / "poster_sale.jpg"), "--below", "inspected", "--wait"]
    assert "poster_sale.jpg" in own_photolake(*drop)
    key = "s3://photolake-lakebucket/images/dropped/inspected/poster_sale.jpg"

    row = json.loads(own_photolake("inspect", key, "--apis", "labels,text,custom_labels", "--model", MODEL, "--json"))

    StackTemplate(ROOT / "template.yaml").read_table("AnalysesTable").check(row)
    lines = [found["detectedtext"] for found in row["image_labels"]["textdetections"] if found["type"] == "LINE"]
    assert "SUMMER SALE" in lines
    assert [(error["api"], error["message"][:21]) for error in row["errors"]] == [
        ("custom_labels", "Not available locally")
    ]
    sql = f"select image_id, perceptual_hash from image_analyses where image_id = '{row['image_id']}'"
    analysed = own_photolake("query", sql, "--format", "csv").splitlines()[1]
    assert analysed == f"{row['image_id']},{row['perceptual_hash']}"


def test_without_a_cloud_its_engines_are_started_for_one_photo(own_photolake, photo_folder, tmp_path):
    nowhere = str(tmp_path / "no-cloud")

    row = json.loads(own_photolake("inspect", "--state", nowhere, str(photo_folder / "astronaut.png"), "--json"))

    assert "Person" in {label["name"] for label in row["image_labels"]["labels"]}
    assert not (tmp_path / "no-cloud").exists()
