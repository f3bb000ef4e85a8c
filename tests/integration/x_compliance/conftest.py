"""A lake in memory and X's compliance jobs over HTTP, with the real tweepy, under a clock of their own."""

import datetime as dt
from typing import Any

import pytest
import requests

from photolake.compliance import runner as runner_module
from photolake.compliance.runner import ComplianceLake, ComplianceRunner
from photolake.compliance.state import StateStore
from photolake.sources.x.compliance_api import ComplianceApi, JobType
from photolake.sources.x.search_api import make_x_client
from tests.fakes.collect import FakeCheckpoints, FakeLake
from tests.fakes.x_compliance_server import FakeComplianceX

NOON = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
NAME = "photolake test"


class Clock:
    def __init__(self):
        self.now = NOON

    def __call__(self):
        return self.now

    def sleep(self, seconds):
        self.now += dt.timedelta(seconds=seconds)


class HeldInMemory:
    """What HeldPosts finds in a list of posts: id, author, and whether it has a location."""

    def __init__(self, posts, deletions):
        self.posts = posts
        self.deletions = deletions

    def _left(self):
        gone = {row["id"] for row in self.deletions}
        return [post for post in self.posts if post[0] not in gone]

    def _column(self, kind):
        return 1 if kind == JobType.USERS else 0

    def read_ids(self, kind, after, last=None, limit=None):
        ids = {post[self._column(kind)] for post in self._left()}
        return sorted(each for each in ids if each > after and (last is None or each <= last))[:limit]

    def find_posts(self, kind, ids, only_located):
        for post in self._left():
            if post[self._column(kind)] in ids and (post[2] or not only_located):
                yield post[0], post[self._column(kind)]


class Compliance:
    """The runner over its parts; `run` makes a new one each time, as every invocation does."""

    def __init__(self, x, clock):
        self.x = x
        self.clock = clock
        self.checkpoints: Any = FakeCheckpoints()
        self.lake = FakeLake()
        self.posts: list[tuple[int, int, bool]] = []
        self.held: Any = HeldInMemory(self.posts, self.lake.deletions)
        self.progress: list[str] = []
        self.ids_per_job = 3

    def make_runner(self):
        self.deletion_store = CountingDeletions(self.lake.deletion_store)
        deletions: Any = self.deletion_store
        lake: Any = self.lake
        return ComplianceRunner(
            ComplianceApi(make_x_client("token", self.x.url, (1.0, 1.0)), requests.Session()),
            ComplianceLake(self.held, deletions, lake),
            StateStore(self.checkpoints, self.clock),
            NAME,
            self.ids_per_job,
            self.clock,
            self.clock.sleep,
            self.progress.append,
        )

    def run(self, has_time=lambda: True, every=DAY):
        return self.make_runner().run(every, has_time)

    @property
    def deleted(self):
        return {row["id"]: row["reason"] for row in self.lake.deletions}

    @property
    def state(self):
        return StateStore(self.checkpoints).load()


class CountingDeletions:
    def __init__(self, store):
        self.store = store

    def put(self, rows):
        self.store.put(rows)
        return len(rows)


@pytest.fixture
def clock(monkeypatch):
    monkeypatch.setattr(runner_module, "POLL_S", 30.0)
    return Clock()


@pytest.fixture
def x(clock):
    with FakeComplianceX(clock) as fake:
        yield fake


@pytest.fixture
def compliance(x, clock):
    made = Compliance(x, clock)
    # Authors 1 to 5; every second post has a location.
    made.posts += [(100 + number, 1 + number % 5, number % 2 == 0) for number in range(10)]
    return made
