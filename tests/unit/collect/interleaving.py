"""Runs of the collector that take turns, step by step, over one X: they overlap, crash, and go by different clocks."""

import datetime as dt
import queue
import threading
from typing import Any, cast

from hypothesis import strategies as st

from photolake.collect.budgets import MonthlyBudget, RunBudget
from photolake.collect.runner import SourceCollector
from photolake.errors import RateLimitedError, RetryableError
from photolake.rows.ids import make_snowflake
from photolake.sources.x.source import SETTLED, SearchSource
from photolake.sources.x.window import Window
from tests.fakes.collect import FakeCheckpoints, FakeLake
from tests.fakes.dynamodb_table import FakeTable
from tests.fakes.x_search import FakeSearch

START_MS = 1_795_003_200_000
LATE_MS = 35_000
SKEW_MS = 20_000
assert SETTLED.total_seconds() * 1000 > LATE_MS + SKEW_MS

POST = st.tuples(st.just("post"), st.sampled_from([0, 0, LATE_MS]))
TICK = st.tuples(st.just("tick"), st.sampled_from([1, 5_000, 20_000, 40_000, 70_000, 1_000_000]))
START = st.tuples(
    st.sampled_from(["start", "start", "whole run"]),
    st.fixed_dictionaries(
        {
            "skew_ms": st.integers(-SKEW_MS, SKEW_MS),
            "page_size": st.integers(1, 4),
            "max_posts": st.sampled_from([1, 3, 1000]),
        }
    ),
)
STEP = st.tuples(
    st.just("step"),
    st.tuples(st.integers(0, 2), st.sampled_from(["go", "go", "go", "go", "crash", "time", "limit"])),
)
HISTORY = st.lists(st.one_of(POST, POST, TICK, START, STEP, STEP, STEP), min_size=10, max_size=60)


class CrashError(RetryableError):
    """The run ends here."""


class World:
    """X's history, the checkpoint and what was delivered; `now_ms` is the true time."""

    def __init__(self):
        self.now_ms = START_MS
        self.visible_from = {}
        self.checkpoints = FakeCheckpoints()
        self.delivered = FakeLake()
        self.table: Any = FakeTable()

    def post(self, late_ms):
        """A post is made now; the search has it a while later."""
        self.now_ms += 1
        self.visible_from[make_snowflake(self.now_ms)] = self.now_ms + late_ms

    def visible(self):
        return [number for number, ms in self.visible_from.items() if ms <= self.now_ms]

    def passed_undelivered(self):
        """Posts that the checkpoint counts as delivered and that are not; those still to appear included."""
        delivered = set(self.delivered.ids)
        passed = set()
        for saved in self.checkpoints.saved.values():
            window = Window.from_state(saved.state)
            passed |= {number for number in self.visible_from if number <= (window.since_id or 0)}
            if window.is_open:
                passed |= {number for number in self.visible_from if window.until_id <= number <= window.newest_id}
        return passed - delivered


class Run(threading.Thread):
    """One run, which stops before every page, delivery and saving, and waits there for its next step."""

    def __init__(self, world, skew_ms=0, page_size=3, max_posts=10**6):
        super().__init__(daemon=True)
        self._world = world
        self._skew_ms = skew_ms
        self._commands: Any = queue.SimpleQueue()
        self._paused: Any = queue.SimpleQueue()
        self._has_time = True
        self._max_posts = max_posts
        self._search: Any = FakeSearch(page_size=page_size)
        self._search.visible = world.visible
        self._search.before_page = self._before_page
        self.is_over = False
        self.error = None
        self.start()
        self._wait()

    def step(self, command="go"):
        """Let the run go on to its next stop; `command` is go, crash, time or limit (of rate, before a page)."""
        self._commands.put(command)
        self._wait()

    def finish(self):
        while not self.is_over:
            self.step()

    def run(self):
        world, checkpoints = self._world, cast("Any", self)
        source = SearchSource(
            self._search,
            MonthlyBudget(world.table, "x", 0, self._clock),
            RunBudget(self._max_posts),
            self._clock,
        )
        try:
            lake: Any = self
            collector = SourceCollector(checkpoints, lake, lake, lake, self._clock)
            collector.collect(source, lambda: self._has_time)
        except RetryableError:
            pass
        except BaseException as error:  # noqa: BLE001 (raised again by the test's own thread)
            self.error = error
        self.is_over = True
        self._paused.put(None)

    def load(self, source):
        return self._world.checkpoints.load(source)

    def save(self, checkpoint, state):
        self._pause()
        return self._world.checkpoints.save(checkpoint, state)

    def put(self, rows, on_rejected):
        self._pause()
        return self._world.delivered.put(rows, on_rejected)

    def _before_page(self):
        if self._pause() == "limit":
            raise RateLimitedError(self._world.now_ms // 1000 + 900)

    def _pause(self):
        self._paused.put(None)
        command = self._commands.get()
        if command == "crash":
            raise CrashError
        self._has_time = self._has_time and command != "time"
        return command

    def _wait(self):
        self._paused.get(timeout=10)
        if self.error:
            raise self.error

    def _clock(self):
        return dt.datetime.fromtimestamp((self._world.now_ms + self._skew_ms) / 1000, dt.UTC)


def play(history):
    """Let all of a history happen, then three undisturbed runs; the checkpoint may never pass what is not delivered."""
    world, runs = World(), []
    for kind, value in history:
        if kind == "post":
            world.post(value)
        elif kind == "tick":
            world.now_ms += value
        elif kind == "start":
            runs.append(Run(world, **value))
        elif kind == "whole run":
            Run(world, **value).finish()
        elif runs:
            slot, command = value
            run = runs[-1 - slot % len(runs)]
            if not run.is_over:
                run.step(command)
        assert world.passed_undelivered() == set()
    for run in runs:
        run.finish()
    for _ in range(3):
        world.now_ms += 1_000_000
        Run(world).finish()
    assert world.passed_undelivered() == set()
    return world
