"""X's source through tweepy itself, and a fake X at the other end of a connection."""

import datetime as dt
from typing import Any

import pytest

from photolake.clock import utc_now
from photolake.collect.budgets import MonthlyAllowance, RunAllowance
from photolake.collect.runner import Collection
from photolake.sources.x.queries import Query
from photolake.sources.x.search_api import RecentSearch, x_client
from photolake.sources.x.search_source import SearchSource
from tests.fakes.dynamodb_table import FakeTable
from tests.fakes.x_search_server import FakeX


@pytest.fixture
def x():
    with FakeX() as fake:
        yield fake


@pytest.fixture
def run(x, checkpoints, delivered):
    def clock():
        return utc_now() + dt.timedelta(seconds=x.ahead_s)

    def read(token="token", text="sea has:images"):
        client = x_client(token, x.url, timeout_s=(5.0, 0.4 if "slow" in x.troubles else 5.0))
        search = RecentSearch(client, Query("SEARCH_QUERY", text), sleep=lambda seconds: None)
        table: Any = FakeTable()
        source = SearchSource(search, MonthlyAllowance(table, "x", 0), RunAllowance(1000), clock)
        collection = Collection(checkpoints, delivered.put, delivered.keep, delivered.keep_deletions, clock)
        return collection.run(source, lambda: True)

    return read
