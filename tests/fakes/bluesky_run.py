"""Runs the Bluesky source in memory."""

import datetime as dt
from typing import Any, cast

from photolake.collect.checkpoints import Checkpoint
from photolake.sources.bluesky.filter import PostFilter
from photolake.sources.bluesky.jetstream import Jetstream
from photolake.sources.bluesky.jetstream_source import BlueskySource
from tests.builders.bluesky_events import NOON_US, SECOND, frame, tid
from tests.fakes.collect import FakeCheckpoints, FakeLake
from tests.fakes.jetstream import FakeCollectedPosts, FakeHost, FakeNetwork

NOON = dt.datetime(2026, 11, 18, 12, tzinfo=dt.UTC)
MINUTE = 60 * SECOND


class BlueskyRun:
    """Runs the Bluesky source, and has what the runs delivered."""

    def __init__(self, network, only_photos=False, now=NOON, **state):
        self.network = network
        self.now = now
        self.checkpoints = FakeCheckpoints()
        if state:
            self.checkpoints.saved["bluesky"] = Checkpoint("bluesky", 1, state)
        self.lake = FakeLake()
        self.known = cast("Any", FakeCollectedPosts())
        wanted = PostFilter(("sea",), authors=(), only_photos=only_photos)
        streams = Jetstream(list(network.hosts), network.connect, sleep=lambda _: None, seconds=lambda: 0.0)
        self.source = BlueskySource(streams, wanted, self.known, dt.timedelta(hours=1), lambda: self.now)

    def run(self, has_time=lambda: True):
        return self.lake.make_collector(self.checkpoints, lambda: self.now).collect(self.source, has_time)

    @property
    def posts(self):
        return self.lake.rows

    @property
    def rejected(self):
        """Rejected records, all in the folder of the source."""
        assert {folder for folder, _ in self.lake.rejected} <= {"bluesky"}
        return [record for _, records in self.lake.rejected for record in records]

    @property
    def deletions(self):
        return self.lake.deletions

    @property
    def uris(self):
        return [post["id_str"] for post in self.posts]


def make_run(*history, **state):
    return BlueskyRun(FakeNetwork(frame, one=FakeHost(history)), **state)


def ago(minutes, seconds=0):
    return NOON_US - minutes * MINUTE - seconds * SECOND


def rkey(number):
    return tid(NOON_US, number)
