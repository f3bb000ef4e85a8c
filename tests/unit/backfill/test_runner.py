"""One run of a job: how far it goes, when it pauses, and why it ends."""

from __future__ import annotations

from typing import Any

import pytest

from photolake.backfill.allowance import MAX_QUEUED, Allowance
from photolake.backfill.listing import ListedObject, ObjectKind, SortedObject
from photolake.backfill.runner import take_allowed
from photolake.backfill.waiting import PayableImages
from photolake.errors import PermanentError
from photolake.spending.ledger import SpendingLedger
from photolake.spending.limits import SpendingLimits
from tests.fakes.backfill import ALBUM, LAKE, FakeQueue, World
from tests.fakes.client_error import client_error
from tests.fakes.spending_table import FakeSpendingTable

URI = f"s3://{ALBUM}/"


def filled(count: int, **world: Any) -> World:
    made = World(**world)
    for number in range(count):
        made.put(f"{number:03}.jpg", f"photo {number}")
    made.start()
    return made


def job(world: World, uri: str = URI) -> Any:
    return world.jobs.load(uri)


def test_a_job_is_worked_off_page_by_page_and_its_counts_add_up() -> None:
    world = filled(7)

    world.run_job(pages=1)
    assert (job(world).state, job(world).position, job(world).counts) == ("running", "002.jpg", {"new": 3})
    assert world.job_queue.delays == [0, 0]

    world.run_job(pages=9)
    assert (job(world).state, job(world).counts) == ("done", {"new": 7})
    assert (len(world.image_queue.messages), world.job_queue.messages) == (7, [])


def test_a_run_without_time_for_a_page_hands_over_at_once() -> None:
    world = filled(1)

    world.run_job(pages=0)

    assert (job(world).counts, len(world.job_queue.messages)) == ({}, 1)


def test_an_empty_prefix_is_done_at_once() -> None:
    world = World()
    world.start("nothing/")

    world.run_job()

    assert (job(world, f"{URI}nothing/").state, world.s3.lists) == ("done", 1)


def test_no_more_images_are_announced_than_the_budget_has_left() -> None:
    world = filled(9, budget=5)
    world.taken["2026-11-20"] = 1

    world.run_job(pages=9)

    assert len(world.image_queue.messages) == 4
    assert (job(world).position, job(world).note) == ("003.jpg", "the daily budget of images is used up")
    assert world.job_queue.delays[-1] == 900


def test_what_is_only_skipped_needs_no_budget() -> None:
    world = filled(4)
    world.drain()
    world.budget, world.taken["2026-11-20"] = 1, 1
    world.start()

    world.run_job(pages=9)

    assert (job(world).state, job(world).counts) == ("done", {"known": 4})


def test_a_pause_ends_when_the_budget_of_the_next_day_begins() -> None:
    world = filled(5, budget=2)

    world.drain()

    assert job(world).counts == {"new": 5}
    assert dict(world.taken) == {"2026-11-20": 2, "2026-11-21": 2, "2026-11-22": 1}


def test_images_that_wait_come_before_those_of_a_job() -> None:
    registry = WaitingImages(3)
    allowance = Allowance(FixedBudget(10), registry, FakeQueue(["one", "two"]))  # type: ignore[arg-type]

    assert allowance.read().count == 10 - 3 - 2
    assert registry.asked == [8]


def test_no_more_images_are_announced_than_the_month_has_money_for() -> None:
    ledger = SpendingLedger(FakeSpendingTable(), SpendingLimits(29_999))  # type: ignore[arg-type]
    payable = PayableImages(ledger, price=5_000)
    allowance = Allowance(FixedBudget(10), WaitingImages(1), FakeQueue(["one"]), count_payable=payable.count)  # type: ignore[arg-type]

    allowed = allowance.read()

    assert allowed.count == 5 - 1 - 1
    assert "the month has no money left for images (MonthlyBudget" in allowed.reason
    assert PayableImages(SpendingLedger(FakeSpendingTable(), SpendingLimits()), 5_000).count() is None  # type: ignore[arg-type]


def test_without_a_budget_the_length_of_the_queue_is_the_limit() -> None:
    queue = FakeQueue(["message"] * 7)

    allowed = Allowance(FixedBudget(None), WaitingImages(0), queue).read()  # type: ignore[arg-type]

    assert (allowed.count, allowed.reason) == (MAX_QUEUED - 7, "7 images are in the queue")


