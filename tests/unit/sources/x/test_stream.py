"""The parts of the filtered stream, each without a wire."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photolake.collect.budgets import MonthlyAllowance
from photolake.collect.source import UsedUpError
from photolake.errors import PermanentError, RetryableError
from photolake.sources.x.queries import Query
from photolake.sources.x.stream.backoff import CONNECTS_WINDOW_S, MOST_CONNECTS, Pauses
from photolake.sources.x.stream.batcher import LONGEST_S, MOST_LINES, Progress, StreamPosts
from photolake.sources.x.stream.connection import MAX_LINE_BYTES, SILENCE_S, DisconnectedError, Lines, Watch
from photolake.sources.x.stream.rules import MARK, PATH, Changes, Rule, changes, synchronise
from tests.builders.x_payloads import POSTED, snowflake, v2_tweet
from tests.fakes.dynamodb_table import FakeTable

SEA, SKY = Query("SEARCH_QUERIES, sea", "sea"), Query("SEARCH_QUERIES, sky", "sky")


class Time:
    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


class RulesApi:
    """X's rules; refuses what is in `refused`."""

    def __init__(self, *rules, refused=()):
        self.rules = list(rules)
        self.refused = refused
        self.asked = []

    def ask(self, method, path, body=None):
        assert path == PATH
        self.asked.append((method, body))
        if method == "GET":
            return {"data": [vars(rule) for rule in self.rules]} if self.rules else {"meta": {"result_count": 0}}
        if "delete" in body:
            self.rules = [rule for rule in self.rules if rule.id not in body["delete"]["ids"]]
            return {"meta": {"summary": {"deleted": len(body["delete"]["ids"])}}}
        errors = [
            {"title": "UnprocessableEntity", "value": rule["value"], "details": ["no viable alternative"]}
            for rule in body["add"]
            if rule["value"] in self.refused
        ]
        for rule in body["add"]:
            if rule["value"] not in self.refused:
                self.rules.append(Rule(str(100 + len(self.asked)), rule["value"], rule["tag"]))
        return {"errors": errors} if errors else {}


def test_what_is_missing_is_added_and_only_what_is_ours_is_deleted():
    old, own, same = Rule("1", "old", MARK + "x"), Rule("2", "cats", "mine"), Rule("3", "sky", "mine")

    assert changes([old, own, same], [SEA, SKY]) == Changes([SEA], ["1"])


def test_the_rules_fit_after_synchronising_and_a_second_time_changes_nothing():
    api: Any = RulesApi(Rule("1", "old", MARK + "x"), Rule("2", "cats", "mine"), Rule("3", "sky", "mine"))

    known = synchronise(api, [SEA, SKY])

    added = next(rule for rule in api.rules if rule.value == "sea")
    assert api.rules == [Rule("2", "cats", "mine"), Rule("3", "sky", "mine"), Rule(added.id, "sea", MARK + SEA.hash)]
    assert known == {"3": "sky", added.id: "sea"}
    api.asked.clear()
    assert synchronise(api, [SEA, SKY]) == known
    assert {method for method, _ in api.asked} == {"GET"}


def test_a_rule_that_x_refuses_is_named_by_its_setting():
    api: Any = RulesApi(refused=("sky",))

    with pytest.raises(PermanentError, match=r"SEARCH_QUERIES, sky: UnprocessableEntity no viable alternative"):
        synchronise(api, [SEA, SKY])


def test_pauses_follow_the_ladder_of_each_kind_of_failure():
    def ladder(fail, count):
        pauses = Pauses(Time(), Time())
        return [fail(pauses) or pauses.connecting() for _ in range(count)]

    network = ladder(Pauses.network_failed, 40)
    assert network[:4] == [0, 0.25, 0.5, 0.75]
    assert network[-1] <= max(network) <= 16
    assert ladder(Pauses.http_failed, 8) == [5, 10, 20, 40, 80, 160, 320, 320]
    assert ladder(lambda pauses: pauses.rate_limited(None), 6) == [60, 120, 240, 480, 960, 960]
    assert ladder(lambda pauses: pauses.rate_limited(1300), 2) == [300, 300]
    assert ladder(lambda pauses: pauses.rate_limited(10**12), 1) == [60]


def test_the_network_ladder_ends_at_16_seconds():
    time = Time()
    pauses = Pauses(time, time)
    for _ in range(80):
        pauses.network_failed()
        time.now += 1000
        last = pauses.connecting()

    assert last == 16


def test_a_stream_that_runs_begins_every_ladder_anew():
    pauses = Pauses(Time(), Time())
    for _ in range(3):
        pauses.http_failed()
    pauses.reset()

    assert pauses.connecting() == 0
    pauses.http_failed()
    assert pauses.connecting() == 5


@given(st.lists(st.floats(0, 100), min_size=MOST_CONNECTS, max_size=200))
def test_connects_are_never_more_than_x_allows(lives):
    time = Time()
    pauses, connects = Pauses(time, time), []
    for life in lives:
        pauses.reset()
        time.now += pauses.connecting()
        connects.append(time.now)
        time.now += life

    for first, one_more in zip(connects, connects[MOST_CONNECTS:], strict=False):
        assert one_more - first >= CONNECTS_WINDOW_S - 1e-6


