"""Runs over one query in memory."""

import datetime as dt
import json
from dataclasses import replace
from typing import Any

import pytest

from photolake.collect.budgets import MonthlyBudget, RunBudget
from photolake.collect.checkpoints import Checkpoint
from photolake.collect.runner import SourceSummary
from photolake.collect.source import Span
from photolake.errors import DeliveryError, PermanentError, RateLimitedError, RetryableError
from photolake.rows.ids import make_snowflake, read_snowflake_ms
from photolake.sources.x.source import COVERED, SETTLED, SearchSource
from tests.builders.x_payloads import POSTED, rename_tweets, snowflake, v2_page, v2_photo, v2_tweet, v2_user
from tests.fakes.dynamodb_table import FakeTable
from tests.fakes.x_search import FakeSearch

NOW = POSTED + dt.timedelta(hours=1)
NAME = "x#4a69f19c8c264850"


def until(now):
    return make_snowflake(int((now - SETTLED).timestamp() * 1000))


@pytest.fixture
def run(checkpoints, delivered):
    def read(x, has_time=lambda: True, now=NOW, max_posts=1000, budget=0, table=None):
        bought: Any = table or FakeTable()
        allowance = MonthlyBudget(bought, "x", budget, lambda: now)
        source = SearchSource(x, allowance, RunBudget(max_posts), lambda: now)
        collector = delivered.make_collector(checkpoints, lambda: now)
        return collector.collect(source, has_time)

    return read


@pytest.fixture
def begun(checkpoints):
    """A checkpoint as the first version wrote it, so that no run is the first."""
    checkpoints.saved[NAME] = Checkpoint(NAME, 3, {"since_id": str(snowflake(-1)), "query": "sea"})


def state(checkpoints):
    return {name: int(value) for name, value in checkpoints.only_state().items() if name != "query"}


def summary(**fields):
    return SourceSummary(NAME, **{"bought": fields.get("posts", 0), **fields})


def test_the_next_run_asks_only_for_what_is_newer(begun, checkpoints, delivered, run):
    x = FakeSearch(map(snowflake, range(5)))

    assert run(x) == summary(posts=5, batches=3)
    assert x.asked[0] == ({"since_id": snowflake(-1), "until_id": until(NOW)}, None)
    x.ids += [snowflake(5)]
    assert run(x) == summary(posts=1, batches=1)

    assert sorted(delivered.ids) == x.ids
    assert x.asked[-1] == ({"since_id": snowflake(4), "until_id": until(NOW)}, None)
    assert checkpoints.only_state() == {"since_id": str(snowflake(5)), "query": "sea"}


def test_a_post_that_is_younger_than_others_may_be_is_left_to_the_next_run(begun, delivered, run):
    young = snowflake(3600 - 59)
    x = FakeSearch([snowflake(0), young])

    assert run(x).posts == 1
    x.ids.append(young - (1 << 22))  # appears a millisecond below the newest, after the run

    assert run(x, now=NOW + SETTLED).posts == 2
    assert delivered.ids == [snowflake(0), young, young - (1 << 22)]


def test_a_run_at_once_after_another_asks_nothing(begun, run):
    x = FakeSearch([until(NOW) - 1])
    run(x)

    assert run(x) == summary()
    assert len(x.asked) == 1


def test_a_run_stops_at_its_limit_of_posts_and_the_next_goes_on_there(begun, delivered, run):
    x = FakeSearch(map(snowflake, range(7)))

    assert run(x, max_posts=3) == summary(posts=4, batches=2, stopped="max_posts")
    assert run(x, max_posts=3).posts == 3

    assert delivered.ids == [snowflake(i) for i in (6, 5, 4, 3, 2, 1, 0)]


def test_a_page_that_comes_again_and_again_is_bought_once_more_at_most(begun, checkpoints, delivered, run):
    class Stuck(FakeSearch):
        def read_page(self, bounds, next_token=None):
            return super().read_page(bounds)

    x = Stuck(map(snowflake, range(7)))

    with pytest.raises(RetryableError, match="the same posts again"):
        run(x)

    assert delivered.ids == [snowflake(i) for i in (6, 5, 6, 5)]
    assert checkpoints.only_state()["until_id"] == str(snowflake(5))


def test_malformed_posts_are_bought_too(begun, run):
    x = FakeSearch(map(snowflake, range(7)))
    x.tweet = lambda post_id: {"id": str(post_id)}

    read = run(x, max_posts=3)

    assert (read.posts, read.bought, len(read.rejected), read.stopped) == (0, 4, 4, "max_posts")


def test_nothing_new_saves_nothing(checkpoints, run):
    x = FakeSearch([snowflake()])
    run(x)

    assert run(x) == summary(batches=1)
    assert checkpoints.saves == 1


def test_a_post_carries_the_query_and_the_time_of_collection(delivered, run):
    run(FakeSearch([snowflake()]))

    (row,) = delivered.rows
    assert (row["matched_query"], row["collected_at"]) == ("sea", "2026-11-18T13:00:00.000Z")


