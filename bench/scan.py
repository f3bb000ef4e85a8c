"""Bytes that each saved query reads: the layout of 2019 against ours, on the same rows, on one Trino server.

`python -m bench.scan`, with a Trino server as the conformance tests have it. Bytes are what Trino takes from S3: of a
Parquet object the footer and the chunks of the columns that a query needs, as Athena bills columns. Each query is asked
about the whole history and about its last week, by its parameters since and until; without partitions both read the
same, so the layout of 2019 is asked once. At a smaller scale (`--posts`) the days become fewer, not smaller, so the
ratios of the whole history stay.
"""

from __future__ import annotations

import argparse
import datetime as dt
import statistics
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from bench.compaction import compact, describe_costs, measure_again
from bench.layouts import COMPACTED, DAILY, HOURLY, LAYOUTS, OF_2019, TABLES, Layout, Written, write_lakes
from bench.scans import EXACT_BYTES, Period, Scan, Scanner
from photolake_cli.console import show_progress
from tests.conformance import lakes, trino_server
from tests.conformance.maven_download import ServerMissingError
from tests.conformance.trino_installation import installed
from tests.synthetic_lake.rows import synthetic_lake

if TYPE_CHECKING:
    from tests.synthetic_lake.plan import Plan
    from tests.synthetic_lake.rows import Lake

POSTS_A_DAY, IMAGES_A_POST, WEEK_DAYS = 200_000 / 60, 0.15, 7
WHOLE, WEEK = "whole history", "last week"
AIM = 0.1
Scans = Mapping[str, Scan]


def measure(scanner: Scanner, written: Written, plan: Plan, hourly: Sequence[str]) -> tuple[Scans, dict[str, Scans]]:
    """The scans in the layout of 2019, and in each of ours; `hourly` names the periods for the many small objects."""
    last = plan.first_day + dt.timedelta(days=plan.days - 1)
    week = Period(max(plan.first_day, last - dt.timedelta(days=WEEK_DAYS - 1)), last)
    periods = {WHOLE: Period(plan.first_day, last), WEEK: week}
    base = scanner.scans(written.lakes[OF_2019.name], periods[WHOLE])
    asked = [
        *((layout, name) for layout in (DAILY, COMPACTED) for name in (WHOLE, WEEK)),
        *((HOURLY, name) for name in hourly),
    ]
    ours: dict[str, Scans] = {}
    for layout, name in asked:
        scans = scanner.scans(written.lakes[layout.name], periods[name])
        if name == WHOLE:
            _expect_same_rows(base, scans)
        ours[name_column(layout, name)] = scans
    return base, ours


def name_column(layout: Layout, period: str) -> str:
    """The heading of what is read in a layout for a period."""
    return f"{layout.title},\n{period}"


def build_comparison(base: Scans, ours: Mapping[str, Scans]) -> Table:
    """The bytes of each query in 2019's layout, and in each of ours also as a ratio."""
    table = Table("query", "rows", "2019 MB", *(f"{name}\nMB, ratio" for name in ours), title="Bytes read")
    for query, scan in base.items():
        cells = (
            f"{scans[query].bytes / 1e6:8.2f}  {_compute_ratio(scans[query], scan):.3f}" for scans in ours.values()
        )
        table.add_row(query, f"{scan.rows:,}", f"{scan.bytes / 1e6:,.1f}", *cells)
    ratios = [[_compute_ratio(scans[query], base[query]) for query in base] for scans in ours.values()]
    reached = (sum(ratio <= AIM for ratio in column) for column in ratios)
    table.add_section()
    table.add_row("median", "", "", *(f"{statistics.median(column):.3f}" for column in ratios))
    table.add_row("largest", "", "", *(f"{max(column):.3f}" for column in ratios))
    table.add_row(f"at most {AIM}", "", "", *(f"{count} of {len(base)}" for count in reached))
    table.add_row("share of footers", "", "", *(f"{_compute_footer_share(scans):.0%}" for scans in ours.values()))
    table.add_row(
        "requests, all", "", f"{_sum_requests(base):,}", *(f"{_sum_requests(scans):,}" for scans in ours.values())
    )
    table.add_row(
        "seconds, all", "", f"{_sum_seconds(base):.0f}", *(f"{_sum_seconds(scans):.0f}" for scans in ours.values())
    )
    return table


