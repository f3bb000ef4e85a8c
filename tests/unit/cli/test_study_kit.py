"""The files of a study kit, made of given figures."""

import datetime as dt
import hashlib
import json
import re
import zipfile
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml

from photolake_cli.errors import CommandError
from photolake_cli.study.figures import TABLES, Figures, StudyReader
from photolake_cli.study.kit import FIGURES, SUMS, check_target, write_kit
from photolake_cli.study.run import X_IDS_IN_30_DAYS, StudyRequest, export_study
from tests.fakes.s3 import FakeS3
from tests.resolved_template import ROOT

IDS = [("bluesky", "at://did:plc:a/app.bsky.feed.post/1"), ("x", "11"), ("x", "12")]
MODEL = {"labels": "3.0", "moderation": "7.0", "text": None, "custom_labels": None}
DAYS = {"first_day": "2026-11-01", "last_day": "2026-11-02"}
COLLECTED = {"first_collected": "2026-11-01T10:00:00.000Z", "last_collected": "2026-11-03T10:00:00.000Z"}
GAP = {
    "source_platform": "x",
    "source": "x",
    "query": "tea",
    "gap_from": "2026-11-01T00:00:00.000Z",
    "gap_to": None,
    "status": "rate_limited",
    "reason": "429",
}
FULL = Figures(
    since="2026-11-01",
    until="2026-11-02",
    made_at="2026-11-29T12:00:00+00:00",
    photolake_version="0.1.0",
    on_laptop=False,
    settings={"SearchQuery": "tea has:images", "FacesAndCelebrities": "aggregate", "SampleRate": "0.5"},
    tables={
        "platforms": [
            {"source_platform": "bluesky", "posts": 1, "authors": 1, "retweets": 0, **DAYS, **COLLECTED},
            {"source_platform": "x", "posts": 2, "authors": 2, "retweets": 1, **DAYS, **COLLECTED},
        ],
        "queries": [{"source_platform": "x", "query": "tea | <b>\n# [x](y)", "posts": 2, **DAYS}],
        "languages": [{"language": "en", "posts": 3}],
        "text_statuses": [{"status": "ok", "posts": 2}, {"status": "empty", "posts": 1}],
        "photo_statuses": [{"status": "ok", "photos": 4, "images": 3}, {"status": "gone", "photos": 1, "images": 0}],
        "models": [{**MODEL, "images": 3, **DAYS}],
        "image_errors": [{"api": "faces", "code": "ImageTooLargeException", "images": 1}],
        "deletions": [{"posts": 5}],
    },
    gaps=[GAP],
    costs=[{"api": "DetectLabels", "units": 3, "dollars_per_thousand": 1.0, "dollars": 0.003}],
)
EMPTY = replace(FULL, tables={name: [] for name in TABLES}, gaps=None, costs=[], settings={}, on_laptop=True)


def read_methods(folder: Path) -> str:
    return " ".join((folder / "METHODS.md").read_text().split())


def test_a_kit_has_ids_a_card_a_paragraph_a_citation_and_sums(tmp_path):
    files = write_kit(tmp_path / "kit", FULL, IDS, "Tea: 100 %", "Tea lab")
    kit = tmp_path / "kit"

    assert [(file.name, file.posts) for file in files] == [("ids-bluesky.txt", 1), ("ids-x.txt", 2)]
    assert (kit / "ids-x.txt").read_text() == "11\n12\n"
    assert read_methods(kit) == (
        "# Methods We collected 3 posts published between 2026-11-01 and 2026-11-02 (UTC): 1 on Bluesky and 2 on X, "
        "found by the queries “tea | <b> # [x](y)”, with photolake (version 0.1.0). Another 5 posts were deleted by "
        "their authors or platforms after collection and are excluded. The collection has 1 recorded gap, listed in "
        "the data set card. A random sample of 50 % of the posts was analysed. The sentiment of 2 texts (66.7 %) was "
        "classified by Amazon Comprehend; the rest had no text or a language that is not supported. The posts have 5 "
        "photos, 3 of them different and analysed by Amazon Rekognition (labels model 3.0; moderation model 7.0), from "
        "2026-11-01 to 2026-11-02. Of faces only counts by age band, gender and emotion were kept, and only groups of "
        "at least ten authors are reported. The ids of all posts, the settings, and the counts of what could not be "
        "analysed are in the accompanying study kit."
    )
    assert {path.name for path in kit.iterdir()} == {
        "CITATION.cff", "METHODS.md", "README.md", FIGURES, "ids-bluesky.txt", "ids-x.txt", SUMS,
    }  # fmt: skip


