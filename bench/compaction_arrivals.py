"""A lake of 60 days compacted while rows arrive: what the views show before and after, and what became of the objects.

`python -m bench.compaction_arrivals`. Rows of a second lake arrive in days that are just being written anew, until the
compaction is over. Then every view must show the rows of both.
"""

from __future__ import annotations

import argparse
import datetime as dt
import itertools
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from photolake.lake.compaction import CompactionRules
from photolake.lake.compactor import Compactor
from photolake.lake.partition_objects import PartitionObjects
from tests.synthetic_lake.rows import synthetic_lake
from tests.synthetic_lake.warehouse import BUCKET, TABLES, Warehouse, open_warehouse

if TYPE_CHECKING:
    from tests.synthetic_lake.rows import Lake

POSTS_A_DAY, OBJECTS_A_DAY = 20, 6
WORKERS = 2
VIEWS = {"posts": "tweets", "photos": "tweet_photos", "analyses": "image_analyses"}
KEYS = {"posts": "id", "photos": "source_key", "analyses": "image_id"}


def run_benchmark(days: int, folder: Path) -> None:
    """Compact a lake of so many days while rows arrive, and print what came of it."""
    first = dt.datetime.now(dt.UTC).date() - dt.timedelta(days=days)
    now = dt.datetime.now(dt.UTC)
    posts = days * POSTS_A_DAY
    # Another number of posts has other ids, and another seed has other images: an image has one day.
    there = synthetic_lake(posts, posts // 4, first, days)
    arriving = synthetic_lake(posts * 3 // 2, posts * 3 // 8, first, days, seed=8)
    with open_warehouse(folder, now) as warehouse:
        warehouse.create_views(*VIEWS.values())
        _land(warehouse, there, days)
        objects = PartitionObjects(warehouse._s3, BUCKET)
        rules = CompactionRules(2, dt.timedelta(), None, dt.timedelta(), first)
        compactor = Compactor(objects, warehouse.build_rewriter(lambda: now), rules, lambda: now, workers=WORKERS)
        over = threading.Event()
        arrived: list[tuple[str, list[Any]]] = []
        arrivals = threading.Thread(target=_let_arrive, args=(warehouse, _list_arrivals(arriving, days), over, arrived))
        started = time.perf_counter()
        arrivals.start()
        tally = compactor.run(lambda: True)
        seconds = time.perf_counter() - started
        over.set()
        arrivals.join()
        later = CompactionRules(2, dt.timedelta(), None, dt.timedelta(), first)
        for _ in range(2):  # what arrived late, and then what that has replaced
            Compactor(objects, warehouse.build_rewriter(_future), later, _future, workers=WORKERS).run(lambda: True)
        print(f"{len(tally.rewrites)} days of tables in {seconds:.0f} s, {len(tally.failures)} failed; meanwhile")
        print(f"{len(arrived)} objects with {sum(len(rows) for _, rows in arrived):,} rows arrived.")
        print(f"{tally.count('objects_before'):,} objects became {tally.count('objects_after'):,},")
        print(f"{tally.count('bytes_before') / 1e6:.1f} MB became {tally.count('bytes_after') / 1e6:.1f} MB.")
        for table, view in VIEWS.items():
            print(_compare(warehouse, table, view, there, arrived))


def _future() -> dt.datetime:
    return dt.datetime.now(dt.UTC) + dt.timedelta(hours=2)


def _land(warehouse: Warehouse, lake: Lake, days: int) -> None:
    for table, day in itertools.product(TABLES, range(days)):
        rows = list(getattr(lake, table).on(day))
        for number in range(OBJECTS_A_DAY):
            warehouse.land(table, rows[number::OBJECTS_A_DAY], f"{number}")


def _list_arrivals(lake: Lake, days: int) -> Iterator[tuple[str, list[Any]]]:
    """The newest days first, as the compactor takes them."""
    for day, table in itertools.product(reversed(range(days)), TABLES):
        if rows := list(getattr(lake, table).on(day)):
            yield table, rows


def _let_arrive(
    warehouse: Warehouse,
    arrivals: Iterator[tuple[str, list[Any]]],
    over: threading.Event,
    arrived: list[tuple[str, list[Any]]],
) -> None:
    for number, (table, rows) in enumerate(arrivals):
        if over.is_set():
            return
        warehouse.land(table, rows, f"arrived-{number:05}")
        arrived.append((table, rows))


def _compare(
    warehouse: Warehouse, table: str, view: str, there: Lake, arrived: list[tuple[str, list[Mapping[str, Any]]]]
) -> str:
    key = KEYS[table]
    expected = defaultdict(int, {str(row[key]): 1 for row in getattr(there, table)})
    expected.update((str(row[key]), 1) for name, rows in arrived if name == table for row in rows)
    landing = warehouse.ask(f"select cast({key} as varchar), count(*) from photolake_landing.{table} group by 1").rows
    shown = warehouse.ask(f"select count(*), count(distinct {key}) from {view}").rows[0]
    lost = expected.keys() - {found for found, _ in landing}
    more = sum(int(count or 0) > 1 for _, count in landing)
    if lost or shown[0] != shown[1]:
        raise SystemExit(f"bench: {table}: {len(lost)} rows are lost, {view} shows {shown[0]} rows of {shown[1]} keys")
    return f"{table}: {len(expected):,} keys, none lost, {more} of them in more than one row; {view} shows each once."


def main() -> None:
    """Measure at the scale of the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.compaction_arrivals", description=__doc__)
    parser.add_argument("--days", type=int, default=60)
    with tempfile.TemporaryDirectory() as folder:
        run_benchmark(parser.parse_args().days, Path(folder))


if __name__ == "__main__":
    main()
