"""The pages of `photolake dashboard` say what the views say, row by row; the local Athena is behind both."""

import datetime as dt
import io
import json
import re
from collections import Counter
from pathlib import Path

import boto3
import pytest
from PIL import Image
from typer.testing import CliRunner

from photolake_cli import cloud as clouds
from photolake_cli import main
from photolake_cli.dashboard import pages
from photolake_cli.dashboard.run import DashboardRequest, build_dashboard
from photolake_cli.query.client import QueryClient
from tests.builders.dashboard_page import DashboardPage, ask, count, name_warehouse
from tests.synthetic_lake.rows import synthetic_lake
from tests.synthetic_lake.warehouse import BUCKET, REGION, open_warehouse

DAYS = 3
FIRST_DAY = dt.datetime.now(dt.UTC).date() - dt.timedelta(days=DAYS)
SECOND_DAY = (FIRST_DAY + dt.timedelta(days=1)).isoformat()
ROWS = synthetic_lake(posts=240, images=90, first_day=FIRST_DAY, days=DAYS)


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory):
    with open_warehouse(tmp_path_factory.mktemp("athena"), dt.datetime.now(dt.UTC)) as opened:
        for table in ("posts", "photos", "analyses"):
            opened.land(table, getattr(ROWS, table))
        put_images(missing=(3, 5), broken=(7,))
        yield opened


@pytest.fixture(scope="module")
def cloud(warehouse):
    return name_warehouse(warehouse, FIRST_DAY.isoformat())


def put_images(missing, broken):
    """Put the objects of all analysed images but some."""
    s3 = boto3.client("s3", REGION)
    for number, row in enumerate({row["image_id"]: row for row in ROWS.analyses}.values()):
        body = io.BytesIO(b"not an image")
        if number not in broken:
            Image.new("RGB", (120, 90 + number), (number, 40, 250 - number)).save(body, "PNG")
        if number not in missing:
            s3.put_object(Bucket=BUCKET, Key=row["s3_key"], Body=body.getvalue())