def test_the_sums_are_those_of_every_other_file(tmp_path):
    write_kit(tmp_path / "kit", FULL, IDS, "Tea", "Tea lab")

    lines = dict(line.split("  ")[::-1] for line in (tmp_path / "kit" / SUMS).read_text().splitlines())
    files = {path.name: path for path in (tmp_path / "kit").iterdir() if path.name != SUMS}
    assert lines == {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in files.items()}


def test_the_card_has_every_figure_and_front_matter_that_yaml_reads(tmp_path):
    write_kit(tmp_path / "kit", FULL, IDS, 'Tea: "100 %"\nor more', "Tea lab")

    _, front, card = (tmp_path / "kit/README.md").read_text().split("---\n", 2)
    assert yaml.safe_load(front) == {
        "pretty_name": 'Tea: "100 %" or more',
        "license": "other",
        "annotations_creators": ["machine-generated"],
        "language": ["en"],
        "size_categories": ["n<1K"],
        "tags": ["social-media", "post-ids", "photolake"],
    }
    for line in (
        "| x | 2 | 2 | 1 | 2026-11-01 | 2026-11-02 | 2026-11-01T10:00:00.000Z | 2026-11-03T10:00:00.000Z |",
        r"| x | tea \| \<b\> # \[x\](y) | 2 | 2026-11-01 | 2026-11-02 |",
        "| `SearchQuery` | tea has:images |",
        "- **Deleted since they were collected:** 5 posts.",
        r"| x | x | tea | 2026-11-01T00:00:00.000Z | still open | rate\_limited | 429 |",
        "| gone | 1 | 0 |",
        "| empty | 1 |",
        "| faces | ImageTooLargeException | 1 |",
        "| 3.0 | 7.0 | - | - | 3 | 2026-11-01 | 2026-11-02 |",
        "| DetectLabels | 3 | 0.0030 |",
        "This kit holds 2 ids of X.",
    ):
        assert line in card
    assert "None" not in card


def test_a_lake_without_anything_makes_a_kit_too(tmp_path):
    files = write_kit(tmp_path / "kit", EMPTY, [], "Nothing", "Nobody")

    card = (tmp_path / "kit/README.md").read_text()
    assert files == []
    assert "this lake does not record when a source was not read" in card
    assert "Small open models stood in for Amazon Comprehend and Rekognition" in card
    assert "None" not in card + read_methods(tmp_path / "kit")
    assert read_methods(tmp_path / "kit").startswith("# Methods We collected 0 posts published between")


def test_the_figures_are_there_for_programs(tmp_path):
    write_kit(tmp_path / "kit", FULL, IDS, "Tea", "Tea lab")

    figures = json.loads((tmp_path / "kit" / FIGURES).read_text())
    assert figures["tables"]["queries"][0]["query"] == "tea | <b>\n# [x](y)"
    assert figures["gaps"] == [GAP]
    assert figures["id_files"][1] == {"name": "ids-x.txt", "platform": "x", "posts": 2}


def check_citation(path: Path) -> Any:
    """What version 1.2.0 of the Citation File Format demands of our few fields.

    https://github.com/citation-file-format/citation-file-format/blob/1.2.0/schema-guide.md
    """
    citation = yaml.safe_load(path.read_text())
    assert {"cff-version", "message", "title", "authors"} <= citation.keys()
    assert citation["cff-version"] == "1.2.0"
    assert citation["type"] in ("software", "dataset")
    assert citation["authors"]
    assert all(isinstance(author["name"], str) and author["name"] for author in citation["authors"])
    if "date-released" in citation:
        assert re.fullmatch(r"\d{4}-\d\d-\d\d", str(citation["date-released"]))
    return citation


