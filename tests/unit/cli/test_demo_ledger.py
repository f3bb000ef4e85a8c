"""The demo's account must not balance when something is lost or counted twice."""

from contextlib import nullcontext
from typing import Any

import pytest
from typer.testing import CliRunner

from photolake_cli import laptop, main
from photolake_cli.collect.tally import Tally
from photolake_cli.demo import input as demo_input
from photolake_cli.demo import ledger
from photolake_cli.demo import run as demo_run
from photolake_cli.demo.input import DemoInput
from photolake_cli.query.result import Column, QueryResult


class FakeQueryClient:
    """Answers by the first words that a statement contains."""

    def __init__(self, **answers):
        self.answers = answers

    def run(self, sql):
        name = next(name for name in self.answers if name in sql)
        rows = self.answers[name]
        columns = [Column(key, "bigint" if isinstance(value, int) else "varchar") for key, value in rows[0].items()]
        return QueryResult(columns, iter([[[str(value) for value in row.values()] for row in rows]]))

    def find_saved(self, name):
        return name

    run_saved = run


def tally(ids, rejected=0):
    counted = Tally("posts.jsonl", sent=len(ids), rejected=rejected)
    for post_id in ids:
        counted.ids.add(post_id)
    return counted


@pytest.mark.parametrize(
    ("in_view", "in_lake", "is_balanced"),
    [(3, 2, True), (2, 2, False), (4, 2, False), (3, 1, False)],
    ids=["all there", "a post lost", "a post counted twice", "a rejected record lost"],
)
def test_the_account_of_posts_balances_only_if_nothing_is_lost_or_counted_twice(in_view, in_lake, is_balanced):
    client: Any = FakeQueryClient(tweets=[{"posts": in_view}])

    balance = ledger.balance_posts([tally([1, 2, 2], rejected=1), tally([2, 3], rejected=1)], client, in_lake)

    assert balance.input.total == 7
    assert balance.is_balanced is is_balanced


@pytest.mark.parametrize(("rows", "is_balanced"), [(5, True), (4, False), (6, False)])
def test_the_account_of_photos_balances_only_if_each_has_one_row(rows, is_balanced):
    statuses = [{"status": "ok", "photos": 2}, {"status": "duplicate", "photos": rows - 2}]
    client: Any = FakeQueryClient(raw_tweets=[{"photos": 5}], tweet_photos=statuses)

    assert ledger.balance_photos(client, "photolake_landing").is_balanced is is_balanced


def test_calls_are_compared_with_what_the_services_counted():
    old = [{"api": "DetectSentiment", "calls": 300}, {"api": "DetectLabels", "calls": 90}]
    client: Any = FakeQueryClient(calls_of_2019=old)
    counted = {"comprehend.BatchDetectSentiment": 8, "comprehend.BatchDetectSentiment.documents": 120}

    assert ledger.compare_calls(client, counted) == [("DetectSentiment", 300, 120), ("DetectLabels", 90, 0)]


def test_a_call_that_was_sent_again_is_counted_apart():
    counted = {
        "rekognition.DetectText": 19,
        "rekognition.DetectText.sent_again": 2,
        "comprehend.BatchDetectEntities.sent_again": 1,
    }
    client: Any = FakeQueryClient(calls_of_2019=[{"api": "DetectText", "calls": 90}])

    assert ledger.count_sent_again(counted) == 3
    assert ledger.compare_calls(client, counted) == [("DetectText", 90, 19)]


@pytest.mark.parametrize(("balanced", "status"), [(True, 0), (False, 1)])
def test_the_demo_fails_if_the_account_does_not_balance(balanced, status, monkeypatch, tmp_path):
    monkeypatch.setattr(demo_input, "write_synthetic_input", lambda folder: DemoInput(tmp_path, tmp_path))
    monkeypatch.setattr(laptop, "launch_laptop", nullcontext)
    monkeypatch.setattr(demo_run, "run_demo", lambda *arguments: balanced)

    assert CliRunner().invoke(main.app, ["demo", "--state", str(tmp_path)]).exit_code == status
