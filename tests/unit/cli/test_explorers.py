"""Exports for explorers: whatever an image, a post or an interruption brings, the files are whole and can be read."""

import datetime as dt
import io
import json
import re
import threading
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import networkx
import pyarrow.parquet as pq
import pytest
import typer
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from pycocotools.coco import COCO

from photolake_cli.errors import CommandError
from photolake_cli.explorers.forecast import describe_price
from photolake_cli.explorers.gexf import make_legal, write_gexf
from photolake_cli.explorers.image import Box, Kind
from photolake_cli.explorers.image_row import read_image
from photolake_cli.explorers.lake import Amount, Hashtag
from photolake_cli.explorers.network import Networks
from photolake_cli.explorers.run import export_atlas, export_coco, export_gexf
from photolake_cli.explorers.session import ImageRequest
from photolake_cli.explorers.stored import MissingImage, build_file
from photolake_cli.stored_images import WINDOW, load_in_order
from tests.builders.explorer_lake import SIZES, draw_jpeg, image_id, result_row, s3_key
from tests.fakes.explorer_lake import ExplorerLake, many_images

NOW = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)
EXPORTS = {"atlas": export_atlas, "coco": export_coco, "gexf": export_gexf}
SHARES = st.floats(allow_nan=False, min_value=-5, max_value=5)


def export(name, lake: Any, to, **options):
    EXPORTS[name](lake, lake, ImageRequest(Path(to), **options), NOW)


def small_lake(*names):
    """The images of the synthetic lake by name, with their files."""
    rows = [result_row(name) for name in names]
    return ExplorerLake(rows, {s3_key(name): draw_jpeg(*SIZES[name]) for name in names})


# Options


@pytest.mark.parametrize(
    ("name", "target", "file"),
    [("atlas", "x.parquet", "x.parquet"), ("coco", "x", "x/labels.json"), ("gexf", "x", "x/image-labels.gexf")],
)
def test_authors_are_named_only_on_request(name, target, file, tmp_path):
    def has_author():
        path = tmp_path / file
        text = str(pq.read_table(path).to_pylist()) if name == "atlas" else path.read_text()
        return re.search(r"""["']ann["']""", text) is not None

    export(name, small_lake("dog"), tmp_path / target)
    assert not has_author()

    export(name, small_lake("dog"), tmp_path / target, show_authors=True)
    assert has_author()


def test_suspect_images_are_left_out_on_request_and_those_not_judged_are_counted(tmp_path, capsys):
    lake = small_lake("dog", "wine")
    lake.rows = [lake.rows[1], {**lake.rows[0], "moderation": None}]

    export("coco", lake, tmp_path / "coco", leave_out_suspect=True)

    [image] = json.loads((tmp_path / "coco/labels.json").read_text())["images"]
    said = capsys.readouterr().err
    assert (image["image_id"], image["suspect"]) == (image_id("dog"), None)
    assert "1 image with a moderation label left out." in said
    assert "1 image not judged: moderation was not asked for." in said
    assert lake.reads == [s3_key("dog")]


def test_confidence_leaves_out_labels_and_keeps_faces_and_text(tmp_path):
    export("coco", small_lake("dog"), tmp_path / "coco", min_confidence=99)

    document = json.loads((tmp_path / "coco/labels.json").read_text())
    assert [each["name"] for each in document["categories"]] == ["face", "text"]


def test_boxes_are_those_of_the_image_that_is_written_and_another_size_replaces_it(tmp_path):
    lake = small_lake("dog")
    export("coco", lake, tmp_path / "coco")

    export("coco", lake, tmp_path / "coco", side=100)

    document = json.loads((tmp_path / "coco/labels.json").read_text())
    [image] = document["images"]
    with Image.open(tmp_path / "coco/data" / image["file_name"]) as file:
        assert file.size == (image["width"], image["height"]) == (100, 50)
    assert document["annotations"][0]["bbox"] == [25.0, 25.0, 50.0, 12.5]
    assert len(lake.reads) == 2