@pytest.fixture(scope="module")
def settings(cloud):
    """The command finds the lake, and writes pages of few rows."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clouds, "connect", lambda *_: cloud)
        patch.setattr("photolake_cli.query.client.LAPTOP_POLL_SECONDS", 0.01)
        patch.setattr(pages, "PAGE_ROWS", dict.fromkeys(pages.PAGE_ROWS, 23))
        patch.setattr("photolake_cli.dashboard.index.PAGE_ROWS", pages.PAGE_ROWS)
        yield


@pytest.fixture(scope="module")
def builds(settings, warehouse, tmp_path_factory):
    """A folder built before and after some posts were deleted: both pages, and what the command said at the second."""
    out = tmp_path_factory.mktemp("page") / "out"
    found = []
    for deletions in ([], ROWS.deletions):
        warehouse.delete(deletions)
        result = CliRunner().invoke(main.app, ["dashboard", "--out", str(out)])
        assert result.exit_code == 0, result.output
        found.append(DashboardPage(out))
    return *found, result.stderr


@pytest.fixture(scope="module")
def page(builds):
    return builds[1]


@pytest.fixture(scope="module")
def second_day(builds, cloud, tmp_path_factory):
    """The second day alone, with its authors."""
    out = tmp_path_factory.mktemp("page") / "out"
    build_dashboard(cloud, DashboardRequest(out, SECOND_DAY, SECOND_DAY, shows_authors=True))
    return DashboardPage(out)


def test_every_post_is_there_once_in_the_order_of_time(page, cloud):
    [(posts,)] = ask(cloud, "select count(*) from tweets")

    assert page.index["rows"]["posts"] == posts == len(set(page.posts["id"]))
    assert page.posts["at"] == sorted(page.posts["at"])
    assert set(page.posts["id"]) == {str(id_) for (id_,) in ask(cloud, "select id from tweets")}
    texts = dict(ask(cloud, "select id, text from tweets"))
    assert [texts[int(id_)].split("@")[0][:20] for id_ in page.posts["id"]] == [
        text.split("@")[0][:20] for text in page.texts["text"]
    ]


@pytest.mark.parametrize(
    ("column", "names", "expression"),
    [
        ("platform", "platforms", "source_platform"),
        ("language", "languages", "language"),
        ("sentiment", "sentiments", "sentiment"),
        ("query", "queries", "matched_query"),
    ],
)
def test_columns_of_posts_have_the_values_of_the_view(column, names, expression, page, cloud):
    expected = count(cloud, f"select {expression}, count(*) from tweets group by 1")

    assert Counter(page.name(names, page.posts[column])) == expected


@pytest.mark.parametrize(
    ("column", "expression"),
    [("isRepost", "is_retweet"), ("impressions", "impression_count"), ("likes", "favorite_count")],
)
def test_amounts_of_posts_have_the_values_of_the_view(column, expression, page, cloud):
    expected = dict(ask(cloud, f"select cast(id as varchar), {expression} from tweets"))

    assert dict(zip(page.posts["id"], page.posts[column], strict=True)) == expected


def test_hashtags_and_entities_are_those_of_the_posts(page, cloud):
    hashtags = count(
        cloud,
        """
        with tags as (select id, transform(entities.hashtags, x -> lower(x."text")) as names from tweets)
        select h.name, count(distinct t.id)
        from tags as t cross join unnest(t.names) with ordinality as h (name, number) group by 1
        """,
    )
    entities = count(
        cloud,
        """
        select entity, type, count(distinct tweetid) from tweet_entities
        where entity not like '@%' and entity not like 'http%://%' group by 1, 2
        """,
    )
    found = Counter(
        (name["text"], name["type"]) for numbers in page.posts["entities"] for name in page.name("entities", numbers)
    )

    assert Counter(name for numbers in page.posts["hashtags"] for name in page.name("hashtags", numbers)) == hashtags
    assert {name: number for name, number in found.items() if not name[0].startswith("@")} == entities
    assert hashtags
    assert entities


def test_every_photo_of_a_post_is_there_with_what_became_of_it(page, cloud):
    answer = page.index["answers"]["calls_of_2019"]

    assert Counter(page.name("photoStatuses", page.photos["status"])) == count(
        cloud, "select status, count(*) from tweet_photos group by 1"
    )
    assert Counter(page.name("photoKinds", page.photos["kind"])) == count(
        cloud, "select kind, count(*) from tweet_photos group by 1"
    )
    shown = Counter(
        (page.posts["id"][post], page.pictures["id"][picture])
        for post, picture in zip(page.photos["post"], page.photos["picture"], strict=True)
        if picture is not None
    )
    sql = "select cast(tweetid as varchar), image_id, count(*) from photo_analyses group by 1, 2"
    assert shown == count(cloud, sql)
    assert answer["columns"] == ["api", "calls"]
    assert answer["rows"][0] == ["DetectSentiment", page.index["rows"]["posts"]]


def test_every_analysed_image_is_there_once_dropped_ones_too(page, cloud):
    ids = {id_ for (id_,) in ask(cloud, "select image_id from image_analyses")}

    assert set(page.pictures["id"]) == ids
    assert len(page.pictures["id"]) == len(ids)
    assert Counter(page.name("origins", page.pictures["origin"])) == count(
        cloud, "select origin, count(*) from image_analyses group by 1"
    )
    assert {"post", "dropped"} == set(page.names["origins"])


@pytest.mark.parametrize(
    ("column", "names", "sql"),
    [
        ("labels", "labels", "select label.name, count(*) from {labels} group by 1"),
        ("moderationLabels", "moderationLabels", "select label_name, count(*) from image_moderation group by 1"),
    ],
)
def test_pictures_have_the_labels_of_the_views(column, names, sql, page, cloud):
    labels = """(
        select a.image_labels.labels[t.i] as label from image_analyses as a
        cross join unnest(if(cardinality(a.image_labels.labels) > 0, sequence(1, cardinality(a.image_labels.labels))))
            as t (i)
    )"""
    sql = sql.replace("label.name", 'label."name"').format(labels=labels)

    found = Counter(page.names[names][number]["name"] for scored in page.pictures[column] for number, _ in scored)
    assert found == count(cloud, sql)


def test_the_most_frequent_labels_are_those_of_the_saved_query(page, cloud):
    client = QueryClient(cloud)
    rows = client.run_saved(client.find_saved("top_labels")).typed_rows()
    photos: Counter[str] = Counter()
    for picture in page.photos["picture"]:
        if picture is not None:
            photos.update(page.names["labels"][number]["name"] for number, _ in page.pictures["labels"][picture])

    expected = {name: number for name, number, *_ in rows}
    assert {name: photos[name] for name in expected} == expected


def test_pictures_have_lines_faces_and_celebrities_of_the_views(page, cloud):
    lines = count(cloud, "select line, count(*) from image_texts group by 1")
    faces = """
        select cardinality(image_labels.facedetails), count(*) from image_analyses
        where cardinality(image_labels.facedetails) > 0 group by 1
    """
    celebrities = """
        with images as (
            select image_id, transform(image_labels.celebrityrecognition.celebrityfaces, x -> x."name") as names
            from image_analyses
        )
        select c.name, count(*) from images as i cross join unnest(i.names) with ordinality as c (name, number)
        group by 1
    """

    assert Counter(line for found in page.pictures["lines"] for line in found) == lines
    assert Counter(len(found) for found in page.pictures["faces"] if found) == count(cloud, faces)
    found = Counter(
        page.names["celebrities"][number] for scored in page.pictures["celebrities"] for number, _ in scored
    )
    assert found == count(cloud, celebrities)
    assert lines
    assert found


def test_pictures_are_grouped_as_the_views_group_them(page, cloud):
    posted = {page.pictures["id"][picture] for picture in page.photos["picture"] if picture is not None}
    groups = Counter(
        group for id_, group in zip(page.pictures["id"], page.pictures["group"], strict=True) if id_ in posted
    )

    expected = [images for (images,) in ask(cloud, "select images from image_spread")]
    assert sorted(groups.values()) == sorted(expected)
    assert max(expected) > 1


def test_the_whole_answer_is_that_of_the_same_picture(page):
    newest = {row["image_id"]: row for row in ROWS.analyses if row["image_labels"] is not None}
    compared = 0
    for id_, answer in zip(page.pictures["id"], page.analyses["imageLabels"], strict=True):
        if answer and answer.get("facedetails"):
            boxes = [face["boundingbox"] for face in answer["facedetails"]]
            assert boxes == [face["boundingbox"] for face in newest[id_]["image_labels"]["facedetails"] or []]
            compared += 1
    assert compared
    assert any(page.analyses["errors"])


def test_pictures_that_cannot_be_shown_say_why_and_the_command_counts_them(builds):
    page = builds[1]
    reasons = Counter(filter(None, page.pictures["missing"]))
    files = {path.stem for path in (page.out / "pictures").rglob("*.webp")}

    assert set(reasons) == {"the image is no longer stored", "it is not an image that can be read"}
    for reason, number in reasons.items():
        assert f"{number} of the pictures cannot be shown: {reason}" in builds[2]
    assert files == {id_ for id_, why in zip(page.pictures["id"], page.pictures["missing"], strict=True) if why is None}
    assert all(
        bool(palette) == (why is None)
        for palette, why in zip(page.pictures["palette"], page.pictures["missing"], strict=True)
    )


def test_a_dropped_photo_has_its_file_name_and_a_posted_one_its_description(page, cloud):
    alts = dict(zip(page.pictures["id"], page.pictures["alt"], strict=True))
    dropped = dict(ask(cloud, "select image_id, min(file_name) from dropped_photos group by 1"))
    sql = "select image_id, alt_text from dashboard_photos where alt_text is not null order by posted_at desc"
    described = dict(ask(cloud, sql))

    assert all(alts[id_] for id_ in dropped if id_ in alts)
    assert [alts[id_] for id_ in described if id_ in alts and "@" not in described[id_]] == [
        described[id_] for id_ in described if id_ in alts and "@" not in described[id_]
    ]


def test_no_file_says_who_wrote_a_post(page, cloud):
    handles = {name for (name,) in ask(cloud, """select distinct "user"."screen_name" from tweets""") if name}
    names = {name for (name,) in ask(cloud, """select distinct "user"."name" from tweets""") if name}
    data = page.read_data()

    assert handles
    assert {handle for handle in handles | names if re.search(rf"\b{re.escape(handle)}\b", data)} == set()
    assert "did:plc:" not in data
    assert "/home/ann" not in data
    assert not page.index["showsAuthors"]
    assert set(page.texts["author"]) == {None}
    links = Counter(zip(page.name("platforms", page.posts["platform"]), map(bool, page.texts["url"]), strict=True))
    assert set(links) == {("x", True), ("bluesky", False)}


def test_an_author_has_as_many_posts_as_in_the_view(page, cloud):
    authors = ask(cloud, "select count(*) from dashboard_posts where author is not null group by author")

    found = Counter(number for number in page.posts["author"] if number is not None)
    assert sorted(found.values()) == sorted(number for (number,) in authors)


def test_the_index_names_the_days_and_the_queries_with_them(page, cloud):
    [(first, last)] = ask(cloud, "select min(dt), max(dt) from tweets")
    shown = page.index["queries"]

    assert (page.index["since"], page.index["until"]) == (first, last)
    assert set(shown) == set(json.loads((Path(main.__file__).parent / "dashboard/page/queries.json").read_text()))
    for name, query in shown.items():
        assert "=…" in query["command"] or ask(cloud, query["sql"]) is not None
        assert query["command"].startswith("photolake query --saved " + name)
    assert page.index["lake"] == "the laptop cloud"
    assert "Small open models" in page.index["notes"][0]
    assert page.index["answers"]["cost_by_api"]["rows"]


def test_the_command_says_what_was_built_what_it_cost_and_where_it_is(builds):
    _, page, said = builds
    rows = page.index["rows"]

    assert f"{rows['posts']} posts, {rows['photos']} photos and {rows['pictures']} pictures in " in said
    assert re.search(r"scanned: would cost at most \$0\.0\d+ on AWS; \d+ objects \([\d.]+ \w+\) read: would cost", said)
    assert f"The dashboard is in {page.out} (" in said


def test_what_was_deleted_is_gone_from_the_folder_after_the_next_build(builds):
    before, after, said = builds
    deleted = {str(row["id"]) for row in ROWS.deletions}

    [gone] = set(before.pictures["id"]) - set(after.pictures["id"])
    assert set(before.posts["id"]) - set(after.posts["id"]) == deleted & set(before.posts["id"])
    assert not any(path.stem == gone for path in after.files)
    assert gone not in after.read_data()
    texts = Counter(before.texts["text"]) - Counter(after.texts["text"])
    assert texts.total() == len(before.posts["id"]) - len(after.posts["id"]) == 3
    assert ": 0 drawn, " in said


def test_authors_are_shown_if_asked_for(second_day, cloud):
    sql = f"select {{column}}, count(*) from dashboard_posts where dt = '{SECOND_DAY}' group by 1"

    for name, column in {"author": "screen_name", "url": "post_url", "text": "text"}.items():
        assert Counter(second_day.texts[name]) == count(cloud, sql.format(column=column))
    assert second_day.index["showsAuthors"]


def test_only_the_days_asked_for_are_shown(second_day, cloud):
    posts = ask(cloud, f"select cast(id as varchar) from tweets where dt = '{SECOND_DAY}'")
    images = ask(
        cloud,
        f"""
        select a.image_id from image_analyses as a
        inner join (
            select image_id from tweet_photos where dt = '{SECOND_DAY}'
            union select image_id from dropped_photos where dt = '{SECOND_DAY}'
        ) as s on a.image_id = s.image_id
        """,
    )

    assert set(second_day.posts["id"]) == {id_ for (id_,) in posts}
    assert set(second_day.pictures["id"]) == {id_ for (id_,) in images}
    assert (second_day.index["since"], second_day.index["until"]) == (SECOND_DAY, SECOND_DAY)
