"""Runs over Jetstream in memory."""

import datetime as dt
from dataclasses import replace

import pytest

from photolake.collect.runner import SourceSummary
from photolake.errors import RetryableError
from photolake.sources.bluesky import jetstream
from photolake.sources.bluesky.identifiers import PostKey
from photolake.sources.bluesky.jetstream_source import _read_us
from tests.builders.bluesky_events import ANN, BOB, NOON_US, SECOND, account, commit, create, frame, record, tid, uri
from tests.fakes.bluesky_run import MINUTE, NOON, BlueskyRun, ago, make_run, rkey
from tests.fakes.jetstream import FakeHost, FakeNetwork


def test_the_first_run_looks_back_as_far_as_told_and_takes_what_matches():
    lake = make_run(
        create(time_us=ago(63), rkey=rkey(1)),
        create(time_us=ago(50), rkey=rkey(2)),
        create(record("the hills"), time_us=ago(40), rkey=rkey(3)),
        create(time_us=ago(30), rkey=rkey(4)),
    )

    summary = lake.run()

    assert lake.uris == [uri(rkey=rkey(2)), uri(rkey=rkey(4))]
    assert {post["matched_query"] for post in lake.posts} == {"(sea)"}
    assert (summary.posts, summary.has_gap, summary.stopped) == (2, False, None)
    assert lake.checkpoints.only_state() == {"cursor": str(ago(30)), "host": "one"}
    assert lake.network.open == 0


def test_a_run_reads_from_seconds_before_its_cursor_up_to_its_own_start():
    lake = make_run(
        *[create(time_us=ago(10, -s), rkey=rkey(s)) for s in range(0, 1200, 60)], cursor=str(ago(5)), host="one"
    )

    lake.run()

    assert lake.network.hosts["one"].cursors == [ago(5, 5)]
    # The post of noon itself ends the run; those of later minutes are the next run's.
    assert lake.uris == [uri(rkey=rkey(s)) for s in range(300, 660, 60)]
    assert lake.checkpoints.only_state()["cursor"] == str(NOON_US)


@pytest.mark.parametrize("cursor", [NOON_US + 2 * 60 * MINUTE, "soon", "", "9" * 40, -5])
def test_a_cursor_in_the_future_or_not_a_number_is_replaced_by_the_lookback_with_a_gap(cursor):
    lake = make_run(create(time_us=ago(50)), create(record("hills"), time_us=ago(9)), cursor=str(cursor), host="one")

    summary = lake.run()

    assert summary.has_gap
    assert summary.notices == (
        f"the cursor {str(cursor)[:40]!r} is not a time that Jetstream has; reading begins at 2026-11-18T11:00:00.000Z",
    )
    assert lake.uris == [uri()]
    assert lake.checkpoints.only_state()["cursor"] == str(ago(9))


def test_a_cursor_older_than_jetstream_keeps_is_brought_forward_and_said_to_be_a_gap():
    lake = make_run(create(time_us=ago(35 * 60)), cursor=str(ago(40 * 60)), host="one")

    assert lake.run().has_gap
    assert lake.uris == [uri()]
    assert lake.network.hosts["one"].cursors == [ago(36 * 60 - 5, 5)]


def test_a_host_that_keeps_less_than_it_was_asked_for_is_said_to_leave_a_gap():
    late = make_run(create(time_us=ago(30)), create(time_us=ago(9)), cursor=str(ago(60)), host="one").run()
    in_time = make_run(create(time_us=ago(50)), create(time_us=ago(9)), cursor=str(ago(60)), host="one").run()

    assert (late.has_gap, late.notices) == (
        True,
        ("one has no event from 2026-11-18T11:00:00.000Z to 2026-11-18T11:30:00.000Z",),
    )
    assert (in_time.has_gap, in_time.notices) == (False, ())


def test_a_quiet_network_leaves_the_first_position_for_the_next_run():
    lake = make_run()

    notice = "no host of Jetstream has an event after 2026-11-18T11:00:00.000Z"
    assert lake.run() == SourceSummary("bluesky", batches=2, notices=(notice,))
    assert lake.checkpoints.only_state() == {"cursor": str(ago(60)), "host": ""}


