"""Photos dropped through the AWS CLI and the command: SQL has their names, their metadata and what they show."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.e2e

AWS = str(Path(sys.executable).parent / "aws")


@pytest.fixture(scope="module")
def aws(photolake):
    """Run the AWS CLI as `eval $(photolake env)` sets it up."""
    lines = [line.removeprefix("export ").partition("=") for line in photolake("env").splitlines()]
    environment = {**os.environ, **{name: value for name, _, value in lines}}

    def run(*arguments):
        subprocess.run([AWS, *arguments], env=environment, check=True, capture_output=True, timeout=60)

    return run


@pytest.fixture(scope="module")
def dropped(photolake, aws, photo_folder, tmp_path_factory):
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
    photolake("wait", "--timeout", "60")
    return photolake("drop", str(folder), "--metadata", "place=Zürich", "--wait")


def test_the_command_shows_what_became_of_each_photo(dropped):
    lines = [" ".join(line.split()) for line in dropped.splitlines()]

    assert any(line.startswith("gate/b/poster gate ok") and "Text" in line for line in lines)
    assert any(line.startswith("gate/face copy.png duplicate") and "Person" in line for line in lines)
    assert "notes" not in dropped


def test_sql_has_name_metadata_status_and_labels(dropped, photolake):
    sql = """
        select d.file_name, m.name, m.value, d.status,
            contains(transform(a.image_labels.labels, label -> label."name"), 'Person') as has_person
        from dropped_photos as d
        inner join photo_metadata as m on d.source_key = m.source_key
        left join image_analyses as a on d.image_id = a.image_id and d.image_dt = a.dt
        order by d.source_key, m.name
    """

    assert photolake("query", "--format", "csv", sql).splitlines() == [
        "file_name,name,value,status,has_person",
        "a b+ü 100%.png,author,Ann Lee,ok,true",
        "a b+ü 100%.png,id,7,ok,true",
        "notes.jpg,id,8,unsupported_format,",
        "poster gate,place,Zürich,ok,false",
        "face copy.png,place,Zürich,duplicate,true",
    ]


def test_the_saved_query_lists_them(dropped, photolake):
    listed = photolake("query", "--saved", "dropped_photos", "--format", "csv")

    assert "a text, not a JPEG, PNG, WebP, AVIF or GIF" in listed
    assert "place=Zürich" in listed
