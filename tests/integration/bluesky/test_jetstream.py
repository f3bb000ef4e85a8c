"""Reading over a real websocket."""

import time

import pytest

from photolake.errors import RetryableError
from photolake.sources.bluesky.jetstream import Jetstream, Position
from tests.builders.bluesky_events import NOON_US, SECOND, create, record, tid
from tests.fakes.jetstream_server import FakeJetstream

MINUTE = 60 * SECOND
BEGIN = NOON_US - 10 * MINUTE
HISTORY = [create(time_us=BEGIN + n * SECOND, rkey=tid(clock=n)) for n in range(60)]
RKEYS = [event["commit"]["rkey"] for event in HISTORY]


@pytest.fixture
def server():
    with FakeJetstream(HISTORY) as server:
        yield server


def jetstream(*urls, quiet_s=0.3):
    return Jetstream(urls, quiet_s=quiet_s, sleep=lambda _: None)


def read(source, cursor=BEGIN, host="", until=NOON_US):
    return list(source.read_chunks(Position(cursor, host), until))


def rkeys(chunks):
    return [event.post.rkey for chunk in chunks for event in chunk.events]


def test_events_are_read_from_the_cursor_to_the_last_one(server):
    chunks = read(jetstream(server.url), host=server.url)

    assert rkeys(chunks) == RKEYS
    assert chunks[-1].position == Position(BEGIN + 59 * SECOND, server.url)
    assert server.asked == [{"wantedCollections": "app.bsky.feed.post", "cursor": str(BEGIN - 5 * SECOND)}]


def test_reading_stops_at_the_moment_given_though_more_would_come(server):
    server.history += [create(time_us=NOON_US + n, rkey=tid(clock=900 + n)) for n in range(50)]

    assert rkeys(read(jetstream(server.url))) == [*RKEYS, tid(clock=900)]


def test_cut_connections_are_opened_again_and_nothing_is_missing(server):
    server.drops = [25, 0, 40]

    chunks = read(jetstream(server.url), host=server.url)

    assert set(rkeys(chunks)) == set(RKEYS)
    assert [int(asked["cursor"]) for asked in server.asked] == [
        BEGIN - 5 * SECOND,
        BEGIN + 19 * SECOND,
        BEGIN + 19 * SECOND,
        BEGIN + 53 * SECOND,
    ]


def test_a_host_that_is_down_or_refuses_is_passed_over(server):
    with FakeJetstream() as refusing:
        refusing.refuses = 9
        down = "ws://127.0.0.1:1/subscribe"

        chunks = read(jetstream(down, refusing.url, server.url))

    assert rkeys(chunks) == RKEYS
    assert chunks[-1].position.host == server.url


def test_after_the_last_attempt_the_error_names_host_and_reason(server):
    server.refuses = 99

    with pytest.raises(RetryableError, match=r"lastly ws://127\.0\.0\.1:\d+/subscribe: server rejected .* HTTP 503"):
        read(jetstream(server.url))


def test_garbage_between_the_events_is_handed_over_beside_them(server):
    plain = server.frames
    garbage = {3: "no json", 5: b"\x00\xff", 7: "[]", 9: '{"kind":"commit"}'}
    server.frames = lambda event: [*([garbage[n]] if (n := HISTORY.index(event)) in garbage else []), *plain(event)]

    chunks = read(jetstream(server.url))

    assert rkeys(chunks) == RKEYS
    assert [record.raw for chunk in chunks for record in chunk.rejected] == [
        b"no json",
        b"\x00\xff",
        b"[]",
        b'{"kind":"commit"}',
    ]


def test_an_event_of_some_megabytes_does_not_stop_the_stream(server):
    server.history.insert(30, create(record("a" * 5_000_000), time_us=BEGIN + 30 * SECOND))

    assert len(rkeys(read(jetstream(server.url)))) == 61


def test_a_slow_trickle_is_handed_over_in_time_for_the_run_to_end(server, monkeypatch):
    monkeypatch.setattr("photolake.sources.bluesky.jetstream.CHUNK_S", 0.2)
    server.pause_s = 0.05
    chunks = jetstream(server.url).read_chunks(Position(BEGIN), NOON_US)
    started = time.monotonic()

    first = next(chunks)
    chunks.close()

    assert 1 <= first.frames <= 10
    assert time.monotonic() - started < 3


def test_a_run_can_end_in_the_middle_of_a_flood(server):
    server.history = [create(record("a" * 2_000), time_us=BEGIN + n, rkey=tid(clock=n % 1000)) for n in range(5_000)]
    chunks = jetstream(server.url).read_chunks(Position(BEGIN), NOON_US)
    next(chunks)
    started = time.monotonic()

    chunks.close()

    assert time.monotonic() - started < 3


def test_a_quiet_connection_ends_the_run(server):
    server.history = []
    started = time.monotonic()

    assert read(jetstream(server.url)) == []
    assert time.monotonic() - started < 3