def test_a_run_out_of_time_leaves_a_gap_that_the_next_run_closes_first(begun, checkpoints, delivered, run):
    x = FakeSearch(map(snowflake, range(5)))
    times = iter([True, False])

    assert run(x, lambda: next(times)) == summary(posts=2, batches=1, stopped="time")
    assert state(checkpoints) == {"since_id": snowflake(-1), "newest_id": snowflake(4), "until_id": snowflake(3)}
    x.ids += [snowflake(5)]
    assert run(x) == summary(posts=4, batches=3)

    assert delivered.ids == [snowflake(i) for i in (4, 3, 2, 1, 0, 5)]
    assert state(checkpoints) == {"since_id": snowflake(5)}


def test_a_gap_with_no_room_for_a_post_is_closed_without_asking(checkpoints, run):
    ends = {"since_id": snowflake(1), "until_id": snowflake(1) + 1, "newest_id": snowflake(2)}
    checkpoints.saved[NAME] = Checkpoint(NAME, 1, {name: str(number) for name, number in ends.items()})
    x = FakeSearch([snowflake(3)])

    assert run(x).posts == 1

    assert x.asked == [({"since_id": snowflake(2), "until_id": until(NOW)}, None)]
    assert state(checkpoints) == {"since_id": snowflake(3)}


def test_a_used_up_rate_limit_stops_the_run_without_an_error(begun, checkpoints, run):
    x = FakeSearch(map(snowflake, range(5)))
    answers = iter([None, RateLimitedError(None)])

    def before_page():
        if error := next(answers, None):
            raise error

    x.before_page = before_page

    assert run(x) == summary(posts=2, batches=1, stopped="rate_limit")
    assert state(checkpoints) == {"since_id": snowflake(-1), "newest_id": snowflake(4), "until_id": snowflake(3)}


def test_the_checkpoint_stays_if_firehose_does_not_accept(checkpoints, delivered, run):
    def refuse():
        raise DeliveryError("refused")

    delivered.before_put = refuse

    with pytest.raises(DeliveryError):
        run(FakeSearch([snowflake()]))

    assert checkpoints.saved == {}


def test_a_malformed_post_is_kept_and_named_and_does_not_stop_the_query(begun, checkpoints, delivered, run):
    x = FakeSearch([snowflake(1), snowflake(2)])
    x.tweet = lambda post_id: v2_tweet(1, text=5) if post_id == snowflake(1) else v2_tweet(2)

    reason = f"post {snowflake(1)}: text: expected a string, got int"
    assert run(x) == summary(posts=1, batches=1, bought=2, rejected=(reason,))

    [(place, [refused])] = delivered.rejected
    assert (place, refused.message, json.loads(refused.raw)) == (
        NAME.replace("#", "/"),
        reason,
        {"data": v2_tweet(1, text=5)},
    )
    assert state(checkpoints) == {"since_id": snowflake(2)}


@pytest.mark.parametrize("wrong", ["9" * 19, "8" * 19, "9" * 30, "x", "", "-5", "٣", 5, None])
def test_an_id_that_cannot_be_one_does_not_move_the_checkpoint(wrong, begun, checkpoints, run):
    x = FakeSearch([snowflake(1)])
    x.tweet = lambda post_id: {"id": wrong, "text": "a"}

    run(x)

    assert state(checkpoints) == {"since_id": snowflake(1)}


def test_a_checkpoint_older_than_the_search_starts_again_and_says_so(checkpoints, run):
    x = FakeSearch([snowflake()])
    run(x)
    x.ids = [snowflake(8 * 86400)]
    later = NOW + dt.timedelta(days=8)

    assert run(x, now=later) == summary(posts=1, batches=1, has_gap=True)

    assert x.asked[-1] == ({"until_id": until(later)}, None)
    assert state(checkpoints) == {"since_id": snowflake(8 * 86400)}


def test_a_checkpoint_from_the_future_is_refused_and_says_what_to_do(begun, checkpoints, run):
    x = FakeSearch([snowflake()])

    with pytest.raises(PermanentError, match=f"the checkpoint {NAME} is ahead of the clock: delete it"):
        run(x, now=NOW - dt.timedelta(days=1))

    assert (x.asked, checkpoints.saves) == ([], 0)


FORECAST = "SEARCH_QUERY: X has 5 posts of the last seven days, $0.03; at that rate they are 21 a month, $0.11"


def test_the_first_run_of_a_query_says_what_it_will_cost_before_it_buys(delivered, run):
    x = FakeSearch(map(snowflake, range(5)))

    assert run(x) == summary(posts=5, batches=3, notices=(FORECAST,))
    assert run(x).notices == ()
    assert x.counted == 1


def test_a_query_is_not_begun_if_it_has_more_posts_than_the_month_has_left(checkpoints, run):
    x, table = FakeSearch(map(snowflake, range(5))), FakeTable()
    table.items["budget#x#2026-11"] = {"posts": 6}

    refused = run(x, budget=10, table=table)

    assert refused == summary(
        stopped="monthly_budget",
        notices=(
            f"{FORECAST}. MonthlyPostBudget has 4 left, so the query is not begun: narrow the query, raise "
            "MonthlyPostBudget, or wait for the next month (UTC)",
        ),
    )
    assert (x.asked, checkpoints.saved) == ([], {})
    assert run(x, budget=11, table=table).posts == 5


