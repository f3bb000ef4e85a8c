"""Rows a second of `photolake export` into a file, SQLite and PostgreSQL, and the memory it takes.

`python -m bench.export [rows]`, 100,000 by default, of 10 days: made-up rows of a view of 25 columns, and of one with
nested columns. They come from memory, so what Athena and the network take is not in the figures. Each run is a process
of its own.
"""

from __future__ import annotations

import datetime as dt
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from photolake_cli.export.run import ExportRequest, run_export
from photolake_cli.query.result import Column, QueryResult
from tests import postgresql_server
from tests.fakes.export_lake import ExportLake
from tests.resolved_template import ROOT

ROWS, DAYS, PAGE = 100_000, 10, 5000
FIRST_DAY = dt.date(2026, 3, 1)
NOW = dt.datetime(2026, 3, DAYS, 12, tzinfo=dt.UTC)
PLAIN = {
    "id": "bigint",
    **{f"text_{number}": "string" for number in range(12)},
    **{f"score_{number}": "double" for number in range(8)},
    "count": "bigint",
    "is_retweet": "boolean",
    "ts": "timestamp",
    "dt": "string",
}
NESTED = {**PLAIN, **{f"nested_{number}": "struct<id:bigint>" for number in range(5)}}
VALUES = {
    "bigint": "2030500000000000001",
    "string": "Fresh bread at the harbour",
    "double": "0.4596332013607025",
    "boolean": "true",
    "timestamp": "2026-03-01 10:00:00.000",
    "struct<id:bigint>": '{"id":7000031676,"name":"Account 4","labels":[{"name":"Bread","confidence":99.350898742}]}',
}


class LargeLake(ExportLake):
    """A view of many rows, made page by page."""

    def __init__(self, columns: dict[str, str], rows: int) -> None:
        """So many rows in all."""
        super().__init__(columns=columns)
        self._count = rows

    def run_export(self, sql: str, on_state: Callable[[str], None] = lambda _: None) -> QueryResult:
        """Answer the statements of an export."""
        columns = [Column(name, kind) for name, kind in self.columns.items()]
        return QueryResult(columns, iter(()) if ".deletions" in sql else self._make_pages())

    def _make_pages(self) -> Iterator[Sequence[Any]]:
        row = [VALUES[kind] for kind in self.columns.values()]
        for start in range(0, self._count, PAGE):
            day = FIRST_DAY + dt.timedelta(days=start * DAYS // self._count)
            yield [[str(number), *row[1:24], day.isoformat(), *row[25:]] for number in range(start, start + PAGE)]


def measure(to: str, columns: dict[str, str], rows: int) -> None:
    """Export once, and again into a database; print rows a second of time and of work, and the peak memory."""
    lake: Any = LargeLake(columns, rows)
    for again in ("", " again") if "://" in to else ("",):
        started, worked = time.perf_counter(), time.process_time()
        run_export(lake, lake, ExportRequest("tweets", to, full=bool(again)), ROOT / "athena/views", NOW)
        seconds, work = time.perf_counter() - started, time.process_time() - worked
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        kind = to.partition("://")[0] if "://" in to else Path(to).suffix[1:]
        rates = f"{rows / seconds:9,.0f} rows/s {rows / work:9,.0f} rows/CPU s"
        print(f"{kind + again:17} {len(columns)} columns {rates} {peak:5} MB")


def main() -> None:
    """Measure each target in a process of its own."""
    if len(sys.argv) > 2:
        measure(sys.argv[1], NESTED if sys.argv[3] == "nested" else PLAIN, int(sys.argv[2]))
        return
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    programs = postgresql_server.find_programs()
    for columns in ("plain", "nested"):
        with tempfile.TemporaryDirectory() as folder:
            targets = [f"{folder}/a.csv", f"{folder}/a.parquet", f"sqlite:///{folder}/a.db"]
            for to in targets:
                _run(to, rows, columns)
            if programs:
                with postgresql_server.running(programs) as url:
                    _run(url, rows, columns)


def _run(to: str, rows: int, columns: str) -> None:
    command = [sys.executable, "-m", "bench.export", to, str(rows), columns]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    print(done.stdout, end="", flush=True)


if __name__ == "__main__":
    main()