def test_a_dropped_connection_is_opened_again_at_the_next_host_from_a_while_before():
    history = [create(time_us=ago(10, -s), rkey=rkey(s)) for s in range(200)]
    network = FakeNetwork(frame, one=FakeHost(history, [130]), two=FakeHost(history, [-1]), three=FakeHost(history))
    lake = BlueskyRun(network, cursor=str(ago(10)), host="one")

    lake.run()

    assert set(lake.uris) == {uri(rkey=rkey(s)) for s in range(200)}
    assert network.hosts["three"].cursors == [ago(10, -129 + 120)]
    assert lake.checkpoints.only_state()["host"] == "three"


def test_what_a_lagging_host_had_not_seen_yet_is_read_from_the_next_host():
    history = [create(time_us=ago(10, -s), rkey=rkey(s)) for s in range(0, 300, 10)]
    lagging = FakeHost(history, [1_000, -1], lag_us=100 * SECOND, now_us=ago(5))
    lake = BlueskyRun(FakeNetwork(frame, one=lagging, two=FakeHost(history)), now=NOON - dt.timedelta(minutes=5))
    lake.run()
    assert len(lake.uris) == 21

    lake.now = NOON
    lake.run()

    assert set(lake.uris) == {uri(rkey=rkey(s)) for s in range(0, 300, 10)}


def test_a_host_that_falls_silent_long_before_now_is_left_for_the_next_one():
    history = [create(time_us=ago(40 - n), rkey=rkey(n)) for n in range(40)]
    silent = FakeHost(history, now_us=ago(30))
    lake = BlueskyRun(FakeNetwork(frame, one=silent, two=FakeHost(history)), cursor=str(ago(40)), host="one")

    summary = lake.run()

    assert set(lake.uris) == {uri(rkey=rkey(n)) for n in range(40)}
    assert (lake.checkpoints.only_state()["host"], summary.notices) == ("two", ())


def test_what_a_host_shows_out_of_order_is_read_in_the_next_run():
    late = create(time_us=ago(5, 3), rkey=rkey(1))
    lake = make_run(create(time_us=ago(5), rkey=rkey(2)), cursor=str(ago(6)), host="one")
    lake.run()
    lake.network.hosts["one"].seen.append(late)

    lake.run()

    assert uri(rkey=rkey(1)) in lake.uris
    assert lake.checkpoints.only_state()["cursor"] == str(ago(5))


def test_when_every_connection_drops_the_run_says_so_and_keeps_what_it_read():
    history = [create(time_us=ago(10, -s), rkey=rkey(s)) for s in range(100)]
    network = FakeNetwork(frame, one=FakeHost(history, [30] + [-1] * 5))
    lake = BlueskyRun(network, cursor=str(ago(10)), host="one")

    with pytest.raises(RetryableError, match="drops every connection, lastly one: refused"):
        lake.run()

    assert lake.uris == [uri(rkey=rkey(s)) for s in range(30)]
    assert lake.checkpoints.only_state()["cursor"] == str(ago(10, -29))


def test_broken_frames_are_kept_with_their_reason_and_harm_nothing_beside_them():
    class Frames(FakeNetwork):
        def __init__(self, *frames):
            super().__init__(
                lambda event: event["frame"], one=FakeHost([{"frame": f, "time_us": NOON_US} for f in frames])
            )

    far_ahead = create(time_us=NOON_US + 120 * MINUTE)
    hostile = create(record("sea", facets="x"), time_us=ago(1), rkey=rkey(7))
    lake = BlueskyRun(Frames("{", b"\xff", frame(far_ahead), frame(hostile), frame(create(time_us=ago(1)))))

    lake.run()

    assert lake.uris == [uri()]
    assert [line.message.partition(":")[0] for line in lake.rejected] == [
        "not JSON",
        "not JSON",
        "time_us",
        "a post of did",
    ]
    assert "commit.record.facets: expected an array" in lake.rejected[3].message
    assert lake.rejected[3].raw == frame(hostile).encode()


def test_of_posts_whose_record_key_is_not_a_tid_only_matching_ones_are_rejected():
    lake = make_run(
        create(time_us=ago(30), rkey="self"),
        create(record("the hills"), time_us=ago(30), rkey="self"),
        commit("delete", time_us=ago(29), rkey="../self"),
        create(time_us=ago(28)),
    )

    lake.run()

    assert lake.uris == [uri()]
    assert [line.message for line in lake.rejected] == [
        f"a post of {ANN}: commit.rkey: the record key of a post is a TID"
    ]