def test_a_dry_run_reads_and_writes_nothing(tmp_path, capsys):
    lake = small_lake("dog", "wine")

    export("coco", lake, tmp_path / "coco", is_dry_run=True)

    said = capsys.readouterr().err
    assert "2 images, about 22.7 kB: to read them would cost at most $0.01 on AWS" in said
    assert "Would write 2 images of the days 2026-03-01 to 2026-03-03" in said
    assert (lake.reads, list(tmp_path.iterdir())) == ([], [])


def test_networks_alone_read_no_file_and_leave_out_what_is_rare(tmp_path, capsys):
    lake = small_lake("dog", "wine")

    export("gexf", lake, tmp_path / "x", reads_files=False, networks=["labels"], min_images=2)

    graph = networkx.read_gexf(tmp_path / "x/labels.gexf")
    assert {values["label"] for _, values in graph.nodes(data=True)} == {"Beach", "Nature"}
    assert "to read them" not in capsys.readouterr().err
    assert lake.reads == []
    assert sorted(path.name for path in (tmp_path / "x").iterdir()) == ["images", "labels.gexf", "photolake.json"]


def test_an_empty_lake_gives_empty_files(tmp_path):
    for name, target in (("atlas", "x.parquet"), ("coco", "coco"), ("gexf", "gexf")):
        export(name, ExplorerLake([]), tmp_path / target)

    assert pq.read_table(tmp_path / "x.parquet").num_rows == 0
    assert COCO(tmp_path / "coco/labels.json").getImgIds() == []
    assert len(networkx.read_gexf(tmp_path / "gexf/labels.gexf")) == 0


# Targets


@pytest.mark.parametrize("name", ["coco", "gexf"])
def test_a_folder_with_other_files_is_refused(name, tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    lake = small_lake("dog")

    with pytest.raises(CommandError, match="has other files"):
        export(name, lake, tmp_path)

    assert ([path.name for path in tmp_path.iterdir()], lake.reads) == (["notes.txt"], [])


def test_a_folder_of_another_format_is_refused(tmp_path):
    export("coco", small_lake("dog"), tmp_path / "x")

    with pytest.raises(CommandError, match="has an export for coco"):
        export("gexf", small_lake("dog"), tmp_path / "x")


def test_a_file_that_embedding_atlas_does_not_read_is_refused(tmp_path):
    with pytest.raises(CommandError, match=r"--to must be a file \.parquet"):
        export("atlas", small_lake("dog"), tmp_path / "images.csv")


@pytest.mark.parametrize("name", ["atlas", "coco"])
def test_a_target_that_cannot_be_written_is_an_error(name, tmp_path):
    (tmp_path / "file").write_text("")

    with pytest.raises(CommandError, match=r"cannot be written: .*: --to"):
        export(name, small_lake("dog"), tmp_path / "file" / {"atlas": "x.parquet", "coco": "x"}[name])


# Images


def test_an_image_without_anything_but_its_id_is_read():
    row = dict.fromkeys(result_row("dog"))

    image = read_image({**row, "image_id": "a", "s3_key": "images/a.jpg", "dt": "2026-03-01"})

    assert (image.findings, image.is_judged, image.post, image.posts) == ([], False, None, 0)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("labels", '[{"name":null},{"name":"Dog"},{"name":"Cat","instances":[{"boundingbox":null}],"parents":null}]'),
        ("custom_labels", '[{"name":"Dog","confidence":null,"geometry":{"boundingbox":{"left":null}}}]'),
        ("lines", '[{"detectedtext":null,"geometry":null}]'),
        ("moderation", '[{"name":"Alcohol","parentname":null,"confidence":null}]'),
        ("posted_ms", 10**18),
    ],
)
def test_nulls_within_what_was_found_are_read(column, value):
    image = read_image({**result_row("wine"), column: value})

    assert [box for finding in image.findings for box in finding.boxes] == []


def test_the_group_of_a_label_is_its_nearest_parent_or_its_category():
    image = read_image(result_row("dog"))

    groups = {finding.name: finding.group for finding in image.list_findings(Kind.LABEL)}
    assert (groups["Dog"], groups["Pet"], groups["Animal"]) == ("Pet", "Animal", "Animals and Pets")


