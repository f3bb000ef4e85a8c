"""What the saved queries read: each asked on a Trino server about a period, with the bytes that it took from S3."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.conformance.trino_server import REQUESTER

if TYPE_CHECKING:
    from photolake.athena_schema.sql_files import Statement
    from tests.conformance.lakes import Lake
    from tests.conformance.trino_server import TrinoServer

# By default Trino reads small files whole, joins near ranges, and does not wait for what a join says about the days of
# its other side; without that only what a query needs counts, and the same each time. Athena's settings are unknown.
EXACT_BYTES = {
    "parquet.small-file-threshold": "0B",
    "parquet.max-merge-distance": "0B",
    "hive.dynamic-filtering.wait-timeout": "10s",
}
_WORDS = {"name": "van gogh", "words": "off", "image_id": "0" * 64}


@dataclass(frozen=True)
class Period:
    """The days asked about, both included."""

    since: dt.date
    until: dt.date


@dataclass(frozen=True)
class Scan:
    """What one query came to.

    `bytes` is Trino's physicalInputBytes. Of them `footers` went for the last 48 KiB of each Parquet object, which
    Trino asks for at once to find the footer, the rest for columns. `requests` are those to S3.
    """

    rows: int
    bytes: int
    footers: int
    seconds: float
    requests: int = 0


class Scanner:
    """Asks saved queries of lakes that lie on one laptop cloud."""

    def __init__(self, trino: TrinoServer, show: Callable[[str], None] = lambda _: None) -> None:
        """`trino` was started with EXACT_BYTES; `show` gets a line for each query."""
        self._trino = trino
        self._show = show

    def scans(self, lake: Lake, period: Period) -> dict[str, Scan]:
        """Every saved query's scan, by its name."""
        queries = lake.statements("queries")
        scans = {}
        for number, query in enumerate(queries, 1):
            self._show(f"{lake.database}, {period.since} to {period.until}: {query.name}, {number} of {len(queries)}")
            scans[query.name] = self._scan(lake, query, period)
        return scans

    def photo_bytes_of_deletion_rule(self, lake: Lake) -> int:
        """Bytes of photos/ read for a question about images alone: to find those that only deleted posts show."""
        requests = lake.services.requests.watch()
        with requests:
            self._trino.query("select max(width) from image_analyses", lake.database)
        read = (entry for entry in requests.by(REQUESTER).entries if entry["key"].startswith("photos/"))
        return sum(entry["bytes_sent"] for entry in read)

    def _scan(self, lake: Lake, query: Statement, period: Period) -> Scan:
        started = time.perf_counter()
        requests = lake.services.requests.watch()
        with requests:
            answer = self._trino.query(_fill_in_parameters(query, period), lake.database)
        seconds = time.perf_counter() - started
        entries = requests.by(REQUESTER).entries
        footers = sum(entry["bytes_sent"] for entry in entries if (entry["range"] or "").startswith("bytes=-"))
        return Scan(len(answer.rows), answer.statistics["physicalInputBytes"], footers, seconds, len(entries))


def _fill_in_parameters(query: Statement, period: Period) -> str:
    """The statement with its parameters."""
    values = {**_WORDS, "since": period.since.isoformat(), "until": period.until.isoformat()}
    literals = [parameter.literal(values[parameter.name]) for parameter in query.parameters]
    quoted = query.body.replace("'", "''")
    return f"execute immediate '{quoted}' using {', '.join(literals)}" if literals else query.body