def test_a_post_that_is_edited_right_away_is_collected_as_it_is_then():
    lake = make_run(create(time_us=ago(30)), commit("update", record("hills"), time_us=ago(30, -1)))

    lake.run()

    assert [post["text"] for post in lake.posts] == ["hills"]


def test_only_collected_posts_are_listed_as_deleted():
    lake = make_run(
        create(time_us=ago(30), rkey=rkey(1)),
        create(record("the hills"), time_us=ago(29), rkey=rkey(2)),
        commit("delete", time_us=ago(28), rkey=rkey(1)),
        commit("delete", time_us=ago(27), rkey=rkey(2)),
        commit("delete", time_us=ago(26), rkey=rkey(3)),
        commit("delete", time_us=ago(26), rkey=rkey(1), collection="app.bsky.feed.like"),
    )

    lake.run()

    assert lake.deletions == [
        {
            "id": PostKey(ANN, rkey(1)).id,
            "id_str": uri(rkey=rkey(1)),
            "source_platform": "bluesky",
            "reason": "deleted by its author",
            "deleted_at": "2026-11-18T11:32:00.000Z",
        }
    ]
    assert lake.deletions[0]["id"] == lake.posts[0]["id"]


def test_posts_of_a_removed_account_are_deleted_and_stay_so_when_it_comes_back():
    lake = make_run(
        create(time_us=ago(30), rkey=rkey(1)),
        create(time_us=ago(29), rkey=rkey(2)),
        create(time_us=ago(29), rkey=rkey(2), did=BOB),
        account(time_us=ago(28), active=False, status="takendown"),
        account(time_us=ago(27), active=True),
        account(time_us=ago(26), active=False, status="throttled", did=BOB),
        create(time_us=ago(25), rkey=rkey(3)),
    )

    lake.run()

    assert [(row["id_str"], row["reason"]) for row in lake.deletions] == [
        (uri(rkey=rkey(number)), "account takendown") for number in (1, 2, 3)
    ]


def test_an_edit_is_delivered_again_also_if_it_matches_no_more():
    lake = make_run(create(time_us=ago(30)), account(time_us=ago(29), active=True), cursor=str(ago(31)), host="one")
    lake.run()
    edits = [("hills", ANN, tid()), ("sea again", BOB, tid()), ("hills", BOB, rkey(1))]
    lake.network.hosts["one"].seen += [
        commit("update", record(text), did=did, rkey=key, time_us=ago(20 - n))
        for n, (text, did, key) in enumerate(edits)
    ]
    lake.run()

    assert [(post["id_str"], post["text"]) for post in lake.posts] == [
        (uri(), "the sea"),
        (uri(), "hills"),
        (uri(BOB), "sea again"),
    ]


def test_a_post_that_cannot_be_recorded_is_rejected():
    lake = make_run(create(time_us=ago(30), rkey=rkey(1)), create(time_us=ago(29), rkey=rkey(2)))
    lake.known.full = {PostKey(ANN, rkey(1))}

    lake.run()

    assert lake.uris == [uri(rkey=rkey(2))]
    [line] = lake.rejected
    assert "too many posts to record" in line.message


def test_a_run_without_time_ends_between_batches_and_closes_its_connection(monkeypatch):
    monkeypatch.setattr(jetstream, "CHUNK_EVENTS", 10)
    lake = make_run(*[create(time_us=ago(10, -s), rkey=rkey(s)) for s in range(100)], cursor=str(ago(10)), host="one")
    asked = iter([True] * 3 + [False])

    summary = lake.run(lambda: next(asked))

    assert (summary.stopped, len(lake.posts), lake.network.open) == ("time", 30, 0)
    assert lake.checkpoints.only_state()["cursor"] == str(ago(10, -29))


@pytest.mark.parametrize(
    ("minutes", "start"), [((50, 9), ago(60)), ((30, 9), ago(30))], ids=["from the cursor on", "after what is lost"]
)
def test_a_run_covers_what_the_host_had_up_to_its_last_event(minutes, start):
    lake = make_run(*[create(time_us=ago(minute)) for minute in minutes], cursor=str(ago(60)), host="one")
    covered = []

    collector = lake.lake.make_collector(lake.checkpoints, lambda: NOON)
    replace(collector, on_covered=lambda source, span: covered.append(span)).collect(lake.source, lambda: True)

    assert (covered[0].start, covered[-1].end) == (_read_us(start), _read_us(ago(9)))