@pytest.mark.parametrize(
    ("kinds", "allowed", "taken"),
    [("nnn", 2, 2), ("nnn", 3, 3), ("knkn", 1, 3), ("kkn", 0, 2), ("kkn", -5, 2), ("nk", 0, 0), ("", 0, 0)],
)
def test_a_page_is_cut_before_the_first_object_too_many(kinds: str, allowed: int, taken: int) -> None:
    names = {"n": ObjectKind.NEW, "k": ObjectKind.KNOWN}
    page = [SortedObject(ListedObject(str(index), 1, ""), names[kind]) for index, kind in enumerate(kinds)]

    assert list(take_allowed(page, allowed)) == page[:taken]


def test_a_stopped_job_goes_no_further_and_continues_where_it_was() -> None:
    world = filled(7)
    world.run_job(pages=1)

    world.jobs.stop(URI)
    world.run_job(pages=9)
    assert (job(world).state, len(world.image_queue.messages)) == ("stopped", 3)

    world.start()
    world.run_job(pages=9)
    assert (job(world).state, job(world).counts, len(world.image_queue.messages)) == ("done", {"new": 7}, 7)


def test_a_job_that_is_stopped_in_the_middle_of_a_page_ends_after_it() -> None:
    world = filled(7)

    def stop() -> None:
        world.jobs.stop(URI)

    world.s3.before_list = stop

    world.run_job(pages=9)

    assert (job(world).state, job(world).position, world.job_queue.messages) == ("stopped", "", [])


def test_messages_from_before_the_last_start_do_nothing() -> None:
    world = filled(2)
    (old,) = world.job_queue.messages
    world.start()
    world.job_queue.messages = [old]

    world.run_job()

    assert (world.s3.lists, world.job_queue.messages) == (0, [])


def test_of_two_workers_on_one_job_the_slower_ends() -> None:
    world = filled(7)

    def let_another_be_faster() -> None:
        world.s3.before_list = lambda: None
        world.run_job(pages=1, keep=True)

    world.s3.before_list = let_another_be_faster
    world.run_job(pages=9)

    assert job(world).counts == {"new": 3}
    assert len(world.job_queue.messages) == 1


@pytest.mark.parametrize("code", ["AccessDenied", "NoSuchBucket"])
def test_a_bucket_that_cannot_be_listed_fails_the_job_with_the_reason(code: str) -> None:
    world = filled(2)
    error = client_error(code)
    world.s3.before_list = lambda: raise_(error)

    world.run_job()

    assert job(world).state == "failed"
    assert job(world).note.startswith(f"S3 does not list {URI}: An error occurred ({code})")
    assert world.job_queue.messages == []
    world.s3.before_list = lambda: None
    world.start()
    world.run_job()
    assert job(world).state == "done"


def test_any_other_error_of_s3_leaves_the_message_in_the_queue() -> None:
    world = filled(2)
    world.s3.before_list = lambda: raise_(client_error("SlowDown", 503))

    with pytest.raises(Exception, match="SlowDown"):
        world.run_job()

    assert (job(world).state, len(world.job_queue.messages)) == ("running", 1)


def test_of_the_lake_only_its_images_are_backfilled() -> None:
    world = World()
    world.start("tweets/", LAKE)

    world.run_job()

    assert job(world, f"s3://{LAKE}/tweets/").note == "the lake has its photos under images/: s3://lake/images/"


def test_jobs_are_listed_and_what_is_unknown_cannot_be_stopped() -> None:
    world = filled(1)
    world.start("2020/")

    assert {each.uri for each in world.jobs.list()} == {URI, f"{URI}2020/"}
    assert World().jobs.list() == []
    with pytest.raises(PermanentError, match="no backfill of s3://album/2021/"):
        world.jobs.stop(f"{URI}2021/")


def raise_(error: Exception) -> None:
    raise error


class FixedBudget:
    def __init__(self, left: int | None) -> None:
        self.left = left

    def count_left(self, now: object) -> int | None:
        return self.left


class WaitingImages:
    def __init__(self, count: int) -> None:
        self.count = count
        self.asked: list[int] = []

    def count_waiting(self, limit: int) -> int:
        self.asked.append(limit)
        return min(limit, self.count)
