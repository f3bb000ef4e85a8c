"""What a study kit says of a collection: figures from the lake's views, the settings of the stack, and prices."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Any

from photolake_cli.query.client import QueryFailedError

if TYPE_CHECKING:
    from photolake_cli.cloud import Cloud
    from photolake_cli.query.client import QueryClient

SQL = Path(__file__).parent / "sql"
TABLES = ("platforms", "queries", "languages", "text_statuses", "photo_statuses", "models", "image_errors", "deletions")
GAPS_VIEW = "collection_gaps"
# What decides which posts and photos are in the lake; a stack of another version may not have each.
SETTINGS = (
    "SearchQuery",
    "BlueskyKeywords",
    "ImageApis",
    "FacesAndCelebrities",
    "SampleRate",
    "PackEntities",
    "MonthlyBudget",
    "MonthlyPostBudget",
    "DailyImageBudget",
    "EarliestDate",
    "CustomLabelsModel",
)
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Figures:
    """The rows of each statement by its name; `gaps` is None for a lake that does not record them."""

    since: str
    until: str
    made_at: str
    photolake_version: str
    on_laptop: bool
    settings: Mapping[str, str]
    tables: Mapping[str, Sequence[Row]]
    gaps: Sequence[Row] | None
    costs: Sequence[Row]

    @property
    def posts(self) -> int:
        """Posts of all platforms."""
        return sum(row["posts"] for row in self.tables["platforms"])

    @property
    def images(self) -> int:
        """Images that were analysed."""
        return sum(row["images"] for row in self.tables["models"])

    @property
    def photos(self) -> int:
        """Photos of these posts, whatever became of them."""
        return sum(row["photos"] for row in self.tables["photo_statuses"])

    @property
    def deleted(self) -> int:
        """Posts that were collected, and deleted since."""
        return sum(row["posts"] for row in self.tables["deletions"])

    @property
    def usd(self) -> float:
        """What the analyses cost at list prices."""
        return sum(row["dollars"] or 0.0 for row in self.costs)


@dataclass
class StudyReader:
    """Asks the lake about the posts of the days from `since` to `until`; `scanned` are bytes of each query."""

    cloud: Cloud
    client: QueryClient
    since: dt.date
    until: dt.date
    on_state: Callable[[str], None] = lambda _: None
    scanned: list[int] = field(default_factory=list)

    def build(self, name: str) -> str:
        """Return a statement of `sql/` for these days."""
        return Template((SQL / f"{name}.sql").read_text(encoding="utf-8")).substitute(
            since=self.since.isoformat(),
            until=self.until.isoformat(),
            end=(self.until + dt.timedelta(days=1)).isoformat(),
            landing=self.cloud.values["LandingDatabaseName"],
        )

    def read_figures(self, now: dt.datetime) -> Figures:
        """Read everything but the ids."""
        tables = {name: self._read(name) for name in TABLES}
        return Figures(
            self.since.isoformat(),
            self.until.isoformat(),
            now.isoformat(timespec="seconds"),
            version("photolake"),
            self.cloud.on_laptop,
            {name: self.cloud.values[name] for name in SETTINGS if self.cloud.values.get(name)},
            tables,
            self._read_gaps(),
            self._read_costs(),
        )

    def read_ids(self) -> Iterator[tuple[str, str]]:
        """Yield platform and id of each post, in this order, while the rows arrive."""
        result = self.client.run_export(self.build("ids"), self.on_state)
        self.scanned.append(result.scanned_bytes)
        return ((str(platform), str(id_)) for platform, id_ in result.rows)

    def _read(self, name: str) -> list[dict[str, Any]]:
        self.on_state(f"asking for {name.replace('_', ' ')}")
        result = self.client.run_export(self.build(name), self.on_state)
        self.scanned.append(result.scanned_bytes)
        return result.records()

    def _read_gaps(self) -> list[dict[str, Any]] | None:
        """Return the gaps; None where no run has noted what it read, or the view is not there yet."""
        try:
            return self._read("gaps") or ([] if self._read("runs") else None)
        except QueryFailedError as error:
            if GAPS_VIEW not in str(error):
                raise
            return None

    def _read_costs(self) -> list[dict[str, Any]]:
        """Return the rows of the saved query of costs; none for a lake without it."""
        query = self.client.list_saved().get("cost_by_api")
        if query is None:
            return []
        self.on_state("asking for costs")
        days = [f"since={self.since.isoformat()}", f"until={self.until.isoformat()}"]
        result = self.client.run_saved(query, days)
        self.scanned.append(result.scanned_bytes)
        return result.records()
