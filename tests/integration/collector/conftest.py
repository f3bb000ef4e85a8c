"""Fixtures of X's source with the real tweepy, connected to a fake X over HTTP."""

import datetime as dt
from typing import Any

import pytest

from photolake.clock import utc_now
from photolake.collect.budgets import MonthlyBudget, RunBudget
from photolake.sources.x.queries import Query
from photolake.sources.x.search_api import RecentSearch, make_x_client
from photolake.sources.x.source import SearchSource
from tests.fakes.collect import checkpoints, delivered
from tests.fakes.dynamodb_table import FakeTable
from tests.fakes.x_search_server import FakeX

__all__ = ["checkpoints", "delivered"]


@pytest.fixture
def x():
    with FakeX() as fake:
        yield fake


@pytest.fixture
def run(x, checkpoints, delivered):
    def clock():
        return utc_now() + dt.timedelta(seconds=x.ahead_s)

    def read(token="token", text="sea has:images"):
        client = make_x_client(token, x.url, timeout_s=(5.0, 0.4 if "slow" in x.troubles else 5.0))
        search = RecentSearch(client, Query("SEARCH_QUERY", text), sleep=lambda seconds: None)
        table: Any = FakeTable()
        source = SearchSource(search, MonthlyBudget(table, "x", 0), RunBudget(1000), clock)
        collector = delivered.make_collector(checkpoints, clock)
        return collector.collect(source, lambda: True)

    return read
