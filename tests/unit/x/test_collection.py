import contextlib
import datetime as dt
import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photolake.checkpoints import Checkpoint
from photolake.errors import DeliveryError, RetryableError
from photolake.x.collection import Collector, Summary
from photolake.x.search import RateLimitedError
from tests.unit.x.payloads import POSTED, snowflake, v2_tweet

NOW = POSTED + dt.timedelta(hours=1)


class FakeX:
    """Recent search over a history of ids: newest first, pages of any size, a token for the next."""

    query = "sea"

    def __init__(self, ids, page_size=2):
        self.ids = list(ids)
        self.page_size = page_size
        self.asked = []
        self.before_page = lambda: None
        self.tweet = lambda post_id: {"id": str(post_id), "text": "a"}

    def page(self, bounds, next_token=None):
        self.before_page()
        self.asked.append((dict(bounds), next_token))
        top = int(next_token) if next_token else bounds.get("until_id", 2**62)
        left = sorted((i for i in self.ids if bounds.get("since_id", 0) < i < top), reverse=True)
        shown = left[: self.page_size]
        more = {"next_token": str(shown[-1])} if len(left) > len(shown) else {}
        if not shown:
            return {"meta": {"result_count": 0}}
        ends = {"newest_id": str(shown[0]), "oldest_id": str(shown[-1])}
        return {"data": [self.tweet(i) for i in shown], "meta": {"result_count": len(shown), **ends, **more}}


class FakeCheckpoints:
    def __init__(self):
        self.saved = None
        self.saves = 0
        self.before_save = lambda: None

    def load(self, source):
        return self.saved or Checkpoint(source, 0, {})

    def save(self, checkpoint, state):
        self.before_save()
        assert checkpoint == self.load(checkpoint.id), "saved over another run"
        self.saved = replace(checkpoint, version=checkpoint.version + 1, state=state)
        self.saves += 1
        return self.saved


class Delivered:
    def __init__(self):
        self.ids = []
        self.rows = []
        self.malformed = []
        self.before_put = lambda: None

    def put(self, rows):
        self.before_put()
        rows = list(rows)
        self.rows += rows
        self.ids += [row["id"] for row in rows]
        return len(rows)

    def keep(self, source, lines):
        self.malformed.append((source, lines))


@pytest.fixture
def checkpoints():
    return FakeCheckpoints()


@pytest.fixture
def delivered():
    return Delivered()


def run(x, checkpoints, delivered, has_time=lambda: True, now=NOW, max_posts=1000):
    return Collector(x, checkpoints, delivered.put, delivered.keep, max_posts, lambda: now).run(has_time)


def state(checkpoints):
    return {name: int(value) for name, value in checkpoints.saved.state.items() if name != "query"}


def test_the_next_run_asks_only_for_what_is_newer(checkpoints, delivered):
    x = FakeX(map(snowflake, range(5)))

    assert run(x, checkpoints, delivered) == Summary(posts=5, pages=3)
    x.ids += [snowflake(5)]
    assert run(x, checkpoints, delivered) == Summary(posts=1, pages=1)

    assert sorted(delivered.ids) == x.ids
    assert x.asked[-1] == ({"since_id": snowflake(4)}, None)
    assert state(checkpoints) == {"since_id": snowflake(5)}
    assert checkpoints.saved.state["query"] == "sea"


def test_a_run_stops_at_its_limit_of_posts_and_the_next_goes_on_there(checkpoints, delivered):
    x = FakeX(map(snowflake, range(7)))

    assert run(x, checkpoints, delivered, max_posts=3) == Summary(posts=4, pages=2, stopped="max_posts")
    assert run(x, checkpoints, delivered, max_posts=3).posts == 3

    assert delivered.ids == [snowflake(i) for i in (6, 5, 4, 3, 2, 1, 0)]


def test_malformed_posts_are_bought_too(checkpoints, delivered):
    x = FakeX(map(snowflake, range(7)))
    x.tweet = lambda post_id: {"id": str(post_id)}

    summary = run(x, checkpoints, delivered, max_posts=3)

    assert (summary.posts, len(summary.malformed), summary.stopped) == (0, 4, "max_posts")


def test_nothing_new_saves_nothing(checkpoints, delivered):
    x = FakeX([snowflake()])
    run(x, checkpoints, delivered)

    assert run(x, checkpoints, delivered) == Summary(pages=1)
    assert checkpoints.saves == 1


def test_a_post_carries_the_query_and_the_time_of_collection(checkpoints, delivered):
    run(FakeX([snowflake()]), checkpoints, delivered)

    (row,) = delivered.rows
    assert (row["matched_query"], row["collected_at"]) == ("sea", "2026-11-18T13:00:00.000Z")