def test_the_watch_ends_a_connection_after_25_seconds_without_a_line_break():
    time = Time()
    watch = Watch(time)
    time.now += SILENCE_S
    watch.hear(b"")
    watch.hear(b"\r\n")
    time.now += SILENCE_S
    watch.hear(b"")
    time.now += 1

    with pytest.raises(DisconnectedError, match="silent for 26 s"):
        watch.hear(b"")


@given(st.lists(st.binary(max_size=8).filter(lambda line: b"\n" not in line)), st.data())
def test_lines_are_the_same_however_they_are_cut(written, data):
    text = b"".join(line + b"\r\n" for line in written) + b"cut off"
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)))))
    lines = Lines()

    found = []
    for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True):
        found += lines.feed(text[start:end])

    assert found == [line.strip() for line in written if line.strip()]


def test_a_line_without_end_ends_the_connection():
    with pytest.raises(DisconnectedError, match="without a line break"):
        Lines().feed(b"x" * (MAX_LINE_BYTES + 1))


@pytest.fixture
def time():
    return Time()


@pytest.fixture
def table():
    return FakeTable()


@pytest.fixture
def posts(delivered, time, table):
    budget = MonthlyAllowance(table, "x", 3, lambda: POSTED)
    made = StreamPosts(delivered.put, delivered.keep, budget, Progress(), lambda: POSTED, time)
    made.name_queries({"7": "sea has:images"})
    return made


def line_of(number, *rules):
    return json.dumps({"data": v2_tweet(number), "matching_rules": list(rules)}).encode()


def test_a_post_has_the_query_whose_rule_found_it_or_the_tag_of_somebody_elses(posts, delivered):
    posts.take(line_of(0, {"id": "9", "tag": "mine"}, {"id": "7", "tag": "photolake 1"}))
    posts.take(line_of(1, {"id": "9", "tag": "mine"}))
    posts.take(line_of(2))
    posts.deliver()

    assert [row["matched_query"] for row in delivered.rows] == ["sea has:images", "mine", None]


def test_posts_are_delivered_when_they_are_many_or_5_seconds_old(posts, delivered, time, table):
    posts.take(line_of(0))
    posts.deliver_if_due()
    assert delivered.rows == []
    time.now += LONGEST_S
    posts.deliver_if_due()
    assert len(delivered.rows) == 1

    for number in range(MOST_LINES):
        posts.deliver_if_due()
        posts.take(line_of(number))
    with pytest.raises(UsedUpError):
        posts.deliver_if_due()

    assert len(delivered.rows) == 1 + MOST_LINES
    assert table.items["budget#x#2026-11"]["posts"] == 1 + MOST_LINES


def test_what_cannot_be_delivered_is_held_and_counted_once(posts, delivered, table):
    posts.take(line_of(0))

    def refuse():
        raise OSError

    delivered.before_put = refuse
    with pytest.raises(OSError):  # noqa: PT011 (the fake's own)
        posts.deliver()
    delivered.before_put = lambda: None
    posts.deliver()
    posts.deliver()

    assert len(delivered.rows) == 1
    assert table.items["budget#x#2026-11"]["posts"] == 1


@pytest.mark.parametrize(
    "line",
    [b"{", b"\xff\xfe", b"[" * 100_000, b"3", b'{"data": {"text": "no id"}}', b'{"hello": 1}'],
    ids=["cut", "no UTF-8", "deep", "number", "no id", "unknown"],
)
def test_a_malformed_line_is_kept_as_it_came_and_harms_no_other(line, posts, delivered):
    posts.take(line)
    posts.take(line_of(0))
    posts.deliver()
    posts.take(line)
    posts.deliver()

    assert len(delivered.rows) == 1
    assert [(place, refused.raw) for place, [refused] in delivered.malformed] == [("x/stream", line)] * 2


def test_a_post_that_cannot_be_delivered_is_kept_as_malformed_and_holds_up_no_other(posts, delivered):
    delivered.unfit = {snowflake(1)}
    for number in range(3):
        posts.take(line_of(number))
    posts.deliver()

    assert delivered.ids == [snowflake(0), snowflake(2)]
    [(place, [refused])] = delivered.malformed
    assert (place, refused.message) == ("x/stream", f"post {snowflake(1)}: too large")


def test_a_message_of_x_ends_the_connection(posts):
    message = {"title": "operational-disconnect", "disconnect_type": "UpstreamOperationalDisconnect", "detail": "bye"}

    with pytest.raises(RetryableError, match="operational-disconnect, UpstreamOperationalDisconnect, bye"):
        posts.take(json.dumps({"errors": [message]}).encode())
    with pytest.raises(RetryableError, match="TooManyConnections"):
        posts.take(b'{"title": "ConnectionException", "connection_issue": "TooManyConnections"}')
    with pytest.raises(PermanentError, match="sells no more posts"):
        posts.take(
            b'{"errors": [{"title": "UsageCapExceeded", "type": "https://api.twitter.com/2/problems/usage-capped"}]}'
        )


def test_a_post_beside_which_x_tells_of_errors_is_a_post(posts, delivered):
    posts.take(json.dumps({"data": v2_tweet(), "errors": [{"title": "Not Found Error"}]}).encode())
    posts.deliver()

    assert len(delivered.rows) == 1
