"""Which days' objects Trino reads, by the laptop cloud's S3 request log.

Athena's engine is made from Trino, but its version and settings are not published: what is shown here for dynamic
filters is proven for Trino and unproven for Athena.
"""

import datetime

import pytest

from tests.conformance import lakes
from tests.conformance.conftest import DAYS
from tests.conformance.trino_server import CATALOG, REQUESTER
from tests.resolved_template import ROOT

# The landing table whose days are those of a view's dt.
DAYS_OF = {
    "celeb_view": "posts",
    "collection_runs": "collection_runs",
    "dashboard_celebrities": "posts",
    "dashboard_entities": "posts",
    "dashboard_faces": "posts",
    "dashboard_hashtags": "posts",
    "dashboard_label_pairs": "posts",
    "dashboard_labels": "posts",
    "dashboard_moderation": "posts",
    "dashboard_photos": "posts",
    "dashboard_posts": "posts",
    "dashboard_texts": "posts",
    "dropped_photos": "photos",
    "face_emotions": "posts",
    "face_groups": "posts",
    "image_analyses": "analyses",
    "image_custom_labels": "analyses",
    "image_moderation": "analyses",
    "image_objects": "analyses",
    "image_texts": "analyses",
    "label_face_groups": "posts",
    "media_image_labels_face_query": "posts",
    "media_image_labels_query": "posts",
    "media_rekognition": "posts",
    "photo_analyses": "photos",
    "photo_metadata": "photos",
    "tweet_entities": "posts",
    "tweet_photos": "photos",
    "tweet_sentiments": "posts",
    "tweets": "posts",
}
# They join photos of posts to the analyses of their images.
JOINED = ["celeb_view", "face_emotions", "media_image_labels_query", "media_rekognition", "photo_analyses"]
# They ask whether every post that shows an image is deleted.
OF_IMAGES = ["image_analyses", "image_custom_labels", "image_moderation", "image_objects", "image_texts"]
WITHOUT_POSTS = {"dropped_photos", "photo_metadata"}
# dashboard_spread has dt, but an image's group spreads over all days.
WITHOUT_DT = {"collection_gaps", "dashboard_spread", "hash_groups", "image_spread", "near_duplicates", "near_hashes"}
# By default Trino reads what comes before the filter is there, so that what it reads is a matter of milliseconds.
WAIT = {f"{CATALOG}.dynamic_filtering_wait_timeout": "20s"}
LATEST_ANALYSES = """
with copies as (
    select *, {copy} over (partition by dt, image_id order by analyzed_at desc, processed_at desc) as copy
    from {landing}.analyses
)

select a.image_id
from copies as a
inner join {landing}.photos as p on a.image_id = p.image_id and a.dt = p.image_dt
where p.dt = '{day}' and a.copy {newest}
"""


@pytest.fixture(scope="module")
def lake_without_deletions(services, rows, earliest):
    """The same photos and analyses, and nothing deleted."""
    created = lakes.create_lake(services, "undeleted", earliest.isoformat())
    for table in ("posts", "photos", "analyses"):
        created.deliver(table, getattr(rows, table))
    created.create_views()
    return created


@pytest.fixture
def days_read(services, trino):
    """Runs a query on Trino, and gives the days of each landing table whose objects it read."""

    def run(lake, sql, session=None):
        with services.requests.watch() as watch:
            assert trino.query(sql, lake.database, session).rows
        keys = watch.by(REQUESTER).read_objects(lake.bucket)
        return {
            table: {key.split("/")[1].removeprefix("dt=") for key in keys if key.startswith(f"{table}/")}
            for table in ("posts", "photos", "analyses", "collection_runs")
        }

    return run


def day(earliest, number):
    return (earliest + datetime.timedelta(days=number)).isoformat()


def image_days(rows, post_day):
    """The days whose analyses are of photos posted on a day."""
    return {row["image_dt"] for row in rows.photos if row["dt"] == post_day and row["image_dt"]}


def test_every_view_that_has_dt_is_known():
    names = {path.stem for path in (ROOT / "athena/views").glob("*.sql")}
    assert DAYS_OF.keys() | WITHOUT_DT == names


# The views for charts are joins of the others, and are asked for ranges of days.
@pytest.mark.parametrize(("view", "table"), [each for each in DAYS_OF.items() if not each[0].startswith("dashboard_")])
def test_asked_for_a_day_a_view_reads_that_day(view, table, lake, rows, earliest, days_read):
    dropped = next(row["dt"] for row in rows.photos if row["origin"] == "dropped" and row["metadata"])
    asked = dropped if view in WITHOUT_POSTS else day(earliest, 5)
    assert days_read(lake, f"select * from {view} where dt = '{asked}'")[table] == {asked}


@pytest.mark.parametrize(("view", "table"), DAYS_OF.items())
def test_asked_for_a_range_a_view_reads_its_days(view, table, lake, earliest, days_read):
    asked = [day(earliest, number) for number in (2, 3, 4)]
    sql = f"select * from {view} where dt between '{asked[0]}' and '{asked[-1]}'"
    assert days_read(lake, sql)[table] == set(asked)


def test_without_a_filter_every_day_is_read(lake, earliest, days_read):
    assert days_read(lake, "select * from tweets")["posts"] == {day(earliest, number) for number in range(DAYS)}


@pytest.mark.parametrize(("copy", "newest", "prunes"), [("row_number()", "= 1", False), ("lag(1)", "is null", True)])
def test_a_dynamic_filter_passes_a_window_but_not_row_number(copy, newest, prunes, lake, rows, earliest, days_read):
    """Trino makes `row_number() = 1` an operator of its own before it plans dynamic filters, and they stop there."""
    asked = day(earliest, 3)
    sql = LATEST_ANALYSES.format(copy=copy, newest=newest, landing=lake.landing, day=asked)
    read = days_read(lake, sql, WAIT)
    assert read["photos"] == {asked}
    assert read["analyses"] == (image_days(rows, asked) if prunes else {row["dt"] for row in rows.analyses})


@pytest.mark.parametrize("view", JOINED)
def test_asked_for_a_day_of_posts_a_view_reads_the_analyses_of_their_photos(view, lake, rows, earliest, days_read):
    asked = day(earliest, 3)
    read = days_read(lake, f"select * from {view} where dt = '{asked}'", WAIT)
    assert read["analyses"] == image_days(rows, asked) < {row["dt"] for row in rows.analyses}
    assert read["photos"] == {asked}


@pytest.mark.parametrize("view", OF_IMAGES)
def test_while_nothing_is_deleted_a_view_of_images_reads_no_photos(view, lake_without_deletions, earliest, days_read):
    asked = day(earliest, 3)
    assert days_read(lake_without_deletions, f"select * from {view} where dt = '{asked}'", WAIT)["photos"] == set()


def test_posts_from_before_the_first_day_are_filed_under_it_and_seen(lake, trino, rows, earliest):
    first = earliest.isoformat()
    midnight = datetime.datetime.combine(earliest, datetime.time(), datetime.UTC).timestamp() * 1000
    deleted = {row["id"] for row in rows.deletions}
    early = {row["id"] for row in rows.posts if row["dt"] == first and row["timestamp_ms"] < midnight} - deleted
    assert early
    sql = f"select id from tweets where dt = '{first}' and posted_on < date '{first}'"
    assert {identity for (identity,) in trino.query(sql, lake.database).rows} == early
