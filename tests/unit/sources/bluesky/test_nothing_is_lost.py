"""However Jetstream, the process and the clocks misbehave."""

import contextlib
import datetime as dt
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from photolake.errors import DeliveryError, RetryableError
from photolake.sources.bluesky import jetstream
from tests.builders.bluesky_events import NOON_US, SECOND, commit, create, frame, record, uri
from tests.fakes.bluesky_run import NOON, BlueskyRun, ago, rkey
from tests.fakes.jetstream import FakeHost, FakeNetwork


class CrashError(Exception):
    """The process ends."""


@st.composite
def histories(draw):
    """Events up to noon, seconds to minutes apart: wanted and other posts, deletions of earlier ones."""
    time_us = ago(60)
    history: list[Any] = []
    for number, (gap, kind) in enumerate(
        draw(st.lists(st.tuples(st.integers(0, 90), st.sampled_from("ppphd")), min_size=1, max_size=60))
    ):
        time_us = min(time_us + gap * SECOND, ago(20))
        earlier = [event["commit"]["rkey"] for event in history if event["commit"]["operation"] == "create"]
        if kind == "d" and earlier:
            history.append(commit("delete", time_us=time_us, rkey=draw(st.sampled_from(earlier))))
        else:
            history.append(create(record("hills" if kind == "h" else "sea"), time_us=time_us, rkey=rkey(number)))
    return history


FAULTS = st.lists(st.sampled_from([-1, 0, 1, 5, 200]), max_size=6)


@given(
    history=histories(),
    faults=st.lists(st.tuples(FAULTS, st.sampled_from([0, 30, 100])), min_size=1, max_size=3),
    crashes=st.lists(st.sampled_from(["", "delivery", "checkpoint"]), max_size=25),
    chunk=st.integers(1, 20),
    runs=st.lists(st.integers(20, 60), min_size=1, max_size=4),
)
@settings(max_examples=300, deadline=None)
def test_no_matching_post_or_deletion_is_lost_to_drops_crashes_or_lags(history, faults, crashes, chunk, runs):
    hosts = {f"h{n}": FakeHost(history, drops, lag * SECOND) for n, (drops, lag) in enumerate(faults)}
    lake = BlueskyRun(FakeNetwork(frame, **hosts), cursor=str(ago(60)), host="h0")
    coming = iter(crashes)

    def crash(place):
        if next(coming, "") == place:
            raise CrashError

    lake.lake.before_put = lambda: crash("delivery")
    lake.checkpoints.before_save = lambda: crash("checkpoint")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(jetstream, "CHUNK_EVENTS", chunk)
        for minutes in sorted(runs, reverse=True):
            lake.now = NOON - dt.timedelta(minutes=minutes)
            for host in hosts.values():
                host.now_us = ago(minutes)
            with contextlib.suppress(CrashError, RetryableError, DeliveryError):
                lake.run()
        lake.now = NOON
        for host in hosts.values():
            host.now_us, host.drops = NOON_US, iter(())
        coming = iter(())
        lake.run()

    posted = {uri(rkey=e["commit"]["rkey"]) for e in history if e["commit"].get("record", {}).get("text") == "sea"}
    deleted = {uri(rkey=e["commit"]["rkey"]) for e in history if e["commit"]["operation"] == "delete"}
    assert set(lake.uris) == posted
    assert {row["id_str"] for row in lake.deletions} == posted & deleted
    assert lake.network.open == 0