def test_the_citation_of_a_kit_names_the_author_and_photolake(tmp_path):
    write_kit(tmp_path / "kit", FULL, IDS, "Tea: # 1", 'The "tea" lab')

    citation = check_citation(tmp_path / "kit/CITATION.cff")
    assert (citation["title"], citation["authors"]) == ("Tea: # 1", [{"name": 'The "tea" lab'}])
    assert citation["references"][0]["title"] == "photolake"


def test_the_citation_of_the_project_has_the_version_of_the_project():
    citation = check_citation(ROOT / "CITATION.cff")

    (written,) = re.findall(r'^version = "(.+)"$', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    assert (citation["version"], citation["license"]) == (written, "Apache-2.0")
    assert citation["authors"] == [{"name": "photolake developers"}]


def test_a_zip_file_holds_the_same_and_is_the_same_twice(tmp_path):
    for name in ("a.zip", "b.zip"):
        write_kit(tmp_path / name, FULL, IDS, "Tea", "Tea lab")
    write_kit(tmp_path / "kit", FULL, IDS, "Tea", "Tea lab")

    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        packed = {name: archive.read(name) for name in archive.namelist()}
    assert packed == {path.name: path.read_bytes() for path in (tmp_path / "kit").iterdir()}


def test_an_interrupted_export_leaves_the_earlier_kit(tmp_path):
    def break_off():
        yield IDS[0]
        raise KeyboardInterrupt

    write_kit(tmp_path / "kit", FULL, IDS, "Tea", "Tea lab")
    before = (tmp_path / "kit" / SUMS).read_text()

    with pytest.raises(KeyboardInterrupt):
        write_kit(tmp_path / "kit", FULL, break_off(), "Tea", "Tea lab")
    assert (tmp_path / "kit" / SUMS).read_text() == before
    assert [path.name for path in tmp_path.iterdir()] == ["kit"]
    write_kit(tmp_path / "kit", FULL, IDS[1:], "Tea", "Tea lab")
    assert not (tmp_path / "kit/ids-bluesky.txt").exists()


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("file", "is a file: name a folder"),
        ("other", "holds other files, such as thesis.doc"),
        ("x.zip", "is a folder"),
    ],
)
def test_a_target_that_holds_something_else_is_refused(tmp_path, name, message):
    (tmp_path / "file").write_text("mine")
    (tmp_path / "x.zip").mkdir()
    (tmp_path / "other").mkdir()
    (tmp_path / "other/thesis.doc").write_text("mine")
    (tmp_path / "other" / SUMS).write_text("")

    with pytest.raises(CommandError, match=message):
        check_target(tmp_path / name)


@pytest.mark.parametrize(("posts", "is_refused"), [(X_IDS_IN_30_DAYS, False), (X_IDS_IN_30_DAYS + 1, True)])
def test_more_ids_of_x_than_may_be_passed_on_are_refused(tmp_path, monkeypatch, posts, is_refused):
    platforms = [{**FULL.tables["platforms"][1], "posts": posts}]
    many = replace(FULL, tables={**FULL.tables, "platforms": platforms})
    monkeypatch.setattr(StudyReader, "read_figures", lambda *_: many)
    monkeypatch.setattr(StudyReader, "read_ids", lambda *_: iter(IDS))
    s3 = FakeS3()
    values = {"EarliestDate": "2026-01-01", "LakeBucketName": "lake"}
    cloud: Any = SimpleNamespace(values=values, on_laptop=True, client=lambda service: s3)
    now = dt.datetime(2026, 11, 29, tzinfo=dt.UTC)

    def export() -> None:
        export_study(cloud, cloud, StudyRequest(tmp_path / "kit"), now)

    if is_refused:
        with pytest.raises(CommandError, match="1,500,001 posts of X, and X allows to pass on 1,500,000"):
            export()
        assert not (tmp_path / "kit").exists()
        assert not s3.objects
    else:
        export()
        assert (tmp_path / "kit" / SUMS).exists()
        assert [key.startswith("copies/") for key in s3.objects] == [True]
