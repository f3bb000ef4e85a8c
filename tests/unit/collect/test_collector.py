"""A run over several sources: each on its own, and each with its share of the time."""

import datetime as dt
from dataclasses import dataclass
from functools import partial
from typing import Any, cast

import pytest

from photolake.collect.runner import RESERVE_MS, Collector, RunSummary, SourceSummary
from photolake.collect.source import Batch, SourceContext, Span
from photolake.errors import NotConfiguredError, PermanentError, RetryableError, SettingsError
from photolake.sources.registry import make_sources
from tests.fakes.collect import FakeCheckpoints, FakeLake

NOW = dt.datetime(2026, 11, 20, 10, tzinfo=dt.UTC)
CONTEXT = SourceContext(read_secret=str, get_table=cast("Any", str))


def make_collector(make_sources):
    return Collector(
        FakeLake().make_collector(FakeCheckpoints(), clock=lambda: NOW), make_sources, shuffle=lambda sources: None
    )


@dataclass
class FakeSource:
    name: str
    error: Exception | None = None
    batches: int = 1
    on_batch: Any = None
    covered: Span | None = None
    query: str = "sea"

    def fetch(self, state):
        if self.error:
            raise self.error
        for number in range(self.batches):
            if self.on_batch:
                self.on_batch()
            yield Batch({"at": str(number)}, covered=self.covered)


def collect(ms_left=lambda: 10**6, **platforms):
    """Run the collector over platforms, each given as its sources or the error of making them."""

    def make_sources(name):
        if isinstance(platforms[name], Exception):
            raise platforms[name]
        return platforms[name]

    return make_collector(make_sources).run(list(platforms), ms_left)


def test_every_source_of_every_module_is_read():
    done = collect(a=[FakeSource("a#1"), FakeSource("a#2")], b=[FakeSource("b")])

    assert done == RunSummary(
        NOW,
        [SourceSummary("a#1", batches=1), SourceSummary("a#2", batches=1), SourceSummary("b", batches=1)],
        queries={"a#1": "sea", "a#2": "sea", "b": "sea"},
        ended_at=NOW,
    )


def test_a_source_that_fails_or_is_not_set_up_keeps_no_other_from_being_read():
    refused, down, wrong = PermanentError("refused", "no"), RetryableError("down"), SettingsError("empty")

    done = collect(
        a=[FakeSource("a", refused)],
        b=NotConfiguredError("put in a token"),
        c=wrong,
        d=[FakeSource("d", down)],
        e=[FakeSource("e")],
    )

    assert done == RunSummary(
        NOW,
        [SourceSummary("e", batches=1)],
        skipped={"b": "put in a token"},
        failed={"a": refused, "c": wrong, "d": down},
        queries=dict.fromkeys(done.queries, "sea"),
        ended_at=NOW,
    )
    counts = done.counts()
    assert (counts["SourceFailed"], counts["SourceRefused"], counts["PagesRead"]) == (3, 1, 1)


def test_a_source_that_does_not_exist_fails_by_its_name():
    done = make_collector(partial(make_sources, context=CONTEXT)).run(["friendster"], lambda: 10**6)

    assert str(done.failed["friendster"]).startswith("SOURCES: there is no source 'friendster'; there are: ")


def test_a_fault_of_the_code_is_not_taken_for_a_failing_source():
    with pytest.raises(ZeroDivisionError):
        collect(a=[FakeSource("a", ZeroDivisionError())])


def test_the_time_is_shared_and_what_a_source_leaves_goes_to_those_after_it():
    left = RESERVE_MS + 90

    def take_ten():
        nonlocal left
        left -= 10

    done = collect(
        lambda: left,
        a=[FakeSource("a", batches=99, on_batch=take_ten)],
        b=[FakeSource("b", batches=1, on_batch=take_ten)],
        c=[FakeSource("c", batches=99, on_batch=take_ten)],
    )

    assert [(summary.batches, summary.stopped) for summary in done.sources] == [(3, "time"), (1, None), (5, "time")]


def test_metrics_are_the_sums_over_all_sources():
    counts = RunSummary(NOW, [SourceSummary("a", posts=2, stopped="rate_limit"), SourceSummary("b", posts=3)]).counts()

    assert (counts["PostsCollected"], counts["RateLimited"], counts["SourceFailed"]) == (5, 1, 0)
