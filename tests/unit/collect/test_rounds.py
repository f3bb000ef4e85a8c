import sys
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, cast

import pytest

from photolake.collect import registry
from photolake.collect.registry import Surroundings
from photolake.collect.rounds import RESERVE_MS, Round, Rounds
from photolake.collect.runner import Collection, Summary
from photolake.collect.source import Batch, NotSetUpError
from photolake.errors import PermanentError, RetryableError, SettingsError
from tests.fakes.collect import Delivered, FakeCheckpoints

SURROUNDINGS = Surroundings(secret=str, table=cast("Any", str))


def collection():
    checkpoints: Any = FakeCheckpoints()
    delivered = Delivered()
    return Collection(checkpoints, delivered.put, delivered.keep, delivered.keep_deletions)


@dataclass
class FakeSource:
    name: str
    error: Exception | None = None
    batches: int = 1
    on_batch: Any = None

    def fetch(self, state):
        if self.error:
            raise self.error
        for number in range(self.batches):
            if self.on_batch:
                self.on_batch()
            yield Batch({"at": str(number)})


@pytest.fixture
def collect(monkeypatch):
    """Run a round over modules of sources, each given as its sources or the error of making them."""

    def run(ms_left=lambda: 10**6, **modules):
        monkeypatch.setattr(registry, "available", lambda: sorted(modules))
        for name, made in modules.items():

            def sources(surroundings, made=made):
                assert surroundings is SURROUNDINGS
                if isinstance(made, Exception):
                    raise made
                return made

            monkeypatch.setitem(sys.modules, f"photolake.sources.{name}.source", SimpleNamespace(sources=sources))
        return Rounds(collection(), SURROUNDINGS, shuffle=lambda sources: None).run(list(modules), ms_left)

    return run


def test_every_source_of_every_module_is_read(collect):
    done = collect(a=[FakeSource("a#1"), FakeSource("a#2")], b=[FakeSource("b")])

    assert done == Round([Summary("a#1", batches=1), Summary("a#2", batches=1), Summary("b", batches=1)])


def test_a_source_that_fails_or_is_not_set_up_keeps_no_other_from_being_read(collect):
    refused, down, wrong = PermanentError("refused", "no"), RetryableError("down"), SettingsError("empty")

    done = collect(
        a=[FakeSource("a", refused)],
        b=NotSetUpError("put in a token"),
        c=wrong,
        d=[FakeSource("d", down)],
        e=[FakeSource("e")],
    )

    assert done == Round(
        [Summary("e", batches=1)], skipped={"b": "put in a token"}, failed={"a": refused, "c": wrong, "d": down}
    )
    counts = done.counts()
    assert (counts["SourceFailed"], counts["SourceRefused"], counts["PagesRead"]) == (3, 1, 1)


def test_a_source_that_does_not_exist_fails_by_its_name(collect, monkeypatch):
    done = Rounds(collection(), SURROUNDINGS).run(["mastodon"], lambda: 10**6)

    assert str(done.failed["mastodon"]).startswith("SOURCES: there is no source 'mastodon'; there are: ")


def test_a_fault_of_the_code_is_not_taken_for_a_failing_source(collect):
    with pytest.raises(ZeroDivisionError):
        collect(a=[FakeSource("a", ZeroDivisionError())])


def test_the_time_is_shared_and_what_a_source_leaves_goes_to_those_after_it(collect):
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

    assert [(summary.batches, summary.stopped) for summary in done.summaries] == [(3, "time"), (1, None), (5, "time")]


def test_metrics_are_the_sums_over_all_sources():
    counts = Round([Summary("a", posts=2, stopped="rate_limit"), Summary("b", posts=3)]).counts()

    assert (counts["PostsCollected"], counts["RateLimited"], counts["SourceFailed"]) == (5, 1, 0)
