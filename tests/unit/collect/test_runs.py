"""Rows of collection_runs: what each run covered, and how it ended."""

import datetime as dt
import json
from typing import Any, cast

import pytest

from photolake.collect.runner import Collector, RunSummary, SourceSummary
from photolake.collect.runs import MAX_REASON, RunStatus, RunStore, SourceRun, list_source_runs
from photolake.collect.source import Batch, Span
from photolake.errors import BudgetExhaustedError, NotConfiguredError, RateLimitedError, RetryableError
from tests.fakes.collect import FakeCheckpoints, FakeLake
from tests.fakes.s3 import FakeS3

NOW = dt.datetime(2026, 11, 20, 10, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
EARLY, LATE = Span(NOW - 3 * HOUR, NOW - 2 * HOUR), Span(NOW - 2 * HOUR, NOW - HOUR)


class FakeSource:
    """Yields its batches, raises those that are errors."""

    query = "sea"

    def __init__(self, name, *steps):
        self.name = name
        self.steps = steps

    def fetch(self, state):
        for step in self.steps:
            if isinstance(step, Exception):
                raise step
            yield step


def run(*sources, ms_left=lambda: 10**6):
    """Run a collector over these sources, and return the rows by source."""

    def make_sources(platform):
        if platform == "x":
            raise NotConfiguredError("put the token in")
        return sources

    collector = Collector(FakeLake().make_collector(FakeCheckpoints(), clock=lambda: NOW), make_sources)
    return {each.source: each for each in list_source_runs(collector.run(["fake", "x"], ms_left), "run 1")}


def test_a_source_that_was_read_to_the_end_covers_what_its_batches_cover():
    found = run(FakeSource("fake#1", Batch({"at": "1"}, [{"id": 1}], bought=2, covered=EARLY), Batch({}, covered=LATE)))
    assert found == {
        "fake#1": SourceRun(
            "run 1", "collector", "fake#1", "sea", NOW, NOW, RunStatus.OK, "", Span(EARLY.start, LATE.end), False, 1, 2
        ),
        "x": SourceRun("run 1", "collector", "x", None, NOW, NOW, RunStatus.SKIPPED, "put the token in"),
    }


@pytest.mark.parametrize(
    ("error", "status", "reason"),
    [
        (RateLimitedError(None), RunStatus.RATE_LIMITED, ""),
        (BudgetExhaustedError("monthly_budget", "raise it"), RunStatus.OVER_BUDGET, "monthly_budget. raise it"),
        (BudgetExhaustedError("another"), RunStatus.OVER_BUDGET, "another"),
        (RetryableError("X did not answer"), RunStatus.FAILED, "X did not answer"),
    ],
)
def test_a_run_that_stops_covers_what_was_delivered_before(error, status, reason):
    (found,) = [each for each in run(FakeSource("fake", Batch({}, covered=EARLY), error)).values() if each.query]
    assert (found.status, found.reason, found.covered) == (status, reason, EARLY)


def test_a_run_without_time_says_so():
    assert run(FakeSource("fake", Batch({}, covered=EARLY)), ms_left=lambda: 0)["fake"].status == RunStatus.OUT_OF_TIME


def test_what_was_not_delivered_is_not_covered():
    class Refusing(FakeLake):
        def put(self, rows, on_rejected):
            raise RetryableError("full")

    source: Any = FakeSource("fake", Batch({}, [{"id": 1}], covered=EARLY))
    done = Collector(Refusing().make_collector(FakeCheckpoints(), lambda: NOW), lambda _: [source]).run(
        ["fake"], lambda: 10**6
    )
    assert (done.covered, list(done.failed)) == ({}, ["fake"])


def test_lost_posts_are_told_with_the_notice_that_explains_them():
    run_summary = RunSummary(NOW, [SourceSummary("fake", has_gap=True, notices=("no event from one to two",))])
    (found,) = list_source_runs(run_summary, "1")
    assert (found.status, found.has_gap, found.reason) == (RunStatus.OK, True, "no event from one to two")


def test_a_run_is_one_object_of_its_day_and_storing_it_again_changes_nothing():
    s3 = FakeS3()
    store = RunStore(cast("Any", s3), "lake")
    runs = [
        SourceRun("1", "collector", name, "\u2028", NOW, NOW + HOUR, RunStatus.OK, "e" * 9999, EARLY) for name in "ab"
    ]
    for _ in range(2):
        store.put(runs)
    store.put([])

    [(key, body)] = s3.objects.items()
    lines = [json.loads(line) for line in body.splitlines()]
    assert key.startswith("collection_runs/dt=2026-11-20/")
    assert lines == [run.to_row() for run in runs]
    assert (lines[0]["covered_from"], len(lines[0]["reason"])) == ("2026-11-20T07:00:00.000Z", MAX_REASON)
