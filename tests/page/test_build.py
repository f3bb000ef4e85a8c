"""`photolake dashboard` over lakes that are empty or hostile, and what it says when it cannot go on."""

import dataclasses
import datetime as dt

import pytest
from typer.testing import CliRunner

from photolake_cli import main
from photolake_cli.dashboard.run import DashboardRequest, build_dashboard
from photolake_cli.errors import CommandError
from tests.builders.dashboard_page import DashboardPage, name_warehouse
from tests.synthetic_lake.rows import synthetic_lake
from tests.synthetic_lake.warehouse import LANDING, open_warehouse

FIRST_DAY = dt.datetime.now(dt.UTC).date() - dt.timedelta(days=2)
DAY = FIRST_DAY.isoformat()
MOMENTS = {"collected_at": f"{DAY}T10:00:00.000Z", "processed_at": f"{DAY}T10:00:00.000Z", "dt": DAY}


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory):
    with open_warehouse(tmp_path_factory.mktemp("athena"), dt.datetime.now(dt.UTC)) as opened:
        yield opened


@pytest.fixture(scope="module")
def cloud(warehouse):
    return name_warehouse(warehouse, DAY)


@pytest.fixture
def lake(warehouse, monkeypatch):
    monkeypatch.setattr("photolake_cli.query.client.LAPTOP_POLL_SECONDS", 0.01)
    yield warehouse
    warehouse.empty()


def build(cloud, out, **more):
    return build_dashboard(cloud, DashboardRequest(out, **more))


def test_an_empty_lake_is_a_page_without_rows(lake, cloud, tmp_path):
    built = build(cloud, tmp_path / "out")

    page = DashboardPage(tmp_path / "out")
    assert set(page.index["rows"].values()) == {0}
    assert page.index["since"] == DAY
    assert page.index["until"] >= page.index["since"]
    assert built.page.read_text().startswith("<!doctype html>")


def test_a_lake_without_photos_has_its_posts(lake, cloud, tmp_path):
    lake.land("posts", synthetic_lake(posts=30, images=10, first_day=FIRST_DAY, days=1).posts)

    build(cloud, tmp_path / "out")

    rows = DashboardPage(tmp_path / "out").index["rows"]
    assert rows["posts"] == rows["texts"] > 20
    assert (rows["photos"], rows["pictures"]) == (0, 0)


TEXTS = [
    "</script><script>alert(1)</script>",
    "x" * 10_000,
    "\u202eevil\u2028",
    "👩‍👩‍👧 'quote\" \\",
    None,
    "\x00\x1b[31m",
]
BAD_ID = "../../../../tmp/evil"


def fill_with_hostile_rows(lake):
    photo = {"origin": "post", "image_dt": DAY, "status": "<ok>", **MOMENTS}
    labels = {
        "labels": [{"name": "<b>\"'`", "confidence": 99.0}],
        "textdetections": [{"type": "LINE", "detectedtext": "${x}"}],
    }
    analysis = {"image_id": BAD_ID, "s3_key": "images/../x", "analyzed_at": MOMENTS["collected_at"], **MOMENTS}
    lake.land("posts", [{"id": id_, "id_str": str(id_), "text": text, **MOMENTS} for id_, text in enumerate(TEXTS, 1)])
    lake.land(
        "photos",
        [
            photo | {"source_key": "1:a", "tweetid": 1, "mediaid": "a", "image_id": BAD_ID, "alt_text": "<img src=x>"},
            photo | {"source_key": "2:b", "tweetid": 2, "mediaid": "b", "image_id": None, "status": None},
        ],
    )
    lake.land("analyses", [analysis | {"image_labels": labels}])


def test_hostile_posts_and_images_are_rows_like_any_other(lake, cloud, tmp_path):
    fill_with_hostile_rows(lake)

    build(cloud, tmp_path / "out")

    page = DashboardPage(tmp_path / "out")
    assert page.texts["text"] == [*TEXTS[:5], "[31m"]
    assert page.name("photoStatuses", page.photos["status"]) == ["<ok>", "unknown"]
    assert (page.pictures["id"], page.pictures["missing"]) == ([BAD_ID], ["its image_id is not a SHA-256"])
    assert (page.pictures["alt"], page.pictures["lines"]) == (["<img src=x>"], [["${x}"]])
    assert page.names["labels"][0]["name"] == "<b>\"'`"
    assert "<" not in page.read_data()
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_stack_that_is_older_than_the_command_is_told_to_be_deployed_again(warehouse, cloud, tmp_path):
    old = dataclasses.replace(cloud, values={**cloud.values, "DatabaseName": LANDING})

    with pytest.raises(CommandError, match="deploy it again: sam build && sam deploy"):
        build(old, tmp_path / "out")

    assert not (tmp_path / "out").exists()


def test_days_that_are_none_are_refused_before_anything_is_asked(cloud, tmp_path):
    for days, said in (({"since": "2026-13-01"}, "--since must be a day"), ({"until": "2001-01-01"}, "no days from")):
        with pytest.raises(CommandError, match=said):
            build(cloud, tmp_path / "out", **days)
    assert list(tmp_path.iterdir()) == []


def test_options_that_need_each_other_are_told():
    result = CliRunner().invoke(main.app, ["dashboard", "--port", "80"])

    assert (result.exit_code, result.stderr) == (1, "--port goes with --serve\n")


def test_without_credentials_for_a_stack_the_command_says_how_to_get_some(monkeypatch, tmp_path):
    for name in ("AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")

    result = CliRunner().invoke(main.app, ["dashboard", "--stack", "lake", "--region", "eu-west-1"])

    assert result.exit_code == 1
    assert "There are no AWS credentials for the stack lake in eu-west-1. Log in" in result.stderr
