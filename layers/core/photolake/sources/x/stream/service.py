"""Makes the filtered stream from its parts, for the command and for the container."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from photolake.collect.budgets import MonthlyBudget, PostMoney, RunBudget
from photolake.collect.landing import LandingSettings, make_collector
from photolake.collect.runs import RunStore
from photolake.sources.x.search_api import RecentSearch, make_x_client
from photolake.sources.x.source import PLATFORM, SearchSource, XSettings, raise_lost
from photolake.sources.x.stream.backoff import Backoff
from photolake.sources.x.stream.batcher import Batcher, Progress
from photolake.sources.x.stream.connection import StreamApi
from photolake.sources.x.stream.coverage import CoverageLog
from photolake.sources.x.stream.gap_filler import GapFiller
from photolake.sources.x.stream.runner import StreamParts, StreamRunner
from photolake.spending.batch import connect_ledger
from photolake.spending.purse import Purse

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

    from photolake.collect.runner import SourceCollector
    from photolake.sources.x.queries import Query
    from photolake.spending.ledger import SpendingLedger


@dataclass(frozen=True)
class StreamSettings(LandingSettings, XSettings):
    """What to stream and where to; the names are those of the collector's environment."""


@dataclass(frozen=True)
class XStream:
    """What a run needs: `url` is X's API, or a test server; `budget` is shared with the search."""

    token: str
    url: str
    queries: Sequence[Query]
    budget: MonthlyBudget
    ledger: SpendingLedger
    collector: SourceCollector
    runs: RunStore

    def run(self, progress: Progress, on_notice: Callable[[str], object], stop: threading.Event) -> None:
        """Follow the stream until `stop` is set or the month is used up: see StreamRunner.run."""
        client = make_x_client(self.token, self.url)
        # A budget for each run is meant for scheduled runs; this one is limited by the month alone.
        unlimited = RunBudget(sys.maxsize)
        money, search_money = (PostMoney(Purse(self.ledger, "x", raise_lost)) for _ in range(2))
        sources = [
            SearchSource(RecentSearch(client, query), self.budget, unlimited, money=search_money)
            for query in self.queries
        ]
        coverage = CoverageLog(self.runs, sources)
        collector = replace(self.collector, on_covered=coverage.note_searched)
        parts = StreamParts(
            Batcher(self.collector.stream, self.collector.rejected, self.budget, progress, money=money),
            GapFiller(sources, collector, progress, on_notice, stop.is_set),
            Backoff(),
            progress,
            coverage,
        )
        try:
            StreamRunner(StreamApi(self.token, self.url), self.queries, parts, on_notice, stop).run()
        finally:
            money.close()


def make_stream(
    settings: StreamSettings, token: str, make_client: Callable[..., Any], get_table: Callable[[str], Table]
) -> XStream:
    """Make the stream that the settings ask for; `make_client` makes a boto3 client of a service."""
    budget = MonthlyBudget(get_table(settings.checkpoint_table), PLATFORM, settings.monthly_post_budget)
    collector = make_collector(settings, make_client, get_table)
    ledger = connect_ledger(settings, get_table)
    runs = RunStore(make_client("s3"), settings.lake_bucket)
    return XStream(token, settings.checked_url(), settings.queries(), budget, ledger, collector, runs)
