"""Values as text, the way Athena writes them."""

import datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from laptop_cloud.services.athena.catalog import data_types
from laptop_cloud.services.athena.execution.result_text import format_double, format_value, write_csv


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.0, "0.0"),
        (1.0, "1.0"),
        (0.25, "0.25"),
        (1234567.5, "1234567.5"),
        (1e7, "1.0E7"),
        (-1.25e10, "-1.25E10"),
        (0.001, "0.001"),
        (0.0001, "1.0E-4"),
        (float("nan"), "NaN"),
        (float("-inf"), "-Infinity"),
    ],
)
def test_doubles_are_written_as_java_writes_them(value, shown):
    assert format_double(value) == shown


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_double_reads_back_as_itself(value):
    assert float(format_double(value)) == value


@pytest.mark.parametrize(
    ("value", "kind", "shown"),
    [
        (None, "BIGINT", None),
        (True, "BOOLEAN", "true"),
        ([1, None], "INTEGER[]", "[1, null]"),
        ({"a": "x", "b": [1.5]}, "STRUCT(a VARCHAR, b DOUBLE[])", "{a=x, b=[1.5]}"),
        ({"k": 1}, "MAP(VARCHAR, BIGINT)", "{k=1}"),
        (["", None], "VARCHAR[]", "[, null]"),
        (Decimal("1.50"), "DECIMAL(3,2)", "1.50"),
        (datetime.date(2026, 1, 2), "DATE", "2026-01-02"),
        (datetime.datetime(2026, 1, 2, 3, 4, 5, 678900), "TIMESTAMP", "2026-01-02 03:04:05.678"),
        (datetime.datetime(2026, 1, 2, tzinfo=datetime.UTC), "TIMESTAMP WITH TIME ZONE", "2026-01-02 00:00:00.000 UTC"),
        (datetime.timedelta(days=-1, hours=-2), "INTERVAL", "-1 02:00:00.000"),
        (b"\x0a\xff", "BLOB", "0a ff"),
    ],
)
def test_values_are_written_as_athena_writes_them(value, kind, shown):
    assert format_value(value, data_types.from_duckdb(kind)) == shown


def test_csv_quotes_every_value_and_leaves_null_empty():
    assert write_csv(["a", "b"], [('say "x"', None), ("", "1,2\n")]) == '"a","b"\n"say ""x""",\n"","1,2\n"\n'


@pytest.mark.parametrize(
    ("duckdb", "trino", "hive", "athena"),
    [
        ("BIGINT", "bigint", "bigint", "bigint"),
        ("HUGEINT", "bigint", "bigint", "bigint"),
        ("INTEGER", "integer", "int", "integer"),
        ("VARCHAR", "varchar", "string", "varchar"),
        ("DOUBLE", "double", "double", "double"),
        ("TIMESTAMP", "timestamp(3)", "timestamp", "timestamp"),
        ("DECIMAL(12,1)", "decimal(12,1)", "decimal(12,1)", "decimal"),
        ("BLOB", "varbinary", "binary", "varbinary"),
        (
            'STRUCT("left" DOUBLE, "names" VARCHAR[])[]',
            'array(row("left" double,"names" array(varchar)))',
            "array<struct<left:double,names:array<string>>>",
            "array",
        ),
        ("MAP(VARCHAR, UBIGINT)", "map(varchar,bigint)", "map<string,bigint>", "map"),
        ("STRUCT(a DATE)", 'row("a" date)', "struct<a:date>", "row"),
    ],
)
def test_a_type_has_a_name_in_each_world(duckdb, trino, hive, athena):
    datatype = data_types.from_duckdb(duckdb)

    assert (data_types.to_trino(datatype), data_types.to_hive(datatype), data_types.to_athena(datatype)) == (
        trino,
        hive,
        athena,
    )