def build_storage_table(written: Written) -> Table:
    """Show the size and number of objects of the tables in each layout."""
    table = Table("table", *(f"{layout.title}\nobjects, MB" for layout in LAYOUTS), title="Storage")
    for name in TABLES:
        kept = (written.stored[layout.name, name] for layout in LAYOUTS)
        table.add_row(name, *(f"{stored.objects:5,}  {stored.bytes / 1e6:8,.1f}" for stored in kept))
    return table


def describe_deletion_rule(scanner: Scanner, lake: lakes.Lake, deletions: Sequence[Mapping[str, object]]) -> str:
    """Describe what image_analyses reads to leave out images of deleted posts, before and after deletions exist."""
    before = scanner.photo_bytes_of_deletion_rule(lake)
    lake.delete_posts(deletions)
    after = scanner.photo_bytes_of_deletion_rule(lake)
    return (
        f"For deleted posts image_analyses reads {before / 1e6:.2f} MB of photos while there are none, "
        f"and {after / 1e6:.2f} MB when there are some ({DAILY.title})."
    )


def _compute_ratio(ours: Scan, base: Scan) -> float:
    return ours.bytes / base.bytes


def _compute_footer_share(scans: Scans) -> float:
    return sum(scan.footers for scan in scans.values()) / sum(scan.bytes for scan in scans.values())


def _sum_seconds(scans: Scans) -> float:
    return sum(scan.seconds for scan in scans.values())


def _sum_requests(scans: Scans) -> int:
    return sum(scan.requests for scan in scans.values())


def _expect_same_rows(base: Scans, ours: Scans) -> None:
    rows = {name: (scan.rows, ours[name].rows) for name, scan in base.items()}
    if different := {name: pair for name, pair in rows.items() if pair[0] != pair[1]}:
        raise SystemExit(f"bench: the layouts do not answer alike: {different}")


def run_benchmark(rows: Lake, hourly: Sequence[str], folder: Path, console: Console) -> None:
    """Write the rows in each layout, ask all the queries, and print the tables."""
    installation = installed()
    with lakes.running(folder / "services") as services:
        started = time.perf_counter()
        written = write_lakes(services, rows.plan)
        console.print(f"{rows.plan.posts:,} posts and {rows.plan.images:,} images of {rows.plan.days} days", end="")
        console.print(f", written in {time.perf_counter() - started:.0f} s")
        rewrites = compact(services, written.lakes[COMPACTED.name], rows.plan)
        written = measure_again(services, written)
        console.print(build_storage_table(written))
        with (
            trino_server.running(installation, services.endpoint, folder / "trino", EXACT_BYTES) as trino,
            show_progress("Asking", console) as show,
        ):
            scanner = Scanner(trino, show)
            base, ours = measure(scanner, written, rows.plan, hourly)
            console.print(build_comparison(base, ours))
            if WEEK in hourly:
                before, after = (ours[name_column(layout, WEEK)] for layout in (HOURLY, COMPACTED))
                console.print(describe_costs(rewrites, before.values(), after.values()))
            console.print(describe_deletion_rule(scanner, written.lakes[DAILY.name], rows.deletions))


def main() -> None:
    """Measure at the scale of the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.scan", description="Bytes read by each saved query.")
    parser.add_argument("--posts", type=int, default=200_000, help="3,333 a day, so 200,000 (default) are 60 days")
    periods = {"none": (), "week": (WEEK,), "all": (WEEK, WHOLE)}
    parser.add_argument("--hourly", choices=periods, default="week", help="what to ask where objects are small: slow")
    given = parser.parse_args()
    days = max(1, round(given.posts / POSTS_A_DAY))
    first_day = dt.datetime.now(dt.UTC).date() - dt.timedelta(days=days)
    rows = synthetic_lake(given.posts, round(given.posts * IMAGES_A_POST), first_day, days)
    with tempfile.TemporaryDirectory() as folder:
        try:
            run_benchmark(rows, periods[given.hourly], Path(folder), Console(width=150))
        except ServerMissingError as error:
            raise SystemExit(f"bench: {error}") from error


if __name__ == "__main__":
    main()
