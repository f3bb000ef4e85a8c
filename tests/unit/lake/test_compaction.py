"""Which days are worth writing anew, and in which order."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from photolake.lake.compaction import (
    LARGE_OBJECT_BYTES,
    CompactionRules,
    Partition,
    choose_partitions,
    is_due,
    summarize_partition,
)
from photolake.lake.partition_objects import PartitionObject

NOW = dt.datetime(2026, 3, 10, 5, tzinfo=dt.UTC)
RULES = CompactionRules(
    min_objects=4,
    rest=dt.timedelta(hours=3),
    max_age=dt.timedelta(days=30),
    grace=dt.timedelta(minutes=60),
    earliest=dt.date(2026, 1, 1),
)
SMALL = Partition("posts", "2026-03-09", objects=4, bytes=4_000, parts=4, first=dt.date(2026, 3, 9))


def stored(rest: str, size: int = 10, modified: dt.datetime = NOW) -> PartitionObject:
    return PartitionObject(f"posts/dt=2026-03-09/{rest}", size, modified, "posts", "2026-03-09", rest)


@pytest.mark.parametrize(
    ("partition", "is_chosen"),
    [
        (SMALL, True),
        (replace(SMALL, parts=3), False),
        (replace(SMALL, bytes=4 * LARGE_OBJECT_BYTES), False),
        (replace(SMALL, day="2026-03-10"), False),
        (replace(SMALL, day="2025-12-31"), False),
        (replace(SMALL, first=dt.date(2026, 2, 8)), True),
        (replace(SMALL, first=dt.date(2026, 2, 7)), False),
    ],
)
def test_a_day_at_rest_with_several_small_objects_is_chosen(partition: Partition, is_chosen: bool) -> None:
    assert choose_partitions([partition], RULES, NOW) == ([partition] if is_chosen else [])


def test_a_day_rests_for_some_hours_after_its_end() -> None:
    assert choose_partitions([SMALL], RULES, dt.datetime(2026, 3, 10, 2, 59, tzinfo=dt.UTC)) == []
    assert choose_partitions([SMALL], RULES, dt.datetime(2026, 3, 10, 3, tzinfo=dt.UTC)) == [SMALL]


def test_days_of_many_objects_come_first_and_of_equal_ones_the_newest() -> None:
    older, many = replace(SMALL, day="2026-03-08"), replace(SMALL, day="2026-03-01", parts=24)

    assert choose_partitions([older, SMALL, many], RULES, NOW) == [many, SMALL, older]


def test_a_folder_counts_as_one_object_however_many_files_athena_wrote() -> None:
    folder = "compacted-20260310T040000Z-20260302-0123456789ab/"
    items = [stored("a"), stored("b"), stored(f"{folder}1"), stored(f"{folder}2"), stored(f"{folder}_replaced.json")]

    partition = summarize_partition(items, replaced={items[1].key})

    assert partition == Partition("posts", "2026-03-09", objects=3, bytes=30, parts=2, first=dt.date(2026, 3, 2))


@pytest.mark.parametrize("rest", ["_SUCCESS", ".hidden", "_temporary/part", "folder/_note.json"])
def test_what_athena_does_not_read_is_not_data(rest: str) -> None:
    assert summarize_partition([stored(rest), stored("empty", size=0)], replaced=()) is None


def test_what_is_replaced_is_due_when_no_query_can_read_it_any_longer() -> None:
    note = stored("compacted-20260310T040000Z-20260302-0123456789ab/_replaced.json")

    assert not is_due(note, RULES, NOW + dt.timedelta(minutes=59))
    assert is_due(note, RULES, NOW + dt.timedelta(minutes=60))
    assert not is_due(note, replace(RULES, grace=None), NOW + dt.timedelta(days=1))