@given(SHARES, SHARES, SHARES, SHARES, st.integers(1, 10_000), st.integers(1, 10_000))
def test_a_box_is_within_the_image_or_there_is_none(left, top, share_x, share_y, width, height):
    pixels = Box(left, top, share_x, share_y).to_pixels(width, height)

    if pixels is not None:
        x, y, box_width, box_height = pixels
        assert min(x, y) >= 0 < min(box_width, box_height)
        assert x + box_width <= width + 0.01
        assert y + box_height <= height + 0.01


# Files


def test_images_come_in_order_while_few_are_read_ahead():
    lock, open_now, most = threading.Lock(), [0], [0]
    images: Any = [SimpleNamespace(image_id=str(number)) for number in range(60)]

    def load(image: Any) -> Any:
        with lock:
            open_now[0] += 1
            most[0] = max(most[0], open_now[0])
        time.sleep(0.001 * (int(image.image_id) % 3))
        return MissingImage(image.image_id, "", "")

    for number, (image, file) in enumerate(load_in_order(images, load)):
        with lock:
            open_now[0] -= 1
        assert image.image_id == str(number) == getattr(file, "image_id", "")
    assert 1 < most[0] <= WINDOW


def test_an_image_is_shrunk_only_if_it_is_larger():
    data = draw_jpeg(400, 200)

    small, same = build_file(data, "a", ".png", 100), build_file(data, "a", ".png", 400)

    assert (small.name, small.width, small.height, small.size) == ("a.jpg", 100, 50, len(small.data))
    assert (same.name, same.width, same.height, same.data) == ("a.png", 400, 200, data)


@pytest.mark.parametrize(
    ("error", "reason"),
    [("", "the image is no longer stored"), ("InvalidObjectState", "the image is archived in S3 Glacier")],
)
def test_an_image_that_s3_does_not_have_is_named(error, reason, tmp_path):
    export("coco", ExplorerLake([result_row("wine")], error=error), tmp_path / "coco")

    assert (tmp_path / "coco/missing.csv").read_text().endswith(f",{reason}\n")
    assert json.loads((tmp_path / "coco/labels.json").read_text())["images"] == []


def test_a_bucket_that_refuses_ends_the_export_with_what_to_do(tmp_path):
    with pytest.raises(CommandError, match="Ask the owner of the stack photolake"):
        export("coco", ExplorerLake([result_row("wine")], error="AccessDenied"), tmp_path / "coco")


def test_an_id_that_is_not_a_hash_is_no_path(tmp_path):
    row = {**result_row("wine"), "image_id": "../../evil"}

    export("coco", ExplorerLake([row], {row["s3_key"]: draw_jpeg(80, 80)}), tmp_path / "coco")

    assert "its image_id is not a SHA-256" in (tmp_path / "coco/missing.csv").read_text()
    assert sorted(path.name for path in tmp_path.rglob("*.jpg")) == []


# Interruptions


@pytest.mark.parametrize("name", ["coco", "gexf"])
@pytest.mark.parametrize("stop", [0, 1, 7, 19])
def test_after_an_interruption_the_same_command_reads_only_what_is_left(name, stop, tmp_path):
    lake = many_images(20)

    def interrupt(key):
        if len(lake.reads) == stop:
            raise KeyboardInterrupt

    lake.before_read = interrupt
    with pytest.raises(typer.Exit):
        export(name, lake, tmp_path / "stopped")
    folder = {"coco": "data", "gexf": "images"}[name]
    there = {path.name for path in (tmp_path / "stopped" / folder).iterdir()}
    lake.before_read = lambda key: None
    lake.reads.clear()

    export(name, lake, tmp_path / "stopped")
    export(name, many_images(20), tmp_path / "whole")

    assert {key.removeprefix("images/") for key in lake.reads} == {Path(key).name for key in lake.files} - there
    assert read_folder(tmp_path / "stopped") == read_folder(tmp_path / "whole")