def test_a_query_that_is_begun_is_read_until_the_month_is_used_up(begun, run):
    x, table = FakeSearch(map(snowflake, range(7))), FakeTable()

    first = run(x, budget=3, table=table)
    second = run(x, budget=3, table=table)

    assert (first.posts, first.stopped, second.posts, second.stopped) == (4, "monthly_budget", 0, "monthly_budget")
    assert "the 3 posts of MonthlyPostBudget are bought" in first.notices[0]
    assert table.items == {"budget#x#2026-11": {"posts": 4}}


def test_a_month_that_is_nearly_used_up_is_said_once_a_run(begun, run):
    x, table = FakeSearch(map(snowflake, range(5))), FakeTable()
    table.items["budget#x#2026-11"] = {"posts": 80}

    assert run(x, budget=100, table=table).notices == ("80 of the 100 posts of MonthlyPostBudget are bought",)


def test_what_was_bought_is_counted_even_if_it_is_not_delivered(begun, delivered, run):
    def refuse():
        raise DeliveryError("refused")

    table, delivered.before_put = FakeTable(), refuse

    with pytest.raises(DeliveryError):
        run(FakeSearch([snowflake(0), snowflake(1)]), table=table)

    assert table.items == {"budget#x#2026-11": {"posts": 2}}


class FixedSearch(FakeSearch):
    def __init__(self, page):
        super().__init__()
        self._page = page

    def read_page(self, bounds, next_token=None):
        return self._page


def test_both_spellings_of_posts_give_the_same_row(begun, delivered, run):
    quoted = v2_tweet(1, author_id="11", attachments={"media_keys": ["3_7"]})
    tweet = v2_tweet(
        2,
        author_id="22",
        note_tweet={"text": "the whole of it #sea", "entities": {"hashtags": [{"start": 16, "end": 20, "tag": "sea"}]}},
        edit_history_tweet_ids=[str(snowflake(1.5)), str(snowflake(2))],
        public_metrics={"retweet_count": 7},
        referenced_tweets=[{"type": "quoted", "id": quoted["id"]}, {"type": "replied_to", "id": quoted["id"]}],
    )
    users = [v2_user("11", "ann"), v2_user("22", "bob", public_metrics={"tweet_count": 3})]
    old = v2_page(tweet, tweets=[quoted], users=users, media=[v2_photo("3_7")])
    new = json.loads(rename_tweets(json.dumps(old)))
    for page in (old, new):
        run(FixedSearch(page))

    one, other = ({**row, "source_json": ""} for row in delivered.rows)
    assert one == other
    assert one["text"] == "the whole of it #sea"
    assert (one["retweet_count"], one["user"]["statuses_count"]) == (7, 3)
    assert one["quoted_status_id"] == snowflake(1)
    assert [medium["media_key"] for medium in one["referenced_tweets"][0]["media"]] == ["3_7"]
    assert one["edit_history_tweet_ids"] == [str(snowflake(1.5)), str(snowflake(2))]


def test_only_the_last_page_covers_time_and_a_run_that_catches_up_covers_the_gap_before_what_is_new(
    checkpoints, delivered
):
    table: Any = FakeTable()
    covered = []

    def collect(x, now, max_posts):
        source = SearchSource(x, MonthlyBudget(table, "x", 0, lambda: now), RunBudget(max_posts), lambda: now)
        collector = replace(
            delivered.make_collector(checkpoints, lambda: now), on_covered=lambda source, span: covered.append(span)
        )
        collector.collect(source, lambda: True)

    checkpoints.saved[NAME] = Checkpoint(NAME, 3, {"since_id": str(snowflake(-1))})
    x = FakeSearch(map(snowflake, range(5)))
    collect(x, NOW, max_posts=2)
    assert covered == []

    later = NOW + dt.timedelta(hours=1)
    collect(x, later, max_posts=1000)

    start, newest = (dt.datetime.fromtimestamp((read_snowflake_ms(snowflake(n)) or 0) / 1000, dt.UTC) for n in (-1, 4))
    end = dt.datetime.fromtimestamp((read_snowflake_ms(until(later)) or 0) / 1000, dt.UTC)
    assert covered == [Span(start, newest), Span(newest, end)]


def test_a_first_run_covers_the_seven_days_of_the_search(checkpoints, delivered):
    table: Any = FakeTable()
    covered = []
    x: Any = FakeSearch()
    source = SearchSource(x, MonthlyBudget(table, "x", 0, lambda: NOW), RunBudget(100), lambda: NOW)
    collector = delivered.make_collector(checkpoints, lambda: NOW)
    replace(collector, on_covered=lambda source, span: covered.append(span)).collect(source, lambda: True)

    assert covered == [Span(NOW - COVERED, NOW - SETTLED)]
