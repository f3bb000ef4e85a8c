"""A lake written anew by the laptop's UNLOAD, as Trino reads it, and the query of that statement on Trino."""

import datetime
import re
import time
from itertools import chain

import pytest

from photolake.athena_schema.sql_files import group_by_dependency
from photolake.aws.athena import QueryRunner
from photolake.lake.landing_tables import LANDING_TABLES
from photolake.lake.partition_objects import PartitionObjects
from photolake.lake.rewrite_statement import build_rewrite_statement
from photolake.lake.rewriter import PartitionRewriter
from tests.conformance import lakes

VIEWS = ("tweets", "tweet_photos", "dropped_photos", "image_analyses")
UNLOAD = re.compile(r"^unload \(|\)\nto '.*", re.DOTALL)


@pytest.fixture(scope="module")
def written(services, rows, earliest):
    """A lake with every row in one of two objects a day."""
    lake = lakes.create_lake(services, "compacted", earliest.isoformat())
    for table in LANDING_TABLES:
        delivered = list(getattr(rows, table))
        for number in (0, 1):
            lake.deliver(table, delivered[number::2])
    lake.delete_posts(rows.deletions)
    for view in chain.from_iterable(group_by_dependency(lake.statements("views"))):
        if view.name in VIEWS:
            lake.workgroup.run(view)
    return lake


@pytest.fixture(scope="module")
def objects(services, written):
    return PartitionObjects(services.client("s3"), written.bucket)


def list_partitions(objects):
    return sorted({(item.table, item.day) for table in LANDING_TABLES for item in objects.list_objects(f"{table}/")})


def rewrite_all(services, lake, objects):
    athena = services.client("athena")
    queries = QueryRunner(athena, lake.names["Workgroup"], lake.database, lambda _: time.sleep(0.02))
    now = datetime.datetime.now(datetime.UTC)
    rewriter = PartitionRewriter(queries, services.client("glue"), objects, lake.landing, lambda: now)
    return [rewriter.rewrite(table, day, at_once=True) for table, day in list_partitions(objects)]


def read_columns(services, lake, table):
    found = services.client("glue").get_table(DatabaseName=lake.landing, Name=table)["Table"]
    return [column["Name"] for column in found["StorageDescriptor"]["Columns"]]


def test_trino_reads_what_was_written_anew_as_it_would_have_written_it(services, trino, written, objects):
    days = dict(list_partitions(objects))
    selects = {
        table: build_rewrite_statement(
            LANDING_TABLES[table],
            read_columns(services, written, table),
            written.landing,
            day,
            f"s3://{written.bucket}/x/",
            keep="'a' <> 'b'",
        )
        for table, day in days.items()
    }
    expected = {table: trino.query(UNLOAD.sub("", sql), written.database).rows for table, sql in selects.items()}
    views = {view: sorted(trino.query(f"select * from {view}", written.database).rows, key=str) for view in VIEWS}

    done = rewrite_all(services, written, objects)

    assert {each.objects_after for each in done} == {1}
    for table, day in days.items():
        columns = ", ".join(f'"{name}"' for name in read_columns(services, written, table))
        found = trino.query(f"select {columns} from {written.landing}.{table} where dt = '{day}'", written.database)
        assert sorted(found.rows, key=str) == sorted(expected[table], key=str)
    assert all(views.values())
    for view in VIEWS:
        assert sorted(trino.query(f"select * from {view}", written.database).rows, key=str) == views[view]
