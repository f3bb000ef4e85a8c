"""What the demo found: the saved queries, the account, and the paid calls, each read once for tables and summary."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from laptop_cloud.engines.engine_set import EngineSet
from photolake_cli.demo import ledger

if TYPE_CHECKING:
    from photolake_cli.cloud import Cloud
    from photolake_cli.collect.tally import Tally
    from photolake_cli.query.client import QueryClient, SavedQuery

SHOWN_QUERIES = (
    "top_domains",
    "top_labels",
    "text_in_images",
    "faces",
    "ages_and_genders",
    "suspect_content",
    "top_celebrities",
    "sentiment_by_language",
    "photo_statuses",
)
# Those that only the full engine set has an answer to, shown after the others.
FULL_QUERIES = ("top_emotions",)
_LIMIT = re.compile(r"\blimit\s+(\d+)\s*$", re.IGNORECASE)


@dataclass(frozen=True)
class Answer:
    """What a saved query returned, under the question of its header; `is_limited`: there may be more rows."""

    question: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]
    is_limited: bool = False

    def records(self) -> list[dict[str, Any]]:
        """The rows by column."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]


@dataclass(frozen=True)
class Findings:
    """Answers by the name of the saved query in the order they are shown, accounts, and paid calls.

    `calls` has for each paid operation its name, the calls of the 2019 method, and ours. `models` names what stood in
    for each service.
    """

    answers: Mapping[str, Answer]
    balances: Sequence[ledger.Balance]
    calls: Sequence[tuple[str, int, int]]
    models: Mapping[str, str]
    engine: EngineSet = EngineSet.BASIC
    sent_again: int = 0
    """Calls that a function sent again because the answer took longer than it waits; each ran and counts once."""

    @property
    def is_balanced(self) -> bool:
        """Whether every post and photo is accounted for."""
        return all(balance.is_balanced for balance in self.balances)

    @property
    def total_calls(self) -> tuple[int, int]:
        """All paid calls: of the 2019 method, and ours."""
        return sum(old for _, old, _ in self.calls), sum(new for _, _, new in self.calls)


def read_findings(
    cloud: Cloud, client: QueryClient, tallies: Sequence[Tally], analysis: Mapping[str, Any], engine: EngineSet
) -> Findings:
    """Run the saved queries and settle the account; `analysis` is that part of the laptop cloud's status."""
    saved = client.list_saved()
    names = SHOWN_QUERIES + (FULL_QUERIES if engine is EngineSet.FULL else ())
    rejected = ledger.count_rejected(cloud.client("s3"), cloud.values["LakeBucketName"])
    return Findings(
        {name: _ask(client, saved[name]) for name in names},
        [
            ledger.balance_posts(tallies, client, rejected),
            ledger.balance_photos(client, cloud.values["LandingDatabaseName"]),
        ],
        ledger.compare_calls(client, analysis["calls"]),
        analysis["models"],
        engine,
        ledger.count_sent_again(analysis["calls"]),
    )


def _ask(client: QueryClient, query: SavedQuery) -> Answer:
    result = client.run_saved(query)
    rows = list(result.typed_rows())
    limit = _LIMIT.search(query.text)
    return Answer(query.description, result.column_names, rows, bool(limit and len(rows) >= int(limit[1])))
