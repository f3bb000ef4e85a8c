"""The parts of the filtered stream, each without a wire."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photolake.collect.budgets import POST_MICROS, MonthlyBudget, PostMoney
from photolake.errors import BudgetExhaustedError, DisconnectedError, PermanentError, RetryableError
from photolake.sources.x.queries import Query
from photolake.sources.x.stream.backoff import CONNECTS_WINDOW_S, MAX_CONNECTS, Backoff
from photolake.sources.x.stream.batcher import MAX_LINES, MAX_WAIT_S, Batcher, Progress
from photolake.sources.x.stream.connection import MAX_LINE_BYTES, SILENCE_S, LineSplitter, SilenceTimer
from photolake.sources.x.stream.rules import MARK, PATH, Rule, RuleChanges, plan_changes, synchronise_rules
from tests.builders.x_payloads import POSTED, snowflake, v2_tweet
from tests.fakes.dynamodb_table import FakeTable
from tests.fakes.spending_table import FakeSpendingTable
from tests.unit.spending.test_purse import make_purse

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

    def request_json(self, method, path, body=None):
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

    assert plan_changes([old, own, same], [SEA, SKY]) == RuleChanges([SEA], ["1"])


def test_the_rules_fit_after_synchronising_and_a_second_time_changes_nothing():
    api: Any = RulesApi(Rule("1", "old", MARK + "x"), Rule("2", "cats", "mine"), Rule("3", "sky", "mine"))

    known = synchronise_rules(api, [SEA, SKY])

    added = next(rule for rule in api.rules if rule.value == "sea")
    assert api.rules == [Rule("2", "cats", "mine"), Rule("3", "sky", "mine"), Rule(added.id, "sea", MARK + SEA.hash)]
    assert known == {"3": "sky", added.id: "sea"}
    api.asked.clear()
    assert synchronise_rules(api, [SEA, SKY]) == known
    assert {method for method, _ in api.asked} == {"GET"}


def test_a_rule_that_x_refuses_is_named_by_its_setting():
    api: Any = RulesApi(refused=("sky",))

    with pytest.raises(PermanentError, match=r"SEARCH_QUERIES, sky: UnprocessableEntity no viable alternative"):
        synchronise_rules(api, [SEA, SKY])


def test_pauses_follow_the_ladder_of_each_kind_of_failure():
    def ladder(fail, count):
        pauses = Backoff(Time(), Time())
        return [fail(pauses) or pauses.start_connect() for _ in range(count)]

    network = ladder(Backoff.note_network_failure, 40)
    assert network[:4] == [0, 0.25, 0.5, 0.75]
    assert network[-1] <= max(network) <= 16
    assert ladder(Backoff.note_http_failure, 8) == [5, 10, 20, 40, 80, 160, 320, 320]
    assert ladder(lambda pauses: pauses.note_rate_limit(None), 6) == [60, 120, 240, 480, 960, 960]
    assert ladder(lambda pauses: pauses.note_rate_limit(1300), 2) == [300, 300]
    assert ladder(lambda pauses: pauses.note_rate_limit(10**12), 1) == [60]


def test_the_network_ladder_ends_at_16_seconds():
    time = Time()
    pauses = Backoff(time, time)
    for _ in range(80):
        pauses.note_network_failure()
        time.now += 1000
        last = pauses.start_connect()

    assert last == 16


def test_a_stream_that_runs_begins_every_ladder_anew():
    pauses = Backoff(Time(), Time())
    for _ in range(3):
        pauses.note_http_failure()
    pauses.reset()

    assert pauses.start_connect() == 0
    pauses.note_http_failure()
    assert pauses.start_connect() == 5


@given(st.lists(st.floats(0, 100), min_size=MAX_CONNECTS, max_size=200))
def test_connects_are_never_more_than_x_allows(lives):
    time = Time()
    pauses, connects = Backoff(time, time), []
    for life in lives:
        pauses.reset()
        time.now += pauses.start_connect()
        connects.append(time.now)
        time.now += life

    for first, one_more in zip(connects, connects[MAX_CONNECTS:], strict=False):
        assert one_more - first >= CONNECTS_WINDOW_S - 1e-6


def test_the_watch_ends_a_connection_after_25_seconds_without_a_line_break():
    time = Time()
    watch = SilenceTimer(time)
    time.now += SILENCE_S
    watch.check(b"")
    watch.check(b"\r\n")
    time.now += SILENCE_S
    watch.check(b"")
    time.now += 1

    with pytest.raises(DisconnectedError, match="silent for 26 s"):
        watch.check(b"")


@given(st.lists(st.binary(max_size=8).filter(lambda line: b"\n" not in line)), st.data())
def test_lines_are_the_same_however_they_are_cut(written, data):
    text = b"".join(line + b"\r\n" for line in written) + b"cut off"
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)))))
    lines = LineSplitter()

    found = []
    for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True):
        found += lines.split(text[start:end])

    assert found == [line.strip() for line in written if line.strip()]


def test_a_line_without_end_ends_the_connection():
    with pytest.raises(DisconnectedError, match="without a line break"):
        LineSplitter().split(b"x" * (MAX_LINE_BYTES + 1))


@pytest.fixture
def time():
    return Time()


@pytest.fixture
def table():
    return FakeTable()


@pytest.fixture
def posts(delivered, time, table):
    budget = MonthlyBudget(table, "x", 3, lambda: POSTED)
    made = Batcher(delivered, delivered, budget, Progress(), lambda: POSTED, time)
    made.queries = {"7": "sea has:images"}
    return made


def line_of(number, *rules):
    return json.dumps({"data": v2_tweet(number), "matching_rules": list(rules)}).encode()


def test_a_post_has_the_query_whose_rule_found_it_or_the_tag_of_somebody_elses(posts, delivered):
    posts.add(line_of(0, {"id": "9", "tag": "mine"}, {"id": "7", "tag": "photolake 1"}))
    posts.add(line_of(1, {"id": "9", "tag": "mine"}))
    posts.add(line_of(2))
    posts.deliver()

    assert [row["matched_query"] for row in delivered.rows] == ["sea has:images", "mine", None]


def test_posts_are_delivered_when_they_are_many_or_5_seconds_old(posts, delivered, time, table):
    posts.add(line_of(0))
    posts.deliver_if_due()
    assert delivered.rows == []
    time.now += MAX_WAIT_S
    posts.deliver_if_due()
    assert len(delivered.rows) == 1

    for number in range(MAX_LINES):
        posts.deliver_if_due()
        posts.add(line_of(number))
    with pytest.raises(BudgetExhaustedError):
        posts.deliver_if_due()

    assert len(delivered.rows) == 1 + MAX_LINES
    assert table.items["budget#x#2026-11"]["posts"] == 1 + MAX_LINES


def test_posts_are_delivered_and_the_stream_ends_when_the_month_has_no_money_for_more(delivered, table):
    spending = FakeSpendingTable()
    purse = make_purse(spending, total=150 * POST_MICROS, service="x")
    budget = MonthlyBudget(table, "x", 0, lambda: POSTED)
    batcher = Batcher(delivered, delivered, budget, Progress(), lambda: POSTED, lambda: 0.0, PostMoney(purse))
    batcher.check_budget()

    for number in range(50):
        batcher.add(line_of(number))
        batcher.deliver_if_due()
    assert delivered.rows == []

    batcher.add(line_of(50))  # 100 posts cannot be kept ready any more
    with pytest.raises(BudgetExhaustedError, match="the month's money for X is spent: raise MonthlyBudget"):
        batcher.deliver_if_due()
    purse.close()

    assert len(delivered.rows) == 51
    assert spending.spent == {"total": 51 * POST_MICROS, "x": 51 * POST_MICROS}


def test_what_cannot_be_delivered_is_held_and_counted_once(posts, delivered, table):
    posts.add(line_of(0))

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
    posts.add(line)
    posts.add(line_of(0))
    posts.deliver()
    posts.add(line)
    posts.deliver()

    assert len(delivered.rows) == 1
    assert [(place, refused.raw) for place, [refused] in delivered.rejected] == [("x/stream", line)] * 2


def test_a_post_that_cannot_be_delivered_is_kept_as_malformed_and_holds_up_no_other(posts, delivered):
    delivered.rejected_ids = {snowflake(1)}
    for number in range(3):
        posts.add(line_of(number))
    posts.deliver()

    assert delivered.ids == [snowflake(0), snowflake(2)]
    [(place, [refused])] = delivered.rejected
    assert (place, refused.message) == ("x/stream", f"post {snowflake(1)}: too large")


def test_a_message_of_x_ends_the_connection(posts):
    message = {"title": "operational-disconnect", "disconnect_type": "UpstreamOperationalDisconnect", "detail": "bye"}

    with pytest.raises(RetryableError, match="operational-disconnect, UpstreamOperationalDisconnect, bye"):
        posts.add(json.dumps({"errors": [message]}).encode())
    with pytest.raises(RetryableError, match="TooManyConnections"):
        posts.add(b'{"title": "ConnectionException", "connection_issue": "TooManyConnections"}')
    with pytest.raises(PermanentError, match="sells no more posts"):
        posts.add(
            b'{"errors": [{"title": "UsageCapExceeded", "type": "https://api.twitter.com/2/problems/usage-capped"}]}'
        )


def test_a_post_beside_which_x_tells_of_errors_is_a_post(posts, delivered):
    posts.add(json.dumps({"data": v2_tweet(), "errors": [{"title": "Not Found Error"}]}).encode())
    posts.deliver()

    assert len(delivered.rows) == 1
