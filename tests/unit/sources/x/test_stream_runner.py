"""Whatever becomes of the connections, no post is lost."""

import datetime as dt
import json
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from photolake.collect.budgets import MonthlyBudget, RunBudget
from photolake.errors import DisconnectedError, RateLimitedError, RetryableError
from photolake.rows.ids import make_snowflake, read_snowflake_ms
from photolake.sources.x.source import SearchSource
from photolake.sources.x.stream.backoff import Backoff
from photolake.sources.x.stream.batcher import Batcher, Progress
from photolake.sources.x.stream.connection import SILENCE_S
from photolake.sources.x.stream.coverage import CoverageLog
from photolake.sources.x.stream.gap_filler import GapFiller
from photolake.sources.x.stream.runner import StreamParts, StreamRunner
from tests.builders.x_payloads import POSTED
from tests.fakes.collect import FakeCheckpoints, FakeLake
from tests.fakes.dynamodb_table import FakeTable
from tests.fakes.x_search import FakeSearch

CALM_S = 8_000  # longer than what a search is put off by


class World:
    """X with a clock of its own. `actions` happen one by one, as the stream is connected to and read."""

    def __init__(self, actions, search_troubles=()):
        self.now = 0.0
        self.actions = list(actions)
        self.search = FakeSearch(page_size=3)
        self.search.before_page = self._before_page
        self.troubles = list(search_troubles)
        self.expected: set[int] = set()
        self.withheld: set[int] = set()  # of the connection that lasts
        self.never_sent: set[int] = set()
        self.runs: list[Any] = []  # what is stored of the coverage
        self.connects = 0
        self.left: list[bytes] = []
        self.stopped = False
        self.calm_from: float | None = None

    def clock(self):
        return POSTED + dt.timedelta(seconds=self.now)

    def monotonic(self):
        return self.now

    def post(self, in_search=True):
        self.now += 0.01
        number = make_snowflake(int(self.clock().timestamp() * 1000)) + len(self.expected)
        self.expected.add(number)
        if in_search:
            self.search.ids.append(number)
        return json.dumps({"data": {"id": str(number), "text": "a"}}).encode()

    def _before_page(self):
        self.now += 2
        if self.troubles and (trouble := self.troubles.pop(0)):
            raise trouble

    # threading.Event
    def is_set(self):
        return self.stopped

    def wait(self, seconds):
        self.now += seconds
        return self.stopped

    # StreamApi
    def request_json(self, method, path, body=None):
        return {"data": [{"id": "1", "value": "sea", "tag": ""}]}

    def connect(self):
        while self.actions and self.actions[0] in ("missed", 429, 503):
            action = self.actions.pop(0)
            if action == 429:
                raise RateLimitedError
            if action == 503:
                raise RetryableError("503")
            self.post()
        self.connects += 1
        self.withheld = set()
        return self

    def close(self):
        pass

    # Connection
    def __enter__(self):
        return self

    def __exit__(self, *error):
        pass

    def read_backlog(self):
        return iter(self.left)

    def read_chunk(self, timeout_s):
        self.now += timeout_s
        if not self.actions:
            return self._calm()
        action = self.actions.pop(0)
        if action in ("missed", 429, 503, "end"):
            raise DisconnectedError("ended")
        return getattr(self, f"_{action}")()

    def _calm(self):
        self.calm_from = self.calm_from or self.now
        self.now += 20
        self.stopped = self.now > self.calm_from + CALM_S
        return b"\r\n"

    def _post(self):
        return self.post() + b"\r\n"

    def _unsearched(self):
        return self.post(in_search=False) + b"\r\n"

    def _withheld(self):
        before = set(self.expected)
        self.post()
        self.withheld |= self.expected - before
        self.never_sent |= self.withheld
        return b"\r\n"

    def _quiet(self):
        self.now += 19
        return b"\r\n"

    def _silence(self):
        self.now += SILENCE_S + 1
        return b""

    def _garbage(self):
        return b"\xff{garbage\n"

    def _cut(self):
        self.actions.insert(0, "end")
        return self.post()[:20]

    def _bye(self):
        return b'{"errors": [{"title": "operational-disconnect"}]}\r\n'


def read_time(number):
    return dt.datetime.fromtimestamp((read_snowflake_ms(number) or 0) / 1000, dt.UTC)


def run(world, limit=0, checkpoints: Any = None):
    delivered, progress = FakeLake(), Progress()
    notices: list[str] = []
    table: Any = FakeTable()
    checkpoints = checkpoints or FakeCheckpoints()
    budget = MonthlyBudget(table, "x", limit, world.clock)
    source = SearchSource(world.search, budget, RunBudget(10**9), world.clock)
    store: Any = SimpleNamespace(put=world.runs.extend)
    coverage = CoverageLog(store, [source], world.clock, "1")
    collector = replace(delivered.make_collector(checkpoints, world.clock), on_covered=coverage.note_searched)
    lake: Any = delivered
    batcher = Batcher(lake, lake, budget, progress, world.clock, world.monotonic)
    gap = GapFiller([source], collector, progress, notices.append, world.is_set, world.clock, world.monotonic)
    backoff = Backoff(world.monotonic, lambda: world.clock().timestamp())
    parts = StreamParts(batcher, gap, backoff, progress, coverage)
    StreamRunner(world, [world.search.query], parts, notices.append, world, world.monotonic).run()
    return delivered, progress, notices


