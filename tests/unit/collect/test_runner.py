"""The loop over one source: what it delivers, saves and says."""

import datetime as dt
from typing import Any

import pytest

from photolake.collect.checkpoints import Checkpoint
from photolake.collect.runner import SourceSummary
from photolake.collect.source import Batch
from photolake.errors import BudgetExhaustedError, CheckpointConflictError, DeliveryError, RateLimitedError
from photolake.rejected import RejectedRecord
from tests.fakes.collect import FakeLake

NOW = dt.datetime(2026, 11, 20, tzinfo=dt.UTC)
BAD = RejectedRecord(b"{}", "post 5: no text")


class FakeSource:
    """Yields its batches, raises those that are errors."""

    name = query = "fake"

    def __init__(self, *steps):
        self.steps = steps
        self.asked = []
        self.is_closed = False

    def fetch(self, state):
        self.asked.append(dict(state))
        try:
            for step in self.steps:
                if isinstance(step, Exception):
                    raise step
                yield step
        finally:
            self.is_closed = True


@pytest.fixture
def run(checkpoints, delivered):
    def read(*steps, has_time=lambda: True, now=NOW):
        source = FakeSource(*steps)
        collector = delivered.make_collector(checkpoints, clock=lambda: now)
        try:
            return collector.collect(source, has_time), source
        finally:
            assert source.is_closed or not source.asked

    return read


def posts(*ids):
    return [{"id": number} for number in ids]


def test_every_batch_is_delivered_and_the_checkpoint_stands_after_the_last(run, checkpoints, delivered):
    summary, source = run(
        Batch({"at": "1"}, posts(1, 2), rejected=[BAD], bought=3, notices=["dear"]),
        Batch({"at": "2"}, posts(3), deletions=[{"id": 9}], bought=1, has_gap=True),
    )

    assert summary == SourceSummary(
        "fake",
        posts=3,
        batches=2,
        bought=4,
        deletions=1,
        rejected=("post 5: no text",),
        has_gap=True,
        notices=("dear",),
    )
    assert (delivered.ids, delivered.rejected, delivered.deletions) == ([1, 2, 3], [("fake", [BAD])], [{"id": 9}])
    assert delivered.forgotten == [9]
    assert checkpoints.load("fake") == Checkpoint("fake", 2, {"at": "2"})
    assert source.asked == [{}]
    assert run()[1].asked == [{"at": "2"}]


def test_a_post_that_cannot_be_delivered_is_kept_as_malformed_and_holds_up_nothing(run, checkpoints, delivered):
    delivered.rejected_ids = {2}
    too_large: Any = {"id": 2, "id_str": "2", "source_json": '{"id":"2"}'}

    summary, _ = run(Batch({"at": "1"}, [{"id": 1}, too_large, {"id": 3}], rejected=[BAD]))

    assert (summary.posts, summary.rejected) == (2, ("post 5: no text", "post 2: too large"))
    assert (delivered.ids, delivered.rejected) == (
        [1, 3],
        [("fake", [BAD, RejectedRecord(b'{"id":"2"}', "post 2: too large")])],
    )
    assert checkpoints.only_state() == {"at": "1"}


def test_a_batch_that_moves_nothing_saves_nothing(run, checkpoints):
    run(Batch({"at": "1"}))
    run(Batch({"at": "1"}))

    assert checkpoints.saves == 1


def test_the_checkpoint_stays_before_a_batch_that_is_not_accepted(run, checkpoints, delivered):
    def refuse():
        raise DeliveryError("refused")

    run(Batch({"at": "1"}))
    delivered.before_put = refuse

    with pytest.raises(DeliveryError):
        run(Batch({"at": "2"}, posts(1)))

    assert checkpoints.only_state() == {"at": "1"}


def test_without_time_a_source_is_not_asked_for_the_next_batch(run, checkpoints):
    left = iter([True, False])

    summary, _ = run(Batch({"at": "1"}), Batch({"at": "2"}), has_time=lambda: next(left))

    assert (summary.stopped, summary.batches, checkpoints.only_state()) == ("time", 1, {"at": "1"})


def test_a_used_up_allowance_stops_the_source_and_says_what_to_do(run):
    assert run(Batch({}), BudgetExhaustedError("max_posts"))[0] == SourceSummary("fake", batches=1, stopped="max_posts")
    assert run(BudgetExhaustedError("monthly_budget", "raise it"))[0] == SourceSummary(
        "fake", stopped="monthly_budget", notices=("raise it",)
    )


def test_a_source_that_wants_rest_is_not_asked_until_it_is_over(run, checkpoints):
    reset = int(NOW.timestamp()) + 900

    summary, _ = run(Batch({"at": "1"}, posts(1)), RateLimitedError(reset))
    assert (summary.posts, summary.stopped) == (1, "rate_limit")
    assert checkpoints.only_state() == {"at": "1", "not_before": str(reset)}

    summary, source = run(Batch({"at": "2"}), now=NOW + dt.timedelta(minutes=14))
    assert (summary, source.asked) == (SourceSummary("fake", stopped="rate_limit"), [])

    summary, source = run(Batch({"at": "2"}), now=NOW + dt.timedelta(minutes=15))
    assert (summary.stopped, source.asked, checkpoints.only_state()) == (None, [{"at": "1"}], {"at": "2"})


def test_a_rest_of_more_than_a_day_is_a_wrong_clock_and_not_kept(run):
    run(RateLimitedError(int(NOW.timestamp()) + 90_000))

    assert run(Batch({}))[0].stopped is None


def test_a_rest_without_an_end_is_not_remembered(run, checkpoints):
    assert run(RateLimitedError(None))[0].stopped == "rate_limit"

    assert checkpoints.saved == {}


def test_of_two_runs_at_once_the_slower_is_told_and_what_the_faster_saved_stays(run, checkpoints):
    class Overtaken(FakeSource):
        def fetch(self, state):
            yield Batch({"at": "1"})
            checkpoints.save(checkpoints.load("fake"), {"at": "7"})
            yield Batch({"at": "2"})

    collector = FakeLake().make_collector(checkpoints)
    with pytest.raises(CheckpointConflictError):
        collector.collect(Overtaken(), lambda: True)

    assert checkpoints.only_state() == {"at": "7"}


def test_a_rest_is_no_reason_to_fail_where_another_run_is_faster(checkpoints):
    class Overtaken(FakeSource):
        def fetch(self, state):
            yield Batch({"at": "1"})
            checkpoints.save(checkpoints.load("fake"), {"at": "7"})
            raise RateLimitedError(int(NOW.timestamp()) + 900)

    summary = FakeLake().make_collector(checkpoints, clock=lambda: NOW).collect(Overtaken(), lambda: True)

    assert (summary.stopped, checkpoints.only_state()) == ("rate_limit", {"at": "7"})


def test_the_summary_as_metrics():
    summary = SourceSummary("fake", 5, 2, 6, 1, ("bad",), "monthly_budget")

    assert summary.counts() == {
        "PostsCollected": 5,
        "PostsBought": 6,
        "PostsRejected": 1,
        "PagesRead": 2,
        "DeletionsCollected": 1,
        "RateLimited": 0,
        "BudgetUsedUp": 1,
        "RunsOverBudget": 0,
    }
