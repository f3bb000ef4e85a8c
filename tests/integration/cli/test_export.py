"""`photolake export` over the real views, with the local Athena behind it, into PostgreSQL and files."""

import datetime as dt
import json
from decimal import Decimal

import boto3
import psycopg
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from photolake.athena_schema.sql_files import read_statements
from photolake_cli import cloud as clouds
from photolake_cli import main
from photolake_cli.cloud import Cloud
from photolake_cli.query.client import QueryClient
from tests import postgresql_server
from tests.synthetic_lake.rows import synthetic_lake
from tests.synthetic_lake.warehouse import BUCKET, DATABASE, LANDING, REGION, SQL, WORKGROUP, open_warehouse

DAYS = 3
FIRST_DAY = dt.datetime.now(dt.UTC).date() - dt.timedelta(days=DAYS)
# Of every type of column; tests/conformance selects all views.
VIEWS = ("celeb_view", "face_emotions", "image_spread", "media_rekognition", "tweet_photos", "tweets")


@pytest.fixture(scope="module")
def lake(tmp_path_factory):
    """A lake of a few posts, which a Cloud names."""
    now = dt.datetime.now(dt.UTC)
    with open_warehouse(tmp_path_factory.mktemp("athena"), now) as warehouse:
        rows = synthetic_lake(posts=90, images=60, first_day=FIRST_DAY, days=DAYS)
        for table in ("posts", "photos", "analyses"):
            warehouse.land(table, getattr(rows, table))
        warehouse.delete(rows.deletions)
        warehouse.note_runs(rows.runs)
        warehouse.create_views()
        yield Cloud(
            "the laptop cloud in .photolake",
            "laptop 1",
            boto3.Session("x", "x", region_name=REGION),
            {
                "WorkgroupName": WORKGROUP,
                "DatabaseName": DATABASE,
                "LandingDatabaseName": LANDING,
                "EarliestDate": FIRST_DAY.isoformat(),
                "LakeBucketName": BUCKET,
            },
            str,
            {"AWS_ENDPOINT_URL_ATHENA": warehouse._athena.meta.endpoint_url},
            on_laptop=True,
        )


@pytest.fixture(scope="module")
def postgresql():
    programs = postgresql_server.find_programs()
    if programs is None:
        pytest.skip("PostgreSQL is not installed: Debian's package is postgresql")
    with postgresql_server.running(programs) as url:
        yield url


@pytest.fixture
def export(lake, monkeypatch):
    monkeypatch.setattr("photolake_cli.query.client.LAPTOP_POLL_SECONDS", 0.01)
    monkeypatch.setattr(clouds, "connect", lambda *_: lake)

    def run(*arguments, status=0, **environment):
        result = CliRunner(env=environment).invoke(main.app, ["export", *arguments])
        assert result.exit_code == status, result.output
        return result.stderr

    return run


def read_table(url, table):
    with psycopg.connect(url) as connection:
        cursor = connection.execute(f"select * from {table}")
        names = [column.name for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor]


def as_comparable(value):
    return json.dumps(value, sort_keys=True, default=str)


def read_view(lake, view, nested):
    """The rows of a view as Athena gives them, nested columns as JSON, with Python's values."""
    client = QueryClient(lake)
    names = client.run(f"select * from {view} limit 0").column_names
    selected = [f'json_format(cast("{name}" as json))' if name in nested else f'"{name}"' for name in names]
    columns = ", ".join(f'{expression} as "{name}"' for expression, name in zip(selected, names, strict=True))
    result = client.run(f"select {columns} from {view}")
    kinds = {column.name: column.type for column in result.columns}
    return [
        {name: to_python(value, kinds[name], name in nested) for name, value in row.items()} for row in result.records()
    ]


def to_python(value, kind, is_nested):
    if value is None:
        return None
    if is_nested:
        return json.loads(value)
    if kind == "timestamp":
        return dt.datetime.fromisoformat(value)
    if kind == "date":
        return dt.date.fromisoformat(value)
    return Decimal(value) if kind == "decimal" else value


# They leave out groups of fewer than ten authors: in a lake this small perhaps all. tests/integration/views fills them.
OF_COUNTS = {"face_groups", "label_face_groups"}
NULL_KEYS = {("dropped_photos", '"image_id"'), ("photo_metadata", '"image_id"')}


@pytest.mark.parametrize("view", read_statements(SQL / "views", LANDING), ids=lambda view: view.name)
def test_a_view_has_each_key_once_and_a_null_only_for_what_is_not_a_photo(view, lake):
    names = [f'"{name}"' for name in view.key]
    # A dropped file that is not a photo has no image_id; in a table that is empty text.
    nulls = " or ".join(f"{name} is null" for name in names if (view.name, name) not in NULL_KEYS)
    counts = f"select count(*), count(distinct row({', '.join(names)})), count_if({nulls}) from {view.name}"
    [[rows, keys, without]] = QueryClient(lake).run(counts).typed_rows()

    assert (rows, without) == (keys, 0)
    assert rows or view.name in OF_COUNTS


