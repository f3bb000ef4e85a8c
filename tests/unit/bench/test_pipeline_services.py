"""What stands around the handlers in the benchmark: S3, event sources, and the check of their work."""

import asyncio

import pytest

from bench.pipeline.check import find_missing_work
from bench.pipeline.event_source import MAX_RECEIVES, MessageQueue
from bench.pipeline.http import Request
from bench.pipeline.latencies import Clock
from bench.pipeline.measurement import Measurement
from bench.pipeline.object_store import ObjectStore
from bench.pipeline.posts import build_posts


def send(store, method, target, body=b"", **headers):
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return store.answer(Request(method, target, names, body))[1]


@pytest.fixture
def store():
    put: list[str] = []
    store = ObjectStore(put.append)
    store.put = put  # type: ignore[attr-defined]
    return store


def test_an_object_is_announced_once_if_it_must_not_be_overwritten(store):
    replies = [send(store, "PUT", "/lake/images/a.jpg", body, if_none_match="*") for body in (b"one", b"two")]

    assert [reply.status for reply in replies] == [200, 412]
    assert (store.objects, store.put) == ({"images/a.jpg": b"one"}, ["images/a.jpg"])


def test_objects_are_read_in_ranges_and_listed_by_prefix(store):
    send(store, "PUT", "/lake/tweets/dt%3D1.gz", b"0123456789")
    reply = send(store, "GET", "/lake/tweets/dt%3D1.gz", range="bytes=8-20")

    assert (reply.status, reply.body, reply.headers["Content-Range"]) == (206, b"89", "bytes 8-9/10")
    assert send(store, "GET", "/lake/tweets/dt%3D2.gz").status == 404
    assert b"<Key>tweets/dt=1.gz</Key>" in send(store, "GET", "/lake?list-type=2&prefix=tweets%2F").body
    assert b"<KeyCount>0<" in send(store, "GET", "/lake?list-type=2&prefix=images%2F").body


def test_a_message_that_fails_comes_again_and_one_that_always_fails_ends_the_measurement():
    queue = MessageQueue()
    for name in "ab":
        queue.put({"messageId": name, "body": name})

    async def receive():
        return await queue.take(10, 0)

    batch = asyncio.run(receive())
    queue.finish(batch, {"b"})
    assert ([each.record["messageId"] for each in queue.messages], queue.unfinished) == (["b"], 1)
    for _ in range(MAX_RECEIVES - 2):
        queue.finish(asyncio.run(receive()), {"b"})
    with pytest.raises(RuntimeError, match="failed 3 times: b"):
        queue.finish(asyncio.run(receive()), {"b"})


def test_lost_and_repeated_rows_are_named():
    (post,) = build_posts(1)
    measured = Measurement(1, 1.0, rows={"PostsStream": [{"id": post["id"]}, {"id": post["id"]}]})
    photo = {"id": "7", "media_url": ""}
    post["extended_entities"]["media"] = [photo]

    assert find_missing_work(measured, [post]) == [
        "PostsStream: 1 rows are there twice",
        "PhotosStream: 0 of 1 have a row",
        "AnalysesStream: 0 of 1 have a row",
    ]


def test_on_a_slower_clock_latencies_take_longer_and_measured_times_count_for_less():
    clock = Clock(4.0)

    assert (clock.to_wall(300), clock.from_wall(2.0)) == (1.2, 0.5)
