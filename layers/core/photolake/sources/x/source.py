"""X's recent search, once for each query of the settings."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from photolake.collect.budgets import MonthlyAllowance, RunAllowance
from photolake.collect.source import NotSetUpError
from photolake.errors import SettingsError
from photolake.settings import Settings
from photolake.sources.x.queries import Query, queries_of
from photolake.sources.x.search_api import RecentSearch, x_client
from photolake.sources.x.search_source import SearchSource

if TYPE_CHECKING:
    from photolake.collect.registry import Surroundings

# The token goes with every request: in the clear only on this machine.
_URL = re.compile(r"https://[A-Za-z0-9.-]+(:[0-9]+)?/?|http://(127\.0\.0\.1|localhost):[0-9]+/?")


@dataclass(frozen=True)
class XSettings(Settings):
    """What to ask X for, and for how much a month; `x_api_url` is X itself, or something that answers like it."""

    checkpoint_table: str
    x_token_secret: str
    x_api_url: str
    search_query: str
    search_queries: str
    search_languages: tuple[str, ...]
    monthly_post_budget: int

    def queries(self) -> list[Query]:
        """What to ask for; SettingsError, naming the setting, if X would refuse a query."""
        return queries_of(self.search_query, self.search_queries, self.search_languages)


@dataclass(frozen=True)
class SearchSettings(XSettings):
    """What is a matter of the search alone."""

    max_posts_per_run: int


def sources(surroundings: Surroundings) -> list[SearchSource]:
    """A source for each query, all under the same limits; NotSetUpError without a token."""
    settings = SearchSettings.from_env()
    url = checked_url(settings.x_api_url)
    queries = settings.queries()
    token = surroundings.secret(settings.x_token_secret)
    if not token:
        raise NotSetUpError(f"X is skipped: put the bearer token into the secret {settings.x_token_secret}")
    client = x_client(token, url)
    budget = MonthlyAllowance(surroundings.table(settings.checkpoint_table), "x", settings.monthly_post_budget)
    run_allowance = RunAllowance(settings.max_posts_per_run)
    return [SearchSource(RecentSearch(client, query), budget, run_allowance) for query in queries]


def checked_url(url: str) -> str:
    """The URL of X_API_URL; SettingsError for one that the token must not be sent to."""
    if not _URL.fullmatch(url):
        raise SettingsError(f"X_API_URL: {url!r} is not of the form https://host")
    return url
