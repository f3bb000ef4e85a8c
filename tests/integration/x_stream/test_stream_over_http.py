"""The filtered stream over a connection."""

import threading
import time
from types import SimpleNamespace
from typing import Any

import pytest

from photolake.collect.budgets import MonthlyBudget, RunBudget
from photolake.errors import DisconnectedError, PermanentError, RateLimitedError, RetryableError
from photolake.rows.ids import make_snowflake
from photolake.sources.x.queries import Query
from photolake.sources.x.search_api import RecentSearch, make_x_client
from photolake.sources.x.source import SearchSource
from photolake.sources.x.stream import connection as wire
from photolake.sources.x.stream import gap_filler as stream_gap
from photolake.sources.x.stream.backoff import Backoff
from photolake.sources.x.stream.batcher import Batcher, Progress
from photolake.sources.x.stream.connection import StreamApi
from photolake.sources.x.stream.coverage import CoverageLog
from photolake.sources.x.stream.gap_filler import GapFiller
from photolake.sources.x.stream.runner import StreamParts, StreamRunner
from tests.fakes.collect import FakeCheckpoints, FakeLake
from tests.fakes.dynamodb_table import FakeTable
from tests.fakes.x_stream_server import STREAM

SEA = Query("SEARCH_QUERY", "sea")


@pytest.fixture
def api(x):
    made = StreamApi("token", x.url, timeout_s=(5.0, 5.0))
    yield made
    made.close()


class HastyEvent(threading.Event):
    """Waits for a hundredth of the time."""

    def wait(self, timeout=None):
        return super().wait(timeout and timeout / 100)


class Running:
    """A run in a thread, with pauses a hundredth as long and the search due at once."""

    def __init__(self, x, api):
        self.stop = HastyEvent()
        self.delivered, self.progress = FakeLake(), Progress()
        self.notices: list[str] = []
        self.checkpoints = FakeCheckpoints()
        table: Any = FakeTable()
        checkpoints: Any = self.checkpoints
        budget = MonthlyBudget(table, "x", 0)
        collector = self.delivered.make_collector(checkpoints)
        search = RecentSearch(make_x_client("token", x.url), SEA)
        source = SearchSource(search, budget, RunBudget(10**6))
        # Posts of the fake are older than SETTLED, so the search begins before them.
        since_id = str(make_snowflake(x.now_ms() - 3600_000))
        checkpoints.save(checkpoints.load(source.name), {"since_id": since_id})
        lake: Any = self.delivered
        batcher = Batcher(lake, lake, budget, self.progress)
        gap = GapFiller([source], collector, self.progress, self.notices.append, self.stop.is_set)
        store: Any = SimpleNamespace(put=list)
        coverage = CoverageLog(store, [source])
        parts = StreamParts(batcher, gap, Backoff(lambda: time.monotonic() * 100), self.progress, coverage)
        run = StreamRunner(api, [SEA], parts, self.notices.append, self.stop)
        self.thread = threading.Thread(target=run.run)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *error):
        self.stop.set()
        self.thread.join(10)
        assert not self.thread.is_alive()


def until(condition):
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_the_stream_is_asked_for_with_everything_that_the_mapping_reads(x, api):
    with api.connect():
        pass

    (_, path, headers) = x.connects[0]
    assert path.startswith(f"{STREAM}?")
    assert "tweet.fields=attachments%2C" in path
    assert "expansions=author_id" in path
    assert "media.fields=media_key" in path
    assert (headers["Authorization"], headers["Accept-Encoding"]) == ("Bearer token", "identity")


def test_rules_are_synchronised_and_posts_are_delivered_however_they_are_cut(x, api):
    (one, first), (two, second) = x.line(300, in_search=False), x.line(299, in_search=False)
    x.sessions.append([first[:10], first[10:] + second[:40], second[40:], b"{\r\n"])

    with Running(x, api) as running:
        until(x.is_calm.is_set)

    assert running.delivered.ids == [one, two]
    assert [line.raw for _, lines in running.delivered.rejected for line in lines] == [b"{"]
    assert [row["matched_query"] for row in running.delivered.rows] == ["sea", "sea"]
    assert [rule["value"] for rule in x.rules] == ["cats", "sea"]


def test_over_all_troubles_no_post_is_lost(x, api, monkeypatch):
    monkeypatch.setattr(stream_gap, "DELAY_S", 0.2)
    monkeypatch.setattr(wire, "SILENCE_S", 0.4)
    lines = [x.line(300 - number) for number in range(6)]
    only = [x.line(200 - number, in_search=False) for number in range(2)]
    x.reset_time = int(time.time()) + 10
    bye = b'{"errors": [{"title": "operational-disconnect"}]}\r\n'
    x.sessions.extend(
        [
            503,
            429,
            [lines[0][1], lines[1][1][:30], "break"],
            [lines[2][1], "end"],
            [only[0][1], bye],
            [lines[3][1], "stall"],
            [only[1][1]],
        ]
    )

    with Running(x, api) as running:
        until(lambda: x.is_calm.is_set() and running.progress.found)

    assert {number for number, _ in [*lines, *only]} <= set(running.delivered.ids)
    assert (len(x.connects), running.progress.connects, x.sessions) == (7, 5, type(x.sessions)())
    told = " / ".join(running.notices)
    assert all(word in told for word in ("503", "limits", "broke", "closed", "operational-disconnect", "silent"))


def test_a_stop_delivers_what_is_held(x, api):
    number, line = x.line(300, in_search=False)
    x.sessions.append([line])

    with Running(x, api) as running:
        until(x.is_calm.is_set)
        assert running.delivered.ids == []

    assert running.delivered.ids == [number]


@pytest.mark.parametrize(
    ("status", "error", "said"),
    [
        (401, PermanentError, "put a valid one into the secret"),
        (402, PermanentError, "credits"),
        (403, PermanentError, "access level"),
        (429, RateLimitedError, "rate limit"),
        (503, RetryableError, "out of order: 503"),
    ],
)
def test_a_refused_connect_says_what_to_do(status, error, said, x, api):
    x.sessions.append(status)

    with pytest.raises(error, match=said):
        api.connect()


def test_no_answer_at_all_is_a_disconnect():
    api = StreamApi("token", "http://127.0.0.1:1")

    with pytest.raises(DisconnectedError, match="did not answer"):
        api.connect()