def test_a_run_out_of_time_leaves_a_gap_that_the_next_closes_before_it_reads_what_is_new(checkpoints, delivered):
    x = FakeX(map(snowflake, range(5)))
    times = iter([True, False])

    assert run(x, checkpoints, delivered, lambda: next(times)) == Summary(posts=2, pages=1, stopped="time")
    assert state(checkpoints) == {"newest_id": snowflake(4), "until_id": snowflake(3)}
    x.ids += [snowflake(5)]
    assert run(x, checkpoints, delivered) == Summary(posts=4, pages=3)

    assert delivered.ids == [snowflake(i) for i in (4, 3, 2, 1, 0, 5)]
    assert state(checkpoints) == {"since_id": snowflake(5)}


def test_a_used_up_rate_limit_stops_the_run_without_an_error(checkpoints, delivered):
    x = FakeX(map(snowflake, range(5)))
    answers = iter([None, RateLimitedError(None)])

    def before_page():
        if error := next(answers, None):
            raise error

    x.before_page = before_page

    assert run(x, checkpoints, delivered) == Summary(posts=2, pages=1, stopped="rate_limit")
    assert state(checkpoints) == {"newest_id": snowflake(4), "until_id": snowflake(3)}


def test_the_checkpoint_stays_if_firehose_does_not_accept(checkpoints, delivered):
    def refuse():
        raise DeliveryError("refused")

    delivered.before_put = refuse

    with pytest.raises(DeliveryError):
        run(FakeX([snowflake()]), checkpoints, delivered)

    assert checkpoints.saved is None


def test_a_malformed_post_is_kept_and_named_and_does_not_stop_the_query(checkpoints, delivered):
    x = FakeX([snowflake(1), snowflake(2)])
    x.tweet = lambda post_id: v2_tweet(1, text=5) if post_id == snowflake(1) else v2_tweet(2)

    reason = f"post {snowflake(1)}: text: expected a string, got int"
    assert run(x, checkpoints, delivered) == Summary(posts=1, pages=1, malformed=(reason,))

    [(source, [line])] = delivered.malformed
    assert (line.source, line.message, json.loads(line.raw)) == (source, reason, {"data": v2_tweet(1, text=5)})
    assert source.endswith(f"/{snowflake(2)}-{snowflake(1)}")
    assert state(checkpoints) == {"since_id": snowflake(2)}


def test_an_id_that_cannot_be_one_does_not_lift_the_checkpoint(checkpoints, delivered):
    x = FakeX([snowflake(1)])
    x.tweet = lambda post_id: {"id": "9" * 19, "text": "a"}

    run(x, checkpoints, delivered)

    assert state(checkpoints) == {"since_id": snowflake(1)}


def test_a_checkpoint_older_than_the_search_starts_again_and_says_so(checkpoints, delivered):
    x = FakeX([snowflake()])
    run(x, checkpoints, delivered)
    x.ids = [snowflake(8 * 86400)]

    summary = run(x, checkpoints, delivered, now=NOW + dt.timedelta(days=8))

    assert summary == Summary(posts=1, pages=1, aged_out=True)
    assert x.asked[-1] == ({}, None)
    assert state(checkpoints) == {"since_id": snowflake(8 * 86400)}


class CrashError(RetryableError):
    """The run ends here."""


TROUBLE = st.sampled_from(["none", "none", "none", "time", "rate limit", "before delivery", "before saving"])


@given(
    first=st.integers(0, 12),
    page_sizes=st.lists(st.integers(1, 4), min_size=1, max_size=8),
    troubles=st.lists(st.tuples(TROUBLE, st.integers(0, 2)), max_size=25),
)
def test_every_post_is_delivered_whatever_the_page_sizes_and_wherever_runs_stop(first, page_sizes, troubles):
    x, checkpoints, delivered = FakeX(map(snowflake, range(first))), FakeCheckpoints(), Delivered()
    steps = iter(troubles)
    trouble = "none"

    def before_page():
        """New posts arrive, and the trouble of this page is drawn."""
        nonlocal trouble
        trouble, new = next(steps, ("none", 0))
        x.ids += [snowflake(len(x.ids) + i) for i in range(new)]
        x.page_size = page_sizes[len(x.asked) % len(page_sizes)]
        if trouble == "rate limit":
            raise RateLimitedError(None)

    def crash_if(due):
        if trouble == due:
            raise CrashError

    def has_time():
        return trouble != "time"

    x.before_page = before_page
    delivered.before_put = lambda: crash_if("before delivery")
    checkpoints.before_save = lambda: crash_if("before saving")

    for _ in range(len(troubles) + 2):
        trouble = "none"
        with contextlib.suppress(CrashError):
            run(x, checkpoints, delivered, has_time)

    assert set(delivered.ids) == set(x.ids)
    assert "until_id" not in (checkpoints.saved.state if checkpoints.saved else {})
