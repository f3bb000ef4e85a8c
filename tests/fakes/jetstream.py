"""Fakes of Jetstream and of the table of collected posts, in memory."""

from contextlib import contextmanager
from urllib.parse import parse_qs, urlsplit

from websockets.exceptions import ConnectionClosedError


class FakeHost:
    """A host that saw each event `lag_us` after it happened; `drops` says after how many frames each connection drops.

    After the last of `drops`, connections are kept open. The host sends what it has seen by `now_us`.
    """

    def __init__(self, history, drops=(), lag_us=0, now_us=2**62):
        self.seen = [{**event, "time_us": event["time_us"] + lag_us} for event in history]
        self.drops = iter(drops)
        self.now_us = now_us
        self.cursors = []


class FakeConnection:
    def __init__(self, frames, left):
        self.frames = iter(frames)
        self.left = left

    def recv(self, timeout=None):
        if self.left == 0:
            raise ConnectionClosedError(None, None)
        if self.left is not None:
            self.left -= 1
        for frame in self.frames:
            return frame
        raise TimeoutError


class FakeNetwork:
    """Connects to the hosts by their names."""

    def __init__(self, encode, **hosts):
        self.encode = encode
        self.hosts = hosts
        self.open = 0

    @contextmanager
    def connect(self, url):
        host = self.hosts[url.partition("?")[0]]
        query = parse_qs(urlsplit(url).query)
        assert query["wantedCollections"] == ["app.bsky.feed.post"]
        cursor = int(query["cursor"][0])
        host.cursors.append(cursor)
        left = next(host.drops, None)
        if left == -1:
            raise ConnectionRefusedError("refused")
        self.open += 1
        try:
            yield FakeConnection([self.encode(e) for e in host.seen if cursor <= e["time_us"] <= host.now_us], left)
        finally:
            self.open -= 1


class FakeCollectedPosts:
    """Collected posts in a set; posts in `full` are never recorded."""

    def __init__(self):
        self.posts = set()
        self.full = set()

    def add(self, posts):
        self.posts |= set(posts) - self.full
        return set(posts) & self.full

    def find_collected(self, posts):
        return self.posts.intersection(posts)

    def find_by_authors(self, dids):
        return {post for post in self.posts if post.did in set(dids)}
