"""One synthetic lake written three ways: JSON lines in the manner of 2019, and Parquet by the hour and by the day.

2019 is what Firehose wrote for the pipeline of the AWS blog: uncompressed JSON lines that no partition tells apart. Its
lines hold no nulls here, and lie in few large objects, both in its favour. The Parquet objects come from the code of
the laptop's Firehose.
"""

from __future__ import annotations

import itertools
import json
import multiprocessing
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3

from laptop_cloud.server.aws_clients import CREDENTIAL, REGION
from laptop_cloud.services.firehose.column_types import read_columns
from laptop_cloud.services.firehose.conversion import read_rows, write_parquet
from laptop_cloud.services.glue_defaults import add_glue_defaults
from tests.conformance import lakes
from tests.resolved_template import table_input
from tests.synthetic_lake.rows import synthetic_lake

if TYPE_CHECKING:
    from tests.synthetic_lake.plan import Plan

TABLES = {"posts": "PostsTable", "photos": "PhotosTable", "analyses": "AnalysesTable"}


@dataclass(frozen=True)
class Layout:
    """A way to keep the rows; the name is the stack's and its database's."""

    name: str
    title: str
    objects_a_day: int
    is_parquet: bool = True


OF_2019 = Layout("of_2019", "2019: JSON lines", 1, is_parquet=False)
# The collector runs once an hour by default, so Firehose has something to write once an hour.
HOURLY = Layout("hourly", "an object an hour", 24)
DAILY = Layout("daily", "an object a day", 1)
# As the hourly one, until bench/compaction.py runs the compactor.
COMPACTED = Layout("compacted", "compacted", 24)
LAYOUTS = (OF_2019, HOURLY, COMPACTED, DAILY)


@dataclass(frozen=True)
class Stored:
    """What a table's rows take in one layout."""

    objects: int
    bytes: int


@dataclass(frozen=True)
class Written:
    """A lake on the laptop cloud in each layout, by the layout's name, and what its tables take there."""

    lakes: Mapping[str, lakes.Lake]
    stored: Mapping[tuple[str, str], Stored]


def write_lakes(services: lakes.Services, plan: Plan) -> Written:
    """Create the lakes with their views, and write every day of the synthetic rows in each layout."""
    created = {layout.name: _create_lake(services, layout, plan) for layout in LAYOUTS}
    buckets = {name: lake.bucket for name, lake in created.items()}
    objects: Counter[tuple[str, str]] = Counter()
    sizes: Counter[tuple[str, str]] = Counter()
    # Not forked: this process has threads.
    with ProcessPoolExecutor(os.cpu_count(), multiprocessing.get_context("spawn")) as pool:
        days = range(plan.days)
        shared = [itertools.repeat(value) for value in (plan, services.endpoint, buckets)]
        for written in pool.map(_write_day, days, *shared):
            for table, put in written:
                objects[table] += 1
                sizes[table] += put
    return Written(created, {table: Stored(objects[table], sizes[table]) for table in sizes})


def _create_lake(services: lakes.Services, layout: Layout, plan: Plan) -> lakes.Lake:
    lake = lakes.create_lake(services, layout.name, plan.first_day.isoformat())
    if not layout.is_parquet:
        glue = services.client("glue")
        for table in TABLES:
            glue.update_table(DatabaseName=lake.landing, TableInput=_build_table_of_2019(table, lake.bucket))
    lake.create_views()
    return lake


def _build_table_of_2019(table: str, bucket: str) -> Any:
    """The table over JSON lines without partitions: the same columns, and `dt` as one of them."""
    raw, ours = table_input("RawTweetsTable"), table_input(TABLES[table])
    columns = [*ours["StorageDescriptor"]["Columns"], *ours["PartitionKeys"]]
    return add_glue_defaults(
        {
            "Name": table,
            "TableType": "EXTERNAL_TABLE",
            "Parameters": {"classification": "json", "EXTERNAL": "TRUE"},
            "PartitionKeys": [],
            "StorageDescriptor": {
                **raw["StorageDescriptor"],
                "Location": f"s3://{bucket}/{table}/",
                "Columns": columns,
            },
        }
    )


def _write_day(day: int, plan: Plan, endpoint: str, buckets: Mapping[str, str]) -> list[tuple[tuple[str, str], int]]:
    """Write one day in each layout; returns each object's table and size."""
    lake = synthetic_lake(plan.posts, plan.images, plan.first_day, plan.days, plan.seed)
    s3 = boto3.client(
        "s3", REGION, endpoint_url=endpoint, aws_access_key_id=CREDENTIAL, aws_secret_access_key=CREDENTIAL
    )
    put: list[tuple[tuple[str, str], int]] = []
    for table in TABLES:
        rows = list(getattr(lake, table).on(day))
        for layout, key, body in _build_objects(table, rows):
            s3.put_object(Bucket=buckets[layout.name], Key=key, Body=body)
            put.append(((layout.name, table), len(body)))
    return put


def _build_objects(table: str, rows: Sequence[Mapping[str, Any]]) -> Iterator[tuple[Layout, str, bytes]]:
    day = rows[0]["dt"]
    yield OF_2019, f"{table}/{day}.json", b"".join(_build_line(row) for row in rows)
    columns = read_columns(table_input(TABLES[table]))
    fitted = read_rows(b"".join(map(_build_line, rows)), columns)
    for layout in (HOURLY, COMPACTED, DAILY):
        for number, part in enumerate(_split_rows(fitted, layout.objects_a_day)):
            yield layout, f"{table}/dt={day}/{number:02d}.parquet", write_parquet(part, columns)


def _build_line(row: Mapping[str, Any]) -> bytes:
    present = {name: value for name, value in row.items() if value is not None}
    return json.dumps(present, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _split_rows(rows: Sequence[Any], count: int) -> Iterable[Sequence[Any]]:
    edges = [len(rows) * number // count for number in range(count + 1)]
    return (rows[start:end] for start, end in itertools.pairwise(edges) if end > start)
