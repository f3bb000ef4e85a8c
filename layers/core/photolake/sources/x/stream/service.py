"""The filtered stream, put together: one way for the command and for the container."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from photolake.collect.budgets import MonthlyAllowance, RunAllowance
from photolake.collect.landing import LandingSettings, collection_into
from photolake.sources.x.search_api import RecentSearch, x_client
from photolake.sources.x.search_source import SearchSource
from photolake.sources.x.source import XSettings, checked_url
from photolake.sources.x.stream.backoff import Pauses
from photolake.sources.x.stream.batcher import Progress, StreamPosts
from photolake.sources.x.stream.connection import StreamApi
from photolake.sources.x.stream.gap_filler import Gap
from photolake.sources.x.stream.runner import StreamRun

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

    from photolake.collect.runner import Collection
    from photolake.sources.x.queries import Query


@dataclass(frozen=True)
class StreamSettings(LandingSettings, XSettings):
    """What to stream and where to; the names are those of the collector's environment."""


@dataclass(frozen=True)
class Streaming:
    """What a run needs: `url` is X itself, or something that answers like it; `budget` is that of the search, too."""

    token: str
    url: str
    queries: Sequence[Query]
    budget: MonthlyAllowance
    collection: Collection

    def run(self, progress: Progress, tell: Callable[[str], None], stop: threading.Event) -> None:
        """Follow the stream until `stop` is set or the month is used up (see StreamRun.run); `tell` is for people."""
        url = checked_url(self.url)
        posts = StreamPosts(self.collection.deliver, self.collection.keep_malformed, self.budget, progress)
        client = x_client(self.token, url)
        # A limit for each run is one for runs that come again; this one is limited by the month alone.
        unlimited = RunAllowance(sys.maxsize)
        sources = [SearchSource(RecentSearch(client, query), self.budget, unlimited) for query in self.queries]
        gap = Gap(sources, self.collection, progress, tell, stop.is_set)
        api = StreamApi(self.token, url)
        StreamRun(api, self.queries, posts, gap, Pauses(), progress, tell, stop).run()


def streaming(
    settings: StreamSettings, token: str, client: Callable[..., Any], table: Callable[[str], Table]
) -> Streaming:
    """The stream that the settings ask for; `client` makes an AWS client, `table` gives a DynamoDB table by name."""
    budget = MonthlyAllowance(table(settings.checkpoint_table), "x", settings.monthly_post_budget)
    collection = collection_into(settings, client, table)
    return Streaming(token, settings.x_api_url, settings.queries(), budget, collection)
