"""A partition written anew on Athena: every view shows what it showed before, from few objects instead of many."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pytest

from photolake.errors import PermanentError
from photolake.lake.partition_objects import PartitionObjects
from tests.synthetic_lake.rows import synthetic_lake
from tests.synthetic_lake.warehouse import BUCKET, TABLES, Warehouse, open_warehouse

if TYPE_CHECKING:
    from photolake.lake.rewriter import PartitionRewriter

FIRST_DAY, DAYS = dt.date(2026, 3, 1), 1
NOW = dt.datetime(2026, 3, 5, 12, tzinfo=dt.UTC)
VIEWS = ("tweets", "tweet_photos", "dropped_photos", "image_analyses", "photo_analyses")
OBJECTS = 3


@pytest.fixture(scope="module")
def views(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    with open_warehouse(tmp_path_factory.mktemp("athena"), NOW) as warehouse:
        warehouse.create_views(*VIEWS)
        yield warehouse


@pytest.fixture
def lake(views: Warehouse) -> Warehouse:
    """A day with copies of rows, in several objects, and deleted posts."""
    views.empty()
    rows = synthetic_lake(60, 20, FIRST_DAY, DAYS)
    for table in TABLES:
        for day in range(DAYS):
            listed = list(getattr(rows, table).on(day))
            for number in range(OBJECTS):
                views.land(table, listed[number::OBJECTS], f"{number}")
    views.delete(rows.deletions)
    return views


@pytest.fixture
def rewriter(lake: Warehouse) -> PartitionRewriter:
    return lake.build_rewriter(lambda: NOW)


def ask_views(lake: Warehouse) -> Mapping[str, Sequence[Any]]:
    return {view: sorted(lake.ask(f"select * from {view}").rows, key=str) for view in VIEWS}


def read_notes(lake: Warehouse, prefix: str) -> list[Any]:
    objects = PartitionObjects(lake._s3, BUCKET)
    return [item for item in objects.list_objects(prefix) if item.is_replaced_list]


def test_every_view_shows_the_same_before_during_and_after(lake: Warehouse, rewriter: PartitionRewriter) -> None:
    before = ask_views(lake)

    done = [rewriter.rewrite(table, "2026-03-01") for table in TABLES]
    during = ask_views(lake)
    deleted = [rewriter.delete_replaced(note) for table in TABLES for note in read_notes(lake, f"{table}/")]

    assert all(before.values())
    assert during == before
    assert ask_views(lake) == before
    assert [(each.objects_before, each.objects_after) for each in done] == [(OBJECTS, 1)] * 3
    assert all(each.scanned_bytes == each.bytes_before > each.bytes_after for each in done)
    assert deleted == [OBJECTS] * 3
    assert len([key for table in TABLES for key in lake.list_objects(f"{table}/")]) == 3


def test_copies_become_one_row(lake: Warehouse, rewriter: PartitionRewriter) -> None:
    rewriter.rewrite("posts", "2026-03-01", at_once=True)

    (counts,) = lake.ask(
        "select count(*), count(distinct id) from photolake_landing.posts where dt = '2026-03-01'"
    ).rows
    assert counts[0] == counts[1]


def test_what_arrives_meanwhile_is_not_deleted(lake: Warehouse, rewriter: PartitionRewriter) -> None:
    rewriter.rewrite("posts", "2026-03-01")
    late = {
        "id": 999,
        "id_str": "999",
        "source_platform": "x",
        "collected_at": "2026-03-04T00:00:00.000Z",
        "processed_at": "2026-03-04T00:00:00.000Z",
        "dt": "2026-03-01",
    }
    lake.land("posts", [late], "late")
    (note,) = read_notes(lake, "posts/")

    rewriter.delete_replaced(note)

    assert "posts/dt=2026-03-01/late.parquet" in lake.list_objects()
    assert lake.ask("select id_str from tweets where id = 999").rows == [["999"]]


def test_rows_that_are_not_to_be_kept_leave_every_byte(lake: Warehouse, rewriter: PartitionRewriter) -> None:
    before = ask_views(lake)
    ((gone,),) = lake.ask("select cast(min(id) as varchar) from tweets where dt = '2026-03-01'").rows

    rewriter.rewrite("posts", "2026-03-01", keep=f"id <> {gone}", at_once=True)
    rewriter.rewrite("photos", "2026-03-01", keep=f"tweetid not in ({gone})", at_once=True)

    after = ask_views(lake)
    assert after["tweets"] == [row for row in before["tweets"] if row[0] != gone]
    assert len(after["tweets"]) == len(before["tweets"]) - 1
    # A dropped photo has no post: whether it is that one is unknown, and it stays.
    assert after["dropped_photos"] == before["dropped_photos"]


def test_a_day_of_which_nothing_is_kept_is_empty_afterwards(lake: Warehouse, rewriter: PartitionRewriter) -> None:
    done = rewriter.rewrite("posts", "2026-03-01", keep="id is null", at_once=True)

    assert (done.objects_before, done.objects_after) == (OBJECTS, 0)
    assert lake.list_objects("posts/dt=2026-03-01/") == {}


@pytest.mark.parametrize("keep", [None, "false"])
def test_a_day_that_the_table_does_not_project_is_left_alone(
    lake: Warehouse, rewriter: PartitionRewriter, keep: str | None
) -> None:
    key = next(iter(lake.list_objects("posts/dt=2026-03-01/")))
    outside = "posts/dt=1999-03-01/a.parquet"
    lake._s3.copy_object(Bucket=BUCKET, Key=outside, CopySource={"Bucket": BUCKET, "Key": key})

    with pytest.raises(PermanentError, match="found no rows in posts/dt=1999-03-01/"):
        rewriter.rewrite("posts", "1999-03-01", keep=keep, at_once=True)

    assert outside in lake.list_objects()


def test_an_object_that_cannot_be_read_leaves_the_day_as_it_was(lake: Warehouse, rewriter: PartitionRewriter) -> None:
    lake._s3.put_object(Bucket=BUCKET, Key="posts/dt=2026-03-01/bad.parquet", Body=b"not Parquet")
    before = lake.list_objects("posts/")

    with pytest.raises(PermanentError, match="HIVE_BAD_DATA"):
        rewriter.rewrite("posts", "2026-03-01", at_once=True)

    assert lake.list_objects("posts/") == before


def test_a_day_without_objects_asks_athena_nothing(lake: Warehouse, rewriter: PartitionRewriter) -> None:
    before = lake.list_objects("athena-results/")

    assert rewriter.rewrite("posts", "2026-03-03").objects_before == 0
    assert lake.list_objects("athena-results/") == before


def test_a_note_names_the_objects_that_its_folder_replaces(lake: Warehouse, rewriter: PartitionRewriter) -> None:
    before = lake.list_objects("photos/dt=2026-03-01/")

    rewriter.rewrite("photos", "2026-03-01")

    (note,) = read_notes(lake, "photos/")
    assert json.loads(lake._s3.get_object(Bucket=BUCKET, Key=note.key)["Body"].read()) == {"keys": sorted(before)}
    assert note.key.startswith("photos/dt=2026-03-01/compacted-20260305T120000Z-")