WIRE = st.sampled_from(
    ["post", "unsearched", "withheld", "quiet", "silence", "garbage", "cut", "bye", "end", "missed", 429, 503]
)
TROUBLES = st.sampled_from([None, RateLimitedError(), RetryableError("out of order")])


@settings(max_examples=150, deadline=None)
@given(st.lists(WIRE, max_size=40), st.lists(TROUBLES, max_size=6))
def test_every_post_of_the_stream_and_of_the_search_is_delivered(actions, troubles):
    world, checkpoints = World(actions, troubles), FakeCheckpoints()

    delivered, progress, _ = run(world, checkpoints=checkpoints)

    # The search has reached up to the last connect; what X withheld since then is left to the next run.
    assert world.expected - world.withheld <= set(delivered.ids)
    assert (progress.posts + progress.found, progress.connects) == (len(delivered.rows), world.connects)
    world.actions, world.stopped, world.calm_from = [], False, None
    again, _, _ = run(world, checkpoints=checkpoints)
    assert world.expected <= {*delivered.ids, *again.ids}
    assert sum(len(lines) for _, lines in delivered.rejected) <= actions.count("garbage")


@settings(max_examples=100, deadline=None)
@given(st.lists(WIRE, max_size=40), st.lists(TROUBLES, max_size=6))
def test_what_counts_as_covered_was_delivered_and_nothing_stays_open_in_the_end(actions, troubles):
    world = World(actions, troubles)

    delivered, _, _ = run(world)

    spans = [each.covered for each in world.runs if each.covered]
    sent = world.expected - world.never_sent
    covered = {number for number in sent if any(span.start <= read_time(number) <= span.end for span in spans)}
    assert covered <= set(delivered.ids)
    ends = [POSTED]
    for span in sorted(spans, key=lambda span: span.start):
        assert span.start <= max(ends)
        ends.append(span.end)
    assert max(ends) > world.clock() - dt.timedelta(seconds=100)


def test_what_is_covered_is_stored_every_hour_and_at_the_end():
    world = World([429, "end"])

    run(world)

    troubles = [(each.status, each.reason) for each in world.runs if not each.covered]
    assert troubles == [("rate_limited", "X limits the number of connections"), ("failed", "ended")]
    assert {each.source for each in world.runs} == {f"x#{world.search.query.hash}"}
    assert len({each.ended_at for each in world.runs}) == 3
    assert len({(each.source, each.started_at) for each in world.runs}) == len(world.runs)


def test_posts_of_a_search_that_fails_later_are_counted():
    world = World(["post"] * 4, [None, RetryableError("out of order")])

    delivered, progress, notices = run(world)

    assert (progress.posts, progress.found) == (4, len(delivered.rows) - 4)
    assert any("out of order; next attempt in 60 s" in line for line in notices)


def test_a_silent_connection_is_given_up_and_what_it_kept_back_is_searched_for():
    world = World(["withheld", "silence", "post"])

    delivered, progress, notices = run(world)

    assert world.expected <= set(delivered.ids)
    assert (progress.connects, progress.found) == (2, 2)
    assert any("silent for" in line for line in notices)


def test_a_query_begins_with_the_stream_and_not_seven_days_before():
    world = World([])
    world.search.ids = [make_snowflake(int((POSTED - dt.timedelta(days=1)).timestamp() * 1000))]

    delivered, _, _ = run(world)

    assert (delivered.ids, world.search.counted) == ([], 0)


def test_a_long_search_is_cut_into_slices_and_read_to_its_end():
    world = World(["missed"] * 30)

    delivered, progress, notices = run(world)

    assert sorted(delivered.ids) == sorted(world.expected)
    assert (progress.found, len([line for line in notices if "searched up to the connect" in line])) == (30, 1)


def test_a_stop_takes_what_has_come_and_is_not_looked_at_yet():
    world = World([])
    world.left = [b'{"data": {"id": "7", "text": "a"', b"}}\r\n"]

    delivered, _, _ = run(world)

    assert delivered.ids == [7]


def test_short_connections_do_not_put_off_the_search_for_ever():
    world = World(["withheld", *["quiet", "quiet", "end"] * 10])
    seen = []
    world.search.before_page = lambda: seen.append(world.now)

    run(world)

    assert seen[0] < 120


def test_the_run_ends_by_itself_once_the_month_is_used_up():
    world = World(["unsearched"] * 5 + ["quiet"] * 10 + ["unsearched"] * 5)

    delivered, progress, notices = run(world, limit=3)

    assert (len(delivered.rows), progress.state, world.stopped) == (5, "ended", False)
    assert "MonthlyPostBudget are bought" in notices[-1]


def test_nothing_is_connected_to_without_anything_left_to_buy():
    world = World(["post"])
    world.connect = None  # type: ignore[assignment]
    table = FakeTable()
    table.items[f"budget#x#{POSTED:%Y-%m}"] = {"posts": 3}
    notices: list[str] = []
    budget = MonthlyBudget(table, "x", 3, world.clock)  # type: ignore[arg-type]
    delivered, progress = FakeLake(), Progress()
    lake: Any = delivered
    batcher = Batcher(lake, lake, budget, progress, world.clock, world.monotonic)
    no_gap: Any = None

    coverage = CoverageLog(SimpleNamespace(put=world.runs.extend), [], world.clock)  # type: ignore[arg-type]
    parts = StreamParts(batcher, no_gap, Backoff(), progress, coverage)
    StreamRunner(world, [], parts, notices.append, world).run()  # type: ignore[arg-type]

    assert len(notices) == 1
