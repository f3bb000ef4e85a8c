"""A run over Bluesky in memory: what it reads, and what it leaves behind."""

import datetime as dt
from dataclasses import replace
from typing import Any, cast

from photolake.collect.checkpoints import Checkpoint
from photolake.collect.runner import Collection
from photolake.sources.bluesky.filter import PostFilter
from photolake.sources.bluesky.jetstream import Jetstream
from photolake.sources.bluesky.jetstream_source import BlueskySource
from tests.builders.bluesky_events import NOON_US, SECOND, frame, tid
from tests.fakes.jetstream import FakeHost, FakeKnown, FakeNetwork

NOON = dt.datetime(2026, 11, 18, 12, tzinfo=dt.UTC)
MINUTE = 60 * SECOND


class FakeCheckpoints:
    def __init__(self, **state):
        self.saved = Checkpoint("bluesky", 1, state) if state else Checkpoint("bluesky", 0, {})
        self.before_save = lambda: None

    def load(self, source):
        assert source == "bluesky"
        return self.saved

    def save(self, checkpoint, state):
        self.before_save()
        assert checkpoint == self.saved
        self.saved = replace(checkpoint, version=checkpoint.version + 1, state=state)
        return self.saved


class Lake:
    """What a run leaves behind, and the run itself."""

    def __init__(self, network, only_photos=False, now=NOON, **state):
        self.network = network
        self.now = now
        self.checkpoints = cast("Any", FakeCheckpoints(**state))
        self.known = cast("Any", FakeKnown())
        self.posts: list[Any] = []
        self.malformed: list[Any] = []
        self.deletions: list[Any] = []
        self.before_delivery = lambda: None
        wanted = PostFilter(("sea",), authors=(), only_photos=only_photos)
        streams = Jetstream(list(network.hosts), network.connect, sleep=lambda _: None, seconds=lambda: 0.0)
        self.source = BlueskySource(streams, wanted, self.known, dt.timedelta(hours=1), lambda: self.now)

    def deliver(self, posts, on_rejected):
        self.before_delivery()
        self.posts += posts
        return len(posts)

    def keep_malformed(self, place, refused):
        assert place == "bluesky"
        self.malformed += refused

    def run(self, has_time=lambda: True):
        loop = Collection(
            self.checkpoints,
            self.deliver,
            self.keep_malformed,
            self.deletions.extend,
            clock=lambda: self.now,
        )
        return loop.run(self.source, has_time)

    @property
    def uris(self):
        return [post["id_str"] for post in self.posts]


def lake_of(*history, **state):
    return Lake(FakeNetwork(frame, one=FakeHost(history)), **state)


def ago(minutes, seconds=0):
    return NOON_US - minutes * MINUTE - seconds * SECOND


def rkey(number):
    return tid(NOON_US, number)
