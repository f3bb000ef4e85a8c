"""UNLOAD: rows of a query become Parquet objects that Athena reads again as the same rows."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from laptop_cloud_testing.athena_lake import PARQUET, Lake, put_posts, running

COLUMNS = {
    "id": "bigint",
    "small": "int",
    "price": "decimal(12,3)",
    "score": "double",
    "kept": "boolean",
    "day": "date",
    "text": "string",
    "tags": "array<string>",
    "boxes": "array<struct<left:double,points:array<struct<x:double,y:double>>>>",
    "user": "struct<id:bigint,name:string,urls:array<string>>",
}
POINT = pa.struct([("x", pa.float64()), ("y", pa.float64())])
SCHEMA = pa.schema(
    [
        ("id", pa.int64()),
        ("small", pa.int32()),
        ("price", pa.decimal128(12, 3)),
        ("score", pa.float64()),
        ("kept", pa.bool_()),
        ("day", pa.date32()),
        ("text", pa.string()),
        ("tags", pa.list_(pa.string())),
        ("boxes", pa.list_(pa.struct([("left", pa.float64()), ("points", pa.list_(POINT))]))),
        ("user", pa.struct([("id", pa.int64()), ("name", pa.string()), ("urls", pa.list_(pa.string()))])),
    ]
)
ROWS: list[dict[str, Any]] = [
    {
        "id": 2**63 - 1,
        "small": -(2**31),
        "price": Decimal("-123456789.012"),
        "score": 0.1,
        "kept": False,
        "text": 'a\n"b" \',🦆\x00',
        "tags": ["x", None, ""],
        "boxes": [{"left": 1e-300, "points": [{"x": 1.5, "y": None}, None]}, {"left": None, "points": []}, None],
        "user": {"id": None, "name": "ann", "urls": None},
    },
    {"id": -(2**63), "tags": [], "boxes": [], "user": {"id": 1, "name": None, "urls": []}},
    {"id": 0, "user": {"id": None, "name": None, "urls": None}},
    {},
]


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lake]:
    with running(tmp_path_factory.mktemp("athena")) as lake:
        put_posts(lake)
        lake.put_table("kinds", COLUMNS, PARQUET)
        lake.put_parquet("kinds/dt=2026-03-01/a.parquet", ROWS, SCHEMA)
        yield lake


def unload(lake: Lake, query: str, folder: str, options: str = "format = 'PARQUET'") -> dict[str, Any]:
    found = lake.execution(f"unload ({query}) to 's3://lake/{folder}/' with ({options})")
    assert found["Status"]["State"] == "SUCCEEDED", found["Status"]["StateChangeReason"]
    return found


def list_keys(lake: Lake, prefix: str) -> list[str]:
    return [entry["Key"] for entry in lake.s3.list_objects_v2(Bucket="lake", Prefix=prefix).get("Contents", [])]


def read_body(lake: Lake, key: str) -> bytes:
    body: bytes = lake.s3.get_object(Bucket="lake", Key=key)["Body"].read()
    return body


def test_every_type_and_null_survives_a_round_trip(lake):
    columns = ", ".join(f'"{name}"' for name in COLUMNS)
    unload(lake, f"select {columns} from lake_landing.kinds where dt = '2026-03-01'", "kinds/dt=2026-03-02/new")

    (key,) = list_keys(lake, "kinds/dt=2026-03-02/")
    written = pq.ParquetFile(io.BytesIO(read_body(lake, key)))
    assert sorted(written.read().to_pylist(), key=str) == sorted(
        pa.Table.from_pylist(ROWS, SCHEMA).to_pylist(), key=str
    )
    assert written.schema_arrow.equals(SCHEMA.with_metadata(None)) or written.schema_arrow.names == SCHEMA.names
    both = [
        lake.rows(f"select {columns} from lake_landing.kinds where dt = '2026-03-0{day}' order by id") for day in (1, 2)
    ]
    assert both[0] == both[1]


def test_its_execution_names_a_manifest_of_the_objects_and_gives_no_rows(lake):
    found = unload(lake, "select id, text from tweets order by id desc", "manifest")

    identity = found["QueryExecutionId"]
    (key,) = list_keys(lake, "manifest/")
    assert found["StatementType"] == "DML"
    assert found["SubstatementType"] == "UNLOAD"
    assert found["Statistics"]["DataManifestLocation"] == f"s3://lake/results/{identity}-manifest.csv"
    assert read_body(lake, f"results/{identity}-manifest.csv").decode() == f"s3://lake/{key}\n"
    assert json.loads(read_body(lake, f"results/{identity}.metadata")) == [
        {"name": "id", "type": "bigint"},
        {"name": "text", "type": "varchar"},
    ]
    assert found["Statistics"]["DataScannedInBytes"] > 0
    assert lake.athena.get_query_results(QueryExecutionId=identity)["ResultSet"]["Rows"] == []
    statistics = lake.athena.get_query_runtime_statistics(QueryExecutionId=identity)["QueryRuntimeStatistics"]
    assert statistics["Rows"]["OutputRows"] == 3
    assert pq.read_table(io.BytesIO(read_body(lake, key)))["id"].to_pylist() == [3, 2, 1]


def test_no_rows_write_no_object(lake):
    found = unload(lake, "select id from tweets where false", "nothing")

    assert list_keys(lake, "nothing/") == []
    assert read_body(lake, f"results/{found['QueryExecutionId']}-manifest.csv") == b""


@pytest.mark.parametrize(
    ("options", "compression"),
    [
        ("format = 'PARQUET'", "GZIP"),
        ("format = 'parquet', compression = 'SNAPPY'", "SNAPPY"),
        ("format = 'PARQUET', compression = 'ZSTD', compression_level = 4", "ZSTD"),
        ("format = 'PARQUET', compression = 'NONE'", "UNCOMPRESSED"),
    ],
)
def test_the_objects_have_the_compression_that_is_asked_for(lake, options, compression):
    unload(lake, "select count(*) as posts, sum(id) as total from tweets", compression, options)

    (key,) = list_keys(lake, f"{compression}/")
    written = pq.ParquetFile(io.BytesIO(read_body(lake, key)))
    assert written.metadata.row_group(0).column(0).compression == compression
    assert written.read().to_pylist() == [{"posts": 3, "total": 6}]


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("unload (select 1 as a) to 's3://lake/posts/' with (format = 'PARQUET')", "HIVE_PATH_ALREADY_EXISTS: "),
        (
            "unload (select 1 as a) to 's3://lake/new/' with (format = 'ORC')",
            "NOT_SUPPORTED: UNLOAD to ORC is not avail",
        ),
        (
            "unload (select 1 as a) to 's3://lake/new/' with (format = 'CSV')",
            "INVALID_TABLE_PROPERTY: UNLOAD needs a format",
        ),
        ("unload (select 1 as a) to 's3://lake/new/'", "SYNTAX_ERROR: "),
        ("unload (select 1 as a) to '/tmp/new/' with (format = 'PARQUET')", "INVALID_TABLE_PROPERTY: "),
        ("unload (drop view tweets) to 's3://lake/new/' with (format = 'PARQUET')", "SYNTAX_ERROR: "),
        ("unload (select 1 as a", "SYNTAX_ERROR: "),
        ("unload (select 1 as a, 2 as A) to 's3://lake/new/' with (format = 'PARQUET')", "DUPLICATE_COLUMN_NAME: "),
        (
            "unload (select now() as a) to 's3://lake/new/' with (format = 'PARQUET')",
            "NOT_SUPPORTED: Unsupported Hive type",
        ),
        (
            "unload (select 1 as a) to 's3://lake/new/' with (format = 'PARQUET', partitioned_by = ARRAY['a', 'b'])",
            "NOT_SUPPORTED: UNLOAD with partitioned_by is not available locally",
        ),
        (
            "unload (select 1 as a) to 's3://lake/new/' with (format = 'PARQUET', bucket_count = 1)",
            "INVALID_TABLE_PROPERTY",
        ),
        (
            "unload (select 1 as a) to 's3://lake/new/' with (format = 'PARQUET', compression_level = 4)",
            "INVALID_TABLE_PROPERTY: compression_level",
        ),
        (
            "unload (select nothing from tweets) to 's3://lake/new/' with (format = 'PARQUET')",
            "COLUMN_NOT_FOUND: line 1:16",
        ),
    ],
)
def test_what_athena_refuses_writes_nothing(lake, statement, reason):
    assert lake.failure(statement).startswith(reason)
    assert list_keys(lake, "new/") == []


def test_parentheses_and_quotes_within_the_query_do_not_end_it(lake):
    unload(lake, "select ') to ''s3://lake/x/''' as a, (1 + (2)) as b -- )\n", "quotes")

    (key,) = list_keys(lake, "quotes/")
    assert pq.read_table(io.BytesIO(read_body(lake, key))).to_pylist() == [{"a": ") to 's3://lake/x/'", "b": 3}]


def test_a_large_result_becomes_several_objects_each_sorted(lake, monkeypatch):
    monkeypatch.setattr("laptop_cloud.services.athena.storage.object_writer._ROWS_PER_OBJECT", 1_000)
    monkeypatch.setattr("laptop_cloud.services.athena.execution.runner._UNLOAD_BATCH_ROWS", 1_000)
    unload(lake, "select n from unnest(sequence(1, 5000)) as s (n) order by n", "several")

    keys = list_keys(lake, "several/")
    parts = [pq.read_table(io.BytesIO(read_body(lake, key)))["n"].to_pylist() for key in keys]
    assert len(keys) > 1
    assert all(part == sorted(part) for part in parts)
    assert sorted(n for part in parts for n in part) == list(range(1, 5001))