@pytest.mark.parametrize("view", VIEWS)
def test_a_table_in_postgresql_has_the_rows_of_the_view(view, lake, export, postgresql):
    said = export(view, PHOTOLAKE_EXPORT_URL=postgresql)

    found = read_table(postgresql, view)
    nested = {name for row in found for name, value in row.items() if isinstance(value, dict | list)}
    expected = read_view(lake, view, nested)
    assert f"{len(found):,} rows, " in said
    assert found
    assert sorted(map(as_comparable, found)) == sorted(map(as_comparable, expected))


def test_an_export_repeated_changes_nothing_in_postgresql(export, postgresql):
    export("tweets", "--to", postgresql, "--table", "public.again")
    once = read_table(postgresql, "again")

    said = export("tweets", "--to", postgresql, "--table", "public.again")

    again = read_table(postgresql, "again")
    assert sorted(map(as_comparable, again)) == sorted(map(as_comparable, once))
    assert "removed" not in said


def test_postgresql_says_what_a_user_may_not_do_and_the_command_what_helps(export, postgresql):
    with psycopg.connect(postgresql) as connection:
        connection.execute("create role guest login")
        connection.execute("create schema closed")

    said = export("tweets", "--to", postgresql.replace("ann@", "guest:secret@"), "--table", "closed.tweets", status=1)

    assert "Exporting tweets failed at postgresql://guest:***@/postgres: permission denied for schema closed. " in said
    assert "The user needs the rights to create tables in the schema" in said
    assert "secret" not in said


def test_the_file_for_sap_has_the_columns_of_the_view_between_semicolons(lake, export, tmp_path):
    path = tmp_path / "faces.csv"

    export("face_emotions", "--to", str(path), "--delimiter", ";")

    header, *lines = path.read_text().splitlines()
    assert header == (
        "tweetid;mediaid;media_url;image_id;face_number;emotion;emotion_confidence;gender;gender_confidence;"
        "age_range_low;age_range_high;face_left_edge;face_top_edge;face_width;face_height;source_platform;user_id;"
        "screen_name;user_location;text;language;sentiment;ts;post_url;dt"
    )
    [[count]] = QueryClient(lake).run("select count(*) from face_emotions where text not like '%\n%'").typed_rows()
    assert len(lines) >= count > 0


def test_a_parquet_file_has_the_rows_of_the_days_asked_for(export, tmp_path):
    path = tmp_path / "posts.parquet"

    export(
        "tweets",
        "--to",
        str(path),
        "--since",
        str(FIRST_DAY + dt.timedelta(days=1)),
        "--until",
        str(FIRST_DAY + dt.timedelta(days=1)),
    )

    table = pq.read_table(path)
    assert set(table["dt"].to_pylist()) == {str(FIRST_DAY + dt.timedelta(days=1))}
    assert all(json.loads(user)["screen_name"] for user in table["user"].to_pylist() if user)


def test_a_study_kit_has_the_ids_of_the_view_and_counts_that_add_up(export, lake, tmp_path):
    told = export("study", "--to", str(tmp_path / "kit"), "--title", "Made up", "--author", "Tests")

    ids = sorted(line for path in tmp_path.glob("kit/ids-*.txt") for line in path.read_text().splitlines())
    assert ids == sorted(str(row[0]) for row in QueryClient(lake).run("select id_str from tweets").rows)
    figures = json.loads((tmp_path / "kit/figures.json").read_text())
    tables = figures["tables"]
    for name in ("platforms", "queries", "languages", "text_statuses"):
        assert sum(row["posts"] for row in tables[name]) == len(ids), name
    [[photos]] = QueryClient(lake).run("select count(*) from tweet_photos").typed_rows()
    [[images]] = QueryClient(lake).run("select count(distinct image_id) from photo_analyses").typed_rows()
    assert sum(row["photos"] for row in tables["photo_statuses"]) == photos
    assert sum(row["images"] for row in tables["models"]) == images
    assert tables["deletions"][0]["posts"] > 0
    assert tables["image_errors"]
    [[gaps]] = QueryClient(lake).run("select count(*) from collection_gaps").typed_rows()
    assert len(figures["gaps"]) == gaps > 0
    assert f"kit has {len(ids)} ids in ids-" in " ".join(told.split())
    stored = b"".join(path.read_bytes() for path in (tmp_path / "kit").iterdir())
    names = QueryClient(lake).run('select distinct "user"."screen_name" from tweets').rows
    assert [name for (name,) in names if name and f" {name} ".encode() in stored] == []


def test_a_dry_run_of_a_study_kit_writes_nothing(export, tmp_path):
    assert "order by source_platform, id_str" in export("study", "--to", str(tmp_path / "kit"), "--dry-run")
    assert list(tmp_path.iterdir()) == []