def read_folder(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_an_interrupted_parquet_file_leaves_nothing(tmp_path):
    lake: Any = many_images(20)
    lake.before_read = lambda key: (_ for _ in ()).throw(KeyboardInterrupt)

    with pytest.raises(typer.Exit):
        export("atlas", lake, tmp_path / "images.parquet")

    assert list(tmp_path.iterdir()) == []


def test_what_only_an_earlier_export_wrote_is_removed_as_its_posts_may_be_deleted(tmp_path):
    export("gexf", small_lake("dog", "wine"), tmp_path / "x")
    assert len(list((tmp_path / "x").glob("*.gexf"))) == 3

    export("gexf", small_lake("wine"), tmp_path / "x", networks=["labels"])

    assert [path.name for path in (tmp_path / "x").glob("*.gexf")] == ["labels.gexf"]
    assert [path.name for path in (tmp_path / "x/images").iterdir()] == [f"{image_id('wine')}.jpg"]


def test_images_of_another_lake_are_replaced(tmp_path):
    export("coco", many_images(3), tmp_path / "coco")
    other = many_images(3)
    other.key = "lake 2"

    export("coco", other, tmp_path / "coco")

    assert len(other.reads) == 3


# Price


def test_nothing_is_read_from_aws_without_consent(tmp_path):
    lake = many_images(3)
    lake.on_laptop = False

    with pytest.raises(CommandError, match=r"No image has been read\. To spend that in the stack photolake.*: --yes"):
        export("coco", lake, tmp_path / "coco")
    assert (lake.reads, list(tmp_path.iterdir())) == ([], [])

    export("coco", lake, tmp_path / "coco", yes=True)
    assert len(lake.reads) == 3


def test_the_price_names_requests_and_transfer():
    assert describe_price(Amount(100_000, 4e10), on_laptop=False) == (
        "100,000 images, about 10.0 GB: to read them costs at most $0.94 ($0.04 for requests to S3, "
        "$0.90 for transfer out of the Region)"
    )


# Hostile content


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.text(min_size=1), st.text()), min_size=1, max_size=4), st.text(min_size=1))
def test_any_text_comes_back_from_a_network(found, tag):
    labels = [{"name": name, "confidence": 90.0, "parents": [{"name": parent}]} for name, parent in found]
    row = {**result_row("wine"), "text": found[0][1], "labels": json.dumps(labels)}
    networks = Networks(min_images=1, show_authors=False)
    networks.add_image(read_image(row), None)
    networks.add_hashtags([Hashtag(row["image_id"], tag, 1)])

    expected = {make_legal(name) for name, _ in found}
    assert read_labels(networks.build_image_labels()) >= expected
    assert read_labels(networks.build_image_hashtags()) >= {make_legal(f"#{tag}")}


def read_labels(graph):
    """The nodes' labels, read again."""
    file = io.BytesIO()
    write_gexf(graph, file, "a test")
    file.seek(0)
    return {values["label"] for _, values in networkx.read_gexf(file).nodes(data=True)}


@settings(max_examples=25, deadline=None)
@given(st.text(), st.text(min_size=1))
def test_any_text_comes_back_from_coco(tmp_path_factory, text, name):
    folder = tmp_path_factory.mktemp("coco")
    box = {"left": 0.0, "top": 0.0, "width": 0.5, "height": 0.5}
    line = {"type": "LINE", "detectedtext": text, "confidence": 90.0, "geometry": {"boundingbox": box}}
    label = {"name": name, "confidence": 90.0, "instances": [{"boundingbox": box, "confidence": 90.0}]}
    row = {**result_row("wine"), "text": text, "labels": json.dumps([label]), "lines": json.dumps([line])}

    export("coco", ExplorerLake([row], {row["s3_key"]: draw_jpeg(80, 80)}), folder / "coco")

    document = COCO(folder / "coco/labels.json")
    captions = json.loads((folder / "coco/captions.json").read_text(encoding="utf-8"))["annotations"]
    assert {each["name"] for each in document.cats.values()} >= {name}
    assert [each["attributes"].get("text") for each in document.anns.values()] == [None, text]
    assert [each["caption"] for each in captions] == [text] * bool(text)


def test_a_network_of_labels_names_the_image_that_shows_a_label_most_surely():
    networks = Networks(min_images=1, show_authors=False)
    for name, confidence, file in (("dog", 60.0, "a.jpg"), ("wine", 90.0, "b.jpg"), ("late", 99.0, None)):
        label = {"name": "Beach", "confidence": confidence, "parents": []}
        row = {**result_row("dog"), "image_id": image_id(name), "labels": json.dumps([label])}
        networks.add_image(read_image(row), file)

    assert networks.build_labels().nodes["label:Beach"]["image"] == "b.jpg"
